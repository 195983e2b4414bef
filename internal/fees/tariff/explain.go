package tariff

import (
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
)

// Explanation answers "why this number": the rule with its version, and every step from inputs to the
// amount. It is stored with the charge and shown to cashier and owner.
type Explanation struct {
	Zh      string `json:"zh"`      // one sentence
	En      string `json:"en"`      //
	Rule    string `json:"rule"`    // handbook id, "F-7.1"
	Version string `json:"version"` // of the price list or standard: the date it is in force from
	Steps   []Step `json:"steps"`
}

// Step is one line of the computation; Value is written out, with its unit.
type Step struct {
	Zh    string `json:"zh"`
	En    string `json:"en"`
	Value string `json:"value"`
}

// Add appends a step.
func (e *Explanation) Add(zh, en, value string) {
	e.Steps = append(e.Steps, Step{Zh: zh, En: en, Value: value})
}

// Line is one charge line before it is posted.
type Line struct {
	Month       calendar.Period // charge month; 0 where the line belongs to a reading, a season or a stay
	Payer       db.ID           // customer; 0 where the caller knows who pays
	Amount      money.Fen       // fen, rounded once
	Explanation Explanation
}

// Total adds lines up: totals are sums of rounded lines and never rounded again (F-1.4).
func Total(lines []Line) (money.Fen, error) {
	amounts := make([]money.Fen, len(lines))
	for i, line := range lines {
		amounts[i] = line.Amount
	}
	return money.Sum(amounts...)
}

// plain writes a number with as many decimal places as it has, at least min and at most 6.
func plain(x money.Exact, min int) string {
	for places := min; places < 6; places++ {
		if x.Round(places).Cmp(x) == 0 {
			return x.Text(places)
		}
	}
	return x.Text(6)
}

func yuan(f money.Fen) string { return "¥" + f.Format() }
