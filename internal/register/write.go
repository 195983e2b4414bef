package register

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

func (tb *table) create(ctx context.Context, tx *db.Tx, r row) error {
	if err := tb.prepare(ctx, tx, nil, []row{r}, 0); err != nil {
		return err
	}
	if err := tb.insert(ctx, tx, []row{r}); err != nil {
		return err
	}
	h := head(r)
	if err := tb.record(ctx, tx, "create", h, nil, tb.filled(r)); err != nil {
		return err
	}
	if err := tb.hooks.after(ctx, tx, nil, r); err != nil {
		return err
	}
	tb.announce(tx, h.ProjectID)
	return nil
}

func (tb *table) createAll(ctx context.Context, tx *db.Tx, batch db.ID, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	if err := tb.prepare(ctx, tx, nil, rows, batch); err != nil {
		return err
	}
	if err := tb.insert(ctx, tx, rows); err != nil {
		return err
	}
	first := *head(rows[0])
	first.ID = batch
	if err := tb.record(ctx, tx, "import", &first, nil, map[string]any{"rows": len(rows)}); err != nil {
		return err
	}
	for _, r := range rows {
		if err := tb.hooks.after(ctx, tx, nil, r); err != nil {
			return err
		}
	}
	tb.announce(tx, first.ProjectID)
	return nil
}

// prepare gives new rows their head, runs the hooks and judges everything that can be
// judged before writing. For several rows the pointers begin with the row's index.
func (tb *table) prepare(ctx context.Context, tx *db.Tx, old row, rows []row, batch db.ID) error {
	if tb.readOnly {
		return problem.New(http.StatusMethodNotAllowed, "read_only", tb.zh+"不能直接修改", tb.en+" cannot be changed directly")
	}
	wrong := problem.Invalid()
	for i, r := range rows {
		h := head(r)
		if old == nil {
			if h.ID == 0 {
				h.ID = tx.NewID()
			}
			h.Version, h.ArchivedAt, h.CreatedAt = 1, 0, tx.Now()
			if batch != 0 {
				h.BatchID = batch
			}
		}
		h.UpdatedAt = tx.Now()
		if err := tb.hooks.before(ctx, tx, old, r); err != nil {
			return err
		}
		if err := tb.allowed(ctx, "write", r); err != nil {
			return err
		}
		prefix := "/"
		if len(rows) > 1 {
			prefix = "/" + strconv.Itoa(i) + "/"
		}
		for _, f := range tb.fields {
			if bad := f.validate(f.value(r)); bad != nil {
				wrong = wrong.At(prefix+f.name, bad.zh, bad.en)
			}
		}
	}
	wrong, err := tb.verifyRefs(ctx, tx, old, rows, wrong)
	if err != nil {
		return err
	}
	if err := wrong.OrNil(); err != nil {
		return err
	}
	for _, r := range rows {
		if err := tb.hooks.check(ctx, tx, old, r); err != nil {
			return err
		}
	}
	return nil
}

// allowed says whether the principal may change this row. Rows that all projects share
// are changed only by those whose permission holds in the whole company.
func (tb *table) allowed(ctx context.Context, action string, r row) error {
	who := access.From(ctx)
	scope := who.Scope(tb.permission + "." + action)
	switch {
	case tb.covers(scope, r):
		return nil
	case scope.Self && tb.self != nil && who.PersonID != 0 && tb.self.id(r) == who.PersonID:
		return nil
	case who.Kind == access.Anonymous:
		return problem.Unauthenticated()
	}
	return problem.Forbidden()
}

// covers says whether a scope takes a row in by its project, not only as one's own.
func (tb *table) covers(scope access.Scope, r row) bool {
	return scope.All || tb.scope == ByProject && scope.Covers(head(r).ProjectID)
}

// person says whether each row is a person, who may mend his own.
func (tb *table) person() bool { return tb.self != nil && tb.self.name == "id" }

// mostParameters bounds the values of one statement: binding takes SQLite time that grows
// with their square, while few rows per statement cost PostgreSQL round trips. Measured
// by BenchmarkRegister.
const mostParameters = 256

func (tb *table) insert(ctx context.Context, tx *db.Tx, rows []row) error {
	size := 8
	for start := 0; start < len(rows); start += size {
		for size > 1 && (size > len(rows)-start || size*len(tb.all) > mostParameters) {
			size /= 2 // few sizes, so that statements are prepared once
		}
		args := make([]any, 0, size*len(tb.all))
		for _, r := range rows[start : start+size] {
			for _, f := range tb.all {
				args = append(args, f.value(r))
			}
		}
		if _, err := tx.ExecContext(ctx, tb.insertStatement(size), args...); err != nil {
			return tb.taken(err, rows[start:start+size])
		}
	}
	return nil
}

func (tb *table) insertStatement(rows int) string {
	if known, ok := tb.inserts.Load(rows); ok {
		return known.(string)
	}
	var b strings.Builder
	b.WriteString("INSERT INTO " + tb.table + " (" + strings.ReplaceAll(tb.columns, "t.", "") + ") VALUES ")
	n := 0
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		for j := range tb.all {
			n++
			b.WriteString([]string{"($", ",$"}[min(j, 1)] + strconv.Itoa(n))
		}
		b.WriteByte(')')
	}
	tb.inserts.Store(rows, b.String())
	return b.String()
}

func (tb *table) update(ctx context.Context, tx *db.Tx, id db.ID, version int64, change func(old, draft row) error) (row, error) {
	old, err := tb.current(ctx, tx, id, version, "write")
	if err != nil {
		return nil, err
	}
	draft, err := tb.copyRow(old)
	if err != nil {
		return nil, err
	}
	if err := change(old, draft); err != nil {
		return nil, err
	}
	*head(draft) = Row{ID: head(old).ID, ProjectID: head(draft).ProjectID, Version: head(old).Version, ArchivedAt: head(old).ArchivedAt,
		CreatedAt: head(old).CreatedAt, UpdatedAt: head(old).UpdatedAt, BatchID: head(old).BatchID}
	if err := tb.prepare(ctx, tx, old, []row{draft}, 0); err != nil {
		return nil, err
	}
	return draft, tb.save(ctx, tx, "update", old, draft)
}

// current reads the row as it is and refuses a stale version or a missing right.
func (tb *table) current(ctx context.Context, tx *db.Tx, id db.ID, version int64, action string) (row, error) {
	old, err := tb.get(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := tb.allowed(ctx, action, old); err != nil {
		return nil, err
	}
	if version != 0 && version != head(old).Version {
		return nil, tb.stale(ctx, tx, old)
	}
	return old, nil
}

func (tb *table) stale(ctx context.Context, q db.Queryer, current row) error {
	body, err := tb.itemJSON(ctx, q, current)
	if err != nil {
		return err
	}
	return problem.Stale(body)
}

// save writes what differs between old and draft, if anything does.
func (tb *table) save(ctx context.Context, tx *db.Tx, action string, old, draft row) error {
	var set []string
	var args []any
	before, after := map[string]any{}, map[string]any{}
	for _, f := range tb.all {
		was, is := f.value(old), f.value(draft)
		if was == is || f.name == "updated_at" {
			continue
		}
		before[f.name], after[f.name] = f.traced(was), f.traced(is)
		args = append(args, is)
		set = append(set, f.name+" = $"+strconv.Itoa(len(args)))
	}
	if len(set) == 0 {
		head(draft).UpdatedAt = head(old).UpdatedAt
		return nil
	}
	h := head(draft)
	h.UpdatedAt = tx.Now()
	h.Version++
	n := len(args)
	args = append(args, h.Version, h.UpdatedAt, int64(h.ID), head(old).Version)
	statement := "UPDATE " + tb.table + " SET " + strings.Join(set, ", ") + ", version = $" + strconv.Itoa(n+1) + ", updated_at = $" + strconv.Itoa(n+2) +
		" WHERE id = $" + strconv.Itoa(n+3) + " AND version = $" + strconv.Itoa(n+4)
	if err := db.ExecOne(ctx, tx, statement, args...); errors.Is(err, db.ErrStale) {
		current, err := tb.get(ctx, tx, h.ID)
		if err != nil {
			return err
		}
		return tb.stale(ctx, tx, current)
	} else if err != nil {
		return tb.taken(err, []row{draft})
	}
	if err := tb.record(ctx, tx, action, h, before, after); err != nil {
		return err
	}
	if err := tb.hooks.after(ctx, tx, old, draft); err != nil {
		return err
	}
	tb.announce(tx, h.ProjectID)
	return nil
}

// Archive takes a row out of use: lists leave it out, refs may no longer be set to it.
// The version works as in Update.
func (tb *table) Archive(ctx context.Context, tx *db.Tx, id db.ID, version int64) error {
	return tb.setArchived(ctx, tx, id, version, "archive", func(h *Row) { h.ArchivedAt = tx.Now() })
}

// Restore brings an archived row back into use.
func (tb *table) Restore(ctx context.Context, tx *db.Tx, id db.ID, version int64) error {
	return tb.setArchived(ctx, tx, id, version, "restore", func(h *Row) { h.ArchivedAt = 0 })
}

func (tb *table) setArchived(ctx context.Context, tx *db.Tx, id db.ID, version int64, action string, change func(*Row)) error {
	if tb.readOnly {
		return tb.prepare(ctx, tx, nil, nil, 0)
	}
	old, err := tb.current(ctx, tx, id, version, tb.archive)
	if err != nil {
		return err
	}
	if who := access.From(ctx); tb.person() && !tb.covers(who.Scope(tb.permission+"."+tb.archive), old) {
		return problem.Forbidden() // nobody takes himself out of the books, or brings himself back
	}
	draft, err := tb.copyRow(old)
	if err != nil {
		return err
	}
	if change(head(draft)); (head(old).ArchivedAt == 0) == (head(draft).ArchivedAt == 0) {
		return nil
	}
	if head(draft).ArchivedAt == 0 { // a row that comes back is judged like a new one
		if err := tb.hooks.check(ctx, tx, nil, draft); err != nil {
			return err
		}
	}
	return tb.save(ctx, tx, action, old, draft)
}

// taken turns the violation of a unique key into a problem that names the value.
func (tb *table) taken(err error, rows []row) error {
	if !db.IsUnique(err) {
		return err
	}
	said := err.Error()
	wrong := problem.Conflict("taken", "已存在相同的记录,请核对", "There is already such a record, please compare")
	blame := func(only func(*field) bool) {
		for i, r := range rows {
			for _, f := range tb.fields {
				if f.unique && only(f) {
					prefix := "/"
					if len(rows) > 1 {
						prefix = "/" + strconv.Itoa(i) + "/"
					}
					value := f.display(f.mask(f.value(r)), "zh")
					wrong = wrong.At(prefix+f.name, f.zh+"“"+value+"”已存在", f.en+" “"+value+"” is taken")
				}
			}
		}
	}
	blame(func(f *field) bool { return strings.Contains(strings.ReplaceAll(said, tb.table+".", ""), f.name) })
	if len(wrong.Fields) == 0 {
		blame(func(*field) bool { return true })
	}
	return wrong
}

// filled lists the fields of a new row that are not empty, for the trail.
func (tb *table) filled(r row) map[string]any {
	values := map[string]any{}
	for _, f := range tb.fields {
		if v := f.value(r); !f.computed && v != f.empty() {
			values[f.name] = f.traced(v)
		}
	}
	return values
}

// traced is a stored value as it stands in the trail: JSON columns as JSON.
func (f *field) traced(stored any) any {
	if s, ok := stored.(string); ok && s != "" && (f.kind == list || f.kind == object) {
		return json.RawMessage(s)
	}
	return stored
}

func (tb *table) record(ctx context.Context, tx *db.Tx, action string, h *Row, before, after map[string]any) error {
	entry := audit.Entry{Action: action, Object: tb.name, ObjectID: h.ID, ProjectID: h.ProjectID, After: after}
	if before != nil {
		entry.Before = before
	}
	return audit.Record(ctx, tx, entry)
}

// hasRef says whether a ref has been set or moved.
func (f *field) hasRef(old, new row) bool {
	return f.ref != "" && f.id(new) != 0 && (old == nil || f.id(old) != f.id(new))
}
