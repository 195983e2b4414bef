package ledger

import (
	"context"
	"fmt"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
)

// Report is what Verify found. The books are whole when Faults is empty.
type Report struct {
	Vouchers, Entries int64
	Debit, Credit     money.Fen // of all entries
	Faults            []string  // at most 20 per kind, in English
}

// Verify recomputes the books from their entries: every voucher balances and has the amount it states,
// every entry has a voucher and an account, every reversal is the exact negative of its original, voucher
// numbers have no gaps, and closed months still come to what they came to when they were closed.
// Give it one snapshot (db.Snapshot) while others write.
func Verify(ctx context.Context, q db.Queryer) (Report, error) {
	var r Report
	err := q.QueryRowContext(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(debit), 0) AS BIGINT), CAST(COALESCE(SUM(credit), 0) AS BIGINT)
		FROM ledger_entry`).Scan(&r.Entries, &r.Debit, &r.Credit)
	if err == nil {
		err = q.QueryRowContext(ctx, `SELECT COUNT(*) FROM voucher`).Scan(&r.Vouchers)
	}
	if err != nil {
		return r, err
	}
	if r.Debit != r.Credit {
		r.Faults = append(r.Faults, fmt.Sprintf("all debits are %s, all credits %s", r.Debit, r.Credit))
	}
	for _, test := range []struct{ fault, query string }{
		{"voucher %s does not balance or differs from its entries", `SELECT v.number FROM voucher v
			LEFT JOIN ledger_entry e ON e.voucher_id = v.id GROUP BY v.id, v.number, v.amount, v.reverses_id
			HAVING COALESCE(SUM(e.debit), 0) <> COALESCE(SUM(e.credit), 0) OR COUNT(e.id) < 2
			OR COALESCE(SUM(e.debit), 0) <> CASE WHEN v.reverses_id = 0 THEN v.amount ELSE -v.amount END ORDER BY v.number LIMIT 20`},
		{"entry %s has no voucher", `SELECT CAST(e.id AS TEXT) FROM ledger_entry e LEFT JOIN voucher v ON v.id = e.voucher_id
			WHERE v.id IS NULL OR v.period <> e.period OR v.date <> e.date ORDER BY e.id LIMIT 20`},
		{"account %s is not in the chart or is a heading", `SELECT DISTINCT e.account FROM ledger_entry e
			LEFT JOIN ledger_account a ON a.code = e.account WHERE a.code IS NULL OR a.leaf = 0 ORDER BY e.account LIMIT 20`},
		{"voucher %s and its reversal differ", `SELECT v.number FROM voucher v JOIN voucher r ON r.id = v.reversed_by_id
			WHERE r.reverses_id <> v.id OR r.amount <> v.amount OR EXISTS (SELECT 1 FROM ledger_entry e
			LEFT JOIN ledger_entry n ON n.voucher_id = r.id AND n.line = e.line AND n.account = e.account AND n.room_id = e.room_id
			AND n.debit = -e.debit AND n.credit = -e.credit WHERE e.voucher_id = v.id AND n.id IS NULL) ORDER BY v.number LIMIT 20`},
		{"voucher %s reverses one that does not know it", `SELECT r.number FROM voucher r LEFT JOIN voucher v
			ON v.id = r.reverses_id AND v.reversed_by_id = r.id WHERE r.reverses_id <> 0 AND v.id IS NULL ORDER BY r.number LIMIT 20`},
		{"voucher numbers of %s have a gap", `SELECT CAST(p.period AS TEXT) FROM ledger_period p LEFT JOIN voucher v ON v.period = p.period
			GROUP BY p.period, p.last_no HAVING COUNT(v.id) <> p.last_no OR COALESCE(MAX(v.serial), 0) <> p.last_no ORDER BY p.period LIMIT 20`},
		{"closed month %s was changed", `SELECT DISTINCT CAST(p.period AS TEXT) FROM ledger_period p JOIN (
			SELECT period, account, SUM(debit) AS debit, SUM(credit) AS credit FROM ledger_entry GROUP BY period, account
			UNION ALL SELECT period, account, -debit, -credit FROM ledger_close) t ON t.period = p.period
			WHERE p.state = 'closed' GROUP BY p.period, t.account HAVING SUM(t.debit) <> 0 OR SUM(t.credit) <> 0 LIMIT 20`},
	} {
		found, err := texts(ctx, q, test.query)
		if err != nil {
			return r, err
		}
		for _, text := range found {
			r.Faults = append(r.Faults, fmt.Sprintf(test.fault, text))
		}
	}
	return r, nil
}

func texts(ctx context.Context, q db.Queryer, query string) ([]string, error) {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}
