package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Copy writes a consistent copy of a database to a file while it may be in use
// by another process: a database file for SQLite, pg_dump's own format for
// PostgreSQL (whose pg_dump must be on the PATH and not older than the server).
// It takes no lock and changes nothing.
func Copy(ctx context.Context, o Options, to string) error {
	if o.URL != "" {
		return tool(ctx, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file="+to, "--dbname="+o.URL)
	}
	path := filepath.Join(o.Dir, fileName)
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("no database to copy: %w", err)
	}
	pool, err := sql.Open("sqlite", sqliteDSN(path, ""))
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, `VACUUM INTO $1`, to)
	return errors.Join(err, pool.Close())
}

// Place puts a copy made by Copy where Open will find it. The place must be
// empty: a folder without a database, or a PostgreSQL database without tables.
func Place(ctx context.Context, o Options, from string) error {
	if o.URL != "" {
		return placePostgreSQL(ctx, o.URL, from)
	}
	path := filepath.Join(o.Dir, fileName)
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s exists; restore into an empty folder", path)
	}
	if err := os.MkdirAll(o.Dir, 0o750); err != nil {
		return err
	}
	return os.Rename(from, path)
}

func placePostgreSQL(ctx context.Context, address, from string) error {
	pool, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	var tables int64
	err = pool.QueryRowContext(ctx, `SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema()`).Scan(&tables)
	if err = errors.Join(err, pool.Close()); err != nil {
		return err
	}
	if tables > 0 {
		return errors.New("the PostgreSQL database has tables; restore into an empty one")
	}
	return tool(ctx, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "--dbname="+address, from)
}

func tool(ctx context.Context, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("%s is needed for PostgreSQL and was not found; install PostgreSQL's client tools: %w", name, err)
	}
	said, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(said)))
	}
	return nil
}
