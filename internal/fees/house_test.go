package fees_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/rulebook"
)

// house is a project with two rooms, its books and the people of the desk.
type house struct {
	d                *db.DB
	desk             *fees.Fees
	project          db.ID
	room, other      db.ID
	cashier, manager context.Context
}

// street is the estate that the desk is given.
type street struct{ homes []fees.Household }

func (s street) FindHouseholds(_ context.Context, _ db.Queryer, text string, limit int) ([]fees.Household, error) {
	var found []fees.Household
	for _, h := range s.homes {
		if strings.Contains(h.Room+h.Owner+strings.Join(h.Plates, " "), text) && len(found) < limit {
			found = append(found, h)
		}
	}
	return found, nil
}

func (s street) Household(_ context.Context, _ db.Queryer, room db.ID) (fees.Household, error) {
	for _, h := range s.homes {
		if h.RoomID == room {
			return h, nil
		}
	}
	return fees.Household{}, db.ErrNotFound
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	books, err := ledger.Load(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	workdays, err := calendar.LoadWorkdays(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{d: d, project: 11, room: 21, other: 22}
	h.desk = fees.New(books, workdays, street{[]fees.Household{
		{RoomID: 21, ProjectID: 11, ProjectCode: "JLHY", Project: "锦澜花园", Room: "锦澜花园 1-101", OwnerID: 31, Owner: "张三", Phone: "138****0001", Plates: []string{"鲁A12345"}},
		{RoomID: 22, ProjectID: 11, ProjectCode: "JLHY", Project: "锦澜花园", Room: "锦澜花园 1-102", OwnerID: 32, Owner: "李四"},
		{RoomID: 23, ProjectID: 12, ProjectCode: "YHGY", Project: "云河公寓", Room: "云河公寓 2-201"},
	}})
	h.cashier = person(41, "收费员小王", h.project, fees.Collect)
	h.manager = person(42, "财务陈经理", h.project, fees.ReverseReceipt, fees.CorrectBills, fees.ReadBills)
	h.write(t, func(tx *db.Tx) error {
		if err := books.Install(context.Background(), tx, ledger.General); err != nil {
			return err
		}
		return h.desk.Install(context.Background(), tx, rulebook.Files)
	})
	return h
}

func person(account db.ID, name string, project db.ID, permissions ...string) context.Context {
	p := &access.Principal{AccountID: account, Kind: access.Staff, Name: name}
	for _, permission := range permissions {
		p.Grant(permission, access.Scope{Projects: []db.ID{project}})
	}
	return access.With(context.Background(), p)
}

func (h *house) write(t testing.TB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := h.d.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// newCharge is a repair fee for the first room.
func (h *house) newCharge(amount money.Fen, key string) fees.NewCharge {
	return fees.NewCharge{ProjectID: h.project, RoomID: h.room, Item: "PAID_SERVICE", Amount: amount, SourceKey: key,
		Explanation: fees.Explanation{Zh: "人工", En: "Labour", Rule: "F-7.1"}}
}

func (h *house) charge(t testing.TB, amount money.Fen, key string) fees.Charge {
	t.Helper()
	charge, err := h.add(h.newCharge(amount, key))
	if err != nil {
		t.Fatal(err)
	}
	return charge
}

func (h *house) add(in fees.NewCharge) (charge fees.Charge, err error) {
	err = h.d.Write(context.Background(), func(tx *db.Tx) (err error) {
		charge, err = h.desk.AddCharge(context.Background(), tx, in)
		return err
	})
	return charge, err
}

// pays is a cash payment of the first room without lines.
func (h *house) pays(command string) fees.NewReceipt {
	return fees.NewReceipt{Command: command, RoomID: h.room, Method: fees.Cash}
}

func (h *house) owed(t testing.TB, charge db.ID) (owed money.Fen) {
	t.Helper()
	if err := h.d.Reader().QueryRowContext(context.Background(), `SELECT owed FROM charge WHERE id = $1`, charge).Scan(&owed); err != nil {
		t.Fatal(err)
	}
	return owed
}

var commands atomic.Int64

func command() string { return fmt.Sprintf("command-%d", commands.Add(1)) }

func (h *house) reverse(t testing.TB, id db.ID) (negative fees.Receipt) {
	t.Helper()
	h.write(t, func(tx *db.Tx) (err error) {
		negative, err = h.desk.ReverseReceipt(h.manager, tx, id, command(), "收错房号")
		return err
	})
	return negative
}

// sound fails unless charges, receipts and books agree.
func (h *house) sound(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	if err := h.d.Snapshot(ctx, func(q db.Queryer) error {
		report, err := fees.Verify(ctx, q)
		if err != nil {
			return err
		}
		books, err := ledger.Verify(ctx, q)
		for _, fault := range append(report.Faults, books.Faults...) {
			t.Error(fault)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
