package flow

import (
	"context"

	"github.com/lifang/lifang/internal/access"
)

// Overdue counts the open tasks past their limit at the units of a scope.
func (e *Engine) Overdue(ctx context.Context, scope access.Scope) (n int64, err error) {
	args := []any{e.d.Now()}
	err = e.d.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM flow_task WHERE state = 0 AND kind = 0 AND due_at <> 0 AND due_at < $1 AND `+
		scope.Where("org_id", &args), args...).Scan(&n)
	return n, err
}
