package core

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/lifang/lifang/internal/problem"
)

// Command is everything that one step of a case depends on: what, who, when, and the answers of the outside world. It is
// stored as the data of the event, so that the step can be done again.
type Command struct {
	Kind    string             `json:"kind"`
	At      int64              `json:"at"` // unix ms
	Actor   int64              `json:"actor,omitempty"`
	For     int64              `json:"for,omitempty"`   // the principal for whom a deputy acts
	Admin   bool               `json:"admin,omitempty"` // done by right of administration
	Org     int64              `json:"org,omitempty"`   // start
	Slot    string             `json:"slot,omitempty"`  // of a task
	Token   int                `json:"token,omitempty"` // acted, child
	Job     string             `json:"job,omitempty"`   // fire, incident, retry
	Outcome string             `json:"outcome,omitempty"`
	Data    map[string]any     `json:"data,omitempty"`
	Files   map[string][]int64 `json:"files,omitempty"` // field → ids of files
	Comment string             `json:"comment,omitempty"`
	To      []int64            `json:"to,omitempty"`
	Node    string             `json:"node,omitempty"`
	Reason  string             `json:"reason,omitempty"`
	Resume  int64              `json:"resume,omitempty"`
	Direct  bool               `json:"direct,omitempty"` // return: the step comes straight back when it is done
	Child   int64              `json:"child,omitempty"`
	Facts   map[string]int64   `json:"facts,omitempty"` // answers to questions, by question

	// Trace is told of every node that is visited; nil: nobody is.
	Trace func(*Node) `json:"-"`

	// Ask answers what Facts does not hold; the answer is put there. It is nil when a stored event is folded.
	Ask func(Question) (int64, error) `json:"-"`
}

// Question is what the core asks about the outside world.
type Question struct {
	Kind    string
	Role    string
	Person  int64
	Level   int
	Limit   Limit
	From    int64
	Percent int
	Pauses  [][2]int64
	Slot    string
}

// The kinds of questions: the pool of a role at the case's unit (answered by a negative id), the n-th superior of a person,
// the instant at which a percentage of a limit has passed.
const (
	AskPool   = "pool"
	AskHolder = "holder" // the Level-th holder of a position at the case's unit, 0 when there are fewer
	AskRead   = "read"   // 1 when the person of a slot has looked at it
	AskLeader = "leader"
	AskDue    = "due"
)

func (q Question) key() string {
	switch q.Kind {
	case AskPool:
		return "pool " + q.Role
	case AskHolder:
		return fmt.Sprintf("holder %s %d", q.Role, q.Level)
	case AskRead:
		return "read " + q.Slot
	case AskLeader:
		return fmt.Sprintf("leader %d %d", q.Person, q.Level)
	}
	key := fmt.Sprintf("due %s %s %d %d%%", q.Limit.Limit, q.Limit.On, q.From, q.Percent)
	for _, p := range q.Pauses {
		key += fmt.Sprintf(" %d-%d", p[0], p[1])
	}
	return key
}

// Effect is something to be done outside the core because of a step.
type Effect interface{ effect() }

type (
	// OpenTask makes a row for a slot.
	OpenTask struct {
		Slot Slot
		Node *Node
		Due  int64
	}
	// ChangeTask brings the row of an open slot up to date: its person, its state, its deadline, its urges.
	ChangeTask struct {
		Slot  Slot
		Due   int64
		Urges int
	}
	// CloseTask ends the row of a slot, done or void.
	CloseTask struct {
		Slot    string
		State   SlotState
		By      int64
		Outcome string
	}
	// CopyTask makes a row of kind "cc" for a person.
	CopyTask struct {
		Slot string
		Node *Node
		Who  int64
	}
	// ArmJob makes a job.
	ArmJob struct{ Timer }
	// DisarmJob removes one.
	DisarmJob struct{ Key string }
	// CallAction runs an action now; its variables come back as the command "acted".
	CallAction struct {
		Token int
		Node  *Node
	}
	// StartChild starts a case of another flow; its end comes back as the command "child".
	StartChild struct {
		Token int
		Node  *Node
	}
	// StopChild stops a child case whose token was cancelled.
	StopChild struct{ Token int }
	// EndCase closes the case.
	EndCase struct{ State State }
	// Throw sends a message or a signal.
	Throw struct {
		Token int
		Node  *Node
		Event Event
	}
	// Tell is a notice.
	Tell struct {
		Kind    string
		Slot    Slot
		Node    *Node
		Percent int
		Level   int      // 0: the assignee or the pool; n: his n-th superior
		Roles   []string // in place of superiors
		To      []int64  // in place of both
		Due     int64
	}
)

func (OpenTask) effect()   {}
func (ChangeTask) effect() {}
func (CloseTask) effect()  {}
func (CopyTask) effect()   {}
func (ArmJob) effect()     {}
func (DisarmJob) effect()  {}
func (CallAction) effect() {}
func (StartChild) effect() {}
func (StopChild) effect()  {}
func (EndCase) effect()    {}
func (Throw) effect()      {}
func (Tell) effect()       {}

// ErrGone says that a job or an answer comes too late: the case has moved on. Nothing is to be done.
var ErrGone = errors.New("the case has moved on")

// ErrTaken is the refusal of a verb on a task that somebody has dealt with in the meantime.
var ErrTaken = problem.Conflict("task_done", "此任务已被处理，请刷新", "This task has already been dealt with; refresh the page")

const maxSteps = 10_000

// run is one application of a command.
type run struct {
	def     *Definition
	doc     *Doc
	cmd     *Command
	effects []Effect
	steps   int
	cuts    []string // fork paths within which everything was cancelled
}

// Apply does one step: it gives the state after a command and what is to be done outside. It is pure: no clock, no database,
// no chance; doc is not changed, and is nil for the command "start". The error is a problem.Error when the command is not
// possible (the state stays as it was), ErrGone when it comes too late.
func Apply(def *Definition, doc *Doc, cmd *Command) (*Doc, []Effect, error) {
	if err := cmd.normalise(); err != nil {
		return nil, nil, err
	}
	r := &run{def: def, cmd: cmd}
	if cmd.Kind == "start" {
		starter := cmd.Actor
		if cmd.For != 0 {
			starter = cmd.For
		}
		r.doc = &Doc{Starter: starter, Org: cmd.Org, At: cmd.At, Vars: map[string]any{}, Next: 1}
		if def.plain {
			maps.Copy(r.doc.Vars, cmd.Data)
		} else if err := r.merge(def.Start.Task.Form, cmd.Data); err != nil {
			return nil, nil, err
		}
		return r.finish(r.begins("", nil, def.startNode(cmd.Node)))
	}
	if doc.State.Over() {
		if cmd.Kind == "comment" || cmd.Kind == "cc" {
			r.doc = doc.clone()
			return r.finish(r.verb())
		}
		if cmd.Kind == "fire" || cmd.Kind == "acted" || cmd.Kind == "child" || cmd.Kind == "event" {
			return nil, nil, ErrGone
		}
		return nil, nil, problem.Conflict("case_ended", "此单已经结束", "This case has already ended")
	}
	r.doc = doc.clone()
	return r.finish(r.verb())
}

// Fold applies commands one after another from nothing.
func Fold(def *Definition, cmds []*Command) (*Doc, error) {
	var doc *Doc
	for i, c := range cmds {
		next, _, err := Apply(def, doc, c)
		if err != nil {
			return nil, fmt.Errorf("event %d (%s): %w", i+1, c.Kind, err)
		}
		doc = next
	}
	return doc, nil
}

// normalise gives data the form that reading it back from JSON would give.
func (c *Command) normalise() error {
	if len(c.Data) == 0 {
		c.Data = nil
		return nil
	}
	raw, err := json.Marshal(c.Data)
	if err != nil {
		return err
	}
	c.Data = nil
	return json.Unmarshal(raw, &c.Data)
}

func (r *run) finish(err error) (*Doc, []Effect, error) {
	if err == nil && r.def.scoped && !r.doc.State.Over() {
		err = r.settle()
	}
	if err != nil {
		return nil, nil, err
	}
	if r.finished("") && !r.doc.State.Over() {
		r.cancelWithin("") // what waits for an event alone
		state := Done
		if r.doc.Refused {
			state = Refused
		}
		r.end(state)
	}
	return r.doc, r.effects, nil
}

func (r *run) end(state State) {
	r.doc.State = state
	r.do(EndCase{state})
}

func (r *run) do(e Effect) { r.effects = append(r.effects, e) }

// ask gives a fact: from the command, or from outside and then into the command.
func (r *run) ask(q Question) (int64, error) {
	key := q.key()
	if v, ok := r.cmd.Facts[key]; ok {
		return v, nil
	}
	if r.cmd.Ask == nil {
		return 0, fmt.Errorf("the event does not hold the answer to %q", key)
	}
	v, err := r.cmd.Ask(q)
	if err != nil {
		return 0, err
	}
	if r.cmd.Facts == nil {
		r.cmd.Facts = map[string]int64{}
	}
	r.cmd.Facts[key] = v
	return v, nil
}

// merge takes form data into the variables.
func (r *run) merge(form string, data map[string]any) error {
	if form == "" {
		if len(data) > 0 {
			return problem.New(422, "form_invalid", "此步骤没有表单", "This step has no form")
		}
		return nil
	}
	taken, err := r.def.Forms[form].Accept(data)
	if err != nil {
		return err
	}
	for k, v := range taken {
		r.doc.Vars[k] = v
	}
	return nil
}

// spawn makes a token at a node.
func (r *run) spawn(n *Node, path string) *Token {
	r.doc.Tokens = append(r.doc.Tokens, Token{ID: r.doc.Next, Node: n.ID, Path: path, At: r.cmd.At})
	r.doc.Next++
	return &r.doc.Tokens[len(r.doc.Tokens)-1]
}

func (r *run) remove(id int) {
	r.doc.Tokens = slices.DeleteFunc(r.doc.Tokens, func(t Token) bool { return t.ID == id })
}

// cancel takes a token away with everything it holds: tasks become void, jobs are disarmed, children stopped.
func (r *run) cancel(t *Token) {
	for _, round := range t.Rounds {
		for _, s := range round.Slots {
			if s.live() {
				r.do(CloseTask{Slot: s.ID, State: SlotVoid})
			}
		}
	}
	r.disarm(t)
	id, path, n := t.ID, t.Path, r.def.nodes[t.Node]
	if n.Kind == KindCall && t.Edge == "" && t.Loop == nil {
		r.do(StopChild{id})
	}
	r.remove(id)
	if n.Kind == KindSub || n.Kind == KindEventSub || n.Loop != nil {
		r.cancelWithin(join(path, id, 0))
	}
}

func (r *run) disarm(t *Token) {
	for _, m := range t.Timers {
		r.do(DisarmJob{m.Key})
	}
	t.Timers, t.Waits = nil, nil
}

func (r *run) arm(t *Token, key string, at int64) {
	t.Timers = append(t.Timers, Timer{key, at})
	r.do(ArmJob{Timer{key, at}})
}

// leave moves a token out of its node along flows; several flows are a parallel split. The token is gone afterwards.
func (r *run) leave(t *Token, out []*Edge) error {
	id, path, mark := t.ID, t.Path, len(r.cuts)
	if n := r.def.nodes[t.Node]; n.Loop != nil {
		if host := r.doc.token(hostOf(path)); host != nil && host.Node == t.Node && host.Loop != nil {
			r.disarm(t)
			r.remove(id)
			return r.instanceDone(host.ID, n)
		}
	}
	if n := r.def.nodes[t.Node]; n.picks {
		var err error
		if out, err = r.picked(n); err != nil {
			return err
		}
	}
	r.disarm(t)
	r.remove(id)
	for i, e := range out {
		p := path
		if len(out) > 1 {
			p = join(path, id, i+1)
		}
		if r.cut(p, mark) {
			continue
		}
		if err := r.enter(e, p); err != nil {
			return err
		}
	}
	return nil
}

func join(path string, fork, branch int) string {
	seg := strconv.Itoa(fork) + "." + strconv.Itoa(branch)
	if path == "" {
		return seg
	}
	return path + "/" + seg
}

// enter lets a token arrive by a flow.
func (r *run) enter(e *Edge, path string) error {
	if r.steps++; r.steps > maxSteps {
		return problem.New(500, "flow_loop", "流程陷入死循环，请联系管理员", "The flow runs in circles; call the administrator").At("/"+e.To.ID, "循环", "loop")
	}
	n := e.To
	if n.Kind != KindAnd && n.Kind != KindOr || n.In == 1 {
		r.trace(n)
	}
	switch n.Kind {
	case KindEnd:
		r.doc.Refused = r.doc.Refused || n.Ends == Refused
		return r.thrown(n, path)
	case KindTerminate:
		r.doc.Refused = r.doc.Refused || n.Ends == Refused
		scope := scopeOf(path)
		if scope == "" {
			r.doc.Ended = "terminated"
		}
		r.cancelWithin(scope)
		return nil
	case KindError:
		return r.raise(*n.Event, path)
	}
	t := r.spawn(n, path)
	switch n.Kind {
	case KindXor:
		out, err := r.choose(n)
		if err != nil {
			return err
		}
		return r.leave(t, []*Edge{out})
	case KindAnd:
		return r.meet(t, n, e)
	case KindOr:
		if n.In > 1 {
			t.Edge = e.ID // it goes on when nothing else can come
			return nil
		}
		return r.fork(t, n)
	}
	if n.Loop != nil {
		return r.loop(t, n)
	}
	return r.work(t, n)
}

// work lets a token begin what its node does.
func (r *run) work(t *Token, n *Node) error {
	switch n.Kind {
	case KindTask:
		return r.open(t, n, nil)
	case KindService:
		r.do(CallAction{t.ID, n})
		return nil
	case KindCall:
		r.do(StartChild{t.ID, n})
		return r.bounds(t, n)
	case KindTimer, KindCatch:
		if err := r.await(t, n); err != nil {
			return err
		}
		return r.bounds(r.doc.token(t.ID), n)
	case KindEventGate:
		id := t.ID
		for _, e := range n.Out {
			if err := r.await(r.doc.token(id), e.To); err != nil {
				return err
			}
		}
		return nil
	case KindSub:
		id, path := t.ID, t.Path
		if err := r.bounds(t, n); err != nil {
			return err
		}
		return r.begins(join(path, id, 0), n, nil)
	case KindPass:
		return r.leave(t, n.Out)
	case KindScript:
		if err := r.script(n); err != nil {
			return err
		}
		return r.leave(t, n.Out)
	case KindThrow:
		id, path := t.ID, t.Path
		if err := r.thrown(n, path); err != nil {
			return err
		}
		if t = r.doc.token(id); t == nil {
			return nil // an escalation took it away
		}
		return r.leave(t, n.Out)
	}
	return fmt.Errorf("flow: %s cannot be entered", n.ID)
}

func (r *run) condition(e *Edge) (bool, error) {
	yes, err := r.truth(e.when)
	if err != nil {
		err = problem.New(422, "flow_condition", "流程条件无法计算："+e.when.text, "The condition cannot be computed: "+e.when.text)
	}
	return yes, err
}

// choose gives the first flow whose condition holds, in document order, else the default.
func (r *run) choose(n *Node) (*Edge, error) {
	for _, e := range n.Out {
		if e.when == nil {
			continue
		}
		yes, err := r.condition(e)
		if err != nil {
			return nil, err
		}
		if yes {
			return e, nil
		}
	}
	if n.Default != nil {
		return n.Default, nil
	}
	if len(n.Out) > 0 && n.Out[0].when == nil {
		return n.Out[0], nil // a gateway that only merges has one flow
	}
	return nil, nowhere(n)
}

// meet parks a token at a parallel gateway until one has come by every incoming flow, then goes on as one.
func (r *run) meet(t *Token, n *Node, e *Edge) error {
	if n.In == 1 {
		return r.leave(t, n.Out)
	}
	t.Edge = e.ID
	arrived := map[string]Token{}
	for _, p := range r.doc.Tokens {
		if p.Node == n.ID && p.Edge != "" && scopeOf(p.Path) == scopeOf(t.Path) {
			if _, dup := arrived[p.Edge]; !dup {
				arrived[p.Edge] = p
			}
		}
	}
	if len(arrived) < n.In {
		return nil
	}
	record := Join{Node: n.ID, Seen: len(r.doc.Seen)}
	first := true
	for _, edge := range sortedKeys(arrived) {
		p := arrived[edge]
		if first {
			record.Path, first = p.Path, false
		}
		record.Path = meet(record.Path, p.Path)
		record.Arrived = append(record.Arrived, p)
		r.remove(p.ID)
	}
	r.doc.Joins = append(r.doc.Joins, record)
	r.trace(n)
	return r.leave(r.spawn(n, record.Path), n.Out)
}

// wait arms a timer: of the node itself, or of a boundary event for the token at its host.
func (r *run) wait(t *Token, n *Node) error {
	id := t.ID
	l, err := r.limit(n.Timer)
	if err != nil {
		return problem.New(422, "flow_timer", "计时器的时限无法计算："+n.ID, "The duration of the timer cannot be computed: "+n.ID)
	}
	at, err := r.ask(Question{Kind: AskDue, Limit: l, From: r.cmd.At, Percent: 100})
	if err != nil {
		return err
	}
	key := fmt.Sprintf("timer/%d/%s", id, n.ID)
	r.arm(r.doc.token(id), key, at)
	return nil
}

func (r *run) bounds(t *Token, n *Node) error {
	id := t.ID
	for _, b := range n.Bounds {
		if err := r.await(r.doc.token(id), b); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) cancelWithin(prefix string) {
	r.cuts = append(r.cuts, prefix)
	for _, t := range slices.Clone(r.doc.Tokens) {
		if still := r.doc.token(t.ID); still != nil && within(t.Path, prefix) {
			r.cancel(still)
		}
	}
}
