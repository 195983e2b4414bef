package tariff

import (
	"fmt"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
)

// MaxBackMonths is how far a correction reaches back unless the parties agree otherwise (F-4.6).
const MaxBackMonths = 36

// Difference returns what has to be added to the posted months after a fact behind them has changed: per
// month and payer new less old, each side rounded as its line was, one line per difference (F-4.6, F-13.3).
// Posted lines stay as they are.
func Difference(before, after Monthly, months []calendar.Period) ([]Line, error) {
	var found []Line
	for _, month := range months {
		olds, err := before.Lines(month)
		if err != nil {
			return nil, err
		}
		news, err := after.Lines(month)
		if err != nil {
			return nil, err
		}
		var payers []db.ID
		was, is := map[db.ID]money.Fen{}, map[db.ID]money.Fen{}
		note := func(lines []Line, into map[db.ID]money.Fen) {
			for _, line := range lines {
				if _, known := was[line.Payer]; !known {
					if _, known := is[line.Payer]; !known {
						payers = append(payers, line.Payer)
					}
				}
				into[line.Payer] = line.Amount
			}
		}
		note(olds, was)
		note(news, is)
		for _, payer := range payers {
			if amount := is[payer] - was[payer]; amount != 0 {
				found = append(found, Line{Month: month, Payer: payer, Amount: amount, Explanation: differs(month, was[payer], is[payer])})
			}
		}
	}
	return found, nil
}

func differs(month calendar.Period, was, is money.Fen) Explanation {
	e := Explanation{Rule: "F-13.3"}
	e.Add("原应收", "Charged before", yuan(was))
	e.Add("应为", "Should be", yuan(is))
	e.Zh = fmt.Sprintf("%s：应为 %s，原应收 %s，差额 %s", month, yuan(is), yuan(was), yuan(is-was))
	e.En = fmt.Sprintf("%s: should be %s, charged %s, difference %s", month, yuan(is), yuan(was), yuan(is-was))
	return e
}

// VacancyCredit returns the credits of a vacancy that has been proven after the fact: one negative line per
// month, once at least minimum months in a row are proven; before that nothing (F-4.3, retro mode). Months
// are in order and were charged in full.
func VacancyCredit(full Monthly, factor money.Exact, minimum int, months []calendar.Period, proven bool) ([]Line, error) {
	for i := 1; i < len(months); i++ {
		if months[i] != months[i-1].Add(1) {
			return nil, fmt.Errorf("%w: the vacant months %s and %s do not follow each other", ErrQuantity, months[i-1], months[i])
		}
	}
	if !proven || len(months) == 0 || len(months) < minimum {
		return nil, nil
	}
	reduced := full
	reduced.Factors = append([]Factor{}, full.Factors...)
	reduced.Factors = append(reduced.Factors, Factor{From: months[0].First(), To: months[len(months)-1].Last(), Factor: factor, Zh: "空置", En: "vacancy"})
	lines, err := Difference(full, reduced, months)
	for i := range lines {
		lines[i].Explanation.Rule = "F-4.3"
	}
	return lines, err
}
