package settlement

import (
	"fmt"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/money"
)

// Kinds of correcting lines (F-13).
const (
	Reversal = "REVERSAL" // the exact negative of a line
	Rebill   = "REBILL"   // the right line in its place
	Credit   = "CREDIT"   // a part of a line taken back
)

// Correction is one correcting line. The charge month stays that of the original; the accounting period is
// the present one (F-13.1).
type Correction struct {
	Kind   string
	Month  calendar.Period
	Period calendar.Period
	Amount money.Fen
}

// Correct reverses a posted line and bills it anew; net is what changes for the payer. The original stays.
func Correct(month calendar.Period, posted, right money.Fen, now calendar.Period) (entries []Correction, net money.Fen) {
	return []Correction{{Reversal, month, now, -posted}, {Rebill, month, now, right}}, right - posted
}

// Lapse is a credit for a lapse of service on a posted line (F-13.4).
type Lapse struct {
	Entry     Correction
	Net       money.Fen // of the line
	Returned  money.Fen // what the payer had paid beyond the net: to prepayment or refund, as he chooses
	StillOpen money.Fen
}

// CreditLine credits a part of a line, at most the line.
func CreditLine(line, paid, credit money.Fen) (Lapse, error) {
	if credit <= 0 || credit > line {
		return Lapse{}, fmt.Errorf("a credit of %s on a line of %s; it must lie between 0 and the line", credit, line)
	}
	net := line - credit
	return Lapse{Entry: Correction{Kind: Credit, Amount: -credit}, Net: net, Returned: max(0, paid-net), StillOpen: max(0, net-paid)}, nil
}
