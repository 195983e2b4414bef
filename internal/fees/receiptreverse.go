package fees

import (
	"context"
	"slices"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// ReverseReceipt takes a payment back: a negative receipt with its own number and negative allocations;
// the charges are owed again and the voucher is reversed, dated today (F-13.2). It returns the negative
// receipt, the same one when the command comes again. It needs ReverseReceipt in the project and another person
// than the one who took the money (SOD-08); 409 receipt_reversed when it was done before.
func (f *Fees) ReverseReceipt(ctx context.Context, tx *db.Tx, id db.ID, command, reason string) (Receipt, error) {
	if err := reasonGiven(reason); err != nil {
		return Receipt{}, err
	}
	if len(command) < 8 || len(command) > 80 {
		return Receipt{}, problem.Invalid().At("/command", "缺少操作标识", "The command id is missing")
	}
	old, err := receiptByID(ctx, tx, id)
	if err != nil {
		return Receipt{}, notThere(err, "没有这张收据", "There is no such receipt")
	}
	who := access.From(ctx)
	if err := who.Require(ReverseReceipt, old.ProjectID); err != nil {
		return Receipt{}, err
	}
	request := "reverse " + id.String()
	if found, err := sameCommand(ctx, tx, command, request); found.ID != 0 || err != nil {
		return found, err
	}
	var cashier, voucher db.ID
	if err := tx.QueryRowContext(ctx, `SELECT cashier_id, voucher_id FROM receipt WHERE id = $1`, id).Scan(&cashier, &voucher); err != nil {
		return Receipt{}, err
	}
	if cashier == who.AccountID && cashier != 0 {
		return Receipt{}, problem.New(403, "same_person", "收款人不能冲销自己开的收据，请由他人办理", "Whoever took the money cannot reverse the receipt; ask a colleague")
	}
	home, err := f.household(access.With(ctx, access.System("fees")), tx, old.RoomID)
	if err != nil {
		return Receipt{}, err
	}
	negative := Receipt{ID: tx.NewID(), At: tx.Now(), ProjectID: old.ProjectID, RoomID: old.RoomID, Room: old.Room, Payer: old.Payer,
		Amount: -old.Amount, Tendered: -old.Amount, Method: old.Method, Status: Reversal, Reverses: id, Reason: reason, Cashier: who.Name}
	if err := db.ExecOne(ctx, tx, `UPDATE receipt SET status = 'reversed', reversed_by_id = $1, version = version + 1, updated_at = $2
		WHERE id = $3 AND status = 'valid'`, negative.ID, tx.Now(), id); err != nil {
		return Receipt{}, stale(err, problem.Conflict("receipt_reversed", "该收据已冲销", "This receipt is already reversed"))
	}
	if err := reopen(ctx, tx, old.Lines); err != nil {
		return Receipt{}, err
	}
	if negative.No, err = receiptNo(ctx, tx, home, calendar.DateOf(tx.Now()).Year()); err != nil {
		return Receipt{}, err
	}
	red, err := f.books.Reverse(ctx, tx, voucher, calendar.DateOf(tx.Now()), reason)
	if err != nil {
		return Receipt{}, err
	}
	if err := insertReceipt(ctx, tx, negative, command, request, red); err != nil {
		return Receipt{}, err
	}
	for _, line := range old.Lines {
		if err := insertAllocation(ctx, tx, negative, line.ChargeID, -line.Amount); err != nil {
			return Receipt{}, err
		}
	}
	if negative, err = receiptByID(ctx, tx, negative.ID); err != nil {
		return Receipt{}, err
	}
	return negative, audit.Record(ctx, tx, audit.Entry{Action: "reverse", Object: "receipts", ObjectID: id, ProjectID: old.ProjectID,
		After: negative, Note: reason})
}

// reopen makes the charges of a reversed payment owed again, in the order in which rows are locked.
func reopen(ctx context.Context, tx *db.Tx, lines []ReceiptLine) error {
	lines = slices.SortedFunc(slices.Values(lines), func(a, b ReceiptLine) int { return int(a.ChargeID - b.ChargeID) })
	for _, line := range lines {
		if err := db.ExecOne(ctx, tx, `UPDATE charge SET paid = paid - $1, owed = owed + $1,
			status = CASE WHEN paid = $1 THEN 'open' ELSE 'part_paid' END, version = version + 1, updated_at = $2
			WHERE id = $3 AND paid >= $1`, line.Amount, tx.Now(), line.ChargeID); err != nil {
			return err
		}
	}
	return nil
}
