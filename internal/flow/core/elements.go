package core

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/expr-lang/expr"

	"github.com/lifang/lifang/internal/flow/bpmn"
)

// element makes the node of an element with what its type and event definition say, or refuses it by name.
func (c *compiler) element(e *bpmn.Element, n *Node) bool {
	event, def := "", (*bpmn.Node)(nil)
	if len(e.Events) == 1 {
		event, def = e.Events[0].Local, e.Events[0]
	}
	if refs := e.Node.All(bpmn.NS, "eventDefinitionRef"); len(refs) == 1 && def == nil {
		if def = c.global(refs[0].Inner()); def == nil {
			c.at(refs[0], "eventDefinitionRef 指向的定义不存在", "eventDefinitionRef names no event definition")
			return false
		}
		event = def.Local
		e.Events = []*bpmn.Node{def}
	} else if len(refs) > 0 {
		c.unsupported(e.Node, "an event with several definitions")
		return false
	}
	inEventSub := n.Parent != nil && n.Parent.Kind == KindEventSub
	outside := c.names.Plain // messages and signals come from outside the case
	ok := true
	switch e.Type + " " + strings.TrimSuffix(event, "EventDefinition") {
	case "startEvent ":
		n.Kind = KindStart
		ok = !inEventSub
	case "startEvent timer":
		n.Kind, n.Interrupts = KindStart, e.Node.Attr("isInterrupting") != "false"
		ok = inEventSub || outside && n.Parent == nil
	case "startEvent message", "startEvent signal":
		n.Kind, n.Interrupts = KindStart, e.Node.Attr("isInterrupting") != "false"
		ok = outside && (inEventSub || n.Parent == nil)
	case "startEvent error", "startEvent escalation":
		n.Kind, n.Interrupts = KindStart, event == "errorEventDefinition" || e.Node.Attr("isInterrupting") != "false"
		ok = inEventSub
	case "endEvent ", "endEvent escalation":
		n.Kind = KindEnd
	case "endEvent message", "endEvent signal":
		n.Kind = KindEnd
		ok = outside
	case "endEvent terminate":
		n.Kind = KindTerminate
	case "endEvent error":
		n.Kind = KindError
	case "intermediateThrowEvent ", "manualTask ", "task ":
		n.Kind = KindPass
	case "intermediateThrowEvent escalation":
		n.Kind = KindThrow
	case "intermediateThrowEvent message", "intermediateThrowEvent signal", "sendTask ":
		n.Kind = KindThrow
		ok = outside
	case "intermediateThrowEvent link", "intermediateCatchEvent link":
		n.Kind = KindPass
	case "intermediateCatchEvent timer":
		n.Kind = KindTimer
	case "intermediateCatchEvent message", "intermediateCatchEvent signal", "receiveTask ":
		n.Kind = KindCatch
		ok = outside
	case "boundaryEvent timer", "boundaryEvent escalation":
		n.Kind, n.Interrupts = KindBoundary, e.Node.Attr("cancelActivity") != "false"
	case "boundaryEvent error":
		n.Kind, n.Interrupts = KindBoundary, true
	case "boundaryEvent message", "boundaryEvent signal":
		n.Kind, n.Interrupts = KindBoundary, e.Node.Attr("cancelActivity") != "false"
		ok = outside
	case "userTask ":
		n.Kind = KindTask
	case "serviceTask ", "businessRuleTask ":
		n.Kind = KindService
		ok = e.Type == "serviceTask" || outside || e.Node.LF("action") != ""
	case "scriptTask ":
		n.Kind = KindScript
	case "exclusiveGateway ":
		n.Kind = KindXor
	case "parallelGateway ":
		n.Kind = KindAnd
	case "inclusiveGateway ":
		n.Kind, c.def.scoped = KindOr, true
	case "eventBasedGateway ":
		n.Kind = KindEventGate
		ok = e.Node.Attr("instantiate") != "true" && e.Node.Attr("eventGatewayType") != "Parallel"
	case "callActivity ":
		n.Kind = KindCall
	case "subProcess ":
		n.Kind, c.def.scoped = KindSub, true
		if e.Node.Attr("triggeredByEvent") == "true" {
			n.Kind = KindEventSub
		}
	default:
		ok = false
	}
	if !ok {
		what := e.Type
		if event != "" {
			what += " with " + event
		}
		c.unsupported(e.Node, what)
		return false
	}
	n.Event = c.event(e, def)
	return true
}

// global finds an element directly under the root by its id; the prefix of a qualified name does not matter.
func (c *compiler) global(ref string) *bpmn.Node {
	ref = ref[strings.LastIndexByte(ref, ':')+1:]
	for _, n := range c.root.Children {
		if n.Kind == bpmn.Tag && ref != "" && n.Attr("id") == ref {
			return n
		}
	}
	return nil
}

// event reads the name of a message or signal, the code of an error or escalation.
func (c *compiler) event(e *bpmn.Element, def *bpmn.Node) *Event {
	named := func(kind, ref, attr string) *Event {
		if g := c.global(ref); g != nil {
			return &Event{kind, cmp.Or(g.Attr(attr), g.Attr("name"), g.Attr("id"))}
		}
		return &Event{kind, ref[strings.LastIndexByte(ref, ':')+1:]}
	}
	if def == nil {
		if e.Type == "sendTask" || e.Type == "receiveTask" {
			return named(Message, e.Node.Attr("messageRef"), "name")
		}
		return nil
	}
	switch def.Local {
	case "messageEventDefinition":
		return named(Message, def.Attr("messageRef"), "name")
	case "signalEventDefinition":
		return named(Signal, def.Attr("signalRef"), "name")
	case "errorEventDefinition":
		return named(ErrorCode, def.Attr("errorRef"), "errorCode")
	case "escalationEventDefinition":
		return named(Escalation, def.Attr("escalationRef"), "escalationCode")
	}
	return nil
}

// links makes a flow from every throwing link to the catching one of its name in the same scope.
func (c *compiler) links(p *bpmn.Process) {
	name := func(e *bpmn.Element) string { return cmp.Or(e.Events[0].Attr("name"), e.Name) }
	isLink := func(e *bpmn.Element, kind string) bool {
		return e.Type == kind && len(e.Events) == 1 && e.Events[0].Local == "linkEventDefinition" && c.def.nodes[e.ID] != nil
	}
	for _, e := range p.Elements {
		if !isLink(e, "intermediateThrowEvent") {
			continue
		}
		from, found := c.def.nodes[e.ID], 0
		for _, t := range p.Elements {
			if isLink(t, "intermediateCatchEvent") && name(t) == name(e) {
				to := c.def.nodes[t.ID]
				from.Out = append(from.Out, &Edge{ID: "link:" + e.ID, From: from, To: to})
				to.In++
				found++
			}
		}
		if found != 1 {
			c.at(e.Node, "链接事件需要正好一个同名的目标", "a throwing link needs exactly one catching link of its name")
		}
	}
}

// assignment is one line of a script: a variable and its value.
type assignment struct {
	name  string
	value *program
}

var assigned = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*)\s*=\s*([^=].*)$`)

// script reads a script task: lines "variable = expression" when its scriptFormat is expr. A script in another language does
// nothing in plain BPMN and is refused in a flow that people use.
func (c *compiler) script(x *bpmn.Node, n *Node) {
	format := strings.ToLower(x.Attr("scriptFormat"))
	if !strings.HasSuffix(format, "expr") {
		if !c.names.Plain {
			c.unsupported(x, "scriptFormat \""+format+"\"; write expr,")
		}
		return
	}
	s := x.First(bpmn.NS, "script")
	if s == nil {
		return
	}
	for _, line := range strings.FieldsFunc(s.Inner(), func(r rune) bool { return r == '\n' || r == ';' }) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		m := assigned.FindStringSubmatch(line)
		switch {
		case m == nil:
			c.at(s, "脚本的每一行应为 变量 = 表达式", "every line of a script is written variable = expression")
		case !c.names.Plain && c.vars[m[1]] == "":
			c.at(s, "没有变量 "+m[1], "there is no variable "+m[1])
		default:
			n.Script = append(n.Script, assignment{m[1], c.expr(s, m[2])})
		}
	}
}

// decoded gives a value the form that reading it back from JSON would give.
func decoded(v any) (any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out any
	return out, json.Unmarshal(raw, &out)
}

// unwrapped takes an expression out of the ${…}, #{…} and = of other tools.
func unwrapped(text string) string {
	text = strings.TrimSpace(text)
	if (strings.HasPrefix(text, "${") || strings.HasPrefix(text, "#{")) && strings.HasSuffix(text, "}") {
		return strings.TrimSpace(text[2 : len(text)-1])
	}
	return strings.TrimPrefix(text, "=")
}

// repetition reads the multi-instance characteristics of an activity other than a user task.
func (c *compiler) repetition(l *bpmn.Node, n *Node) {
	c.multi(l, n)
	n.Loop, n.Multi = n.Multi, nil
	if n.Loop.count == nil {
		ref := l.First(bpmn.NS, "loopDataInputRef")
		if ref == nil || !c.names.Plain {
			c.at(l, "多实例需要 loopCardinality", "a multi-instance activity needs a loopCardinality")
			return
		}
		n.Loop.count = c.expr(ref, ref.Inner())
	}
	c.def.scoped = true
}

var plainOption = expr.AllowUndefinedVariables()

// plainTimer reads a timer of a file without our words: a duration, a date, or a cycle, which fires after its first period.
func (c *compiler) plainTimer(def *bpmn.Node) *dueRule {
	for _, kind := range []string{"timeDuration", "timeDate", "timeCycle"} {
		t := def.First(bpmn.NS, kind)
		if t == nil {
			continue
		}
		text := t.Inner()
		if kind == "timeCycle" {
			text = text[strings.LastIndexByte(text, '/')+1:]
		}
		l, err := parseLimit(text, c.on)
		if err != nil {
			l, _ = parseLimit("PT1M", c.on) // a date, or an expression of another tool: it comes when nothing else does
		}
		return &dueRule{fixed: l, on: c.on}
	}
	return &dueRule{on: c.on}
}

// plainTask reads a user task of a file without our words: anybody does it, with any outcome of the simulation.
func (c *compiler) plainTask(x *bpmn.Node, n *Node) {
	n.Task = &Task{Role: "anybody", Self: true, Allow: map[string]bool{}, free: true}
	for _, o := range extensions(x, "outcome") {
		out := c.choice(o)
		out.Tone = o.Attr("tone")
		n.Task.Outcomes = append(n.Task.Outcomes, out)
	}
	if l := x.First(bpmn.NS, "multiInstanceLoopCharacteristics"); l != nil {
		c.multi(l, n)
		if n.Multi.count == nil {
			if ref := l.First(bpmn.NS, "loopDataInputRef"); ref != nil {
				n.Multi.count = c.expr(ref, ref.Inner())
			}
		}
		n.Multi.offer(n.Task)
	}
}
