package app

import (
	"context"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/organisation"
)

// directory is the organisation as the flow engine asks it, residents included.
type directory struct{ *organisation.Directory }

// Principals gives those for whom a person may act. A resident who is a customer in
// several projects logs in by one phone and acts for all of them.
func (d directory) Principals(ctx context.Context, q db.Queryer, deputy db.ID, at int64, flow string) ([]db.ID, error) {
	principals, err := d.Directory.Principals(ctx, q, deputy, at, flow)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT other.id FROM customer me JOIN customer other ON other.phone = me.phone AND other.id <> me.id
		WHERE me.id = $1 AND me.phone <> '' AND me.archived_at = 0 AND other.archived_at = 0 ORDER BY other.id`, deputy)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id db.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		principals = append(principals, id)
	}
	return principals, rows.Err()
}
