package fees

import (
	"github.com/lifang/lifang/internal/fees/tariff"
	"github.com/lifang/lifang/internal/money"
)

// Explanation answers "why this number"; package tariff makes most of them.
type Explanation = tariff.Explanation

// Step is one line of an explanation.
type Step = tariff.Step

func yuan(f money.Fen) string { return "¥" + f.Format() }
