// Package setting keeps the parameters that a company changes while the system
// runs: one value for the company, and other values for single projects.
//
//	var QuietFrom = setting.Key[string]{Name: "notify.quiet_from", Default: "21:00"}
//	from, err := QuietFrom.Get(ctx, q, project)
//
// Facts that come from law and change on a date belong in the rule book's dated
// files, not here. It must never hold secrets in the clear that a reader of the
// settings page should not see.
package setting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lifang/lifang/internal/db"
)

// Key names a parameter and its type. Default holds where nobody has set a value.
type Key[T any] struct {
	Name    string
	Default T
}

// Get returns the project's value, else the company's, else the default.
// Project 0 asks for the company's.
func (k Key[T]) Get(ctx context.Context, q db.Queryer, project db.ID) (T, error) {
	value := k.Default
	var text string
	err := q.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = $1 AND project_id IN (0, $2)
		ORDER BY project_id DESC LIMIT 1`, k.Name, project).Scan(&text)
	if errors.Is(err, db.ErrNotFound) {
		return value, nil
	}
	if err != nil {
		return value, err
	}
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return k.Default, fmt.Errorf("setting %s: %w", k.Name, err)
	}
	return value, nil
}

// Set stores the value for a project, or for the company where project is 0.
// by is the account that does it.
func (k Key[T]) Set(ctx context.Context, tx *db.Tx, project db.ID, value T, by db.ID) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("setting %s: %w", k.Name, err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO setting (name, project_id, value, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (name, project_id) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
		k.Name, project, string(text), tx.Now(), by)
	return err
}
