package settlement

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/lifang/lifang/internal/money"
)

// Drawer is a shift as the system knows it and the cash as it was counted (F-14.3).
type Drawer struct {
	Opening           money.Fen
	Receipts, Refunds map[string]money.Fen // by channel; the one of cash is "CASH"
	Banked, Counted   money.Fen
}

// Closing is what closing a shift finds. A difference is recorded and never adjusted away.
type Closing struct {
	Expected, Difference money.Fen // of the cash; short is negative
	In, Out              money.Fen // of all channels
	Status               string
}

// States of a closed drawer.
const (
	Balanced = "BALANCED"
	Short    = "SHORT"
	Over     = "OVER"
)

// Close counts the drawer.
func (d Drawer) Close() (Closing, error) {
	var c Closing
	var err error
	for _, amount := range d.Receipts {
		if c.In, err = c.In.Plus(amount); err != nil {
			return c, err
		}
	}
	for _, amount := range d.Refunds {
		if c.Out, err = c.Out.Plus(amount); err != nil {
			return c, err
		}
	}
	if c.Expected, err = money.Sum(d.Opening, d.Receipts["CASH"], -d.Refunds["CASH"], -d.Banked); err != nil {
		return c, err
	}
	c.Difference = d.Counted - c.Expected
	c.Status = []string{Short, Balanced, Over}[cmp.Compare(c.Difference, 0)+1]
	return c, nil
}

// Trade is a payment under the number that both sides know it by.
type Trade struct {
	No      string
	Amount  money.Fen
	Success bool // of our side
}

// Outcomes of comparing a trade with the channel's file (F-14.4).
const (
	Matched          = "MATCHED"
	AmountDiffers    = "AMOUNT_DIFF"
	StatusDiffers    = "STATUS_DIFF" // the channel has it, ours is not complete: complete it
	MissingInChannel = "MISSING_IN_CHANNEL"
	MissingInSystem  = "MISSING_IN_SYSTEM"
)

// Compared is one trade after reconciliation; Difference is the channel's amount less ours.
type Compared struct {
	No, Result string
	Difference money.Fen
}

// Reconcile compares our trades with the channel's, in the order of their numbers. Trades of ours that
// never came to anything on either side are left out.
func Reconcile(ours, channel []Trade) ([]Compared, error) {
	theirs := map[string]Trade{}
	for _, t := range channel {
		if _, twice := theirs[t.No]; twice {
			return nil, fmt.Errorf("trade %s stands twice in the channel's file", t.No)
		}
		theirs[t.No] = t
	}
	var list []Compared
	known := map[string]bool{}
	for _, t := range ours {
		if known[t.No] {
			return nil, fmt.Errorf("trade %s stands twice in the system", t.No)
		}
		known[t.No] = true
		other, found := theirs[t.No]
		c := Compared{No: t.No, Result: Matched}
		switch {
		case !found && !t.Success:
			continue
		case !found:
			c.Result = MissingInChannel
		case !t.Success:
			c.Result = StatusDiffers
		case other.Amount != t.Amount:
			c.Result, c.Difference = AmountDiffers, other.Amount-t.Amount
		}
		list = append(list, c)
	}
	for _, t := range channel {
		if !known[t.No] {
			list = append(list, Compared{No: t.No, Result: MissingInSystem})
		}
	}
	slices.SortStableFunc(list, func(a, b Compared) int { return cmp.Compare(a.No, b.No) })
	return list, nil
}

// Debit is one row of a bank's return file.
type Debit struct {
	Agreement string
	Amount    money.Fen
	Result    string
}

// Returned is what a return file asks for (F-14.5).
type Returned struct {
	Done, Failed           int
	DoneAmount, FailAmount money.Fen
	Retry                  []string // once, some days later
	RetryAll               []string // again under the same batch number
	Suspend                []string // agreements that no longer work
	Tell                   []string // only a message
}

// Apply reads a return file; an unknown result is an error, and then nothing is applied.
func Apply(rows []Debit) (Returned, error) {
	var r Returned
	for _, row := range rows {
		if row.Result == "SUCCESS" {
			r.Done++
			r.DoneAmount += row.Amount
			continue
		}
		r.Failed++
		r.FailAmount += row.Amount
		switch row.Result {
		case "INSUFFICIENT_FUNDS":
			r.Retry = append(r.Retry, row.Agreement)
		case "ACCOUNT_CLOSED", "NAME_MISMATCH", "AGREEMENT_INVALID":
			r.Suspend = append(r.Suspend, row.Agreement)
		case "FROZEN":
			r.Tell = append(r.Tell, row.Agreement)
		case "BANK_ERROR":
			r.RetryAll = append(r.RetryAll, row.Agreement)
		default:
			return Returned{}, fmt.Errorf("the result %q of agreement %s is unknown", row.Result, row.Agreement)
		}
	}
	return r, nil
}
