package settlement_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/fees/settlement"
	"github.com/lifang/lifang/internal/fees/tariff"
	"github.com/lifang/lifang/internal/money"
)

func fee(area int64) tariff.Monthly {
	return tariff.Monthly{Quantity: money.Scaled(area, 2), Prices: []tariff.Price{{From: "2020-01-01", Amount: money.Scaled(285, 2)}},
		Payers: []tariff.Payer{{ID: 1, From: "2020-01-01"}}}
}

// Whoever leaves when: what was served and what comes back is what was paid, and seller and buyer together
// pay the year once.
func TestNothingIsLostWhenSomebodyLeaves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := fee(rapid.Int64Range(100, 50_000).Draw(t, "area"))
		var paid []settlement.PaidMonth
		var sum money.Fen
		for month := calendar.Period(202501); month <= 202512; month = month.Add(1) {
			lines, err := f.Lines(month)
			if err != nil {
				t.Fatal(err)
			}
			paid = append(paid, settlement.PaidMonth{Month: month, Amount: lines[0].Amount})
			sum += lines[0].Amount
		}
		on := calendar.Date("2024-12-20").AddDays(rapid.IntRange(0, 400).Draw(t, "on"))
		e, err := settlement.Unserved(f, paid, on)
		if err != nil || e.Consumed+e.Refund != sum || e.Refund < 0 {
			t.Fatalf("consumed %s, refund %s of %s, %v", e.Consumed, e.Refund, sum, err)
		}
		r, err := settlement.Transfer{Fee: f, Paid: paid, On: on.AddDays(1), Prepaid: 12_000, Deposits: []money.Fen{5_000}, Option: settlement.AssignToBuyer}.Settle()
		if err != nil || r.Credits != -e.Refund || r.Assigned != e.Refund+17_000 || r.Refund != 0 {
			t.Fatalf("a transfer on the next day: %+v, %v", r, err)
		}
		var buyer money.Fen
		for _, line := range r.BuyerLines {
			buyer += line.Amount
		}
		if buyer != e.Refund {
			t.Fatalf("the buyer pays %s for %s", buyer, e.Refund)
		}
	})
}

func TestDepositsComeBackOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		deposit := money.Fen(rapid.Int64Range(0, 300_000).Draw(t, "deposit"))
		var deductions []settlement.Deduction
		var signed money.Fen
		for range rapid.IntRange(0, 4).Draw(t, "deductions") {
			d := settlement.Deduction{Reason: "x", Amount: money.Fen(rapid.Int64Range(0, 200_000).Draw(t, "amount")), Signed: rapid.Bool().Draw(t, "signed")}
			if d.Signed {
				signed += d.Amount
			}
			deductions = append(deductions, d)
		}
		r, err := settlement.ReturnDeposit(deposit, deductions)
		if err != nil || r.Deducted+r.Refund != deposit || r.Deducted+r.Additional != signed || r.Refund > 0 && r.Additional > 0 {
			t.Fatalf("%+v of %s, %v", r, deposit, err)
		}
	})
	if _, err := settlement.ReturnDeposit(100, []settlement.Deduction{{Amount: -1, Signed: true}}); err == nil {
		t.Error("a negative deduction is accepted")
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	if r, err := settlement.Apply([]settlement.Debit{{Amount: 5, Result: "SUCCESS"}, {Result: "NO_IDEA"}}); err == nil || r.Done != 0 {
		t.Errorf("an unknown result gave %+v", r)
	}
	if _, err := settlement.Reconcile(nil, []settlement.Trade{{No: "1"}, {No: "1"}}); err == nil {
		t.Error("a trade that stands twice is accepted")
	}
	if _, err := settlement.CreditLine(100, 0, 101); err == nil {
		t.Error("a credit beyond its line is accepted")
	}
	if _, err := settlement.Approvers("LUNCH", 1); err == nil {
		t.Error("a kind without a chain is accepted")
	}
	if n := settlement.PrepayMonths(202607, 12, 12, "2026-03-31"); n != 0 {
		t.Errorf("%d months may be paid after the contract", n)
	}
	if got := settlement.Expires("2022-06-30", []settlement.Event{{On: "2023-01-01", Kind: "GROUP_MESSAGE"}}); got != "2025-06-30" {
		t.Errorf("a group message moved the limitation to %s", got)
	}
}

func TestResoldWaterChangesWithTheYear(t *testing.T) {
	for point, want := range map[calendar.Date]money.Fen{"2025-12-31": 30_000, "2026-01-01": 500_000} {
		if taxable, _, _, err := settlement.ResoldWater(500_000, 470_000, money.Scaled(3, 2), point); err != nil || taxable != want {
			t.Errorf("%s: taxed on %s, %v", point, taxable, err)
		}
	}
}
