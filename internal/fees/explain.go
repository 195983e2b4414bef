package fees

import "github.com/lifang/lifang/internal/money"

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

func (e *Explanation) add(zh, en, value string) {
	e.Steps = append(e.Steps, Step{Zh: zh, En: en, Value: value})
}

func yuan(f money.Fen) string { return "¥" + f.Format() }
