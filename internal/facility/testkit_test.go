package facility

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/rulebook"
)

// The staff of the tests.
const (
	clerk      db.ID = 201
	clerk2     db.ID = 202
	tech       db.ID = 301
	tech2      db.ID = 302
	supervisor db.ID = 401
	head       db.ID = 402 // of the desk
)

// staff is a directory in memory.
type staff map[string][]db.ID

var roster = staff{"CS_OFFICER": {clerk, clerk2}, "TECHNICIAN": {tech, tech2}, "ENG_SUP": {supervisor}, "CS_SUP": {head}}

func (s staff) Holders(_ context.Context, _ db.Queryer, role string, _ db.ID) ([]db.ID, error) {
	return s[role], nil
}

func (s staff) PoolsOf(_ context.Context, _ db.Queryer, person db.ID) ([]flow.Pool, error) {
	var out []flow.Pool
	for role, ids := range s {
		if slices.Contains(ids, person) {
			out = append(out, flow.Pool{Role: role})
		}
	}
	return out, nil
}

func (s staff) Unit(context.Context, db.Queryer, db.ID, string) (db.ID, error) { return 0, nil }

func (s staff) Leader(_ context.Context, _ db.Queryer, _, _ db.ID, _ int) (db.ID, error) {
	return supervisor, nil
}

func (s staff) Principals(context.Context, db.Queryer, db.ID, int64, string) ([]db.ID, error) {
	return nil, nil
}

func (s staff) Names(context.Context, db.Queryer, []db.ID) (map[db.ID]string, error) {
	return map[db.ID]string{}, nil
}

func (s staff) RoleName(role string) (zh, en string) { return role, role }

func (s staff) Roles() map[string]bool {
	out := map[string]bool{}
	for role := range s {
		out[role] = true
	}
	return out
}

func (s staff) OrgCode(context.Context, db.Queryer, db.ID) (string, error) { return "JLHY", nil }

// till remembers what was charged.
type till struct{ charges []Charge }

func (c *till) Charge(_ context.Context, tx *db.Tx, in Charge) (db.ID, error) {
	c.charges = append(c.charges, in)
	return tx.NewID(), nil
}

// house is a project with one room, its owner and a neighbour, and the engine with the shipped flows.
type house struct {
	t       *testing.T
	ctx     context.Context
	d       *db.DB
	e       *flow.Engine
	till    *till
	clock   *atomic.Int64
	project db.ID
	room    db.ID
	other   db.ID // the neighbour's room
	owner   db.ID
	serial  int
}

func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) { fn(t, build(t, engine)) })
	}
}

func build(t *testing.T, engine db.Engine) *house {
	h := &house{t: t, ctx: access.With(context.Background(), access.System("test")), till: &till{}, clock: &atomic.Int64{}}
	h.clock.Store(local(t, "2026-11-23T09:00"))
	o := dbtest.Options(t, engine)
	o.Now = h.clock.Load
	d, err := db.Open(h.ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	h.d = d
	svc := must(New(rulebook.Files, book, h.till))
	svc.Holders = roster.Holders
	h.e = flow.New(d, flow.Options{Directory: roster, Calendar: book, Notify: svc.Watch})
	svc.Register(h.e)
	if err := h.e.Load(h.ctx, rulebook.Files); err != nil {
		t.Fatal(err)
	}
	h.estate()
	return h
}

func (h *house) estate() {
	h.t.Helper()
	p := &estate.Project{Code: "JLHY", Name: "锦澜花园", Region: "山东省济南市", Type: "home", ServiceStage: "regular"}
	create := func(fn func(tx *db.Tx) error) {
		h.t.Helper()
		if err := h.d.Write(h.ctx, fn); err != nil {
			h.t.Fatal(err)
		}
	}
	create(func(tx *db.Tx) error { return estate.Projects.Create(h.ctx, tx, p) })
	h.project = p.ID
	b := &estate.Building{Code: "1"}
	b.ProjectID = p.ID
	create(func(tx *db.Tx) error { return estate.Buildings.Create(h.ctx, tx, b) })
	u := &estate.Unit{BuildingID: b.ID, Code: "2"}
	u.ProjectID = p.ID
	create(func(tx *db.Tx) error { return estate.Units.Create(h.ctx, tx, u) })
	person := func(no, name, phone string) (room, customer db.ID) {
		r := &estate.Room{BuildingID: b.ID, UnitID: u.ID, RoomNo: no, Usage: "home", Status: "self", BuildArea: 8950, AreaSource: "registry", HeatType: "none"}
		r.ProjectID = p.ID
		c := &estate.Customer{Name: name, Kind: "person", Phone: phone, PhoneState: "verified"}
		c.ProjectID = p.ID
		create(func(tx *db.Tx) error { return estate.Rooms.Create(h.ctx, tx, r) })
		create(func(tx *db.Tx) error { return estate.Customers.Create(h.ctx, tx, c) })
		create(func(tx *db.Tx) error {
			return estate.Ownerships.Create(h.ctx, tx, &estate.Ownership{RoomID: r.ID, CustomerID: c.ID, Share: estate.Whole, IsMain: true, ValidFrom: "2020-01-01"})
		})
		return r.ID, c.ID
	}
	h.room, h.owner = person("502", "王建国", "13800000001")
	h.other, _ = person("503", "李秀英", "13800000002")
}

func (h *house) advance(minutes int64) { h.clock.Add(minutes * 60_000) }

func (h *house) command() string { h.serial++; return fmt.Sprintf("c%d", h.serial) }

// report opens a request; data is added to a leak in the owner's bathroom.
func (h *house) report(actor db.ID, data map[string]any) (flow.Answer, error) {
	all := map[string]any{"category": "water", "room_id": h.room.String(), "description": "卫生间角阀漏水", "entry_ok": true}
	for k, v := range data {
		all[k] = v
	}
	return h.e.Start(h.ctx, flow.Start{Command: h.command(), Flow: "order-intake", Org: h.project, Actor: actor, Data: all})
}

type data = map[string]any

// task finds the open task at a step, in any case.
func (h *house) task(node string) (task, inst, who db.ID) {
	h.t.Helper()
	err := h.d.Reader().QueryRowContext(h.ctx, `SELECT id, inst_id, who FROM flow_task WHERE node = $1 AND state IN (0, 3) AND kind = 0 ORDER BY id DESC LIMIT 1`, node).Scan(&task, &inst, &who)
	if err != nil {
		h.t.Fatalf("no open task at %s: %v", node, err)
	}
	return task, inst, who
}

// try completes the open task at a step.
func (h *house) try(actor db.ID, node, outcome string, d data, files ...string) error {
	h.t.Helper()
	task, _, _ := h.task(node)
	attached := map[string][]flow.File{}
	for _, f := range files {
		attached[f] = []flow.File{{ID: h.d.NewID(), SHA256: "00", Name: f + ".jpg", Mime: "image/jpeg", Size: 1}}
	}
	_, err := h.e.Do(h.ctx, flow.Request{Command: h.command(), Task: task, Verb: "complete", Actor: actor, Outcome: outcome, Data: d, Files: attached})
	return err
}

func (h *house) do(actor db.ID, node, outcome string, d data, files ...string) {
	h.t.Helper()
	if err := h.try(actor, node, outcome, d, files...); err != nil {
		h.t.Fatalf("%s %s: %v", node, outcome, err)
	}
}

func (h *house) verb(actor db.ID, node, verb string, more func(*flow.Request)) error {
	task, _, _ := h.task(node)
	r := flow.Request{Command: h.command(), Task: task, Verb: verb, Actor: actor}
	if more != nil {
		more(&r)
	}
	_, err := h.e.Do(h.ctx, r)
	return err
}

func (h *house) tick() {
	h.t.Helper()
	for range 20 {
		n, _, err := h.e.Tick(h.ctx)
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (h *house) due(node string) int64 {
	h.t.Helper()
	var due int64
	if err := h.d.Reader().QueryRowContext(h.ctx, `SELECT due_at FROM flow_task WHERE node = $1 AND state IN (0, 3) ORDER BY id DESC LIMIT 1`, node).Scan(&due); err != nil {
		h.t.Fatalf("no open task at %s: %v", node, err)
	}
	return due
}

func (h *house) request() *Request {
	h.t.Helper()
	rows, err := Requests.Select(h.ctx, h.d.Reader(), "1 = 1")
	if err != nil || len(rows) == 0 {
		h.t.Fatalf("requests: %d %v", len(rows), err)
	}
	return rows[0]
}

func (h *house) orders() []*Order {
	h.t.Helper()
	rows, err := Orders.Select(h.ctx, h.d.Reader(), "1 = 1")
	if err != nil {
		h.t.Fatal(err)
	}
	slices.SortFunc(rows, func(a, b *Order) int { return int(a.ID - b.ID) })
	return rows
}

var grade = data{"priority": "P2", "charge_kind": "paid", "area_kind": "private", "fault_code": "W02"}

// toWork brings a new request to the point where the technician has arrived.
func (h *house) toSite() {
	h.t.Helper()
	if _, err := h.report(h.owner, nil); err != nil {
		h.t.Fatal(err)
	}
	h.do(clerk, "grade", "repair", grade)
	h.do(clerk, "dispatch", "", data{"technician": tech.String()})
	h.do(tech, "take", "take", nil)
	h.do(tech, "arrive", "", data{"gps": "36.65,117.12", "manner": true})
}
