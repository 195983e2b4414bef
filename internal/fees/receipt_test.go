package fees_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/problem"
)

func TestReceive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		first, second := h.charge(t, 19150, "1"), h.charge(t, 30000, "2")
		in := h.pays("the-first-command")
		in.Lines, in.Tendered = []fees.Pay{{ChargeID: first.ID, Amount: 19150}, {ChargeID: second.ID, Amount: 10000}}, 30000
		r, err := h.desk.Take(h.cashier, d, in)
		if err != nil {
			t.Fatal(err)
		}
		year := calendar.DateOf(d.Now()).Year()
		if r.No != "SJ-JLHY-2026-000001" && year == 2026 || r.Amount != 29150 || r.Change != 850 || r.AmountCapitals != "贰佰玖拾壹元伍角" ||
			r.Cashier != "收费员小王" || r.Payer != "张三" || len(r.Lines) != 2 || r.Room != "锦澜花园 1-101" {
			t.Errorf("receipt %+v", r)
		}
		if again, err := h.desk.Take(h.cashier, d, in); err != nil || again.ID != r.ID {
			t.Errorf("the same command again: %v, %v", again.No, err)
		}
		in.Tendered = 40000
		_, err = h.desk.Take(h.cashier, d, in)
		refused(t, "the command with other content", err, "command_reused", "")

		rest := h.pays(command())
		rest.Amount = 20000 // put on what is open, in order
		if r, err = h.desk.Take(h.cashier, d, rest); err != nil || len(r.Lines) != 1 || r.Lines[0].ChargeID != second.ID {
			t.Errorf("the rest: %+v, %v", r, err)
		}
		if h.owed(t, first.ID) != 0 || h.owed(t, second.ID) != 0 {
			t.Error("something is still owed")
		}
		got, err := fees.ReceivedIn(context.Background(), d.Reader(), access.Scope{All: true}, calendar.DateOf(d.Now()))
		if err != nil || got != 49150 {
			t.Errorf("received today %s, %v", got, err)
		}
		owed, err := fees.OwedIn(context.Background(), d.Reader(), access.Scope{Projects: []db.ID{11}})
		if err != nil || owed != 0 {
			t.Errorf("owed %s, %v", owed, err)
		}
		h.sound(t)
	})
}

func TestReceiveRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		charge := h.charge(t, 10000, "1")
		settled := h.charge(t, 500, "2")
		pay := h.pays(command())
		pay.Lines = []fees.Pay{{ChargeID: settled.ID, Amount: 500}}
		if _, err := h.desk.Take(h.cashier, d, pay); err != nil {
			t.Fatal(err)
		}
		for name, one := range map[string]struct {
			change        func(*fees.NewReceipt)
			code, pointer string
		}{
			"nothing":            {func(r *fees.NewReceipt) { r.Lines = nil }, "invalid", "/amount"},
			"no command":         {func(r *fees.NewReceipt) { r.Command = "" }, "invalid", "/command"},
			"barter":             {func(r *fees.NewReceipt) { r.Method = "goat" }, "invalid", "/method"},
			"negative":           {func(r *fees.NewReceipt) { r.Lines[0].Amount = -1 }, "invalid", "/lines/0/amount"},
			"twice":              {func(r *fees.NewReceipt) { r.Lines = append(r.Lines, r.Lines[0]) }, "invalid", "/lines/1/charge_id"},
			"more than charged":  {func(r *fees.NewReceipt) { r.Lines[0].Amount = 10001 }, "over_payment", "/lines/0/amount"},
			"more than owed":     {func(r *fees.NewReceipt) { r.Lines, r.Amount = nil, 10001 }, "over_payment", "/amount"},
			"settled before":     {func(r *fees.NewReceipt) { r.Lines[0] = fees.Pay{ChargeID: settled.ID, Amount: 500} }, "charge_settled", "/lines/0"},
			"another room's":     {func(r *fees.NewReceipt) { r.RoomID = h.other }, "invalid", "/lines/0/charge_id"},
			"too little cash":    {func(r *fees.NewReceipt) { r.Tendered = 9999 }, "invalid", "/tendered"},
			"change for a phone": {func(r *fees.NewReceipt) { r.Method, r.Tendered = fees.WeChat, 20000 }, "invalid", "/tendered"},
			"wrong sum":          {func(r *fees.NewReceipt) { r.Amount = 1 }, "invalid", "/amount"},
			"no such room":       {func(r *fees.NewReceipt) { r.RoomID = 99 }, "not_found", ""},
		} {
			in := h.pays(command())
			in.Lines = []fees.Pay{{ChargeID: charge.ID, Amount: 10000}}
			one.change(&in)
			_, err := h.desk.Take(h.cashier, d, in)
			refused(t, name, err, one.code, one.pointer)
		}
		in := h.pays(command())
		in.Amount = 1
		_, err := h.desk.Take(h.manager, d, in)
		refused(t, "who may not collect", err, "forbidden", "")
		_, err = h.desk.Take(context.Background(), d, in)
		refused(t, "nobody", err, "unauthenticated", "")
		if h.owed(t, charge.ID) != 10000 {
			t.Error("a refused payment left a trace")
		}
		h.write(t, func(tx *db.Tx) error {
			return ledger.ClosePeriod(context.Background(), tx, calendar.DateOf(d.Now()).Period())
		})
		if _, err := h.desk.Take(h.cashier, d, in); !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("after the month was closed: %v", err)
		}
		h.sound(t)
	})
}

func TestReverseReceipt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		charge := h.charge(t, 10000, "1")
		in := h.pays(command())
		in.Amount, in.Tendered = 4000, 5000
		r, err := h.desk.Take(h.cashier, d, in)
		if err != nil {
			t.Fatal(err)
		}
		try := func(who context.Context, command, reason string) (n fees.Receipt, err error) {
			err = d.Write(context.Background(), func(tx *db.Tx) (err error) {
				n, err = h.desk.ReverseReceipt(who, tx, r.ID, command, reason)
				return err
			})
			return n, err
		}
		_, err = try(h.cashier, command(), "收错")
		refused(t, "by the cashier", err, "forbidden", "")
		_, err = try(person(41, "身兼两职", h.project, fees.ReverseReceipt), command(), "收错")
		refused(t, "by the same person", err, "same_person", "")
		_, err = try(h.manager, command(), "")
		refused(t, "without reason", err, "invalid", "/reason")
		once := command()
		negative, err := try(h.manager, once, "收错房号")
		if err != nil || negative.Amount != -4000 || negative.Status != fees.Reversal || negative.Reverses != r.ID || negative.No == r.No {
			t.Fatalf("reversed as %+v, %v", negative, err)
		}
		if again, err := try(h.manager, once, "收错房号"); err != nil || again.ID != negative.ID {
			t.Errorf("the same command again: %v, %v", again.No, err)
		}
		_, err = try(h.manager, command(), "收错房号")
		refused(t, "twice", err, "receipt_reversed", "")
		if h.owed(t, charge.ID) != 10000 {
			t.Error("the charge is not owed again")
		}
		list, err := h.desk.Receipts(context.Background(), d.Reader(), 10, h.room)
		if err != nil || len(list) != 2 || list[1].Status != fees.Reversed || list[1].ReversedBy != negative.ID {
			t.Errorf("receipts %+v, %v", list, err)
		}
		h.sound(t)
	})
}

func TestReceiptIsSeenByItsPeople(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := newHouse(t, d)
	h.charge(t, 100, "1")
	in := h.pays(command())
	in.Amount = 100
	r, err := h.desk.Take(h.cashier, d, in)
	if err != nil {
		t.Fatal(err)
	}
	owner := access.With(context.Background(), &access.Principal{AccountID: 60, Kind: access.Resident})
	if _, err := h.desk.Receipt(owner, d.Reader(), r.ID, h.room); err != nil {
		t.Errorf("the owner: %v", err)
	}
	_, err = h.desk.Receipt(owner, d.Reader(), r.ID, h.other)
	refused(t, "the neighbour", err, "not_found", "")
	_, err = h.desk.Receipt(person(1, "外项目", 12, fees.Collect), d.Reader(), r.ID)
	refused(t, "another project's cashier", err, "not_found", "")
	_, err = h.desk.Receipt(h.cashier, d.Reader(), 999)
	refused(t, "no such receipt", err, "not_found", "")
	for want := int64(1); want <= 2; want++ {
		h.write(t, func(tx *db.Tx) error {
			times, err := h.desk.Printed(h.cashier, tx, r)
			if times != want {
				t.Errorf("print %d counted as %d", want, times)
			}
			return err
		})
	}
}

// Of many clerks who take the same bill at once exactly one gets it; the others learn that it is settled.
func TestOneBillIsReceivedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for range 5 {
			charge := h.charge(t, 19150, command())
			var clerks sync.WaitGroup
			errs := make(chan error, 16)
			for range 16 {
				clerks.Go(func() {
					in := h.pays(command())
					in.Lines = []fees.Pay{{ChargeID: charge.ID, Amount: 19150}}
					_, err := h.desk.Take(h.cashier, d, in)
					errs <- err
				})
			}
			clerks.Wait()
			close(errs)
			won := 0
			for err := range errs {
				if err == nil {
					won++
					continue
				}
				refused(t, "a slower clerk", err, "charge_settled", "/lines/0")
				if p, ok := problem.As(err); ok && p.Current == nil {
					t.Error("the slower clerk is not shown the charge")
				}
			}
			if won != 1 {
				t.Fatalf("%d clerks received one bill", won)
			}
		}
		h.sound(t)
	})
}

// A command that is sent many times at once makes one receipt, and everybody gets that one.
func TestOneCommandMakesOneReceipt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		charge := h.charge(t, 30000, "1")
		in := h.pays(command())
		in.Lines = []fees.Pay{{ChargeID: charge.ID, Amount: 100}}
		var sends sync.WaitGroup
		ids := make(chan db.ID, 8)
		for range 8 {
			sends.Go(func() {
				r, err := h.desk.Take(h.cashier, d, in)
				if err != nil {
					t.Error(err)
				}
				ids <- r.ID
			})
		}
		sends.Wait()
		close(ids)
		first := <-ids
		for id := range ids {
			if id != first {
				t.Errorf("receipts %s and %s for one command", first, id)
			}
		}
		if h.owed(t, charge.ID) != 29900 {
			t.Error("paid more than once")
		}
		h.sound(t)
	})
}
