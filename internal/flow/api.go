package flow

import (
	"context"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow/core"
)

// The words of the core that callers meet.
type (
	// Value is one field of a case for showing.
	Value = core.Value
	// Outcome is one way to complete a task, a button on the page.
	Outcome = core.Outcome
	// Var names a case variable that an action sets, and its JSON Schema type.
	Var = core.Var
	// Definition is a compiled, immutable version of a flow.
	Definition = core.Definition
)

// Directory is what the engine asks about people. The organisation implements it. Persons are staff and residents alike.
type Directory interface {
	// Holders gives the persons who hold a position at an org unit, its scope included. Used for notices and pools' names.
	Holders(ctx context.Context, q db.Queryer, role string, org db.ID) ([]db.ID, error)
	// PoolsOf gives the positions a person holds now, one entry for each org unit in which tasks can wait for him.
	// An entry with Org 0 counts at every unit.
	PoolsOf(ctx context.Context, q db.Queryer, person db.ID) ([]Pool, error)
	// Unit gives the unit of a kind ("project", "region", "company") at or above a unit; 0 when there is none.
	Unit(ctx context.Context, q db.Queryer, org db.ID, kind string) (db.ID, error)
	// Leader gives the n-th superior (1 is the direct one) of a person as seen from an org unit; 0 when there is none.
	Leader(ctx context.Context, q db.Queryer, person, org db.ID, n int) (db.ID, error)
	// Principals gives those for whom a person may act at an instant (unix ms) as deputy, for a flow ("" for any).
	Principals(ctx context.Context, q db.Queryer, deputy db.ID, at int64, flow string) ([]db.ID, error)
	// Names gives the names of persons; unknown ones are missing in the answer.
	Names(ctx context.Context, q db.Queryer, persons []db.ID) (map[db.ID]string, error)
	// RoleName gives a position's name in Chinese and English.
	RoleName(role string) (zh, en string)
	// Roles gives all position codes; a flow that names another is refused.
	Roles() map[string]bool
	// OrgCode gives the short code of a unit for case numbers: "JLHY".
	OrgCode(ctx context.Context, q db.Queryer, org db.ID) (string, error)
}

// Pool is a position at an org unit: its holders see the tasks that wait there and may claim them.
type Pool struct {
	Role string
	Org  db.ID
}

// Notice is something a person should be told. Key is unique for the notice: telling twice is told once.
type Notice struct {
	Key     string
	Kind    string // opened, remind, late, urge, comment, cc, returned, transferred, done, refused, withdrawn, stopped, incident, advised
	To      []db.ID
	Role    string // of a pool's task, so that the notice can go to its holders; To lists them
	CaseID  db.ID
	TaskID  db.ID // 0 when it is about the case
	No      string
	Flow    string
	Title   string
	NodeZh  string
	NodeEn  string
	Percent int // of the limit, for remind and late
	Due     int64
	Text    string // the comment or reason
	From    db.ID
}

// Notifier takes notices in the transaction of the command that caused them.
type Notifier func(ctx context.Context, tx *db.Tx, n Notice) error

// ActionFunc is the effect of a service task on registers. It may use nothing but tx and returns the variables it sets.
type ActionFunc func(ctx context.Context, tx *db.Tx, in ActionInput) (map[string]any, error)

// ActionInput is what an action is given.
type ActionInput struct {
	Key     string // "<case>/<token>/<node>": the same when the step is tried again, for idempotent effects
	CaseID  db.ID
	No      string
	Flow    string
	Node    string
	Title   string
	Org     db.ID // project of the case
	Subject string
	Starter db.ID
	Actor   db.ID // who did the step that led here, 0 for a timer
	At      int64 // unix ms
	Vars    map[string]any
	Params  map[string]string
	// Link ties the case to a register row: the row lists the case and the case the row.
	Link func(register string, id db.ID) error
}

// Start opens a case.
type Start struct {
	Command string // the client's id for this command; repeating it returns the first answer
	Flow    string
	Org     db.ID // project
	Subject string
	Actor   db.ID // who starts it
	For     db.ID // for whom, when that is somebody else: he is the starter then
	Data    map[string]any
	Files   map[string][]File
	Links   []Link
	Note    string // kept in the event: where it came from
}

// Request is one act in a case: a verb on a task, or on the case when Task is 0.
type Request struct {
	Command string
	Verb    string // complete claim release transfer return hold resume urge comment cc withdraw retake stop retry; add before after remove delegate
	Case    db.ID  // for verbs on the case
	Task    db.ID  // for verbs on a task
	Actor   db.ID
	Admin   bool // stop and retry demand it; it lifts the rule that only the assignee acts
	Outcome string
	Data    map[string]any
	Files   map[string][]File
	Comment string
	To      []db.ID // transfer, delegate: one; cc, add, before, after, remove: any number
	Node    string  // return: the step
	Reason  string  // hold, stop, return, transfer
	Resume  int64   // hold: when it resumes by itself, unix ms, 0 never
	Direct  bool    // return: the step comes straight back when it is done
	// Sees lets somebody without a part in the case comment, copy in and urge; nil: nobody.
	Sees func(flow string, org db.ID) bool
}

// Answer is what a command did; repeating the command gives the same answer.
type Answer struct {
	CaseID db.ID  `json:"case_id"`
	No     string `json:"no"`
	Seq    int    `json:"seq"` // number of the event in the case
}

// File is an attachment, already stored in the blob store.
type File struct {
	ID      db.ID  `json:"id"`
	SHA256  string `json:"sha256"`
	Name    string `json:"name"`
	Mime    string `json:"mime"`
	Size    int64  `json:"size"`
	TakenAt int64  `json:"taken_at,omitempty"`
	Geo     string `json:"geo,omitempty"`
}

// Link ties a case to a register row.
type Link struct {
	Register string `json:"register"`
	ID       db.ID  `json:"id"`
}

// Viewer is who looks: what he may see beyond the cases he has a part in, and in which language diagrams are drawn.
type Viewer struct {
	Person db.ID
	Lang   string                            // zh or en
	Sees   func(flow string, org db.ID) bool // nil: only his own
	// Phones says whether phone numbers are shown in full in cases in which he has no part; nil: masked.
	Phones func(flow string, org db.ID) bool
}

// Query asks for a page of a box.
type Query struct {
	Box    string // todo, started, done, cc
	Flow   string // "" for all
	Text   string // part of number or title
	Cursor string // Next of the page before
	Size   int    // 1…100, default 20
}

// Page is a page of a box. Count is the whole of the box, taken by the same condition as the list.
type Page struct {
	Items []TaskView `json:"items"`
	Next  string     `json:"next"`
	Count int64      `json:"count"`
}

// TaskView is a card in a box. In the box "started" it stands for the case and TaskID is that of an open task or 0.
type TaskView struct {
	TaskID    db.ID   `json:"task_id"`
	CaseID    db.ID   `json:"case_id"`
	ProjectID db.ID   `json:"project_id"`
	No        string  `json:"no"`
	Flow      string  `json:"flow"`
	FlowZh    string  `json:"flow_zh"`
	FlowEn    string  `json:"flow_en"`
	Title     string  `json:"title"`
	Node      string  `json:"node"`
	NodeZh    string  `json:"node_zh"`
	NodeEn    string  `json:"node_en"`
	State     string  `json:"state"` // of the task: open hold done void; of a started case: running done refused withdrawn stopped incident
	OpenedAt  int64   `json:"opened_at"`
	DueAt     int64   `json:"due_at"` // 0: no deadline
	Late      bool    `json:"late"`
	Urges     int64   `json:"urges"`
	Priority  int64   `json:"priority"`
	Claimable bool    `json:"claimable"`
	ForWhom   string  `json:"for_whom,omitempty"` // the principal, when seen as deputy
	Summary   []Value `json:"summary"`
	Steps     Steps   `json:"steps"`
}

// Steps tells how far a case is: step Now of about Total.
type Steps struct {
	Now   int `json:"now"`
	Total int `json:"total"`
}

// CaseView is the page of a case.
type CaseView struct {
	ID        db.ID          `json:"id"`
	No        string         `json:"no"`
	Flow      string         `json:"flow"`
	FlowZh    string         `json:"flow_zh"`
	FlowEn    string         `json:"flow_en"`
	Title     string         `json:"title"`
	State     string         `json:"state"`
	Subject   string         `json:"subject"`
	ProjectID db.ID          `json:"project_id"`
	StarterID db.ID          `json:"starter_id"`
	Starter   string         `json:"starter"`
	StartedAt int64          `json:"started_at"`
	EndedAt   int64          `json:"ended_at"`
	ParentID  db.ID          `json:"parent_id"`
	Vars      map[string]any `json:"vars"`
	Data      []Value        `json:"data"`
	Tasks     []OpenTaskView `json:"tasks"`
	Timeline  []Moment       `json:"timeline"`
	Diagram   string         `json:"diagram"` // SVG, styled by classes: lf-node lf-done lf-now lf-next …
	Steps     Steps          `json:"steps"`
	Links     []Link         `json:"links"`
	Files     []FileView     `json:"files"`
	Verbs     []string       `json:"verbs"` // on the case: urge comment cc withdraw stop
}

// OpenTaskView is an open task on the page of a case.
type OpenTaskView struct {
	ID        db.ID                `json:"id"`
	Node      string               `json:"node"`
	NodeZh    string               `json:"node_zh"`
	NodeEn    string               `json:"node_en"`
	State     string               `json:"state"` // open or hold
	Who       string               `json:"who"`   // name, or the position of a pool
	WhoEn     string               `json:"who_en"`
	WhoID     db.ID                `json:"who_id"` // 0 while in the pool
	OpenedAt  int64                `json:"opened_at"`
	DueAt     int64                `json:"due_at"`
	Late      bool                 `json:"late"`
	Mine      bool                 `json:"mine"`
	ForWhom   string               `json:"for_whom,omitempty"`
	Claimable bool                 `json:"claimable"`
	Verbs     []string             `json:"verbs"`
	Outcomes  []Outcome            `json:"outcomes"`
	Form      *FormView            `json:"form,omitempty"`
	Forms     map[string]*FormView `json:"forms,omitempty"` // of outcomes that have their own
	Need      map[string]any       `json:"need"`            // {"photo":{"before":1},"sign":true}
	Returns   []NodeName           `json:"returns"`
	Pauses    []Outcome            `json:"pauses,omitempty"` // reasons for hold; none: any text
}

// FormView is a form with the values that its fields have now.
type FormView struct {
	Name   string         `json:"name"`
	Schema any            `json:"schema"`
	Values map[string]any `json:"values,omitempty"`
}

// NodeName names a step.
type NodeName struct {
	Node string `json:"node"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
}

// Moment is one entry of the timeline: what happened, what waits, and what is expected next.
type Moment struct {
	At      int64      `json:"at"`
	Kind    string     `json:"kind"`
	KindZh  string     `json:"kind_zh"`
	KindEn  string     `json:"kind_en"`
	Node    string     `json:"node,omitempty"`
	NodeZh  string     `json:"node_zh,omitempty"`
	NodeEn  string     `json:"node_en,omitempty"`
	Actor   string     `json:"actor,omitempty"`
	ActorID db.ID      `json:"actor_id,omitempty"`
	ForWhom string     `json:"for_whom,omitempty"`
	Outcome *Outcome   `json:"outcome,omitempty"`
	Comment string     `json:"comment,omitempty"`
	Data    []Value    `json:"data,omitempty"`
	Files   []FileView `json:"files,omitempty"`
	DueAt   int64      `json:"due_at,omitempty"`
	State   string     `json:"state"` // past, now, next
}

// FileView is an attachment of a case, with the field it was given under.
type FileView struct {
	File
	Field string `json:"field"`
	Seq   int    `json:"seq"`
	By    db.ID  `json:"by"`
}

// Startable is a flow that can be started by a form.
type Startable struct {
	Flow string `json:"flow"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
	Form string `json:"form"`
}

// Int gives an integer variable, 0 when missing.
func (in ActionInput) Int(name string) int64 {
	f, _ := in.Vars[name].(float64)
	return int64(f)
}

// Text gives a text variable, "" when missing.
func (in ActionInput) Text(name string) string {
	s, _ := in.Vars[name].(string)
	return s
}

// Ref gives a variable that holds an id, 0 when missing or no id.
func (in ActionInput) Ref(name string) db.ID {
	id, err := db.ParseID(in.Text(name))
	if err != nil {
		return 0
	}
	return id
}

// Bool gives a yes/no variable, false when missing.
func (in ActionInput) Bool(name string) bool {
	b, _ := in.Vars[name].(bool)
	return b
}
