package fees

import (
	"cmp"
	"slices"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
)

// Policy is the order in which a payment pays principal and late fees (F-11.1).
type Policy string

// The policies. The default is part of the contract with the owner; the others apply where it says so.
const (
	PrincipalFirst Policy = "PRINCIPAL_FIRST" // all principals oldest first, then late fees oldest first
	LineByLine     Policy = "LINE_BY_LINE"    // principal, then late fee, line after line
	Statutory      Policy = "STATUTORY_561"   // late fee, then principal, line after line (Civil Code art. 561)
)

// OpenLine is a line that a payment may pay.
type OpenLine struct {
	ID        db.ID
	Month     string        // charge month, 2026-11
	Due       calendar.Date // effective due date
	Priority  int64         // of the item, small first
	Principal money.Fen     // open
	Late      money.Fen     // late fee to the day of payment; not yet a line of its own
}

// Part of a line that was paid.
const (
	Principal = "PRINCIPAL"
	LateFee   = "LATE_FEE"
)

// Applied is what a payment pays of one line.
type Applied struct {
	ID     db.ID
	Part   string
	Amount money.Fen
}

// Allocate puts an amount on lines: those due on or before the day of payment first, then later ones, in
// each group by due date, month, priority and id; rest is what is left when all are paid (F-11.1, F-11.4).
// It is pure; the lines a payer chose are the only ones handed in (F-11.2).
func Allocate(policy Policy, amount money.Fen, on calendar.Date, lines []OpenLine) (applied []Applied, rest money.Fen) {
	lines = slices.Clone(lines)
	slices.SortFunc(lines, func(a, b OpenLine) int {
		return cmp.Or(cmp.Compare(bit(a.Due > on), bit(b.Due > on)), cmp.Compare(a.Due, b.Due), cmp.Compare(a.Month, b.Month),
			cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.ID, b.ID))
	})
	pay := func(id db.ID, part string, open money.Fen) {
		if paid := min(open, amount); paid > 0 {
			amount -= paid
			applied = append(applied, Applied{ID: id, Part: part, Amount: paid})
		}
	}
	for _, l := range lines {
		switch policy {
		case Statutory:
			pay(l.ID, LateFee, l.Late)
			pay(l.ID, Principal, l.Principal)
		case LineByLine:
			pay(l.ID, Principal, l.Principal)
			pay(l.ID, LateFee, l.Late)
		default:
			pay(l.ID, Principal, l.Principal)
		}
	}
	if policy == PrincipalFirst {
		for _, l := range lines {
			pay(l.ID, LateFee, l.Late)
		}
	}
	return applied, amount
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Offset settles posted lines from a prepayment balance, oldest first and without late fees; only items
// for which the account may be used are touched (F-12.1). left is the balance after it.
func Offset(balance money.Fen, on calendar.Date, lines []OpenLine, usable func(OpenLine) bool) (applied []Applied, left money.Fen) {
	var own []OpenLine
	for _, l := range lines {
		if l.Late = 0; usable(l) {
			own = append(own, l)
		}
	}
	return Allocate(PrincipalFirst, balance, on, own)
}
