// Package db opens the one database Lifang runs on and hides which one it is.
//
// By default that is SQLite: one file, one writer with group commit, a pool of
// readers. With a postgres:// address it is PostgreSQL, any number of nodes.
// Everything above this package writes the same SQL for both.
//
//	d, err := db.Open(ctx, db.Options{Dir: "data"})
//	err = d.Write(ctx, func(tx *db.Tx) error {
//		_, err := tx.ExecContext(ctx, `INSERT INTO key (id, key_no) VALUES ($1, $2)`, tx.NewID(), "K-1")
//		return err
//	})
//	row := d.Reader().QueryRowContext(ctx, `SELECT key_no FROM key WHERE id = $1`, id)
//
// Rules for SQL here: $n placeholders, columns BIGINT, TEXT or BYTEA only,
// instants as unix milliseconds, civil dates as YYYY-MM-DD text, booleans as 0
// and 1. Sums are written CAST(SUM(x) AS BIGINT), comparisons of text for search
// use lower() on both sides, and NULLs are sorted with NULLS LAST.
//
// It must never know a business word, and nobody else may ask which engine runs
// except through the named functions of this package.
package db
