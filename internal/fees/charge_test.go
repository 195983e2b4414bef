package fees_test

import (
	"context"
	"errors"
	"testing"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
)

// refused fails unless err is a problem with this code that points at this field ("" is any).
func refused(t *testing.T, name string, err error, code, pointer string) {
	t.Helper()
	p, ok := problem.As(err)
	if !ok || p.Code != code {
		t.Errorf("%s: %v, want %s", name, err, code)
		return
	}
	if pointer != "" && (len(p.Fields) == 0 || p.Fields[0].Pointer != pointer) {
		t.Errorf("%s: points at %v, want %s", name, p.Fields, pointer)
	}
	if p.Zh == "" || p.En == "" {
		t.Errorf("%s: one language only", name)
	}
}

func TestAddCharge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		quote, err := fees.Service{VisitFee: 2000, Declined: true, PriceList: "2026-01-01"}.Price()
		if err != nil {
			t.Fatal(err)
		}
		in := h.newCharge(19150, "case:1/repair")
		in.Explanation, in.SourceCaseID = quote.Explanation, 77
		c, err := h.add(in)
		if err != nil {
			t.Fatal(err)
		}
		today := calendar.DateOf(d.Now())
		if c.Owed != 19150 || c.Status != fees.Open || c.Period != today.Period().String() || c.DueOn != today.AddDays(7) || c.SourceCase != 77 {
			t.Errorf("charged %+v", c)
		}
		if len(c.Explanation.Steps) != 2 || c.Explanation.Rule != "F-7.1" || c.Explanation.Version != "2026-01-01" {
			t.Errorf("explained by %+v", c.Explanation)
		}
		again, err := h.add(in)
		if err != nil || again.ID != c.ID {
			t.Errorf("charging again gave %v, %v", again.ID, err)
		}
		balances, err := ledger.TrialBalance(ctx, d.Reader(), today.Period(), today.Period())
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]money.Fen{}
		for _, b := range balances {
			got[b.Account] = b.Closing
		}
		if len(got) != 3 || got["112205"] != 19150 || got["500104"] != -18066 || got["22210105"] != -1084 {
			t.Errorf("the books say %v", got) // 191.50 ÷ 1.06 = 180.66, VAT 6 %
		}
		zero := h.newCharge(0, "promotion")
		if c, err := h.add(zero); err != nil || c.Status != fees.Paid {
			t.Errorf("a line of zero: %+v, %v", c, err)
		}
		late := h.newCharge(1133, "late fee")
		late.Item = "PENALTY"
		if _, err := h.add(late); err != nil {
			t.Errorf("a late fee: %v", err)
		}
		h.sound(t)
	})
}

func TestAddChargeRefuses(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := newHouse(t, d)
	h.charge(t, 100, "there")
	next := calendar.DateOf(d.Now()).Period().Add(1)
	for name, one := range map[string]struct {
		change        func(*fees.NewCharge)
		code, pointer string
	}{
		"unknown item":       {func(c *fees.NewCharge) { c.Item = "GOLD" }, "invalid", "/item"},
		"no reason":          {func(c *fees.NewCharge) { c.Explanation = fees.Explanation{} }, "invalid", "/explanation"},
		"below zero":         {func(c *fees.NewCharge) { c.Amount = -1 }, "invalid", "/amount"},
		"no source":          {func(c *fees.NewCharge) { c.SourceKey = "" }, "invalid", "/source_key"},
		"month not begun":    {func(c *fees.NewCharge) { c.Month = next }, "invalid", "/month"},
		"nobody to pay":      {func(c *fees.NewCharge) { c.RoomID, c.ProjectID = 23, 12 }, "no_payer", ""},
		"no such room":       {func(c *fees.NewCharge) { c.RoomID = 99 }, "not_found", ""},
		"another project":    {func(c *fees.NewCharge) { c.ProjectID = 12 }, "invalid", "/project_id"},
		"other amount again": {func(c *fees.NewCharge) { c.SourceKey = "there" }, "charge_differs", ""},
	} {
		in := h.newCharge(200, "new")
		one.change(&in)
		_, err := h.add(in)
		refused(t, name, err, one.code, one.pointer)
	}
	h.sound(t)
}

func TestReverseCharge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		wrong, paid := h.charge(t, 19150, "wrong"), h.charge(t, 5000, "paid")
		if _, err := h.desk.Take(h.cashier, d, fees.NewReceipt{Command: command(), RoomID: h.room, Method: fees.WeChat,
			Lines: []fees.Pay{{ChargeID: paid.ID, Amount: 1}}}); err != nil {
			t.Fatal(err)
		}
		reverse := func(who context.Context, id db.ID, reason string) (c fees.Charge, err error) {
			err = d.Write(context.Background(), func(tx *db.Tx) (err error) {
				c, err = h.desk.ReverseCharge(who, tx, id, reason)
				return err
			})
			return c, err
		}
		_, err := reverse(h.manager, paid.ID, "登记有误")
		refused(t, "paid", err, "charge_paid", "")
		_, err = reverse(h.cashier, wrong.ID, "登记有误")
		refused(t, "by the cashier", err, "forbidden", "")
		_, err = reverse(h.manager, wrong.ID, " ")
		refused(t, "without reason", err, "invalid", "/reason")
		negative, err := reverse(h.manager, wrong.ID, "登记有误")
		if err != nil || negative.Amount != -19150 || negative.Owed != 0 {
			t.Errorf("reversed as %+v, %v", negative, err)
		}
		_, err = reverse(h.manager, wrong.ID, "登记有误")
		refused(t, "twice", err, "charge_reversed", "")
		_, err = reverse(h.manager, negative.ID, "登记有误")
		refused(t, "the reversal", err, "charge_reversed", "")
		if got := h.owed(t, wrong.ID); got != 0 {
			t.Errorf("%s still owed", got)
		}
		h.sound(t)
	})
}

func TestVerifyFindsTampering(t *testing.T) {
	for name, statement := range map[string]string{
		"paid raised":        `UPDATE charge SET paid = paid + 1, owed = owed - 1`,
		"amount lowered":     `UPDATE charge SET amount = amount - 1, owed = owed - 1`,
		"charge forgiven":    `UPDATE charge SET owed = 0`,
		"allocation lost":    `DELETE FROM allocation`,
		"receipt lost":       `DELETE FROM receipt`,
		"receipt raised":     `UPDATE receipt SET amount = amount + 1, tendered = tendered + 1`,
		"voucher lost":       `DELETE FROM voucher WHERE source_kind = 'charges'`,
		"charge disappeared": `DELETE FROM charge`,
	} {
		t.Run(name, func(t *testing.T) {
			d := dbtest.Open(t, db.SQLite)
			h := newHouse(t, d)
			charge := h.charge(t, 100, "one")
			in := h.pays(command())
			in.Lines = []fees.Pay{{ChargeID: charge.ID, Amount: 40}}
			if _, err := h.desk.Take(h.cashier, d, in); err != nil {
				t.Fatal(err)
			}
			h.sound(t)
			h.write(t, func(tx *db.Tx) error { _, err := tx.ExecContext(context.Background(), statement); return err })
			report, err := fees.Verify(context.Background(), d.Reader())
			if err != nil || len(report.Faults) == 0 {
				t.Errorf("not found: %v", err)
			}
		})
	}
}

func TestAccountAndFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		late := h.newCharge(25470, "property 10")
		late.Item, late.Month, late.DueOn = "PROPERTY_FEE", calendar.DateOf(d.Now()).Period().Add(-1), calendar.DateOf(d.Now()).AddDays(-40)
		if _, err := h.add(late); err != nil {
			t.Fatal(err)
		}
		h.charge(t, 19150, "repair")
		a, err := h.desk.Account(h.cashier, d.Reader(), h.room, d.Now())
		if err != nil {
			t.Fatal(err)
		}
		if a.Owed != 44620 || a.Prepaid != 0 || len(a.Charges) != 2 || a.Owner != "张三" || a.Phone != "138****0001" {
			t.Errorf("account %+v", a)
		}
		if first := a.Charges[0]; first.ItemEn != "Property service fee" || !first.Overdue || a.Charges[1].Overdue {
			t.Errorf("the oldest comes first: %+v", a.Charges)
		}
		found, err := h.desk.Find(h.cashier, d.Reader(), "鲁A123", 10)
		if err != nil || len(found) != 1 || found[0].Owed != 44620 {
			t.Errorf("by plate: %+v, %v", found, err)
		}
		elsewhere := person(50, "外项目", 12, fees.Collect)
		if found, err := h.desk.Find(elsewhere, d.Reader(), "张三", 10); err != nil || len(found) != 0 {
			t.Errorf("another project's cashier finds %v, %v", found, err)
		}
		_, err = h.desk.Account(elsewhere, d.Reader(), h.room, d.Now())
		refused(t, "another project's cashier", err, "not_found", "")
		_, err = h.desk.Account(person(51, "保洁", 11, "env.plan.read"), d.Reader(), h.room, d.Now())
		refused(t, "without permission", err, "forbidden", "")
		owing, err := h.desk.Owing(ctx, d.Reader(), h.room, h.other)
		if err != nil || owing.Owed != 44620 || owing.Count != 2 || owing.DueOn != late.DueOn {
			t.Errorf("owing %+v, %v", owing, err)
		}
		if _, err := h.desk.Account(h.cashier, d.Reader(), 99, d.Now()); !errors.Is(err, problem.NotFound("", "")) {
			t.Errorf("no such room: %v", err)
		}
	})
}
