package db

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
	"sync"
)

// Memo returns what compute finds, and remembers it until the table is written.
// compute must read that one table only. It remembers where this process sees every
// write, which is on SQLite; elsewhere, and inside a transaction, it just computes.
func Memo[T any](q Queryer, table, key string, compute func() (T, error)) (T, error) {
	reader, ok := q.(versionedReader)
	if !ok {
		return compute()
	}
	version := reader.changes.version(table) // before reading: a write in between makes it old
	if found, ok := reader.memos.get(table, key, version); ok {
		return found.(T), nil
	}
	value, err := compute()
	if err == nil {
		reader.memos.put(table, key, version, value)
	}
	return value, err
}

// memoLimit bounds how many answers are kept for one table.
const memoLimit = 256

type memos struct {
	mu     sync.Mutex
	tables map[string]*tableMemo
}

type tableMemo struct {
	version int64
	answers map[string]any
}

func (m *memos) get(table, key string, version int64) (any, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.tables[table]
	if kept == nil || kept.version != version {
		return nil, false
	}
	answer, ok := kept.answers[key]
	return answer, ok
}

func (m *memos) put(table, key string, version int64, answer any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.tables[table]
	if kept == nil || kept.version < version || len(kept.answers) >= memoLimit {
		kept = &tableMemo{version: version, answers: map[string]any{}}
		m.tables[table] = kept
	}
	if kept.version == version {
		kept.answers[key] = answer
	}
}

// changes counts the committed writes of each table. A statement whose table
// cannot be told counts for all of them.
type changes struct {
	mu     sync.RWMutex
	tables map[string]int64
	all    int64
}

func newChanges() *changes { return &changes{tables: map[string]int64{}} }

// anyTable stands for a write whose table is not known.
const anyTable = "*"

func (c *changes) bump(tables []string) {
	if len(tables) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, table := range tables {
		if table == anyTable {
			c.all++
		} else {
			c.tables[table]++
		}
	}
}

func (c *changes) version(table string) int64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.all + c.tables[table]
}

var (
	changing   = regexp.MustCompile(`(?is)^\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)`)
	writtenBy  sync.Map // statement text → table, "" for a read
	readsFirst = regexp.MustCompile(`(?is)^\s*(?:SELECT|PRAGMA|EXPLAIN)\b`)
)

// written names the table a statement writes, "" if it only reads.
func written(query string) string {
	if table, ok := writtenBy.Load(query); ok {
		return table.(string)
	}
	table := anyTable
	if match := changing.FindStringSubmatch(query); match != nil {
		table = strings.ToLower(match[1])
	} else if readsFirst.MatchString(query) {
		table = ""
	}
	if len(query) < 4096 { // bulk statements come in too many lengths to remember
		writtenBy.Store(query, table)
	}
	return table
}

// versionedReader is the reader pool with what is remembered of it.
type versionedReader struct {
	*statements
	changes *changes
	memos   *memos
}

// noting is the writer's connection; it notes which tables a transaction writes.
type noting struct {
	execQueryer
	tables []string
}

func (n *noting) note(query string) {
	table := written(query)
	if table == "" {
		return
	}
	for _, known := range n.tables {
		if known == table {
			return
		}
	}
	n.tables = append(n.tables, table)
}

func (n *noting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	n.note(query)
	return n.execQueryer.QueryContext(ctx, query, args...)
}

func (n *noting) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	n.note(query)
	return n.execQueryer.QueryRowContext(ctx, query, args...)
}

func (n *noting) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	n.note(query)
	return n.execQueryer.ExecContext(ctx, query, args...)
}
