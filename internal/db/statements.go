package db

import (
	"context"
	"database/sql"
	"sync"
)

// statementLimit bounds how many prepared statements a pool keeps. The product's
// own SQL is a few hundred texts; filters add some more.
const statementLimit = 512

// preparer is a *sql.DB or a *sql.Conn.
type preparer interface {
	execQueryer
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// statements keeps SQLite statements prepared; parsing costs more than most
// reads. (pgx has its own cache.)
type statements struct {
	on    preparer
	mu    sync.RWMutex
	cache map[string]*sql.Stmt
}

func newStatements(on preparer) *statements {
	return &statements{on: on, cache: map[string]*sql.Stmt{}}
}

// prepared returns nil where the text cannot be prepared or the cache is full;
// the caller then runs it directly and gets the engine's own error.
func (s *statements) prepared(ctx context.Context, query string) *sql.Stmt {
	s.mu.RLock()
	stmt, full := s.cache[query], len(s.cache) >= statementLimit
	s.mu.RUnlock()
	if stmt != nil || full {
		return stmt
	}
	stmt, err := s.on.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.cache[query]; other != nil {
		_ = stmt.Close() // somebody was faster
		return other
	}
	s.cache[query] = stmt
	return stmt
}

func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := s.prepared(ctx, query); stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	return s.on.QueryContext(ctx, query, args...)
}

func (s *statements) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := s.prepared(ctx, query); stmt != nil {
		return stmt.QueryRowContext(ctx, args...)
	}
	return s.on.QueryRowContext(ctx, query, args...)
}

func (s *statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if stmt := s.prepared(ctx, query); stmt != nil {
		return stmt.ExecContext(ctx, args...)
	}
	return s.on.ExecContext(ctx, query, args...)
}

func (s *statements) exec(ctx context.Context, query string) error {
	_, err := s.on.ExecContext(ctx, query)
	return err
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stmt := range s.cache {
		_ = stmt.Close() // the connection closes next
	}
	s.cache = map[string]*sql.Stmt{}
	if conn, ok := s.on.(*sql.Conn); ok {
		return conn.Close()
	}
	return nil
}
