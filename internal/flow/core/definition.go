package core

import (
	"fmt"
	"strings"

	"github.com/lifang/lifang/internal/flow/bpmn"
)

// Definition is a compiled, immutable version of a flow. It is safe for use by many goroutines.
type Definition struct {
	ID       int64 // of its row in flow_def, 0 before publishing
	Key      string
	Ver      int
	Zh, En   string
	Hash     string    // sha256 of the file and its forms, hex
	Prefix   string    // of case numbers: "BX"
	Withdraw string    // "never", "always" or "until:<node>"
	Pauses   []Outcome // reasons for which a task may be put on hold; empty: any text
	Summary  []string  // fields shown on a card of the to-do list
	Nodes    []*Node   // in document order
	Start    *Node
	Forms    map[string]*Form
	Process  *bpmn.Process
	XML      []byte

	title *program
	env   *env
	nodes map[string]*Node

	fields map[string]*Field // of all forms; the first form in the file wins
	drawn  func() *bpmn.Diagram
	scoped bool // it has sub-processes, event sub-processes or inclusive joins, so that every step is followed by a look around
	plain  bool
	top    []*Node // those in no sub-process
}

// Node gives a node by its id, nil when there is none.
func (d *Definition) Node(id string) *Node { return d.nodes[id] }

// Field gives a field of the flow's forms by its name, nil when there is none.
func (d *Definition) Field(name string) *Field { return d.fields[name] }

// Knows tells that a name is a variable of the flow.
func (d *Definition) Knows(name string) bool { _, ok := d.env.zero[name]; return ok && !reserved[name] }

// FormFor gives the form with which a step is done, nil when it has none. outcome may be "".
func (d *Definition) FormFor(n *Node, outcome string) *Form {
	if n == nil || n.Task == nil {
		return nil
	}
	for _, o := range n.Task.Outcomes {
		if o.Key == outcome && o.Form != "" {
			return d.Forms[o.Form]
		}
	}
	return d.Forms[n.Task.Form]
}

const maxTitle = 120 // characters

// Title gives the title of a case: the flow's name when the file has no rule for it.
func (d *Definition) Title(doc *Doc) string {
	if d.title != nil {
		if v, err := (&run{def: d, doc: doc, cmd: &Command{}}).eval(d.title); err == nil {
			if text := []rune(strings.Join(strings.Fields(fmt.Sprint(v)), " ")); len(text) > 0 {
				return string(text[:min(len(text), maxTitle)])
			}
		}
	}
	return d.Zh
}

// Kind is what a node does.
type Kind int

// The kinds of nodes that the engine runs. Everything else is refused when a definition is published.
const (
	KindStart Kind = iota
	KindEnd
	KindTerminate
	KindTask    // a person acts
	KindService // an action runs in the transaction of the command
	KindXor
	KindAnd
	KindTimer    // intermediate catch event: waits
	KindBoundary // timer on an activity
	KindCall     // another flow runs as a child case
	KindPass     // nothing to do here: manual and abstract tasks, plain intermediate events, links
	KindScript   // sets variables
	KindSub      // embedded sub-process
	KindEventSub // event sub-process
	KindOr
	KindEventGate // waits for the first of the events behind it
	KindCatch     // waits for a message or a signal
	KindThrow     // sends a message or a signal, or raises an escalation
	KindError     // error end event
)

// Node is one element of a definition.
type Node struct {
	ID, Zh, En string
	Type       string // local name in the file: userTask, exclusiveGateway …
	Kind       Kind
	Event      *Event  // of an event, a send and a receive task; nil for none
	Parent     *Node   // the sub-process in which it lies, nil in the process itself
	Inside     []*Node // of a sub-process, in document order
	Loop       *Multi  // of any other activity that runs several times
	Script     []assignment
	picks      bool // its outgoing flows have conditions though it is no gateway
	Line       int
	Out        []*Edge
	In         int // number of incoming flows
	Default    *Edge
	Multi      *Multi // of a user task of several people
	Task       *Task  // of a user task, and of a start event for returning to the starter
	Timer      *dueRule
	Host       *Node   // of a boundary event
	Bounds     []*Node // of an activity
	Interrupts bool    // of a boundary event
	Action     string
	Params     map[string]string
	Called     string   // key of the flow that a call activity runs
	Take       []string // fields taken back from it
	Ends       State    // of an end event: Done or Refused
}

// Event says what an event waits for or what it causes. Name is the message's or signal's name, the code of an error or
// escalation; a catching error or escalation without one catches all.
type Event struct{ Kind, Name string }

// The kinds of events beside timers.
const (
	Message    = "message"
	Signal     = "signal"
	ErrorCode  = "error"
	Escalation = "escalation"
)

// Edge is a sequence flow.
type Edge struct {
	ID   string
	From *Node
	To   *Node
	when *program
}

// Task is what a person does at a node: who, with which form, within which time, and what else he may do.
type Task struct {
	Form     string // "" when the step has none
	Role     string // position code, with an optional "@unit"; "" when only assign gives the person
	Back     []string
	Allow    map[string]bool
	Need     []Need
	Outcomes []Outcome
	Priority int
	Not      []string // steps whose doers may not do this one
	Empty    string   // when nobody is there to act: "skip", "admin", or "" to refuse
	SkipSame bool     // whoever asked for it or agreed before is not asked again
	Self     bool     // the starter himself may act

	assign *program
	due    *dueRule
	free   bool // data and outcomes are taken as they come
	whole  bool // the limit runs from the start of the case
	ladder []Point
}

// Outcome is one way to complete a task, a button on the page.
type Outcome struct {
	Key  string `json:"key"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
	Tone string `json:"tone,omitempty"` // ok, warn, bad
	Form string `json:"-"`              // form in place of the task's
	Free bool   `json:"free,omitempty"` // evidence is not demanded
}

// Need is one piece of evidence: at least N files under a field, or a field filled.
type Need struct {
	Kind  string // photo, sign, gps, scan
	Field string
	N     int
}

// Point is one step of the reminder ladder: at Percent of the limit in working time, who is told.
type Point struct {
	Percent int
	Level   int      // 0 the assignee, n his nth superior
	Roles   []string // in place of superiors
}

// Names says what may be referred to. A nil set is not checked.
type Names struct {
	Roles   map[string]bool
	Actions map[string][]Var // what each action sets
	Flows   map[string]bool
	Clocks  func(calendar string) bool // working calendars; nil: not checked
	Forms   map[string][]byte
	Plain   bool // BPMN without extensions: nobody and nothing outside need be named, variables need not be declared, soundness is not checked
}

// Var names a case variable and its JSON Schema type: string, integer, number, boolean, array, object.
type Var struct{ Name, Type string }
