package settlement

import (
	"fmt"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/money"
)

// Bucket names the age of a debt by the days since its effective due date (F-18.2).
func Bucket(due, asOf calendar.Date) string {
	days := asOf.Sub(due)
	for _, b := range []struct {
		to   int
		name string
	}{{0, "NOT_DUE"}, {30, "D1_30"}, {90, "D31_90"}, {180, "D91_180"}, {365, "D181_365"}, {730, "Y1_2"}, {1095, "Y2_3"}} {
		if days <= b.to {
			return b.name
		}
	}
	return "Y3_PLUS"
}

// leastToSue is the principal from which a lawyer is asked and a suit is filed: 1,000 yuan (F-17.2).
const leastToSue money.Fen = 100_000

// Stage is the step of the dunning ladder for so many days after the effective due date and so much
// overdue principal (F-17.2). Before the third day nothing is sent after the due date: that is S0.
func Stage(overdue int, principal money.Fen) string {
	switch {
	case overdue >= 180 && principal >= leastToSue:
		return "S6_LITIGATION"
	case overdue >= 120 && principal >= leastToSue:
		return "S5_LAWYER"
	case overdue >= 60:
		return "S4_LETTER"
	case overdue >= 30:
		return "S3_NOTICE"
	case overdue >= 15:
		return "S2_CALL_VISIT"
	case overdue >= 3:
		return "S1_REMINDER"
	}
	return "S0_BEFORE_DUE"
}

// Event may interrupt the limitation of a claim (F-17.3).
type Event struct {
	On   calendar.Date
	Kind string
}

// interrupts are the events that count; a notice board or a group message does not (F-17.3).
var interrupts = map[string]bool{"LETTER_DELIVERED": true, "MESSAGE_DELIVERED": true, "ACKNOWLEDGEMENT": true,
	"PART_PAYMENT": true, "INSTALMENT_PLAN": true, "SUIT": true}

// limitationYears is the general limitation of the Civil Code, art. 188.
const limitationYears = 3

// Expires is the day on which a claim becomes time-barred: three years after the effective due date or
// after the last event that interrupted it in time. Events are in order; one after expiry revives nothing.
func Expires(due calendar.Date, events []Event) calendar.Date {
	expires := due.AddYears(limitationYears)
	for _, e := range events {
		if interrupts[e.Kind] && e.On > due && e.On <= expires {
			expires = e.On.AddYears(limitationYears)
		}
	}
	return expires
}

// chain is who approves a case up to an amount; 0 is without bound (F-17.1).
type chain struct {
	to  money.Fen
	who []string
}

var chains = map[string][]chain{
	"LATE_FEE": {
		{10_000, []string{"CS_SUP"}},
		{100_000, []string{"CS_SUP", "CS_MGR"}},
		{500_000, []string{"CS_SUP", "CS_MGR", "FIN_MGR", "DGM"}},
		{0, []string{"CS_SUP", "CS_MGR", "FIN_MGR", "DGM", "GM"}},
	},
	"PRINCIPAL": {
		{100_000, []string{"CS_MGR", "FIN_MGR"}},
		{1_000_000, []string{"CS_MGR", "FIN_MGR", "DGM"}},
		{0, []string{"CS_MGR", "FIN_MGR", "DGM", "GM"}},
	},
}

// Approvers are the positions that approve a waiver, refund or reversal of a total amount, in order. kind is
// LATE_FEE, or PRINCIPAL for principal, refunds and reversals (F-17.1).
func Approvers(kind string, total money.Fen) ([]string, error) {
	for _, c := range chains[kind] {
		if c.to == 0 || total <= c.to {
			return c.who, nil
		}
	}
	return nil, fmt.Errorf("there is no approval chain for %q", kind)
}

// Collection is what a period came to, in fen and households (F-18.1).
type Collection struct {
	Billed, Credits, Received        money.Fen
	Arrears, ArrearsOff, ArrearsPaid money.Fen // at the start; written off or waived of it; received of it
	Households, HouseholdsPaid       int64
}

// Rates are exact shares; nil where there is nothing to divide by.
type Rates struct {
	Receivable                            money.Fen
	Current, Clearing, Combined, Families *money.Exact
}

// Rates works the collection rates out.
func (c Collection) Rates() Rates {
	due, old := c.Billed-c.Credits, c.Arrears-c.ArrearsOff
	return Rates{Receivable: due, Current: share(int64(c.Received), int64(due)), Clearing: share(int64(c.ArrearsPaid), int64(old)),
		Combined: share(int64(c.Received+c.ArrearsPaid), int64(due+old)), Families: share(c.HouseholdsPaid, c.Households)}
}

func share(part, whole int64) *money.Exact {
	if whole == 0 {
		return nil
	}
	x := money.Int(part).Over(money.Int(whole))
	return &x
}
