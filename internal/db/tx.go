package db

import (
	"context"
	"database/sql"
)

type execQueryer interface {
	Queryer
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Tx is a running write. It is valid only inside the function given to Write.
type Tx struct {
	db    *DB
	conn  execQueryer
	now   int64
	after []func()
}

// QueryContext reads inside the transaction. Close the rows before the next statement.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.conn.QueryContext(ctx, query, args...)
}

// QueryRowContext reads one row inside the transaction.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.conn.QueryRowContext(ctx, query, args...)
}

// ExecContext writes.
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return tx.conn.ExecContext(ctx, query, args...)
}

// Engine returns the engine that runs.
func (tx *Tx) Engine() Engine { return tx.db.engine }

// NewID returns a new id.
func (tx *Tx) NewID() ID { return tx.db.NewID() }

// NewIDs returns n new ids.
func (tx *Tx) NewIDs(n int) []ID { return tx.db.NewIDs(n) }

// Now returns the time at which the transaction began, in unix milliseconds.
func (tx *Tx) Now() int64 { return tx.now }

// AfterCommit runs fn once the write is durable, and never if it is not. It is
// for waking workers and screens; nothing that matters may depend on it.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }
