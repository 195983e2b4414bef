// Package audit is the trail: who did what to what, when and from where. Every
// write, approval, print, export and view of sensitive data leaves an [Entry], in the
// same transaction as the deed. Later the entries are sealed in batches into a hash
// chain, so that a change made behind the product's back is found.
//
//	audit.Record(ctx, tx, audit.Entry{Action: "print", Object: "receipts", ObjectID: id, ProjectID: project})
//	…
//	audit.Seal(ctx, d)             // every few seconds, by a job
//	report, err := audit.Verify(ctx, d.Reader())
//
// What it must never do: change or delete an entry, make writers wait for each other,
// or store a password or a key.
package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
)

// Entry is one deed. The actor and where they acted from are taken from the context.
type Entry struct {
	Action    string // create, update, archive, reveal, export, print, approve, login, …
	Object    string // what kind of thing: a register's name, a flow key, …
	ObjectID  db.ID  // which one; 0 for the kind as a whole (an export)
	ProjectID db.ID  // 0 for the company itself
	Before    any    // what it was, marshalled to JSON; nil when nothing is worth keeping
	After     any    // what it became
	Note      string // a reason given, a query exported, …
}

// Record writes the entries in tx, with the transaction's time and the context's actor.
func Record(ctx context.Context, tx *db.Tx, entries ...Entry) error {
	who := access.From(ctx)
	for _, e := range entries {
		before, err := asJSON(e.Before)
		if err != nil {
			return fmt.Errorf("audit %s %s: %w", e.Action, e.Object, err)
		}
		after, err := asJSON(e.After)
		if err != nil {
			return fmt.Errorf("audit %s %s: %w", e.Action, e.Object, err)
		}
		id := tx.NewID()
		if _, err := tx.ExecContext(ctx, `INSERT INTO audit_entry
			(id, at, actor_id, person_id, actor_kind, actor, ip, device, language, action, object, object_id, project_id, before, after, note)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)`,
			id, tx.Now(), who.AccountID, who.PersonID, string(who.Kind), who.Name, who.IP, who.Device, who.Lang,
			e.Action, e.Object, e.ObjectID, e.ProjectID, before, after, e.Note); err != nil {
			return fmt.Errorf("audit %s %s: %w", e.Action, e.Object, err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO audit_pending (entry_id) VALUES ($1)`, id); err != nil {
			return fmt.Errorf("audit %s %s: %w", e.Action, e.Object, err)
		}
	}
	return nil
}

// asJSON is the text stored for Before and After: "" for nothing.
func asJSON(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case json.RawMessage:
		return string(v), nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}
