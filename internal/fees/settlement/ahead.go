package settlement

import (
	"fmt"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees/tariff"
	"github.com/lifang/lifang/internal/money"
)

// PaidMonth is one charge month that was paid, possibly ahead.
type PaidMonth struct {
	Month  calendar.Period
	Amount money.Fen
}

// PrepayMonths is how many months may be paid ahead from the first unpaid one: what is asked for, at most
// the limit and not past the month in which the contract ends; "" is an open contract (F-12.2).
func PrepayMonths(firstUnpaid calendar.Period, asked, limit int, contractEnd calendar.Date) int {
	months := min(asked, limit)
	if contractEnd != "" {
		months = min(months, contractEnd.Period().Sub(firstUnpaid)+1)
	}
	return max(0, months)
}

// Ended is what a service that ends returns of paid months (F-12.3).
type Ended struct {
	Consumed, Refund money.Fen
	Credits          []tariff.Line // negative; the rest of the last month and the months after it
}

// Unserved settles paid months of a service that ends on a day, that day still served.
func Unserved(fee tariff.Monthly, paid []PaidMonth, ends calendar.Date) (Ended, error) {
	var e Ended
	for _, p := range paid {
		kept, err := served(fee, p, ends)
		if err != nil {
			return Ended{}, err
		}
		if e.Consumed, err = e.Consumed.Plus(kept); err != nil {
			return Ended{}, err
		}
		if credit := kept - p.Amount; credit != 0 {
			e.Credits = append(e.Credits, credited(p, kept))
			e.Refund -= credit
		}
	}
	return e, nil
}

// served is the part of a paid month up to and including a day.
func served(fee tariff.Monthly, p PaidMonth, last calendar.Date) (money.Fen, error) {
	switch {
	case p.Month.Last() <= last:
		return p.Amount, nil
	case p.Month.First() > last:
		return 0, nil
	}
	fee.Payers = []tariff.Payer{{ID: someone, From: p.Month.First(), To: last}}
	lines, err := fee.Lines(p.Month)
	if err != nil {
		return 0, err
	}
	kept, err := tariff.Total(lines)
	return min(kept, p.Amount), err
}

// someone stands for the payer where only one is asked about.
const someone db.ID = 1

func credited(p PaidMonth, kept money.Fen) tariff.Line {
	e := tariff.Explanation{Rule: "F-12.3"}
	e.Add("已付", "Paid", "¥"+p.Amount.Format())
	e.Add("已提供服务部分", "Served", "¥"+kept.Format())
	e.Zh = fmt.Sprintf("%s：退还未提供服务部分 ¥%s", p.Month, (p.Amount - kept).Format())
	e.En = fmt.Sprintf("%s: ¥%s for what was not served", p.Month, (p.Amount - kept).Format())
	return tariff.Line{Month: p.Month, Amount: kept - p.Amount, Explanation: e}
}

// TransferOption is what becomes of the seller's money (F-12.4).
type TransferOption string

// The options.
const (
	RefundSeller  TransferOption = "REFUND_SELLER"   // the seller is paid out, the buyer charged anew
	AssignToBuyer TransferOption = "ASSIGN_TO_BUYER" // both sign, balances move to the buyer, no cash
)

// Transfer is the settlement when a room changes hands; the day of the transfer belongs to the buyer.
type Transfer struct {
	Fee      tariff.Monthly
	Paid     []PaidMonth // by the seller
	On       calendar.Date
	Prepaid  money.Fen // balance of the seller's prepayment account
	Deposits []money.Fen
	Option   TransferOption
}

// Transferred is the result of a transfer.
type Transferred struct {
	Split         calendar.Period // the month of the transfer
	Seller, Buyer money.Fen       // their parts of it
	Credits       money.Fen       // sum of the seller's credit lines, negative
	Refund        money.Fen       // to the seller, in cash
	Assigned      money.Fen       // moved to the buyer instead
	BuyerLines    []PaidMonth     // the buyer's new lines
}

// Settle works the transfer out.
func (t Transfer) Settle() (Transferred, error) {
	r := Transferred{Split: t.On.Period()}
	var back money.Fen
	for _, p := range t.Paid {
		kept, err := served(t.Fee, p, t.On.AddDays(-1))
		if err != nil {
			return Transferred{}, err
		}
		if p.Month == r.Split {
			r.Seller, r.Buyer = kept, p.Amount-kept
		}
		if rest := p.Amount - kept; rest != 0 {
			back += rest
			r.BuyerLines = append(r.BuyerLines, PaidMonth{p.Month, rest})
		}
	}
	r.Credits = -back
	balance, err := money.Sum(append([]money.Fen{back, t.Prepaid}, t.Deposits...)...)
	if err != nil {
		return Transferred{}, err
	}
	switch t.Option {
	case RefundSeller:
		r.Refund = balance
	case AssignToBuyer:
		r.Assigned = balance
	default:
		return Transferred{}, fmt.Errorf("there is no transfer option %q", string(t.Option))
	}
	return r, nil
}

// Deduction is what is to be taken from a deposit; only what the payer signed is taken (F-12.5).
type Deduction struct {
	Reason string
	Amount money.Fen
	Signed bool
}

// DepositReturn is what a deposit comes to in the end.
type DepositReturn struct {
	Deducted, Refund money.Fen
	Disputed         money.Fen   // unsigned: becomes a claim, not a deduction
	Additional       money.Fen   // signed beyond the deposit: a receivable
	Charges          []Deduction // charge lines behind what was signed
}

// ReturnDeposit settles a deposit.
func ReturnDeposit(deposit money.Fen, deductions []Deduction) (DepositReturn, error) {
	var r DepositReturn
	var signed money.Fen
	for _, d := range deductions {
		sum := &r.Disputed
		if d.Signed {
			sum = &signed
			r.Charges = append(r.Charges, d)
		}
		var err error
		if *sum, err = sum.Plus(d.Amount); err != nil || d.Amount < 0 {
			return DepositReturn{}, fmt.Errorf("the deduction %q of %s is not possible: %w", d.Reason, d.Amount, err)
		}
	}
	r.Deducted = min(deposit, signed)
	r.Refund, r.Additional = deposit-r.Deducted, signed-r.Deducted
	return r, nil
}
