package db

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// writeAttempts bounds how often a write is repeated after a serialisation failure.
const writeAttempts = 10

func (d *DB) openPostgreSQL(ctx context.Context, address string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("database address: %w", err)
	}
	config.RuntimeParams["timezone"] = "UTC"
	size := max(8, 2*runtime.NumCPU())
	open := func() *sql.DB {
		pool := stdlib.OpenDB(*config)
		pool.SetMaxOpenConns(size)
		pool.SetMaxIdleConns(size)
		pool.SetConnMaxIdleTime(5 * time.Minute)
		d.pools = append(d.pools, pool)
		return pool
	}
	d.write, d.read = open(), open()
	d.reader = d.read
	if err := d.write.PingContext(ctx); err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	return migrate(ctx, PostgreSQL, d.write)
}

func (d *DB) writePostgreSQL(ctx context.Context, fn func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := d.tryPostgreSQL(ctx, fn)
		if err == nil || !retryable(err) || attempt == writeAttempts {
			return named(err)
		}
		pause := time.Duration(rand.IntN(5<<min(attempt, 6))+1) * time.Millisecond
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (d *DB) tryPostgreSQL(ctx context.Context, fn func(*Tx) error) error {
	sqlTx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = sqlTx.Rollback() }() // no effect after a commit
	tx := &Tx{db: d, conn: sqlTx, now: d.now()}
	if err := fn(tx); err != nil {
		return err
	}
	if err := sqlTx.Commit(); err != nil {
		return err
	}
	for _, after := range tx.after {
		after()
	}
	return nil
}
