package fees

import (
	"context"
	"fmt"

	"github.com/lifang/lifang/internal/db"
)

// Report is what Verify found; everything is right when Faults is empty.
type Report struct {
	Charges, Receipts int64
	Faults            []string // at most 20 per kind, in English
}

// Verify recomputes what fees keeps (fees handbook 24: I-1, I-2, I-7, I-11): what every charge has been
// paid, what every receipt allocates, receipt numbers without gaps, billing runs posted whole and once, and that what households owe is what
// the ledger says they owe, account by account. Give it one snapshot (db.Snapshot) while others write.
func Verify(ctx context.Context, q db.Queryer) (Report, error) {
	var r Report
	if err := q.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM charge), (SELECT COUNT(*) FROM receipt)`).Scan(&r.Charges, &r.Receipts); err != nil {
		return r, err
	}
	for _, test := range []struct{ fault, query string }{
		{"charge %s: paid is not what its allocations come to", `SELECT c.no FROM charge c LEFT JOIN allocation a ON a.charge_id = c.id
			GROUP BY c.id, c.no, c.paid HAVING c.paid <> COALESCE(SUM(a.amount), 0) ORDER BY c.no LIMIT 20`},
		{"charge %s: owed is not amount less credits and payments", `SELECT no FROM charge WHERE owed <> amount - credited - paid
			OR amount > 0 AND (owed < 0 OR paid < 0)
			OR status <> CASE WHEN reverses_id <> 0 OR credited <> 0 AND owed = 0 AND paid = 0 THEN 'reversed' WHEN owed = 0 THEN 'paid'
			WHEN paid = 0 THEN 'open' ELSE 'part_paid' END ORDER BY no LIMIT 20`},
		{"receipt %s is not what it allocates", `SELECT r.no FROM receipt r LEFT JOIN allocation a ON a.receipt_id = r.id
			GROUP BY r.id, r.no, r.amount HAVING r.amount <> COALESCE(SUM(a.amount), 0) ORDER BY r.no LIMIT 20`},
		{"receipt %s: amount, cash and change do not fit", `SELECT no FROM receipt WHERE tendered <> amount + returned ORDER BY no LIMIT 20`},
		{"receipt numbers of %s have a gap", `SELECT n.name FROM counter n LEFT JOIN receipt r
			ON n.name = 'receipt:' || CAST(r.project_id AS TEXT) || ':' || substr(r.taken_on, 1, 4)
			WHERE n.name LIKE 'receipt:%' GROUP BY n.name, n.value HAVING COUNT(r.id) <> n.value ORDER BY n.name LIMIT 20`},
		{"account %s: households owe something else than the ledger says", `SELECT account FROM (
			SELECT i.receivable_account AS account, c.owed AS amount FROM charge c JOIN fee_item i ON i.id = c.item_id
			UNION ALL SELECT e.account, e.credit - e.debit FROM ledger_entry e JOIN voucher v ON v.id = e.voucher_id
			WHERE v.source_kind IN ('charges', 'receipts') AND e.account LIKE '1122%') t
			GROUP BY account HAVING SUM(amount) <> 0 ORDER BY account LIMIT 20`},
		{"binding %s is charged twice for one month and payer", `SELECT CAST(binding_id AS TEXT) FROM charge WHERE binding_id <> 0 AND status <> 'reversed'
			GROUP BY binding_id, month, payer_id HAVING COUNT(*) > 1 ORDER BY binding_id LIMIT 20`},
		{"billing run %s has not posted what it says", `SELECT CAST(r.id AS TEXT) FROM bill_run r LEFT JOIN bill_line l ON l.run_id = r.id
			LEFT JOIN charge c ON c.id = l.charge_id AND c.amount = l.amount AND c.binding_id = l.binding_id AND c.payer_id = l.payer_id
			GROUP BY r.id, r.posted, r.lines, r.status HAVING COUNT(c.id) <> r.posted OR COUNT(l.run_id) <> r.lines
			OR r.status = 'posted' AND r.posted <> r.lines ORDER BY r.id LIMIT 20`},
		{"charge %s has no voucher", `SELECT c.no FROM charge c LEFT JOIN voucher v ON v.id = c.voucher_id
			WHERE c.amount <> 0 AND (v.id IS NULL OR v.amount <> CASE WHEN c.amount > 0 THEN c.amount ELSE -c.amount END) ORDER BY c.no LIMIT 20`},
	} {
		rows, err := q.QueryContext(ctx, test.query)
		if err != nil {
			return r, err
		}
		for rows.Next() {
			var text string
			if err = rows.Scan(&text); err != nil {
				break
			}
			r.Faults = append(r.Faults, fmt.Sprintf(test.fault, text))
		}
		if closeErr := rows.Close(); err == nil {
			err = closeErr
		}
		if err == nil {
			err = rows.Err()
		}
		if err != nil {
			return r, err
		}
	}
	return r, nil
}
