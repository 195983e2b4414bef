package db

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrNotFound is sql.ErrNoRows under the name the rest of the house uses.
	ErrNotFound = sql.ErrNoRows
	// ErrStale says that a conditional update met a row somebody else has changed.
	ErrStale = errors.New("the row was changed by somebody else")
	// ErrFull says that the disk or a quota is full; nothing was written.
	ErrFull = errors.New("the disk is full; free some space and try again")
	// ErrClosed says that the database is shutting down.
	ErrClosed = errors.New("the database is closed")
	// ErrLocked says that another process has this folder open.
	ErrLocked = errors.New("another process is using this folder; stop it first")
)

// IsUnique reports whether err is a violation of a unique key.
func IsUnique(err error) bool {
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == "23505"
}

// named turns the engines' own words for a full disk into ErrFull.
func named(err error) error {
	if lite, ok := errors.AsType[*sqlite.Error](err); ok && lite.Code()&0xff == sqlite3.SQLITE_FULL {
		return errors.Join(ErrFull, err)
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "53100" {
		return errors.Join(ErrFull, err)
	}
	return err
}

// retryable reports a serialisation failure or a deadlock, which PostgreSQL asks to repeat.
func retryable(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01")
}

// ExecOne runs a statement that must change exactly one row and returns ErrStale
// otherwise. Every read-then-write goes through it.
func ExecOne(ctx context.Context, tx *Tx, query string, args ...any) error {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if n != 1 {
		return ErrStale
	}
	return nil
}
