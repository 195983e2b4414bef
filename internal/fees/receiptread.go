package fees

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
)

func readReceipts(ctx context.Context, q db.Queryer, condition string, args ...any) ([]Receipt, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, no, taken_at, project_id, room_id, room, payer, amount, tendered, returned, method, status,
		reverses_id, reversed_by_id, reason, cashier FROM receipt WHERE `+condition, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	list := []Receipt{}
	for rows.Next() {
		var r Receipt
		if err := rows.Scan(&r.ID, &r.No, &r.At, &r.ProjectID, &r.RoomID, &r.Room, &r.Payer, &r.Amount, &r.Tendered, &r.Change, &r.Method,
			&r.Status, &r.Reverses, &r.ReversedBy, &r.Reason, &r.Cashier); err != nil {
			return nil, err
		}
		r.AmountCapitals = money.Capitals(r.Amount)
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return list, addLines(ctx, q, list)
}

func addLines(ctx context.Context, q db.Queryer, list []Receipt) error {
	at := map[db.ID]int{}
	var ids []db.ID
	for i, r := range list {
		at[r.ID], ids = i, append(ids, r.ID)
		list[i].Lines = []ReceiptLine{}
	}
	var args []any
	rows, err := q.QueryContext(ctx, `SELECT a.receipt_id, a.charge_id, c.no, i.name_zh, i.name_en, c.month, a.amount
		FROM allocation a JOIN charge c ON c.id = a.charge_id JOIN fee_item i ON i.id = c.item_id WHERE `+
		access.In("a.receipt_id", ids, &args)+` ORDER BY c.month, c.priority, c.id`, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var l ReceiptLine
		if err := rows.Scan(&l.ReceiptID, &l.ChargeID, &l.ChargeNo, &l.ItemZh, &l.ItemEn, &l.Period, &l.Amount); err != nil {
			return err
		}
		list[at[l.ReceiptID]].Lines = append(list[at[l.ReceiptID]].Lines, l)
	}
	return rows.Err()
}

func receiptByID(ctx context.Context, q db.Queryer, id db.ID) (Receipt, error) {
	list, err := readReceipts(ctx, q, `id = $1`, id)
	if err == nil && len(list) == 0 {
		err = db.ErrNotFound
	}
	if err != nil {
		return Receipt{}, err
	}
	return list[0], nil
}

// Receipt returns one receipt. mine are the rooms of a resident who asks; everybody else needs Collect or
// ReadBills in its project. A receipt outside is a 404.
func (f *Fees) Receipt(ctx context.Context, q db.Queryer, id db.ID, mine ...db.ID) (Receipt, error) {
	r, err := receiptByID(ctx, q, id)
	if err != nil {
		return Receipt{}, notThere(err, "没有这张收据", "There is no such receipt")
	}
	for _, room := range mine {
		if room == r.RoomID {
			return r, nil
		}
	}
	if access.From(ctx).Kind == access.Resident {
		return Receipt{}, notThere(db.ErrNotFound, "没有这张收据", "There is no such receipt")
	}
	return r, readable(ctx, r.ProjectID)
}

// Receipts returns the newest receipts of these rooms, at most limit. It asks for no permission: the
// caller has made sure that the rooms are the asker's own or in scope.
func (f *Fees) Receipts(ctx context.Context, q db.Queryer, limit int, rooms ...db.ID) ([]Receipt, error) {
	args := []any{limit}
	return readReceipts(ctx, q, access.In("room_id", rooms, &args)+` ORDER BY id DESC LIMIT $1`, args...)
}

// ReceivedIn sums up what was received in the projects of a scope on one day, reversals taken off, for
// the workbench.
func ReceivedIn(ctx context.Context, q db.Queryer, scope access.Scope, on calendar.Date) (money.Fen, error) {
	args := []any{string(on)}
	var sum money.Fen
	err := q.QueryRowContext(ctx, `SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM receipt WHERE taken_on = $1 AND `+
		scope.Where("project_id", &args), args...).Scan(&sum)
	return sum, err
}

// Printed counts and records a print of a receipt and returns which print it is: from the second on the
// paper is marked as a reprint (F-15.1).
func (f *Fees) Printed(ctx context.Context, tx *db.Tx, r Receipt) (times int64, err error) {
	if err := tx.QueryRowContext(ctx, `UPDATE receipt SET printed = printed + 1 WHERE id = $1 RETURNING printed`, r.ID).Scan(&times); err != nil {
		return 0, err
	}
	return times, audit.Record(ctx, tx, audit.Entry{Action: "print", Object: "receipts", ObjectID: r.ID, ProjectID: r.ProjectID})
}
