package settlement

import (
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/money"
)

// lastDifferenceDay is the last tax point at which resold tap water could be taxed on the difference: the
// rule of announcement 54 of 2016 no longer applies to general taxpayers from 2026 (F-15.4).
const lastDifferenceDay calendar.Date = "2025-12-31"

// ResoldWater splits the tax of resold water: on the difference to what the supplier was paid while that
// was allowed, on the full amount since (F-15.4). taxable is the gross amount the tax is on.
func ResoldWater(received, paid money.Fen, rate money.Exact, taxPoint calendar.Date) (taxable, net, tax money.Fen, err error) {
	taxable = received
	if taxPoint <= lastDifferenceDay {
		if taxable, err = received.Minus(paid); err != nil {
			return 0, 0, 0, err
		}
	}
	net, tax, err = money.SplitTax(taxable, rate)
	return taxable, net, tax, err
}

// Recognise returns the net revenue of each month of amounts that include tax. What was invoiced ahead as
// one is recognised by running totals, round(sum ÷ (1 + rate)) less what was recognised; otherwise every
// month is split on its own (F-16.2). tax is what is left of the whole.
func Recognise(months []money.Fen, rate money.Exact, invoiced bool) (net []money.Fen, tax money.Fen, err error) {
	var gross, recognised money.Fen
	for _, amount := range months {
		if gross, err = gross.Plus(amount); err != nil {
			return nil, 0, err
		}
		base, before := amount, money.Fen(0)
		if invoiced {
			base, before = gross, recognised
		}
		part, _, err := money.SplitTax(base, rate)
		if err != nil {
			return nil, 0, err
		}
		net = append(net, part-before)
		recognised += part - before
	}
	return net, gross - recognised, nil
}
