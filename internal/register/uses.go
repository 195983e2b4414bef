package register

import (
	"context"

	"github.com/lifang/lifang/internal/db"
)

// Use says that rows outside of an import batch refer to rows of it.
type Use struct {
	By     Any // the register that refers
	To     Any // the register of the batch's rows
	Count  int64
	Sample string // what one of the rows referred to is called, masked
}

// BatchUses finds what refers to the rows of an import from outside of it: why the import can no longer be undone.
// It asks once per ref column whose register has rows of the batch, going through the rows of others, which are usually
// fewer (on SQLite a CROSS JOIN keeps that order).
func BatchUses(ctx context.Context, q db.Queryer, batch db.ID) ([]Use, error) {
	var uses []Use
	has := map[*table]bool{}
	for _, one := range All() {
		tb := one.(*table)
		if tb.table == "" {
			continue
		}
		var n int64
		if err := q.QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT 1 AS one FROM "+tb.table+" WHERE batch_id = $1 AND archived_at = 0 LIMIT 1) t", int64(batch)).Scan(&n); err != nil {
			return nil, err
		}
		has[tb] = n > 0
	}
	for _, one := range All() {
		tb := one.(*table)
		foreign := -1 // whether the register has rows that are not of the batch; asked when needed
		for _, f := range tb.fields {
			to, err := catalogue.find(f.ref)
			if f.ref == "" || f.computed || err != nil || !has[to] || foreign == 0 {
				continue
			}
			if foreign < 0 {
				if err := q.QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT 1 AS one FROM "+tb.source+" WHERE t.batch_id <> $1 AND t.archived_at = 0 LIMIT 1) u", int64(batch)).Scan(&foreign); err != nil {
					return nil, err
				}
				if foreign == 0 {
					continue
				}
			}
			use := Use{By: tb, To: to}
			var sample string
			err = q.QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(MIN(b."+to.primary.name+"), '') FROM "+tb.source+" JOIN "+to.table+" b ON b.id = t."+f.name+
				" WHERE b.batch_id = $1 AND t.batch_id <> $1 AND t.archived_at = 0 AND b.archived_at = 0", int64(batch)).Scan(&use.Count, &sample)
			if err != nil {
				return nil, err
			}
			if use.Count > 0 {
				use.Sample, _ = to.primary.mask(sample).(string)
				uses = append(uses, use)
			}
		}
	}
	return uses, nil
}
