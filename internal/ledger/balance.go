package ledger

import (
	"context"
	"encoding/json"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
)

// Balance is one row of a trial balance. Opening and Closing are debit less credit; all amounts in fen.
type Balance struct {
	Account, Zh, En                 string
	Opening, Debit, Credit, Closing money.Fen
}

// TrialBalance returns every account with a balance or a movement in the months from … to, both
// included, in the order of the codes.
func TrialBalance(ctx context.Context, q db.Queryer, from, to calendar.Period) ([]Balance, error) {
	rows, err := q.QueryContext(ctx, `SELECT e.account, a.name_zh, a.name_en,
		CAST(SUM(CASE WHEN e.period < $1 THEN e.debit - e.credit ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN e.period < $1 THEN 0 ELSE e.debit END) AS BIGINT),
		CAST(SUM(CASE WHEN e.period < $1 THEN 0 ELSE e.credit END) AS BIGINT)
		FROM ledger_entry e JOIN ledger_account a ON a.code = e.account
		WHERE e.period <= $2 GROUP BY e.account, a.name_zh, a.name_en ORDER BY e.account`, int64(from), int64(to))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []Balance
	for rows.Next() {
		var b Balance
		if err := rows.Scan(&b.Account, &b.Zh, &b.En, &b.Opening, &b.Debit, &b.Credit); err != nil {
			return nil, err
		}
		b.Closing = b.Opening + b.Debit - b.Credit
		list = append(list, b)
	}
	return list, rows.Err()
}

// RoomBalance returns debit less credit (fen) of a room on the accounts whose codes begin with prefix,
// "1122" for what it owes, "2203" for what it has paid ahead (negative, being a credit).
func RoomBalance(ctx context.Context, q db.Queryer, room db.ID, prefix string) (money.Fen, error) {
	var sum money.Fen
	err := q.QueryRowContext(ctx, `SELECT CAST(COALESCE(SUM(debit - credit), 0) AS BIGINT) FROM ledger_entry
		WHERE room_id = $1 AND room_id <> 0 AND account LIKE $2`, room, prefix+"%").Scan(&sum)
	return sum, err
}

// storedLines reads the entries of a voucher back.
func storedLines(ctx context.Context, q db.Queryer, voucher db.ID) ([]Line, error) {
	rows, err := q.QueryContext(ctx, `SELECT account, debit, credit, project_id, customer_id, room_id, fee_item_id, employee_id,
		vendor_id, dimensions, cash_flow FROM ledger_entry WHERE voucher_id = $1 ORDER BY line`, voucher)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var lines []Line
	for rows.Next() {
		var l Line
		var other string
		d := &l.Dims
		if err := rows.Scan(&l.Account, &l.Debit, &l.Credit, &d.Project, &d.Customer, &d.Room, &d.FeeItem, &d.Employee,
			&d.Vendor, &other, &l.CashFlow); err != nil {
			return nil, err
		}
		if other != "" {
			if err := json.Unmarshal([]byte(other), &d.Other); err != nil {
				return nil, err
			}
		}
		lines = append(lines, l)
	}
	return lines, rows.Err()
}
