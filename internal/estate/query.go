package estate

import (
	"context"
	"errors"

	"github.com/lifang/lifang/internal/db"
)

// one scans a single row; targets keep their values when there is none.
func one(ctx context.Context, q db.Queryer, query string, args []any, targets ...any) error {
	err := q.QueryRowContext(ctx, query, args...).Scan(targets...)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}

// each calls fn for every row; fn must call scan.
func each(ctx context.Context, q db.Queryer, query string, args []any, fn func(scan func(...any) error) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

type precheckedKey struct{}

// Prechecked marks the context of a migration that has itself compared all rows with each other and with what is
// there, and has put codes and labels together: the hooks then skip the questions they would ask for every row, which
// would cost a large import minutes. The rules of single fields always hold. For package migrate only.
func Prechecked(ctx context.Context) context.Context {
	return context.WithValue(ctx, precheckedKey{}, true)
}

func prechecked(ctx context.Context) bool { return ctx.Value(precheckedKey{}) != nil }
