package bpmn

import (
	"fmt"
	"sort"
	"strings"
)

// Process is one <process>: its flow elements and sequence flows in document order.
type Process struct {
	Node     *Node
	ID       string
	Name, En string
	Elements []*Element
	Flows    []*Flow
	Lanes    []*Lane
	byID     map[string]*Element
}

// Element is an event, activity or gateway of a process.
type Element struct {
	Node     *Node
	ID       string
	Type     string // local name in the file: userTask, exclusiveGateway, boundaryEvent …
	Name, En string // Chinese and English; En equals Name when the file gives none
	Line     int
	Lane     *Lane      // nil when no lane holds it
	Host     *Element   // of a boundary event: what it is attached to
	Bounds   []*Element // boundary events attached to it
	Events   []*Node    // event definitions inside an event
	In, Out  []*Flow    // in document order of the sequence flows
	Default  *Flow      // the default flow that it names
	Inside   *Process   // of a sub-process: what lies in it
}

// Flow is a sequence flow.
type Flow struct {
	Node      *Node
	ID        string
	Name, En  string
	From, To  *Element
	Condition string // expression, "" when none
	Line      int
}

// Lane is one lane with the elements it holds.
type Lane struct {
	Node     *Node
	ID       string
	Name, En string
}

// elements lists the children of <process> that are nodes of the graph.
var elements = map[string]bool{
	"startEvent": true, "endEvent": true, "boundaryEvent": true, "intermediateCatchEvent": true, "intermediateThrowEvent": true,
	"task": true, "userTask": true, "serviceTask": true, "scriptTask": true, "sendTask": true, "receiveTask": true, "manualTask": true,
	"businessRuleTask": true, "callActivity": true, "subProcess": true, "transaction": true, "adHocSubProcess": true,
	"exclusiveGateway": true, "parallelGateway": true, "inclusiveGateway": true, "eventBasedGateway": true, "complexGateway": true,
	"callChoreography": true, "choreographyTask": true, "subChoreography": true, "implicitThrowEvent": true,
}

// IsElement tells that a local name is a node of the graph: an event, activity or gateway.
func IsElement(local string) bool { return elements[local] }

// Processes gives every process of the file. Broken references (a flow from or to nothing, a boundary event attached to
// nothing, one id used twice) are returned as faults with their lines; the process then lacks them.
func (d *Document) Processes() ([]*Process, []Fault) {
	var out []*Process
	var faults []Fault
	ids := map[string]bool{}
	for _, n := range d.Root.All(NS, "process") {
		p, f := readProcess(n, ids)
		out = append(out, p)
		faults = append(faults, f...)
	}
	return out, faults
}

// Fault is something wrong in a file: on which line, at which element, and what, in Chinese and English.
type Fault struct {
	Line    int
	Element string // id, or the local name when it has none
	Zh, En  string
}

func (f Fault) Error() string { return fmt.Sprintf("line %d: %s: %s", f.Line, f.Element, f.En) }

// Faults is a list of faults; as an error it lists them one per line, in order of line.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Sort orders faults by line.
func (f Faults) Sort() { sort.SliceStable(f, func(i, j int) bool { return f[i].Line < f[j].Line }) }

func readProcess(n *Node, ids map[string]bool) (*Process, []Fault) {
	p := &Process{Node: n, ID: n.Attr("id"), byID: map[string]*Element{}}
	p.Name, p.En = names(n, p.ID)
	var faults []Fault
	fault := func(n *Node, zh, en string) {
		id := n.Attr("id")
		if id == "" {
			id = n.Local
		}
		faults = append(faults, Fault{n.Line, id, zh, en})
	}
	for _, c := range n.Children {
		if c.Kind != Tag || c.Space != NS || !elements[c.Local] {
			continue
		}
		e := &Element{Node: c, ID: c.Attr("id"), Type: c.Local, Line: c.Line}
		e.Name, e.En = names(c, "")
		for k := 1; e.ID == ""; k++ { // ids are optional in the standard
			if name := fmt.Sprintf("%s_%d", c.Local, k); !ids[name] {
				e.ID = name
			}
		}
		if ids[e.ID] {
			fault(c, "id 重复", "the id is used twice")
			continue
		}
		ids[e.ID] = true
		if c.Local == "subProcess" {
			var f []Fault
			e.Inside, f = readProcess(c, ids)
			faults = append(faults, f...)
		}
		for _, d := range c.Children {
			if d.Kind == Tag && d.Space == NS && strings.HasSuffix(d.Local, "EventDefinition") {
				e.Events = append(e.Events, d)
			}
		}
		p.byID[e.ID] = e
		p.Elements = append(p.Elements, e)
	}
	for _, e := range p.Elements {
		if e.Type != "boundaryEvent" {
			continue
		}
		if e.Host = p.byID[e.Node.Attr("attachedToRef")]; e.Host == nil {
			fault(e.Node, "attachedToRef 指向的元素不存在", "attachedToRef names no element")
			continue
		}
		e.Host.Bounds = append(e.Host.Bounds, e)
	}
	faults = append(faults, p.readFlows(n)...)
	for _, set := range n.All(NS, "laneSet") {
		p.readLanes(set)
	}
	return p, faults
}

func (p *Process) readFlows(n *Node) []Fault {
	var faults []Fault
	for i, c := range n.All(NS, "sequenceFlow") {
		f := &Flow{Node: c, ID: c.Attr("id"), Line: c.Line}
		if f.ID == "" {
			f.ID = fmt.Sprintf("flow_%d", i+1)
		}
		f.Name, f.En = names(c, "")
		f.From, f.To = p.byID[c.Attr("sourceRef")], p.byID[c.Attr("targetRef")]
		f.Condition = c.First(NS, "conditionExpression").Inner()
		if f.From == nil || f.To == nil {
			faults = append(faults, Fault{c.Line, f.ID, "连线的起点或终点不存在", "sourceRef or targetRef names no element"})
			continue
		}
		f.From.Out = append(f.From.Out, f)
		f.To.In = append(f.To.In, f)
		p.Flows = append(p.Flows, f)
	}
	for _, e := range p.Elements {
		name := e.Node.Attr("default")
		if name == "" {
			continue
		}
		for _, f := range e.Out {
			if f.ID == name {
				e.Default = f
			}
		}
		if e.Default == nil {
			faults = append(faults, Fault{e.Line, e.ID, "default 指向的连线不从此处出发", "default names no flow that leaves this element"})
		}
	}
	return faults
}

func (p *Process) readLanes(set *Node) {
	for _, n := range set.All(NS, "lane") {
		l := &Lane{Node: n, ID: n.Attr("id")}
		l.Name, l.En = names(n, l.ID)
		p.Lanes = append(p.Lanes, l)
		for _, ref := range n.All(NS, "flowNodeRef") {
			if e := p.byID[ref.Inner()]; e != nil {
				e.Lane = l
			}
		}
		if child := n.First(NS, "childLaneSet"); child != nil {
			p.readLanes(child)
		}
	}
	for _, e := range p.Elements {
		if e.Host != nil && e.Lane == nil {
			e.Lane = e.Host.Lane
		}
	}
}

// Element gives an element by its id, nil when there is none.
func (p *Process) Element(id string) *Element { return p.byID[id] }

// names reads name (Chinese) and lf:en (English); each stands in for the other when missing, fallback for both.
func names(n *Node, fallback string) (zh, en string) {
	zh, en = strings.Join(strings.Fields(n.Attr("name")), " "), n.LF("en")
	if zh == "" {
		zh = fallback
	}
	if en == "" {
		en = zh
	}
	return zh, en
}
