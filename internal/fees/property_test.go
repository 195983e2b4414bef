package fees_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
)

// Whatever the desk does in whatever order, charges, receipts and books agree, and nothing is paid twice.
func TestAnySequenceIsSound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rapid.Check(t, func(r *rapid.T) {
			var charges, receipts []db.ID
			pick := func(list []db.ID) db.ID { return list[rapid.IntRange(0, len(list)-1).Draw(r, "which")] }
			amount := rapid.Int64Range(1, 50000)
			for range rapid.IntRange(1, 12).Draw(r, "steps") {
				var err error
				switch step := rapid.IntRange(0, 5).Draw(r, "step"); {
				case step <= 1 || len(charges) == 0:
					var c fees.Charge
					in := h.newCharge(money.Fen(amount.Draw(r, "fee")), command())
					in.Item = rapid.SampledFrom([]string{"PAID_SERVICE", "PROPERTY_FEE", "PARKING_MONTH", "PENALTY"}).Draw(r, "item")
					if c, err = h.add(in); err == nil {
						charges = append(charges, c.ID)
					}
				case step == 2:
					in := h.pays(command())
					in.Amount = money.Fen(amount.Draw(r, "paid"))
					in.Method = rapid.SampledFrom([]string{fees.Cash, fees.WeChat, fees.Alipay, fees.Card, fees.Transfer}).Draw(r, "method")
					var taken fees.Receipt
					if taken, err = h.desk.Take(h.cashier, d, in); err == nil {
						receipts = append(receipts, taken.ID)
					}
				case step == 3:
					in := h.pays(command())
					in.Lines = []fees.Pay{{ChargeID: pick(charges), Amount: money.Fen(amount.Draw(r, "part"))}}
					var taken fees.Receipt
					if taken, err = h.desk.Take(h.cashier, d, in); err == nil {
						receipts = append(receipts, taken.ID)
					}
				case step == 4 && len(receipts) > 0:
					id := pick(receipts)
					err = d.Write(context.Background(), func(tx *db.Tx) error {
						_, err := h.desk.ReverseReceipt(h.manager, tx, id, command(), "收错房号")
						return err
					})
				default:
					id := pick(charges)
					err = d.Write(context.Background(), func(tx *db.Tx) error {
						_, err := h.desk.ReverseCharge(h.manager, tx, id, "登记有误")
						return err
					})
				}
				if _, expected := problem.As(err); err != nil && !expected {
					r.Fatal(err)
				}
			}
			h.sound(t)
		})
	})
}

// The same with many clerks at once.
func TestManyClerksAreSound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		var charges []db.ID
		for i := range 6 {
			charges = append(charges, h.charge(t, money.Fen(1000*(i+1)), command()).ID)
		}
		var clerks sync.WaitGroup
		for clerk := range 8 {
			clerks.Go(func() {
				for i := range 10 {
					in := h.pays(command())
					in.Lines = []fees.Pay{{ChargeID: charges[(clerk+i)%6], Amount: 700}, {ChargeID: charges[(clerk+2*i+1)%6], Amount: 350}}
					taken, err := h.desk.Take(h.cashier, d, in)
					if err == nil && i%3 == 0 {
						err = d.Write(context.Background(), func(tx *db.Tx) error {
							_, err := h.desk.ReverseReceipt(h.manager, tx, taken.ID, command(), "收错房号")
							return err
						})
					}
					if _, expected := problem.As(err); err != nil && !expected {
						t.Error(err)
					}
				}
			})
		}
		clerks.Wait()
		for _, id := range charges {
			if owed := h.owed(t, id); owed < 0 {
				t.Errorf("a charge was over-paid: %s", owed)
			}
		}
		h.sound(t)
	})
}

// Allocation puts all of the money somewhere, never more on a line than is open, and the order of the
// lines handed in does not matter.
func TestAllocateProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lines []fees.OpenLine
		var open money.Fen
		for i := range rapid.IntRange(0, 8).Draw(t, "lines") {
			l := fees.OpenLine{ID: db.ID(i + 1), Month: rapid.SampledFrom([]string{"2026-01", "2026-02"}).Draw(t, "month"),
				Due: rapid.SampledFrom([]calendar.Date{"2026-01-15", "2026-02-13"}).Draw(t, "due"), Priority: rapid.Int64Range(1, 3).Draw(t, "priority"),
				Principal: money.Fen(rapid.Int64Range(0, 300).Draw(t, "principal")), Late: money.Fen(rapid.Int64Range(0, 30).Draw(t, "late"))}
			lines = append(lines, l)
			open += l.Principal + l.Late
		}
		amount := money.Fen(rapid.Int64Range(0, 2000).Draw(t, "amount"))
		policy := rapid.SampledFrom([]fees.Policy{fees.PrincipalFirst, fees.LineByLine, fees.Statutory}).Draw(t, "policy")
		applied, rest := fees.Allocate(policy, amount, "2026-02-01", lines)
		sum := rest
		for _, a := range applied {
			sum += a.Amount
			l := lines[a.ID-1]
			if limit := map[string]money.Fen{fees.Principal: l.Principal, fees.LateFee: l.Late}[a.Part]; a.Amount <= 0 || a.Amount > limit {
				t.Fatalf("%v of a line that has %v", a, l)
			}
		}
		if sum != amount || rest != max(0, amount-open) {
			t.Fatalf("%s put as %v, rest %s", amount, applied, rest)
		}
		mixed := slices.Clone(lines)
		slices.Reverse(mixed)
		if again, _ := fees.Allocate(policy, amount, "2026-02-01", mixed); !slices.Equal(again, applied) {
			t.Fatalf("in another order: %v and %v", applied, again)
		}
	})
}
