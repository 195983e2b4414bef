package db

import (
	"context"
	"database/sql"
	"fmt"
	"runtime/debug"
	"sync"
)

// groupLimit is how many writes share one commit at the most. A commit costs
// one fsync whatever it holds, so sharing gives full durability at the speed of
// the disk's queue (measured in docs/decisions).
const groupLimit = 64

// groupWriter is the only writer of a SQLite file.
type groupWriter struct {
	db       *DB
	conn     *statements
	requests chan *writeRequest
	finished chan struct{}
	mu       sync.RWMutex
	closed   bool
}

type writeRequest struct {
	ctx    context.Context
	fn     func(*Tx) error
	tx     *Tx
	notes  *noting
	err    error
	panics any
	done   chan struct{}
}

func newGroupWriter(d *DB, conn *sql.Conn) *groupWriter {
	w := &groupWriter{db: d, conn: newStatements(conn), requests: make(chan *writeRequest, groupLimit), finished: make(chan struct{})}
	go w.run()
	return w
}

func (w *groupWriter) write(ctx context.Context, fn func(*Tx) error) error {
	r := &writeRequest{ctx: ctx, fn: fn, done: make(chan struct{})}
	w.mu.RLock()
	if w.closed {
		w.mu.RUnlock()
		return ErrClosed
	}
	w.requests <- r
	w.mu.RUnlock()
	<-r.done
	if r.panics != nil {
		panic(r.panics)
	}
	return r.err
}

func (w *groupWriter) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	close(w.requests)
	w.mu.Unlock()
	<-w.finished
	return w.conn.close()
}

func (w *groupWriter) run() {
	defer close(w.finished)
	for first := range w.requests {
		batch := []*writeRequest{first}
	drain:
		for len(batch) < groupLimit {
			select {
			case r, ok := <-w.requests:
				if !ok {
					break drain
				}
				batch = append(batch, r)
			default:
				break drain
			}
		}
		w.commit(batch)
	}
}

// commit runs a batch as one transaction. If the engine gives up the whole
// transaction (a full disk does that), each request runs again on its own, so
// that one write that cannot succeed does not take its neighbours along.
func (w *groupWriter) commit(batch []*writeRequest) {
	if len(batch) > 1 && !w.try(batch) {
		for _, r := range batch {
			w.try([]*writeRequest{r})
		}
	} else if len(batch) == 1 {
		w.try(batch)
	}
	for _, r := range batch {
		if r.err == nil && r.panics == nil {
			w.db.changes.bump(r.notes.tables) // before the answer: a writer must find its own write
			for _, fn := range r.tx.after {
				fn()
			}
		}
		close(r.done)
	}
}

// try reports false if the batch as a whole failed and nothing of it was written.
func (w *groupWriter) try(batch []*writeRequest) bool {
	ctx := context.Background() // a caller who leaves must not break the batch
	if err := w.conn.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return w.fail(batch, fmt.Errorf("begin: %w", err))
	}
	for _, r := range batch {
		if w.attempt(r, len(batch) > 1) != nil {
			_ = w.conn.exec(ctx, "ROLLBACK") // may already be gone
			return len(batch) == 1
		}
	}
	if len(batch) == 1 && (batch[0].err != nil || batch[0].panics != nil) {
		_ = w.conn.exec(ctx, "ROLLBACK")
		return true
	}
	if err := w.conn.exec(ctx, "COMMIT"); err != nil {
		_ = w.conn.exec(ctx, "ROLLBACK")
		return w.fail(batch, fmt.Errorf("commit: %w", named(err)))
	}
	return true
}

func (w *groupWriter) fail(batch []*writeRequest, err error) bool {
	for _, r := range batch {
		r.err = err
	}
	return len(batch) == 1
}

// attempt runs one request inside the transaction. It returns an error only if
// the transaction itself is lost; the request's own error is kept in r.
func (w *groupWriter) attempt(r *writeRequest, shared bool) (lost error) {
	ctx := context.Background()
	r.err, r.panics = r.ctx.Err(), nil
	if r.err != nil {
		return nil
	}
	if shared {
		if err := w.conn.exec(ctx, "SAVEPOINT one"); err != nil {
			return err
		}
	}
	r.notes = &noting{execQueryer: w.conn}
	r.tx = &Tx{db: w.db, conn: r.notes, now: w.db.now()}
	func() {
		defer func() {
			if p := recover(); p != nil {
				r.panics = fmt.Sprintf("%v\n\n%s", p, debug.Stack())
			}
		}()
		r.err = named(r.fn(r.tx))
	}()
	if !shared {
		return nil
	}
	if r.err != nil || r.panics != nil {
		if err := w.conn.exec(ctx, "ROLLBACK TO one"); err != nil {
			return err
		}
	}
	return w.conn.exec(ctx, "RELEASE one")
}
