package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Engine says which database runs. Only this package and tests look at it.
type Engine int

// The two engines.
const (
	SQLite Engine = iota
	PostgreSQL
)

func (e Engine) String() string { return [...]string{"sqlite", "postgres"}[e] }

// Options say where the database is. URL "postgres://…" selects PostgreSQL;
// otherwise Dir/lifang.db is used and Dir is created.
type Options struct {
	Dir string
	URL string
	// Now gives the time in unix milliseconds; nil means the machine's clock.
	// Simulations hand in their own.
	Now func() int64
	Log *slog.Logger
}

// Queryer reads. *Tx and Reader() are queryers. Rows must be closed before the
// next statement of the same transaction.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine  Engine
	dir     string
	now     func() int64
	log     *slog.Logger
	reader  Queryer
	pools   []*sql.DB
	read    *sql.DB
	write   *sql.DB // PostgreSQL only
	group   *groupWriter
	changes *changes // SQLite only
	lock    *flock.Flock
	ids     *idSource
	owner   string
	stop    context.CancelFunc
	done    sync.WaitGroup
}

// Open opens the database, takes the folder's lock (SQLite), brings the schema
// up to date and starts the writer. It returns ErrLocked if another process has
// the folder.
func Open(ctx context.Context, o Options) (*DB, error) {
	d := &DB{dir: o.Dir, now: o.Now, log: o.Log}
	if d.now == nil {
		d.now = func() int64 { return time.Now().UnixMilli() }
	}
	if d.log == nil {
		d.log = slog.Default()
	}
	var err error
	switch {
	case strings.HasPrefix(o.URL, "postgres://"), strings.HasPrefix(o.URL, "postgresql://"):
		d.engine = PostgreSQL
		err = d.openPostgreSQL(ctx, o.URL)
	case o.URL != "":
		err = fmt.Errorf("database address %q: expected postgres://…", o.URL)
	case o.Dir == "":
		err = errors.New("name a folder (Dir) or a database address (URL)")
	default:
		err = d.openSQLite(ctx, o.Dir)
	}
	if err == nil {
		err = d.claimNode(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, d.closePools())
	}
	background, stop := context.WithCancel(context.Background())
	d.stop = stop
	d.done.Go(func() { d.keepNode(background) })
	return d, nil
}

// Close waits for running writes, gives back what it holds and closes.
func (d *DB) Close() error {
	d.stop()
	d.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(d.releaseNode(ctx), d.closePools())
}

func (d *DB) closePools() error {
	var errs []error
	if d.group != nil {
		errs = append(errs, d.group.close())
	}
	for _, pool := range d.pools {
		errs = append(errs, pool.Close())
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Unlock())
	}
	return errors.Join(errs...)
}

func (d *DB) keepNode(ctx context.Context) {
	tick := time.NewTicker(nodeLeaseTime / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := d.renewNode(ctx); err != nil && ctx.Err() == nil {
				d.log.Warn("cannot renew the id reservation", "error", err)
			}
		}
	}
}

// Engine returns the engine that runs.
func (d *DB) Engine() Engine { return d.engine }

// Dir returns the data folder; on PostgreSQL it holds files only.
func (d *DB) Dir() string { return d.dir }

// Now returns the time in unix milliseconds from the one clock of the system.
func (d *DB) Now() int64 { return d.now() }

// NewID returns a new id.
func (d *DB) NewID() ID { return d.ids.take(1)[0] }

// NewIDs returns n new ids in growing order, for bulk work.
func (d *DB) NewIDs(n int) []ID { return d.ids.take(n) }

// Reader reads committed data. Inside a write use the transaction instead: the
// reader does not see what it has written.
func (d *DB) Reader() Queryer { return d.reader }

// Snapshot runs fn with a queryer whose statements all see one state.
func (d *DB) Snapshot(ctx context.Context, fn func(q Queryer) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if d.engine == PostgreSQL {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.read.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return fn(tx)
}

// Write runs fn in one transaction and returns when it is durable. If fn
// returns an error nothing is written. fn must be short, use nothing but tx,
// and be able to run again: PostgreSQL may ask for it, and so may a failed
// neighbour in the same group commit.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if d.engine == SQLite {
		return d.group.write(ctx, fn)
	}
	return d.writePostgreSQL(ctx, fn)
}

// SkipLocked is appended to the SELECT of a claim so that several nodes do not
// wait for each other; SQLite has one writer and needs nothing.
func SkipLocked(e Engine) string {
	if e == PostgreSQL {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// ForUpdate is appended to a SELECT that reads a row in order to change it.
func ForUpdate(e Engine) string {
	if e == PostgreSQL {
		return " FOR UPDATE"
	}
	return ""
}
