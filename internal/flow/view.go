package flow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow/core"
	"github.com/lifang/lifang/internal/problem"
)

// caseReader puts together the page of a case.
type caseReader struct {
	e    *Engine
	ctx  context.Context
	q    db.Queryer
	view *CaseView
	def  *Definition
	doc  *core.Doc
	keys map[int64]db.ID // what the viewer may act on
	who  map[db.ID]string
	now  int64
	part bool
}

// Case gives the page of a case to somebody who may see it: he has a part in it, or viewer.Sees says so. Otherwise, and when
// there is none, the error is problem not_found.
func (e *Engine) Case(ctx context.Context, viewer Viewer, id db.ID) (*CaseView, error) {
	var view *CaseView
	err := e.d.Snapshot(ctx, func(q db.Queryer) error {
		r := &caseReader{e: e, ctx: ctx, q: q, view: &CaseView{ID: id}, now: e.d.Now()}
		view = r.view
		return r.read(viewer)
	})
	if err != nil {
		return nil, err
	}
	return view, nil
}

func (r *caseReader) read(viewer Viewer) error {
	v := r.view
	var def db.ID
	var doc string
	var state core.State
	err := r.q.QueryRowContext(r.ctx, `SELECT def_id, no, title, org_id, subject, starter, state, doc, parent_id, started_at, ended_at FROM flow_inst WHERE id = $1`, v.ID).
		Scan(&def, &v.No, &v.Title, &v.ProjectID, &v.Subject, &v.StarterID, &state, &doc, &v.ParentID, &v.StartedAt, &v.EndedAt)
	missing := problem.NotFound("找不到此单或任务", "There is no such case or task")
	if errors.Is(err, db.ErrNotFound) {
		return missing
	}
	if err != nil {
		return err
	}
	if r.def, err = r.e.Definition(r.ctx, r.q, def); err != nil {
		return err
	}
	if r.part, err = r.e.takesPart(r.ctx, r.q, v.ID, v.StarterID, r.def.Key, viewer.Person); err != nil {
		return err
	}
	if !r.part && (viewer.Sees == nil || !viewer.Sees(r.def.Key, v.ProjectID)) {
		return missing
	}
	if r.doc, err = core.DecodeDoc([]byte(doc)); err != nil {
		return err
	}
	if r.keys, err = (facts{e: r.e, ctx: r.ctx, q: r.q, person: viewer.Person, at: r.now, flow: r.def.Key}).keys(); err != nil {
		return err
	}
	v.Flow, v.FlowZh, v.FlowEn, v.State = r.def.Key, r.def.Zh, r.def.En, state.String()
	v.Vars, v.Data = r.doc.Vars, values(r.def, r.doc.Vars)
	v.Steps.Now, v.Steps.Total = r.def.Steps(r.doc)
	if v.Files, err = r.files(); err != nil {
		return err
	}
	events, err := r.e.events(r.ctx, r.q, v.ID)
	if err != nil {
		return err
	}
	if err := r.names(events); err != nil {
		return err
	}
	v.Starter = r.who[v.StarterID]
	if err := r.tasks(); err != nil {
		return err
	}
	r.timeline(events)
	if !r.part && (viewer.Phones == nil || !viewer.Phones(r.def.Key, v.ProjectID)) {
		r.hidePhones()
	}
	if v.Links, err = r.links(); err != nil {
		return err
	}
	v.Diagram = r.def.SVG(r.doc, viewer.Lang)
	v.Verbs = []string{"comment", "cc"}
	if !state.Over() {
		v.Verbs = append(v.Verbs, "urge")
		if _, ok := r.def.Retakable(r.doc, int64(viewer.Person)); ok {
			v.Verbs = append(v.Verbs, "retake")
		}
		if viewer.Person == v.StarterID && r.def.MayWithdraw(r.doc) {
			v.Verbs = append(v.Verbs, "withdraw")
		}
	}
	return nil
}

// values shows variables in the order of the forms in the file.
func values(d *Definition, vars map[string]any) []Value {
	out, shown := []Value{}, map[string]bool{}
	add := func(form string) {
		f := d.Forms[form]
		if f == nil {
			return
		}
		for i := range f.Fields {
			field := &f.Fields[i]
			if v, ok := vars[field.Name]; ok && v != nil && v != "" && !shown[field.Name] {
				shown[field.Name] = true
				out = append(out, field.Value(v))
			}
		}
	}
	for _, n := range d.Nodes {
		if n.Task != nil {
			add(n.Task.Form)
			for _, o := range n.Task.Outcomes {
				add(o.Form)
			}
		}
	}
	return out
}

func (r *caseReader) files() ([]FileView, error) {
	rows, err := r.q.QueryContext(r.ctx, `SELECT id, seq, field, sha256, name, mime, size, taken_at, geo, by_id FROM flow_file WHERE inst_id = $1 ORDER BY seq, field, id`, r.view.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	out := []FileView{}
	for rows.Next() {
		var f FileView
		if err := rows.Scan(&f.ID, &f.Seq, &f.Field, &f.SHA256, &f.Name, &f.Mime, &f.Size, &f.TakenAt, &f.Geo, &f.By); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

func (r *caseReader) links() ([]Link, error) {
	rows, err := r.q.QueryContext(r.ctx, `SELECT register, row_id FROM flow_link WHERE inst_id = $1 ORDER BY register, row_id`, r.view.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	out := []Link{}
	for rows.Next() {
		var l Link
		if err := rows.Scan(&l.Register, &l.ID); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// names looks up everybody who is mentioned.
func (r *caseReader) names(events []stored) error {
	ids := []db.ID{r.view.StarterID}
	add := func(id int64) {
		if id > 0 && !slices.Contains(ids, db.ID(id)) {
			ids = append(ids, db.ID(id))
		}
	}
	for _, e := range events {
		add(e.cmd.Actor)
		add(e.cmd.For)
		for _, id := range e.cmd.To {
			add(id)
		}
	}
	for _, s := range r.doc.Open() {
		add(s.Who)
	}
	for _, p := range r.keys {
		add(int64(p))
	}
	var err error
	r.who, err = r.e.o.Directory.Names(r.ctx, r.q, ids)
	return err
}

// tasks shows the open tasks with what the viewer may do.
func (r *caseReader) tasks() error {
	rows, err := r.q.QueryContext(r.ctx, `SELECT t.id, t.slot, t.node, t.state, t.opened_at, t.due_at, COALESCE(p.role, '') FROM flow_task t
		LEFT JOIN flow_pool p ON p.id = -t.pool WHERE t.inst_id = $1 AND `+waiting+` ORDER BY t.id`, r.view.ID)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // read only
	r.view.Tasks = []OpenTaskView{}
	for rows.Next() {
		var t OpenTaskView
		var slot, role string
		var state core.SlotState
		if err := rows.Scan(&t.ID, &slot, &t.Node, &state, &t.OpenedAt, &t.DueAt, &role); err != nil {
			return err
		}
		_, s := r.doc.Find(slot)
		n := r.def.Node(t.Node)
		if s == nil || n == nil {
			continue
		}
		t.NodeZh, t.NodeEn, t.State = n.Zh, n.En, state.String()
		t.Late = t.DueAt != 0 && t.DueAt < r.now && state == core.SlotOpen
		r.assignee(&t, s, role)
		r.verbs(&t, s, n)
		r.view.Tasks = append(r.view.Tasks, t)
	}
	return rows.Err()
}

func (r *caseReader) assignee(t *OpenTaskView, s *core.Slot, role string) {
	who := s.Who
	t.WhoID = db.ID(who)
	t.Who = r.who[t.WhoID]
	t.WhoEn = t.Who
	if who == 0 {
		who = s.Pool
		t.Who, t.WhoEn = r.e.o.Directory.RoleName(role)
	}
	principal, mine := r.keys[who]
	t.Mine = mine && s.Who != 0
	t.Claimable = mine && s.Who == 0 && s.State == core.SlotOpen
	if principal != 0 {
		t.ForWhom = r.who[principal]
	}
}

func (r *caseReader) verbs(t *OpenTaskView, s *core.Slot, n *core.Node) {
	t.Need, t.Outcomes, t.Returns, t.Verbs = map[string]any{}, []Outcome{}, []NodeName{}, []string{}
	if !t.Mine && !t.Claimable {
		t.Verbs = append(t.Verbs, "urge")
		return
	}
	if s.State == core.SlotHeld {
		t.Verbs = append(t.Verbs, "resume")
		return
	}
	t.Verbs = append(t.Verbs, "complete")
	if t.Claimable {
		t.Verbs = append(t.Verbs, "claim")
	}
	if s.Pool != 0 && t.Mine {
		t.Verbs = append(t.Verbs, "release")
	}
	for _, v := range []string{"transfer", "hold", "add", "before", "after", "remove", "delegate"} {
		if n.Task.Allow[v] && (s.For == "" || v != "hold" && v != "after") {
			t.Verbs = append(t.Verbs, v)
		}
	}
	for _, target := range r.def.Targets(r.doc, s.ID) {
		t.Returns = append(t.Returns, NodeName{target.ID, target.Zh, target.En})
	}
	if len(t.Returns) > 0 {
		t.Verbs = append(t.Verbs, "return")
	}
	if n.Task.Allow["hold"] {
		t.Pauses = r.def.Pauses
	}
	t.Outcomes = append(t.Outcomes, n.Task.Outcomes...)
	t.Form = r.form(n.Task.Form)
	for _, o := range n.Task.Outcomes {
		if o.Form != "" {
			if t.Forms == nil {
				t.Forms = map[string]*FormView{}
			}
			t.Forms[o.Key] = r.form(o.Form)
		}
	}
	photos := map[string]int{}
	for _, need := range n.Task.Need {
		if need.Kind == "photo" {
			photos[need.Field] = need.N
			t.Need["photo"] = photos
		} else {
			t.Need[need.Kind] = true
		}
	}
}

func (r *caseReader) form(name string) *FormView {
	f := r.def.Forms[name]
	if f == nil {
		return nil
	}
	v := &FormView{Name: name, Schema: f.Schema, Values: map[string]any{}}
	for _, field := range f.Fields {
		if value, ok := r.doc.Vars[field.Name]; ok {
			v.Values[field.Name] = value
		}
	}
	return v
}

// stored is an event as read back.
type stored struct {
	seq            int
	id, data, hash string
	node           string
	cmd            *core.Command
}

// events reads the events of a case in order.
func (e *Engine) events(ctx context.Context, q db.Queryer, id db.ID) ([]stored, error) {
	rows, err := q.QueryContext(ctx, `SELECT seq, cmd, node, data, hash FROM flow_event WHERE inst_id = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	var out []stored
	for rows.Next() {
		s := stored{cmd: &core.Command{}}
		if err := rows.Scan(&s.seq, &s.id, &s.node, &s.data, &s.hash); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(s.data), s.cmd); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
