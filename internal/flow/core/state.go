package core

import (
	"bytes"
	"encoding/json"
	"sort"
	"strings"
)

// State is where a case stands.
type State int

// The states of a case.
const (
	Running State = iota
	Done
	Refused
	Withdrawn
	Stopped
	Incident // still running, but something needs an administrator
)

func (s State) String() string {
	return [...]string{"running", "done", "refused", "withdrawn", "stopped", "incident"}[s]
}

// Over tells that nothing more can happen in a case.
func (s State) Over() bool { return s != Running && s != Incident }

// Doc is the whole state of a case: variables and tokens. Its canonical JSON is stored in flow_inst.doc and equals the
// fold of the events of the case byte for byte.
type Doc struct {
	State   State          `json:"state"`
	Starter int64          `json:"starter"`
	Org     int64          `json:"org"`
	At      int64          `json:"at"` // when it started, unix ms
	Vars    map[string]any `json:"vars"`
	Outcome string         `json:"outcome,omitempty"` // of the last completed task
	Tokens  []Token        `json:"tokens,omitempty"`
	Seen    []Visit        `json:"seen,omitempty"`
	Joins   []Join         `json:"joins,omitempty"`
	Next    int            `json:"next"` // number of the next token
	Refused bool           `json:"refused,omitempty"`
	Acted   int            `json:"acted,omitempty"` // number of the next token when an action last ran
	Ended   string         `json:"ended,omitempty"` // "terminated", or "error CODE" of an error that nobody caught
}

// Token is one point of control: where it is, through which forks it came, and what it waits for.
type Token struct {
	ID     int       `json:"id"`
	Node   string    `json:"node"`
	Path   string    `json:"path,omitempty"` // one segment "<fork>.<branch>" for every split passed
	Edge   string    `json:"edge,omitempty"` // of a token parked at a join: the flow it came by
	At     int64     `json:"at"`
	Rounds []Round   `json:"rounds,omitempty"`
	Timers []Timer   `json:"timers,omitempty"` // jobs that are armed for it
	Waits  []Wait    `json:"waits,omitempty"`  // messages and signals that it waits for
	Loop   *Loop     `json:"loop,omitempty"`   // of an activity that runs several times
	Limit  *Limited  `json:"limit,omitempty"`
	Urges  int       `json:"urges,omitempty"`
	Urged  int64     `json:"urged,omitempty"`
	Error  string    `json:"error,omitempty"`
	After  [][]int64 `json:"after,omitempty"`  // people of deciding rounds that follow (后加签)
	Return *Return   `json:"return,omitempty"` // where it goes when completed, in place of the flow (退回后直送)
}

// Return is the step that returned a task and wants it back directly, with the people who had it there.
type Return struct {
	Node   string  `json:"node"`
	People []int64 `json:"people,omitempty"`
	Then   *Return `json:"then,omitempty"` // where that step in turn goes, when it had been returned to itself
}

// Round is one round of slots at a task; the last one is current. A plain task has one round with one slot.
type Round struct {
	Slots []Slot  `json:"slots"`
	Ahead []int64 `json:"ahead,omitempty"` // who comes next, one after another; 0: somebody of the pool
	Pool  int64   `json:"pool,omitempty"`  // of those ahead
}

// Slot is one person's share of a task; it has one row in flow_task while it is open and after.
type Slot struct {
	ID      string    `json:"id"`             // "<token>.<round>.<number>", unique in the case
	Who     int64     `json:"who,omitempty"`  // person, 0 while it lies in the pool
	Pool    int64     `json:"pool,omitempty"` // pool it came from, kept for giving it back
	State   SlotState `json:"state,omitempty"`
	Held    int64     `json:"held,omitempty"`    // since when it is on hold
	For     string    `json:"for,omitempty"`     // an adviser's: the slot that waits for it
	Outcome string    `json:"outcome,omitempty"` // once it is done
}

// SlotState is the state of a slot and of its row in flow_task.
type SlotState int

func (s SlotState) String() string { return [...]string{"open", "done", "void", "hold", "waits"}[s] }

// The states of a slot. Closed ones are kept in a [Doc] until their token moves on.
const (
	SlotOpen SlotState = iota
	SlotDone
	SlotVoid
	SlotHeld
	SlotWaits // for an adviser or a delegate; its row is not in the to-do list
)

// Timer is a job armed for a token.
type Timer struct {
	Key string `json:"key"` // "<kind>/<token>/<detail>"
	At  int64  `json:"at"`
}

// Wait is a message or signal that a token waits for, at the node that catches it.
type Wait struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Node string `json:"node"`
}

// Loop counts the instances of an activity that runs several times; its instances are tokens inside it.
type Loop struct {
	N     int `json:"n"`
	Begun int `json:"begun"`
	Done  int `json:"done,omitempty"`
}

// Limited is the deadline of a task: the limit, from when, the pauses since, the deadline and the next reminder.
type Limited struct {
	Limit  Limit      `json:"limit"`
	From   int64      `json:"from"`
	Due    int64      `json:"due"`
	Pauses [][2]int64 `json:"pauses,omitempty"`
	Next   int        `json:"next"` // index in the ladder
}

// Visit is a task that was completed: the material of doer(), of returning and of the timeline.
type Visit struct {
	Node    string `json:"node"`
	Path    string `json:"path,omitempty"`
	Who     int64  `json:"who"`
	Outcome string `json:"outcome,omitempty"`
	Result  string `json:"result,omitempty"` // of the step, on its last visit, where that differs: a round's decision
	Next    int    `json:"next,omitempty"`   // number of the next token then
	Token   int    `json:"token,omitempty"`
	Direct  bool   `json:"direct,omitempty"` // done after a return, for the step that returned it
}

// Join remembers which tokens met at a parallel join, so that one branch can be reopened later.
type Join struct {
	Node    string  `json:"node"`
	Path    string  `json:"path,omitempty"`
	Arrived []Token `json:"arrived"`
	Seen    int     `json:"seen"` // how many visits there were before it
}

// Encode gives the canonical JSON of a state: keys in fixed order, no spaces, no HTML escaping.
func (d *Doc) Encode() []byte { return Canonical(d) }

// DecodeDoc reads what Encode wrote.
func DecodeDoc(raw []byte) (*Doc, error) {
	d := &Doc{}
	if err := json.Unmarshal(raw, d); err != nil {
		return nil, err
	}
	if d.Vars == nil {
		d.Vars = map[string]any{}
	}
	return d, nil
}

// Canonical writes a value as the one JSON text that is stored and hashed: keys in fixed order, no spaces, no HTML escaping.
func Canonical(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("flow: state cannot be written as JSON: " + err.Error()) // only plain data is ever put in
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// clone copies a state deeply enough that the copy can be changed without touching the original.
func (d *Doc) clone() *Doc {
	c := *d
	c.Vars = make(map[string]any, len(d.Vars)+4)
	for k, v := range d.Vars {
		c.Vars[k] = v
	}
	c.Tokens = make([]Token, len(d.Tokens), len(d.Tokens)+2)
	for i, t := range d.Tokens {
		c.Tokens[i] = t.clone()
	}
	c.Seen = append([]Visit(nil), d.Seen...)
	c.Joins = append([]Join(nil), d.Joins...)
	return &c
}

func (t Token) clone() Token {
	rounds := t.Rounds
	t.Rounds = nil
	for _, r := range rounds {
		t.Rounds = append(t.Rounds, Round{append([]Slot(nil), r.Slots...), append([]int64(nil), r.Ahead...), r.Pool})
	}
	t.After = append([][]int64(nil), t.After...)
	t.Timers = append([]Timer(nil), t.Timers...)
	t.Waits = append([]Wait(nil), t.Waits...)
	if t.Loop != nil {
		l := *t.Loop
		t.Loop = &l
	}
	if t.Limit != nil {
		l := *t.Limit
		l.Pauses = append([][2]int64(nil), l.Pauses...)
		t.Limit = &l
	}
	return t
}

// Open gives the slots that wait for somebody, held ones included, in order of their tokens.
func (d *Doc) Open() []Slot {
	var out []Slot
	for i := range d.Tokens {
		for _, r := range d.Tokens[i].Rounds {
			for _, s := range r.Slots {
				if s.State == SlotOpen || s.State == SlotHeld {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

// Timers gives the keys of all armed jobs, sorted.
func (d *Doc) Timers() []string {
	var out []string
	for _, t := range d.Tokens {
		for _, m := range t.Timers {
			out = append(out, m.Key)
		}
	}
	sort.Strings(out)
	return out
}

// Find gives the token and slot with a slot id.
func (d *Doc) Find(slot string) (*Token, *Slot) {
	for i := range d.Tokens {
		for j := range d.Tokens[i].Rounds {
			for k := range d.Tokens[i].Rounds[j].Slots {
				if s := &d.Tokens[i].Rounds[j].Slots[k]; s.ID == slot {
					return &d.Tokens[i], s
				}
			}
		}
	}
	return nil, nil
}

// Has tells that a token is still there.
func (d *Doc) Has(token int) bool { return d.token(token) != nil }

func (d *Doc) token(id int) *Token {
	for i := range d.Tokens {
		if d.Tokens[i].ID == id {
			return &d.Tokens[i]
		}
	}
	return nil
}

// within tells that a fork path lies in the branch that a prefix names.
func within(path, prefix string) bool {
	return prefix == "" || path == prefix || strings.HasPrefix(path, prefix+"/")
}

// meet gives the longest common fork path of two.
func meet(a, b string) string {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return strings.Join(x[:n], "/")
}

func (d *Doc) tokenPath(id int) string {
	if t := d.token(id); t != nil {
		return t.Path
	}
	return ""
}
