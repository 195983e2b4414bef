package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow/bpmn"
	"github.com/lifang/lifang/internal/flow/core"
)

// Options are what an engine works with. Directory and Calendar are needed, the rest may be left out.
type Options struct {
	Directory Directory
	Calendar  *calendar.Book
	Notify    Notifier
	Changed   func(caseID, org db.ID) // told after every committed change of a case, to refresh screens; must not wait
	Log       *slog.Logger
	Node      string // name of this process in leases
	Admin     string // position code of those who act where a step with lf:empty="admin" finds nobody
}

// Engine publishes flows and runs cases on one database. It is safe for concurrent use; every process is equal.
type Engine struct {
	d       *db.DB
	o       Options
	wake    chan struct{}
	mu      sync.RWMutex
	actions map[string]action
	defs    map[db.ID]*Definition
	pools   map[Pool]int64
}

type action struct {
	fn   ActionFunc
	sets []Var
}

// New makes an engine.
func New(d *db.DB, o Options) *Engine {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Engine{d: d, o: o, wake: make(chan struct{}, 1), actions: map[string]action{}, defs: map[db.ID]*Definition{}, pools: map[Pool]int64{}}
}

// RegisterAction makes an action known under a name ("fees.charge"), with the variables that it sets. It must be called before
// flows that use it are published or run.
func (e *Engine) RegisterAction(name string, fn ActionFunc, sets ...Var) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, twice := e.actions[name]; twice {
		panic("flow: the action " + name + " is registered twice")
	}
	e.actions[name] = action{fn, sets}
}

func (e *Engine) names(forms map[string][]byte, flows map[string]bool) core.Names {
	e.mu.RLock()
	defer e.mu.RUnlock()
	n := core.Names{Actions: map[string][]Var{}, Flows: flows, Forms: forms}
	if e.o.Calendar != nil {
		n.Clocks = func(code string) bool { _, err := e.o.Calendar.Clock(code); return err == nil }
	}
	if e.o.Directory != nil {
		n.Roles = e.o.Directory.Roles()
	}
	for name, a := range e.actions {
		n.Actions[name] = a.sets
	}
	return n
}

// Source is a flow to be published: its file, and the forms that it may use by name.
type Source struct {
	XML   []byte
	Forms map[string][]byte
	By    db.ID
	Note  string
	Flows map[string]bool // further flows that may be called; published ones are known
}

// Publish checks a flow and makes it the version that new cases take. If nothing changed since the published version that one
// is returned. The error is bpmn.Faults when the flow is refused.
func (e *Engine) Publish(ctx context.Context, s Source) (*Definition, error) {
	flows, err := e.published(ctx, s.Flows)
	if err != nil {
		return nil, err
	}
	if doc, err := bpmn.Parse(s.XML); err == nil && doc.Root != nil {
		for _, p := range doc.Root.All(bpmn.NS, "process") {
			flows[p.Attr("id")] = true
		}
	}
	def, err := core.Compile(s.XML, e.names(s.Forms, flows))
	if err != nil {
		return nil, err
	}
	forms := map[string]json.RawMessage{}
	for name := range def.Forms {
		forms[name] = s.Forms[name]
	}
	err = e.d.Write(ctx, func(tx *db.Tx) error {
		var id, ver int64
		var hash string
		err := tx.QueryRowContext(ctx, `SELECT id, ver, hash FROM flow_def WHERE key = $1 AND state = 1 ORDER BY ver DESC LIMIT 1`, def.Key).Scan(&id, &ver, &hash)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if hash == def.Hash {
			def.ID, def.Ver = id, int(ver)
			return nil
		}
		def.ID, def.Ver = int64(tx.NewID()), int(ver)+1
		_, err = tx.ExecContext(ctx, `INSERT INTO flow_def (id, key, ver, name, name_en, xml, forms, vars, hash, state, made_by, made_at, note)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12)`, def.ID, def.Key, def.Ver, def.Zh, def.En, string(s.XML),
			string(core.Canonical(forms)), string(core.Canonical(e.actionVars(def))), def.Hash, s.By, tx.Now(), s.Note)
		return err
	})
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.defs[db.ID(def.ID)] = def
	return def, nil
}

// actionVars gives the variables that the actions of a flow set: kept with the version, so that it compiles the same later.
func (e *Engine) actionVars(def *Definition) map[string][]Var {
	e.mu.RLock()
	defer e.mu.RUnlock()
	out := map[string][]Var{}
	for _, n := range def.Nodes {
		if n.Kind == core.KindService {
			out[n.Action] = e.actions[n.Action].sets
		}
	}
	return out
}

func (e *Engine) published(ctx context.Context, more map[string]bool) (map[string]bool, error) {
	flows := map[string]bool{}
	for key := range more {
		flows[key] = true
	}
	rows, err := e.d.Reader().QueryContext(ctx, `SELECT DISTINCT key FROM flow_def WHERE state = 1`)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		flows[key] = true
	}
	return flows, rows.Err()
}

// Load publishes every flow of a rule book that changed: <chapter>/flows/*.bpmn with the forms of all chapters. Every refusal
// of every file is in the error, named by file.
func (e *Engine) Load(ctx context.Context, files fs.FS) error {
	sources, err := ReadRulebook(files)
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		if _, err := e.Publish(ctx, sources[name]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// Check compiles every flow of a rule book without a database, for a test beside the rule book and for the command line. Every
// refusal of every file is in the error, named by file.
func Check(files fs.FS, names core.Names) error {
	sources, err := ReadRulebook(files)
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		names.Forms, names.Flows = sources[name].Forms, sources[name].Flows
		if _, err := core.Compile(sources[name].XML, names); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// ReadRulebook gives the flows of a rule book by file name.
func ReadRulebook(files fs.FS) (map[string]Source, error) {
	forms, found, keys := map[string][]byte{}, map[string]Source{}, map[string]bool{}
	formFiles, err := fs.Glob(files, "*/forms/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range formFiles {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		form := strings.TrimSuffix(path.Base(name), ".json")
		if forms[form] != nil {
			return nil, fmt.Errorf("%s: another chapter has a form of this name", name)
		}
		forms[form] = raw
	}
	flowFiles, err := fs.Glob(files, "*/flows/*.bpmn")
	if err != nil {
		return nil, err
	}
	for _, name := range flowFiles {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		found[name] = Source{XML: raw, Forms: forms, Flows: keys, Note: name}
		if doc, err := bpmn.Parse(raw); err == nil {
			for _, p := range doc.Root.All(bpmn.NS, "process") {
				keys[p.Attr("id")] = true
			}
		}
	}
	return found, nil
}

// Definition gives a version by its id, compiled.
func (e *Engine) Definition(ctx context.Context, q db.Queryer, id db.ID) (*Definition, error) {
	e.mu.RLock()
	def := e.defs[id]
	e.mu.RUnlock()
	if def != nil {
		return def, nil
	}
	var ver int
	var xml, forms, vars string
	if err := q.QueryRowContext(ctx, `SELECT ver, xml, forms, vars FROM flow_def WHERE id = $1`, id).Scan(&ver, &xml, &forms, &vars); err != nil {
		return nil, fmt.Errorf("flow definition %d: %w", id, err)
	}
	var raw map[string]json.RawMessage
	names := core.Names{Forms: map[string][]byte{}}
	if err := errors.Join(json.Unmarshal([]byte(forms), &raw), json.Unmarshal([]byte(vars), &names.Actions)); err != nil {
		return nil, err
	}
	for name, text := range raw {
		names.Forms[name] = text
	}
	def, err := core.Compile([]byte(xml), names)
	if err != nil {
		return nil, fmt.Errorf("flow definition %d: %w", id, err)
	}
	def.ID, def.Ver = int64(id), ver
	e.mu.Lock()
	defer e.mu.Unlock()
	e.defs[id] = def
	return def, nil
}

// Current gives the published version of a flow; db.ErrNotFound when there is none.
func (e *Engine) Current(ctx context.Context, q db.Queryer, key string) (*Definition, error) {
	var id db.ID
	if err := q.QueryRowContext(ctx, `SELECT id FROM flow_def WHERE key = $1 AND state = 1 ORDER BY ver DESC LIMIT 1`, key).Scan(&id); err != nil {
		return nil, err
	}
	return e.Definition(ctx, q, id)
}

// Startable gives the flows that a form opens, by key.
func (e *Engine) Startable(ctx context.Context) ([]Startable, error) {
	flows, err := e.published(ctx, nil)
	if err != nil {
		return nil, err
	}
	var out []Startable
	for _, key := range slices.Sorted(maps.Keys(flows)) {
		def, err := e.Current(ctx, e.d.Reader(), key)
		if err != nil {
			return nil, err
		}
		if form := def.Start.Task.Form; form != "" {
			out = append(out, Startable{Flow: key, Zh: def.Zh, En: def.En, Form: form})
		}
	}
	return out, nil
}

// FormOf gives a form of the published version of a flow; db.ErrNotFound when there is none.
func (e *Engine) FormOf(ctx context.Context, key, form string) (*FormView, error) {
	def, err := e.Current(ctx, e.d.Reader(), key)
	if err != nil {
		return nil, err
	}
	f := def.Forms[form]
	if f == nil {
		return nil, db.ErrNotFound
	}
	return &FormView{Name: form, Schema: f.Schema}, nil
}
