package ledger

import (
	"fmt"
	"io/fs"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/money"
)

// taxRate is one dated row of the tax table (finance handbook 13).
type taxRate struct {
	supply, taxpayer, text string
	rate                   money.Exact
	from, to               calendar.Date // to "" is open
}

type rates []taxRate

func loadRates(files fs.FS) (rates, error) {
	const name = "finance/tax-rates.csv"
	rows, err := table(files, name)
	if err != nil {
		return nil, err
	}
	var list rates
	for _, row := range rows {
		r := taxRate{supply: row["supply"], taxpayer: row["taxpayer"], text: row["rate"]}
		if r.rate, err = money.ParseExact(r.text); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, r.supply, err)
		}
		if r.from, err = calendar.ParseDate(row["valid_from"]); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, r.supply, err)
		}
		if row["valid_to"] != "" {
			if r.to, err = calendar.ParseDate(row["valid_to"]); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, r.supply, err)
			}
		}
		if _, err := list.at(r.supply, r.taxpayer, r.from); err == nil {
			return nil, fmt.Errorf("%s: %s for %s taxpayers has two rates on %s", name, r.supply, r.taxpayer, r.from)
		}
		list = append(list, r)
	}
	return list, nil
}

// at returns the rate that is in force on a date.
func (list rates) at(supply, taxpayer string, on calendar.Date) (taxRate, error) {
	for _, r := range list {
		if r.supply == supply && r.taxpayer == taxpayer && r.from <= on && (r.to == "" || on <= r.to) {
			return r, nil
		}
	}
	return taxRate{}, fmt.Errorf("%w: no tax rate for %s, %s taxpayer, on %q", ErrRule, supply, taxpayer, on)
}

func (list rates) knows(supply string) bool {
	for _, r := range list {
		if r.supply == supply {
			return true
		}
	}
	return false
}

// SplitTax splits a gross amount of a supply at the rate in force on the date: net and tax (fees F-15.2).
// The rate comes back as written in the table, "0.06".
func (l *Ledger) SplitTax(gross money.Fen, supply, taxpayer string, on calendar.Date) (net, tax money.Fen, rate string, err error) {
	r, err := l.rates.at(supply, taxpayer, on)
	if err != nil {
		return 0, 0, "", err
	}
	net, tax, err = money.SplitTax(gross, r.rate)
	return net, tax, r.text, err
}
