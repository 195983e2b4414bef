package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
	"modernc.org/sqlite"
)

func init() {
	// Without this, any code that opens and closes the file (a backup, say)
	// would drop the process's locks.
	_, _ = sqlite.OFDLocking(true) // only Linux has them
}

// fileName is the SQLite file inside the data folder.
const fileName = "lifang.db"

func (d *DB) openSQLite(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	d.lock = flock.New(filepath.Join(dir, "lifang.lock"))
	got, err := d.lock.TryLock()
	if err != nil {
		d.lock = nil
		return fmt.Errorf("data folder: %w", err)
	}
	if !got {
		d.lock = nil
		return fmt.Errorf("%s: %w", dir, ErrLocked)
	}
	path := filepath.Join(dir, fileName)
	writer, err := sql.Open("sqlite", sqliteDSN(path, "_txlock=immediate", "cache_size(-16000)"))
	if err != nil {
		return err
	}
	writer.SetMaxOpenConns(1)
	d.pools = append(d.pools, writer)
	if err := migrate(ctx, SQLite, writer); err != nil {
		return err
	}
	conn, err := writer.Conn(ctx)
	if err != nil {
		return err
	}
	d.changes = newChanges()
	d.group = newGroupWriter(d, conn)
	d.read, err = sql.Open("sqlite", sqliteDSN(path, "", "query_only(1)", "cache_size(-4000)"))
	if err != nil {
		return err
	}
	readers := max(4, min(8, 2*runtime.NumCPU()))
	d.read.SetMaxOpenConns(readers)
	d.read.SetMaxIdleConns(readers)
	d.pools = append(d.pools, d.read)
	d.reader = versionedReader{newStatements(d.read), d.changes, &memos{tables: map[string]*tableMemo{}}}
	return nil
}

// sqliteDSN carries the pragmas, which SQLite keeps per connection.
func sqliteDSN(path, extra string, pragmas ...string) string {
	query := url.Values{}
	for _, pragma := range append([]string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)",
	}, pragmas...) {
		query.Add("_pragma", pragma)
	}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
	if extra != "" {
		dsn += "&" + extra
	}
	return dsn
}
