package fees

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/counter"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
)

// Ways to pay (F-14.1).
const (
	Cash     = "cash"
	WeChat   = "wechat"
	Alipay   = "alipay"
	Card     = "card"
	Transfer = "transfer"
)

// till is where money of one way to pay lies in the books.
type till struct{ account, dimension, name string }

var tills = map[string]till{
	Cash:     {"1001", "cash_account", ""}, // the project's cash box
	WeChat:   {"101201", "bank_account", "wechat"},
	Alipay:   {"101202", "bank_account", "alipay"},
	Card:     {"101203", "bank_account", "pos"},
	Transfer: {"100201", "bank_account", "main"},
}

// Pay is what a payment pays of one charge.
type Pay struct {
	ChargeID db.ID     `json:"charge_id"`
	Amount   money.Fen `json:"amount"`
}

// NewReceipt is a payment at the desk.
type NewReceipt struct {
	Command  string    // the client's id of this command: repeating it gives the first receipt
	RoomID   db.ID     //
	Lines    []Pay     // what the payer chose (F-11.2); empty: Amount is put on the open charges in order (F-11.1)
	Amount   money.Fen // 0 with Lines is their sum
	Method   string    // Cash, WeChat, Alipay, Card, Transfer
	Tendered money.Fen // cash handed over; 0 is exactly the amount
	Payer    string    // who paid; "" is the owner
}

// States of a receipt.
const (
	Valid    = "valid"
	Reversed = "reversed" // taken back by another receipt
	Reversal = "reversal" // takes another one back; its amounts are negative
)

// Receipt is one payment as taken.
type Receipt struct {
	ID             db.ID         `json:"id"`
	No             string        `json:"no"` // without gaps per project and year (F-15.1)
	At             int64         `json:"at"` // unix ms
	ProjectID      db.ID         `json:"project_id"`
	RoomID         db.ID         `json:"room_id"`
	Room           string        `json:"room"`
	Payer          string        `json:"payer"`
	Amount         money.Fen     `json:"amount"`
	AmountCapitals string        `json:"amount_capitals"` // 壹佰玖拾壹元伍角
	Tendered       money.Fen     `json:"tendered"`
	Change         money.Fen     `json:"change"`
	Method         string        `json:"method"`
	Status         string        `json:"status"`
	Reverses       db.ID         `json:"reverses"`    // the receipt this one takes back
	ReversedBy     db.ID         `json:"reversed_by"` // the receipt that took this one back
	Reason         string        `json:"reason"`      // of the reversal
	Cashier        string        `json:"cashier"`
	Lines          []ReceiptLine `json:"lines"`
}

// ReceiptLine is what a receipt pays of one charge.
type ReceiptLine struct {
	ReceiptID db.ID     `json:"-"`
	ChargeID  db.ID     `json:"charge_id"`
	ChargeNo  string    `json:"charge_no"`
	ItemZh    string    `json:"item_zh"`
	ItemEn    string    `json:"item_en"`
	Period    string    `json:"period"`
	Amount    money.Fen `json:"amount"`
}

// Take receives a payment in a transaction of its own. See Receive.
func (f *Fees) Take(ctx context.Context, d *db.DB, in NewReceipt) (Receipt, error) {
	var receipt Receipt
	run := func() error {
		return d.Write(ctx, func(tx *db.Tx) (err error) { receipt, err = f.Receive(ctx, tx, in); return err })
	}
	err := run()
	if db.IsUnique(err) { // the same command arrived twice at once; now the first is there to be found
		err = run()
	}
	return receipt, err
}

// Receive takes a payment over open charges of one room: it pays them, writes receipt and allocations and
// posts them (PT-02) in the same transaction. It needs Collect in the room's project.
//
// Errors: 422 for a wrong input, over_payment when more is paid than was charged or is owed;
// 409 charge_settled or charge_changed when somebody else was faster (Current is the charge as it is now),
// command_reused when the command came before with other content; ledger.ErrClosed.
func (f *Fees) Receive(ctx context.Context, tx *db.Tx, in NewReceipt) (Receipt, error) {
	if err := in.check(); err != nil {
		return Receipt{}, err
	}
	home, err := f.household(ctx, tx, in.RoomID)
	if err != nil {
		return Receipt{}, err
	}
	if err := access.From(ctx).Require(Collect, home.ProjectID); err != nil {
		return Receipt{}, err
	}
	request, err := json.Marshal(in)
	if err != nil {
		return Receipt{}, err
	}
	if found, err := sameCommand(ctx, tx, in.Command, string(request)); found.ID != 0 || err != nil {
		return found, err
	}
	pays, err := f.pays(ctx, tx, in)
	if err != nil {
		return Receipt{}, err
	}
	var amount money.Fen
	for _, p := range pays {
		amount += p.Amount
	}
	if in.Amount != 0 && in.Amount != amount {
		return Receipt{}, problem.Invalid().At("/amount", "金额与明细合计不符", "The amount differs from the sum of the lines")
	}
	if in.Tendered == 0 {
		in.Tendered = amount
	}
	if in.Tendered < amount || in.Method != Cash && in.Tendered != amount {
		return Receipt{}, problem.Invalid().At("/tendered", "实收金额不足，或非现金收款金额与应收不一致", "Less was handed over than is to be paid, or a payment without cash differs from it")
	}
	charges, err := settle(ctx, tx, in.RoomID, pays)
	if err != nil {
		return Receipt{}, err
	}
	if in.Payer == "" {
		in.Payer = home.Owner
	}
	r := Receipt{ID: tx.NewID(), At: tx.Now(), ProjectID: home.ProjectID, RoomID: in.RoomID, Room: home.Room, Payer: in.Payer,
		Amount: amount, Tendered: in.Tendered, Change: in.Tendered - amount, Method: in.Method, Status: Valid, Cashier: access.From(ctx).Name}
	return f.book(ctx, tx, r, home, charges, in.Command, string(request))
}

func (in NewReceipt) check() error {
	p := problem.Invalid()
	if len(in.Command) < 8 || len(in.Command) > 80 {
		p = p.At("/command", "缺少操作标识", "The command id is missing")
	}
	if _, known := tills[in.Method]; !known {
		p = p.At("/method", "请选择收款方式", "Choose a way to pay")
	}
	if len(in.Lines) == 0 && in.Amount <= 0 || in.Amount < 0 || in.Amount > 1_000_000_000_000 {
		p = p.At("/amount", "请选择费用或填写收款金额", "Choose charges or enter the amount paid")
	}
	if in.Tendered < 0 || in.Tendered > 1_000_000_000_000 {
		p = p.At("/tendered", "实收金额有误", "The amount handed over is not acceptable")
	}
	if len(in.Lines) > 200 {
		p = p.At("/lines", "一次最多收 200 笔费用", "At most 200 charges at once")
	}
	for i, line := range in.Lines {
		if line.Amount <= 0 || line.Amount > 1_000_000_000_000 {
			p = p.At(fmt.Sprintf("/lines/%d/amount", i), "收款金额必须大于零", "The amount must be more than zero")
		}
		if slices.IndexFunc(in.Lines, func(other Pay) bool { return other.ChargeID == line.ChargeID }) != i {
			p = p.At(fmt.Sprintf("/lines/%d/charge_id", i), "同一笔费用出现了两次", "The same charge is there twice")
		}
	}
	if len([]rune(in.Payer)) > 60 {
		p = p.At("/payer", "付款人最多 60 字", "The payer has at most 60 characters")
	}
	return p.OrNil()
}

// pays returns the chosen lines, or puts the amount on the open charges in the stated order.
func (f *Fees) pays(ctx context.Context, tx *db.Tx, in NewReceipt) ([]Pay, error) {
	if len(in.Lines) > 0 {
		return in.Lines, nil
	}
	open, err := f.OpenCharges(ctx, tx, tx.Now(), in.RoomID)
	if err != nil {
		return nil, err
	}
	var lines []OpenLine
	for _, c := range open { // already in order; equal keys keep it
		lines = append(lines, OpenLine{ID: c.ID, Month: c.Period, Due: c.effective, Priority: c.priority, Principal: c.Owed})
	}
	applied, rest := Allocate(PrincipalFirst, in.Amount, calendar.DateOf(tx.Now()), lines)
	if rest > 0 {
		return nil, overPayment("/amount")
	}
	var pays []Pay
	for _, a := range applied {
		pays = append(pays, Pay{ChargeID: a.ID, Amount: a.Amount})
	}
	return pays, nil
}

func overPayment(pointer string) error {
	return problem.New(422, "over_payment", "收款金额超过欠费，请核对后按欠费收取", "More is paid than is owed; check and take what is owed").
		At(pointer, "超过欠费", "More than is owed")
}

// sameCommand returns the receipt that the command made before.
func sameCommand(ctx context.Context, tx *db.Tx, command, request string) (Receipt, error) {
	var id db.ID
	var before string
	err := tx.QueryRowContext(ctx, `SELECT id, request FROM receipt WHERE command = $1`, command).Scan(&id, &before)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return Receipt{}, nil
	case err != nil:
		return Receipt{}, err
	case before != request:
		return Receipt{}, problem.Conflict("command_reused", "该操作标识已用于另一笔收款", "This command id was used for another payment")
	}
	return receiptByID(ctx, tx, id)
}

// book numbers, posts and writes a payment whose charges are settled.
func (f *Fees) book(ctx context.Context, tx *db.Tx, r Receipt, home Household, charges []settled, command, request string) (Receipt, error) {
	today := calendar.DateOf(r.At)
	no, err := receiptNo(ctx, tx, home, today.Year())
	if err != nil {
		return Receipt{}, err
	}
	r.No = no
	box := tills[r.Method]
	if box.name == "" {
		box.name = home.ProjectCode
	}
	doc := ledger.Document{
		Rule: "PT-02", Date: today, Summary: "收款 " + no + " " + r.Room, Roles: map[string]string{"cash": box.account},
		Dims: ledger.Dims{Project: r.ProjectID, Room: r.RoomID}, Parts: map[string][]ledger.Part{},
		RoleDims:   map[string]ledger.Dims{"cash": {Other: map[string]string{box.dimension: box.name}}},
		SourceKind: "receipts", SourceID: r.ID, Key: "receipt:" + no,
	}
	for _, c := range charges {
		doc.Parts["receivable"] = append(doc.Parts["receivable"], ledger.Part{Account: c.receivable, Amount: c.pay,
			Dims: ledger.Dims{Customer: c.payer, FeeItem: c.item}})
	}
	voucher, err := f.books.Post(ctx, tx, doc)
	if err != nil {
		return Receipt{}, err
	}
	if err := insertReceipt(ctx, tx, r, command, request, voucher); err != nil {
		return Receipt{}, err
	}
	for _, c := range charges {
		if err := insertAllocation(ctx, tx, r, c.id, c.pay); err != nil {
			return Receipt{}, err
		}
	}
	if r, err = receiptByID(ctx, tx, r.ID); err != nil {
		return Receipt{}, err
	}
	return r, audit.Record(ctx, tx, audit.Entry{Action: "receive", Object: "receipts", ObjectID: r.ID, ProjectID: r.ProjectID, After: r})
}

func receiptNo(ctx context.Context, tx *db.Tx, home Household, year int) (string, error) {
	serial, err := counter.Next(ctx, tx, fmt.Sprintf("receipt:%s:%d", home.ProjectID, year))
	return fmt.Sprintf("SJ-%s-%d-%06d", home.ProjectCode, year, serial), err
}

func insertReceipt(ctx context.Context, tx *db.Tx, r Receipt, command, request string, voucher db.ID) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO receipt (id, project_id, version, archived_at, created_at, updated_at, batch_id, no, room_id,
		room, payer, amount, tendered, returned, method, taken_on, taken_at, cashier_id, cashier, status, command, request, voucher_id,
		reverses_id, reversed_by_id, reason, printed)
		VALUES ($1, $2, 1, 0, $3, $3, 0, $4, $5, $6, $7, $8, $9, $10, $11, $12, $3, $13, $14, $15, $16, $17, $18, $19, 0, $20, 0)`,
		r.ID, r.ProjectID, r.At, r.No, r.RoomID, r.Room, r.Payer, r.Amount, r.Tendered, r.Change, r.Method,
		string(calendar.DateOf(r.At)), access.From(ctx).AccountID, r.Cashier, r.Status, command, request, voucher, r.Reverses, r.Reason)
	return err
}

func insertAllocation(ctx context.Context, tx *db.Tx, r Receipt, charge db.ID, amount money.Fen) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO allocation (id, project_id, receipt_id, charge_id, kind, amount, value_on)
		VALUES ($1, $2, $3, $4, 'payment', $5, $6)`, tx.NewID(), r.ProjectID, r.ID, charge, amount, string(calendar.DateOf(r.At)))
	return err
}
