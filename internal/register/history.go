package register

import (
	"context"
	"encoding/json"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// Event is one line of a row's history.
type Event struct {
	ID      db.ID    `json:"id"`
	At      int64    `json:"at"`       // unix ms
	Action  string   `json:"action"`   // create, import, update, archive, restore, reveal, …
	ActorID db.ID    `json:"actor_id"` // account; "" for the system
	Actor   string   `json:"actor"`
	IP      string   `json:"ip"`
	Note    string   `json:"note,omitempty"`
	Changes []Change `json:"changes"`
}

// Change is what became of one field, as people read it; personal data is masked.
type Change struct {
	Field    string `json:"field"`
	Zh       string `json:"zh"`
	En       string `json:"en"`
	Before   string `json:"before"`
	After    string `json:"after"`
	BeforeEn string `json:"before_en"`
	AfterEn  string `json:"after_en"`
}

// maxEvents is how far back one answer goes.
const maxEvents = 500

// History tells who changed what in a row and when, newest first. A row that came with
// an import begins with that import.
func (tb *table) History(ctx context.Context, q db.Queryer, id db.ID) ([]Event, error) {
	r, err := tb.get(ctx, q, id)
	if err != nil {
		return nil, err
	}
	events := []Event{}
	var changes [][2]string
	err = eachRow(ctx, q, `SELECT id, at, action, actor_id, actor, ip, note, before, after FROM audit_entry
		WHERE object = $1 AND (object_id = $2 OR (object_id = $3 AND action IN ('import', 'undo'))) ORDER BY id DESC LIMIT $4`,
		[]any{tb.name, int64(id), importOf(r), maxEvents}, func(scan func(...any) error) error {
			var e Event
			var c [2]string
			err := scan(&e.ID, &e.At, &e.Action, &e.ActorID, &e.Actor, &e.IP, &e.Note, &c[0], &c[1])
			events, changes = append(events, e), append(changes, c)
			return err
		})
	if err != nil {
		return nil, err
	}
	names := map[*field]map[db.ID]string{}
	for i := range events {
		events[i].Changes, err = tb.changes(changes[i][0], changes[i][1], names)
		if err != nil {
			return nil, err
		}
	}
	return events, tb.nameRefs(ctx, q, events, names)
}

// importOf is the batch whose import brought the row; -1, which no entry has, for none.
func importOf(r row) int64 {
	if batch := head(r).BatchID; batch != 0 {
		return int64(batch)
	}
	return -1
}

// changes compares the two sides of a trail entry field by field and collects the ids
// of refs in names.
func (tb *table) changes(before, after string, names map[*field]map[db.ID]string) ([]Change, error) {
	was, is := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for _, side := range []struct {
		text   string
		values *map[string]json.RawMessage
	}{{before, &was}, {after, &is}} {
		if side.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(side.text), side.values); err != nil {
			return nil, err
		}
	}
	changes := []Change{}
	for _, f := range append(tb.all[:headLength:headLength], tb.fields...) {
		_, inBefore := was[f.name]
		_, inAfter := is[f.name]
		if !inBefore && !inAfter {
			continue
		}
		from, to := f.mask(f.untraced(was[f.name])), f.mask(f.untraced(is[f.name]))
		changes = append(changes, Change{
			Field: f.name, Zh: f.zh, En: f.en,
			Before: f.display(from, "zh"), After: f.display(to, "zh"), BeforeEn: f.display(from, "en"), AfterEn: f.display(to, "en"),
		})
		for _, v := range []any{from, to} {
			if id, _ := v.(int64); f.ref != "" && id != 0 {
				if names[f] == nil {
					names[f] = map[db.ID]string{}
				}
				names[f][db.ID(id)] = ""
			}
		}
	}
	return changes, nil
}

// untraced is the stored form of a value from the trail, whatever type the field had
// when it was written.
func (f *field) untraced(raw json.RawMessage) any {
	if raw == nil || string(raw) == "null" {
		return f.empty()
	}
	var n int64
	var s string
	switch {
	case json.Unmarshal(raw, &n) == nil && f.kind != text && f.kind != date && f.kind != list && f.kind != object:
		return n
	case json.Unmarshal(raw, &s) == nil:
		return s
	}
	return string(raw)
}

// nameRefs replaces the ids of refs by labels.
func (tb *table) nameRefs(ctx context.Context, q db.Queryer, events []Event, names map[*field]map[db.ID]string) error {
	for f, ids := range names {
		target, err := catalogue.find(f.ref)
		if err != nil {
			return err
		}
		if err := target.names(ctx, q, ids); err != nil {
			return err
		}
	}
	for _, e := range events {
		for i := range e.Changes {
			c := &e.Changes[i]
			for _, side := range []*string{&c.Before, &c.After, &c.BeforeEn, &c.AfterEn} {
				if id, err := db.ParseID(*side); err == nil && names[tb.byName[c.Field]] != nil {
					*side = names[tb.byName[c.Field]][id]
				}
			}
		}
	}
	return nil
}

// Reveal answers the full value of a masked field and leaves a line in the trail. It
// needs the register's Reveal permission where the row is.
func (tb *table) Reveal(ctx context.Context, tx *db.Tx, id db.ID, name string) (string, error) {
	r, err := tb.get(ctx, tx, id)
	if err != nil {
		return "", err
	}
	f := tb.byName[name]
	if f == nil || !f.masked {
		return "", problem.Invalid().At("/field", "此字段没有隐藏的内容", "This field hides nothing")
	}
	if !tb.mayReveal(ctx, r) {
		return "", problem.Forbidden()
	}
	value := f.value(r).(string) // masked fields are text
	err = audit.Record(ctx, tx, audit.Entry{Action: "reveal", Object: tb.name, ObjectID: id, ProjectID: head(r).ProjectID, Note: f.name})
	return value, err
}

func (tb *table) mayReveal(ctx context.Context, r row) bool {
	scope := access.From(ctx).Scope(tb.reveal)
	return scope.Covers(head(r).ProjectID) || (tb.scope == Company && len(scope.Projects) > 0)
}
