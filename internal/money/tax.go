package money

import "fmt"

// SplitTax splits an amount that includes tax: net = round(gross ÷ (1 + rate)), tax = gross − net, so that
// both always add up (fees.md F-15.2). The rate is a fraction, 0.06 for 6 %, from 0 to 1. A negative
// amount splits into the negatives of its positive one.
func SplitTax(gross Fen, rate Exact) (net, tax Fen, err error) {
	if err := checkRate(rate); err != nil {
		return 0, 0, err
	}
	net, err = gross.Yuan().Over(Int(1).Plus(rate)).Fen()
	if err != nil {
		return 0, 0, err
	}
	return net, gross - net, nil
}

// AddTax adds tax to an amount without it: tax = round(net × rate), gross = net + tax.
func AddTax(net Fen, rate Exact) (tax, gross Fen, err error) {
	if err := checkRate(rate); err != nil {
		return 0, 0, err
	}
	if tax, err = net.Yuan().Times(rate).Fen(); err != nil {
		return 0, 0, err
	}
	gross, err = net.Plus(tax)
	return tax, gross, err
}

func checkRate(rate Exact) error {
	if rate.Sign() < 0 || rate.Cmp(Int(1)) > 0 {
		return fmt.Errorf("the tax rate %s is not between 0 and 1; write 6 %% as 0.06", rate.Text(6))
	}
	return nil
}
