// Package rehearse runs a BPMN file in memory, with a clock that jumps to whatever comes next: no database, no people.
//
// Main function: [Run]. User tasks are completed at once, in the order in which they opened, with the given or the default
// decision, which is also the value of a variable of the task's id; service tasks do nothing; timers come when nothing else can happen. Every executable process of the file is started
// (all of them when none says that it is executable); they send each other messages along the message flows of the
// collaboration, or by the name of the message, and signals to everybody. A process that begins with a message only is started
// by it.
//
//	result, err := rehearse.Run(file, rehearse.Options{Vars: map[string]any{"amount": 100}, Decide: map[string][]string{"approve": {"reject"}}})
//	// result.Visited: the nodes in the order of their visits; result.State: completed, terminated, error CODE, waiting
//
// The error lists what is not supported, by element and line (bpmn.Faults). It must never touch anything outside.
package rehearse

import (
	"errors"
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/flow/bpmn"
	"github.com/lifang/lifang/internal/flow/core"
	"github.com/lifang/lifang/internal/problem"
)

// Options are what a rehearsal is given: variables at the start, and the outcome of a user task by the id of its element. A task
// of the same id decided several times takes the outcomes one after another, the last one again and again.
type Options struct {
	Vars   map[string]any
	Decide map[string][]string
}

// Visit is one node that was visited: the id of its element and its BPMN type (userTask, exclusiveGateway …).
type Visit struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
}

// Result is how a rehearsal went. State is completed, terminated, "error CODE" or waiting (for a message or signal that nobody
// sends, or at a join for a branch that never comes).
type Result struct {
	Visited []Visit `json:"visited"`
	State   string  `json:"state"`
}

// Limits of a rehearsal, so that a file that runs in circles ends it.
const (
	maxRounds = 2000
	maxVisits = 20_000
)

// Check gives everything in a file that cannot be run, as bpmn.Faults; nil when it can.
func Check(src []byte) error {
	_, _, err := core.CompileAll(src, core.Names{Plain: true})
	return err
}

// Run rehearses a file.
func Run(src []byte, o Options) (*Result, error) {
	defs, doc, err := core.CompileAll(src, core.Names{Plain: true})
	if err != nil {
		return nil, err
	}
	w := &world{o: o, defs: map[string]*core.Definition{}, result: &Result{Visited: []Visit{}}, now: 1, turns: map[string]int{}}
	w.flows(doc)
	called := map[string]bool{}
	for _, d := range defs {
		w.defs[d.Key] = d
		for _, n := range d.Nodes {
			called[n.Called] = true
		}
	}
	list := slices.DeleteFunc(slices.Clone(defs), func(d *core.Definition) bool { return d.Process.Node.Attr("isExecutable") != "true" })
	if len(list) == 0 {
		list = defs
	}
	w.list = list
	for _, d := range list {
		if !called[d.Key] && byItself(d) {
			w.start(d, "", nil)
		}
	}
	if len(w.cases) == 0 && len(list) > 0 { // nothing begins by itself: the first start event comes from outside
		w.start(list[0], first(list[0]), nil)
	}
	w.run()
	w.result.State = w.state()
	return w.result, nil
}

// byItself tells that a process begins without a message or signal from elsewhere.
func byItself(d *core.Definition) bool {
	return first(d) == "" || slices.ContainsFunc(d.Nodes, func(n *core.Node) bool {
		return n.Kind == core.KindStart && n.Parent == nil && n.Event == nil
	})
}

// first gives the first start event of a process that has a trigger, "" when it has none.
func first(d *core.Definition) string {
	for _, n := range d.Nodes {
		if n.Kind == core.KindStart && n.Parent == nil && (n.Event != nil || n.Timer != nil) {
			return n.ID
		}
	}
	return ""
}

type world struct {
	o       Options
	defs    map[string]*core.Definition
	list    []*core.Definition
	cases   []*instance
	pending []thrown // messages that nobody was ready for
	targets map[string][]string
	result  *Result
	now     int64
	turns   map[string]int
}

// instance is one case of a process.
type instance struct {
	w      *world
	def    *core.Definition
	doc    *core.Doc
	tasks  []task
	jobs   []core.Timer
	parent *instance
	token  int // of the parent
	failed string
}

type task struct{ slot, node string }

// thrown is a message that has not been taken yet.
type thrown struct {
	from  *instance
	event core.Event
	node  string
}

// flows reads the message flows of the collaborations: from an element to elements or whole processes.
func (w *world) flows(doc *bpmn.Document) {
	w.targets = map[string][]string{}
	local := func(ref string) string { return ref[strings.LastIndexByte(ref, ':')+1:] }
	process := map[string]string{}
	for _, c := range doc.Root.All(bpmn.NS, "collaboration") {
		for _, p := range c.All(bpmn.NS, "participant") {
			process[p.Attr("id")] = local(p.Attr("processRef"))
		}
		for _, f := range c.All(bpmn.NS, "messageFlow") {
			to := local(f.Attr("targetRef"))
			if key, pool := process[to]; pool {
				to = key
			}
			from := local(f.Attr("sourceRef"))
			w.targets[from] = append(w.targets[from], to)
		}
	}
}

func (w *world) start(d *core.Definition, at string, parent *instance) {
	i := &instance{w: w, def: d, parent: parent}
	w.cases = append(w.cases, i)
	vars := w.o.Vars
	if parent != nil {
		vars = parent.doc.Vars
	}
	i.do(core.Command{Kind: "start", Actor: 1, Node: at, Data: vars})
}

// answer answers for the world: everybody is there, minutes count as they come.
func (i *instance) answer(q core.Question) (int64, error) {
	switch q.Kind {
	case core.AskPool:
		return -1, nil
	case core.AskDue:
		return q.From + q.Limit.N, nil
	case core.AskHolder:
		return int64(q.Level), nil
	}
	return 0, nil
}

// do applies a command and everything that follows from it at once.
func (i *instance) do(c core.Command) {
	w := i.w
	if i.failed != "" || len(w.result.Visited) > maxVisits {
		return
	}
	c.At, c.Ask = w.now, i.answer
	c.Trace = func(n *core.Node) { w.result.Visited = append(w.result.Visited, Visit{n.ID, n.Type}) }
	doc, effects, err := core.Apply(i.def, i.doc, &c)
	if errors.Is(err, core.ErrGone) {
		return
	}
	if err != nil {
		i.failed = "flow_error"
		if p, told := problem.As(err); told {
			i.failed = p.Code
		}
		return
	}
	i.doc = doc
	var later []func()
	for _, x := range effects {
		switch x := x.(type) {
		case core.OpenTask:
			i.tasks = append(i.tasks, task{x.Slot.ID, x.Node.ID})
		case core.CloseTask:
			i.tasks = slices.DeleteFunc(i.tasks, func(t task) bool { return t.slot == x.Slot })
		case core.ArmJob:
			i.jobs = append(i.jobs, x.Timer)
		case core.DisarmJob:
			i.jobs = slices.DeleteFunc(i.jobs, func(t core.Timer) bool { return t.Key == x.Key })
		case core.CallAction:
			later = append(later, func() { i.do(core.Command{Kind: "acted", Token: x.Token}) })
		case core.StartChild:
			later = append(later, func() { i.call(x) })
		case core.StopChild:
			for _, child := range w.cases {
				if child.parent == i && child.token == x.Token && child.doc != nil && !child.doc.State.Over() {
					child.do(core.Command{Kind: "stop", Admin: true})
				}
			}
		case core.Throw:
			later = append(later, func() { w.deliver(thrown{i, x.Event, x.Node.ID}) })
		case core.EndCase:
			later = append(later, i.ended)
		}
	}
	for _, next := range later {
		next()
	}
	w.again()
}

func (i *instance) call(x core.StartChild) {
	if !i.doc.Has(x.Token) {
		return
	}
	d := i.w.defs[x.Node.Called]
	if d == nil || i.depth() > 20 {
		i.do(core.Command{Kind: "child", Token: x.Token}) // a flow that is not in the file
		return
	}
	child := &instance{w: i.w, def: d, parent: i, token: x.Token}
	i.w.cases = append(i.w.cases, child)
	child.do(core.Command{Kind: "start", Actor: 1, Data: i.doc.Vars})
}

func (i *instance) depth() int {
	n := 0
	for ; i.parent != nil; i = i.parent {
		n++
	}
	return n
}

func (i *instance) ended() {
	if i.parent == nil {
		return
	}
	i.parent.do(core.Command{Kind: "child", Token: i.token, Reason: i.doc.Ended, Data: i.doc.Vars})
}

// deliver takes a signal to everybody who listens, and a message to one: along its message flow, else by name.
func (w *world) deliver(t thrown) {
	if t.event.Kind == core.Signal {
		for _, i := range slices.Clone(w.cases) {
			for _, l := range i.listening() {
				if l.kind == core.Signal && l.name == t.event.Name {
					i.do(core.Command{Kind: "event", Token: l.token, Node: l.node})
				}
			}
		}
		w.begin(func(_ *core.Definition, n *core.Node) bool {
			return n.Event.Kind == core.Signal && n.Event.Name == t.event.Name
		})
		return
	}
	if !w.hand(t) {
		w.pending = append(w.pending, t)
	}
}

type listener struct {
	token      int
	kind, name string
	node       string
}

func (i *instance) listening() []listener {
	var out []listener
	if i.doc == nil || i.doc.State.Over() {
		return nil
	}
	for _, t := range i.doc.Tokens {
		for _, l := range t.Waits {
			out = append(out, listener{t.ID, l.Kind, l.Name, l.Node})
		}
	}
	return out
}

// fits tells whether a message reaches a catching element: by its message flows when it has any, else by its name.
func (w *world) fits(t thrown, def *core.Definition, node, name string) bool {
	if to := w.targets[t.node]; len(to) > 0 {
		return slices.Contains(to, node) || slices.Contains(to, def.Key) && (t.event.Name == "" || name == "" || t.event.Name == name)
	}
	return t.event.Name != "" && t.event.Name == name
}

func (w *world) hand(t thrown) bool {
	for _, i := range w.cases {
		for _, l := range i.listening() {
			if l.kind == core.Message && w.fits(t, i.def, l.node, l.name) {
				i.do(core.Command{Kind: "event", Token: l.token, Node: l.node})
				return true
			}
		}
	}
	return w.begin(func(d *core.Definition, n *core.Node) bool {
		return n.Event.Kind == core.Message && w.fits(t, d, n.ID, n.Event.Name)
	})
}

// begin starts the processes that an event begins.
func (w *world) begin(wanted func(d *core.Definition, n *core.Node) bool) bool {
	begun := false
	for _, d := range w.list {
		for _, n := range d.Nodes {
			if n.Kind == core.KindStart && n.Parent == nil && n.Event != nil && wanted(d, n) && len(w.cases) < 200 {
				w.start(d, n.ID, nil)
				begun = true
			}
		}
	}
	return begun
}

// again tries to hand over the messages that came too early.
func (w *world) again() {
	waiting := w.pending
	w.pending = nil
	for n, t := range waiting {
		if w.hand(t) {
			w.pending = append(w.pending, waiting[n+1:]...)
			return
		}
		w.pending = append(w.pending, t)
	}
}

// run completes tasks while there are any, then lets the earliest timer come, until nothing can happen.
func (w *world) run() {
	for range maxRounds {
		if !w.complete() && !w.fire() {
			return
		}
	}
}

func (w *world) complete() bool {
	for _, i := range w.cases {
		if len(i.tasks) == 0 || i.failed != "" {
			continue
		}
		t := i.tasks[0]
		w.now++
		outcome := w.decision(i.def.Node(t.node))
		var data map[string]any
		if outcome != "" {
			data = map[string]any{t.node: outcome}
		}
		i.do(core.Command{Kind: "complete", Actor: 1000 + w.now, Slot: t.slot, Outcome: outcome, Data: data})
		if len(i.tasks) > 0 && i.tasks[0] == t && i.failed == "" {
			i.failed = "flow_task"
		}
		return true
	}
	return false
}

// decision gives the next outcome of a user task: the one that was asked for, else the first that the file offers.
func (w *world) decision(node *core.Node) string {
	list := w.o.Decide[node.ID]
	if len(list) == 0 {
		if len(node.Task.Outcomes) > 0 {
			return node.Task.Outcomes[0].Key
		}
		return ""
	}
	n := w.turns[node.ID]
	w.turns[node.ID]++
	return list[min(n, len(list)-1)]
}

func (w *world) fire() bool {
	var at *instance
	var next core.Timer
	for _, i := range w.cases {
		for _, j := range i.jobs {
			if i.failed == "" && (at == nil || j.At < next.At) {
				at, next = i, j
			}
		}
	}
	if at == nil {
		return false
	}
	w.now = max(w.now, next.At)
	at.jobs = slices.DeleteFunc(at.jobs, func(j core.Timer) bool { return j.Key == next.Key })
	at.do(core.Command{Kind: "fire", Job: next.Key})
	return true
}

// state sums up the cases that were not called by another: an error first, then whatever still waits.
func (w *world) state() string {
	state := "completed"
	for _, i := range w.cases {
		switch {
		case i.failed != "":
			return "error " + i.failed
		case i.doc == nil || !i.doc.State.Over():
			state = "waiting"
		}
	}
	if state == "waiting" {
		return state
	}
	for _, i := range w.cases {
		if i.parent == nil && strings.HasPrefix(i.doc.Ended, "error") {
			return i.doc.Ended
		}
		if i.parent == nil && i.doc.Ended != "" {
			state = i.doc.Ended
		}
	}
	return state
}
