package fees

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/counter"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
)

// States of a charge (F-3.5).
const (
	Open         = "open"      // posted, nothing paid
	PartPaid     = "part_paid" //
	Paid         = "paid"      //
	ReversedLine = "reversed"  // taken back, or the negative line that takes back
)

// NewCharge is what is to be charged.
type NewCharge struct {
	ProjectID    db.ID
	RoomID       db.ID
	PayerID      db.ID           // customer; 0 is the owner registered for the room
	Item         string          // code of the fee item
	Month        calendar.Period // charge month; 0 is the present one. A later month is refused (F-16.2)
	Amount       money.Fen       // 0 only for a line that a rule made nothing of (F-1.6)
	DueOn        calendar.Date   // "" is today and the item's days
	Explanation  Explanation     // needed: an amount that cannot say why is refused
	SourceCaseID db.ID           // flow case behind it, 0 for none
	SourceKey    string          // needed: charging twice under one key gives the first charge (F-3.4)
	BindingID    db.ID           // the binding it is billed from, 0 for none
}

// Charge is a charge as cashier and owner see it.
type Charge struct {
	ID          db.ID         `json:"id"`
	No          string        `json:"no"`
	RoomID      db.ID         `json:"room_id"`
	ItemZh      string        `json:"item_zh"`
	ItemEn      string        `json:"item_en"`
	Period      string        `json:"period"` // charge month, 2026-11
	Amount      money.Fen     `json:"amount"`
	Paid        money.Fen     `json:"paid"`
	Owed        money.Fen     `json:"owed"`
	DueOn       calendar.Date `json:"due_on"`
	Overdue     bool          `json:"overdue"` // past the due date moved to a working day (F-10.2)
	Status      string        `json:"status"`
	Explanation Explanation   `json:"explanation"`
	SourceCase  db.ID         `json:"source_case"`

	effective calendar.Date // due date moved to a working day
	priority  int64
	project   db.ID
}

// AddCharge charges and posts the receivable (PT-01, PT-10) in the same transaction. It asks for no
// permission: whoever may do the work that costs money is the flow's business.
//
// Errors: 422 for an unknown item, an amount without reason or below zero, a month that has not begun;
// 409 no_payer when nobody is registered for the room, charge_differs when the key was used for another
// charge; ledger.ErrClosed.
func (f *Fees) AddCharge(ctx context.Context, tx *db.Tx, in NewCharge) (Charge, error) {
	today := calendar.DateOf(tx.Now())
	if in.Month == 0 {
		in.Month = today.Period()
	}
	if err := in.check(today); err != nil {
		return Charge{}, err
	}
	it, err := itemByCode(ctx, tx, in.Item)
	if err != nil {
		return Charge{}, err
	}
	if it.nature != own {
		return Charge{}, problem.Invalid().At("/item", "代收、共有和押金项目不在此处计费", "Items collected for others, common income and deposits are not charged here")
	}
	if found, err := f.sameCharge(ctx, tx, in, it); found.ID != 0 || err != nil {
		return found, err
	}
	home, err := f.household(access.With(ctx, access.System("fees")), tx, in.RoomID)
	if err != nil {
		return Charge{}, err
	}
	if in.PayerID == 0 {
		in.PayerID = home.OwnerID
	}
	if in.PayerID == 0 {
		return Charge{}, problem.Conflict("no_payer", "该房屋没有登记业主或付款人，请先登记", "Nobody is registered as owner or payer of this room; register one first")
	}
	if in.ProjectID != home.ProjectID {
		return Charge{}, problem.Invalid().At("/project_id", "房屋不属于该项目", "The room does not belong to this project")
	}
	if in.DueOn == "" {
		in.DueOn = today.AddDays(int(it.dueDays))
	}
	return f.insertCharge(ctx, tx, in, it, home)
}

func (in NewCharge) check(today calendar.Date) error {
	p := problem.Invalid()
	if in.Amount < 0 || in.Amount > 1_000_000_000_000 {
		p = p.At("/amount", "金额应在 0 到 100 亿元之间", "The amount must lie between 0 and 10 billion yuan")
	}
	if in.Month > today.Period() {
		p = p.At("/month", "该费用所属月尚未开始，开始后再计费", "This month has not begun; charge it when it has")
	}
	if in.Explanation.Zh == "" || in.Explanation.En == "" {
		p = p.At("/explanation", "请写明金额的计算依据", "Say how the amount was computed")
	}
	if in.SourceKey == "" {
		p = p.At("/source_key", "缺少来源标识", "The source key is missing")
	}
	return p.OrNil()
}

// sameCharge returns the charge that was made under the key before.
func (f *Fees) sameCharge(ctx context.Context, tx *db.Tx, in NewCharge, it item) (Charge, error) {
	var id, room, itemID db.ID
	var amount money.Fen
	err := tx.QueryRowContext(ctx, `SELECT id, room_id, item_id, amount FROM charge WHERE source_key = $1`, in.SourceKey).
		Scan(&id, &room, &itemID, &amount)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return Charge{}, nil
	case err != nil:
		return Charge{}, err
	case room != in.RoomID || itemID != it.id || amount != in.Amount:
		return Charge{}, problem.Conflict("charge_differs", "同一来源已按不同金额计费，请先冲销原费用", "This source was charged differently before; reverse that charge first")
	}
	return chargeByID(ctx, tx, id)
}

func (f *Fees) insertCharge(ctx context.Context, tx *db.Tx, in NewCharge, it item, home Household) (Charge, error) {
	explanation, err := json.Marshal(in.Explanation)
	if err != nil {
		return Charge{}, err
	}
	year := calendar.DateOf(tx.Now()).Year()
	serial, err := counter.Next(ctx, tx, fmt.Sprintf("charge:%s:%d", in.ProjectID, year))
	if err != nil {
		return Charge{}, err
	}
	id, no, status := tx.NewID(), fmt.Sprintf("YS-%s-%d-%06d", home.ProjectCode, year, serial), Open
	if in.Amount == 0 {
		status = Paid
	}
	voucher, err := f.postCharge(ctx, tx, in, it, id, no, home)
	if err != nil {
		return Charge{}, err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO charge (id, project_id, version, archived_at, created_at, updated_at, batch_id, no,
		room_id, payer_id, item_id, month, amount, credited, paid, owed, due_on, effective_due_on, priority, status, explanation,
		source_case_id, source_key, voucher_id, reverses_id, reason, binding_id)
		VALUES ($1, $2, 1, 0, $3, $3, 0, $4, $5, $6, $7, $8, $9, 0, 0, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0, '', $18)`,
		id, in.ProjectID, tx.Now(), no, in.RoomID, in.PayerID, it.id, in.Month.String(), in.Amount, string(in.DueOn),
		string(f.effectiveDue(in.DueOn)), it.priority, status, string(explanation), in.SourceCaseID, in.SourceKey, voucher, in.BindingID); err != nil {
		return Charge{}, err
	}
	charge, err := chargeByID(ctx, tx, id)
	if err != nil {
		return Charge{}, err
	}
	return charge, audit.Record(ctx, tx, audit.Entry{Action: "create", Object: "charges", ObjectID: id, ProjectID: in.ProjectID, After: charge})
}

// effectiveDue moves a due date off a rest day (F-10.2; Civil Code art. 203).
func (f *Fees) effectiveDue(due calendar.Date) calendar.Date {
	return f.workdays.NextWorkday(due)
}

// postCharge writes the receivable: fee PT-01, late fee PT-10. Nothing is posted for a line of zero.
func (f *Fees) postCharge(ctx context.Context, tx *db.Tx, in NewCharge, it item, id db.ID, no string, home Household) (db.ID, error) {
	if in.Amount == 0 {
		return 0, nil
	}
	doc := ledger.Document{
		Rule: "PT-01", Supply: it.supply, Date: calendar.DateOf(tx.Now()), Summary: it.zh + " " + in.Month.String() + " " + home.Room,
		Roles:      map[string]string{"receivable": it.receivable, "income": it.income},
		Amounts:    map[string]money.Fen{"g": in.Amount},
		Dims:       ledger.Dims{Project: in.ProjectID, Customer: in.PayerID, Room: in.RoomID, FeeItem: it.id},
		SourceKind: "charges", SourceID: id, Key: "charge:" + no,
	}
	if it.calcType == penaltyItem {
		doc.Rule, doc.Roles = "PT-10", map[string]string{"debtor": it.receivable}
	}
	return f.books.Post(ctx, tx, doc)
}
