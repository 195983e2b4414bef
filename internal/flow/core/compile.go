package core

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/expr-lang/expr"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/flow/bpmn"
)

// Compile turns a BPMN file into a definition. It refuses what the engine cannot run: the error is a [bpmn.Faults] with
// every refusal by element and line (or a *bpmn.SyntaxError when the file cannot be read at all).
func Compile(src []byte, names Names) (*Definition, error) {
	doc, err := bpmn.Parse(src)
	if err != nil {
		return nil, err
	}
	processes, faults := doc.Processes()
	if len(processes) != 1 {
		faults = append(faults, bpmn.Fault{Line: doc.Root.Line, Element: doc.Root.Local, Zh: "一个文件必须正好有一个流程", En: "a file must hold exactly one process"})
		return nil, bpmn.Faults(faults)
	}
	return compile(src, doc, processes[0], faults, names)
}

// CompileAll turns every process of a file into a definition, as Compile does for the only one.
func CompileAll(src []byte, names Names) ([]*Definition, *bpmn.Document, error) {
	doc, err := bpmn.Parse(src)
	if err != nil {
		return nil, nil, err
	}
	processes, faults := doc.Processes()
	if len(processes) == 0 {
		c := &compiler{root: doc.Root}
		c.file()
		c.unsupported(doc.Root, "a file without a process")
		return nil, nil, c.faults
	}
	var out []*Definition
	var all bpmn.Faults
	for _, p := range processes {
		def, err := compile(src, doc, p, faults, names)
		var refused bpmn.Faults
		if errors.As(err, &refused) {
			all = append(all, refused...)
		} else if err != nil {
			return nil, nil, err
		}
		faults = nil
		out = append(out, def)
	}
	if len(all) > 0 {
		all.Sort()
		return nil, nil, all
	}
	return out, doc, nil
}

// file refuses what is no BPMN 2.0 at all.
func (c *compiler) file() {
	if c.root.Space != bpmn.NS || c.root.Local != "definitions" {
		c.at(c.root, "这不是 BPMN 2.0 文件", "this is not a BPMN 2.0 file")
	}
	for _, n := range c.root.Children {
		if n.Kind == bpmn.Tag && n.Space == bpmn.NS && (n.Local == "choreography" || n.Local == "globalChoreographyTask") {
			c.unsupported(n, n.Local)
		}
	}
}

func compile(src []byte, doc *bpmn.Document, process *bpmn.Process, faults bpmn.Faults, names Names) (*Definition, error) {
	c := &compiler{names: names, vars: map[string]string{}, root: doc.Root, faults: slices.Clone(faults)}
	c.file()
	c.process(process)
	if len(c.faults) == 0 && !names.Plain {
		c.faults = append(c.faults, checkFlow(c.def)...)
	}
	if len(c.faults) > 0 {
		c.faults.Sort()
		return nil, c.faults
	}
	c.def.XML = src
	c.def.drawn = sync.OnceValue(func() *bpmn.Diagram { return bpmn.Layout(c.def.Process) })
	sum := sha256.New()
	sum.Write(src)
	for _, name := range sortedKeys(c.def.Forms) {
		sum.Write([]byte("\x00" + name + "\x00"))
		sum.Write(names.Forms[name])
	}
	c.def.Hash = hex.EncodeToString(sum.Sum(nil))
	return c.def, nil
}

type compiler struct {
	names  Names
	def    *Definition
	faults bpmn.Faults
	vars   map[string]string
	on     string // working calendar
	root   *bpmn.Node
	all    []*bpmn.Element // of every level
}

func (c *compiler) at(n *bpmn.Node, zh, en string) {
	id := n.Attr("id")
	if id == "" {
		id = n.Local
	}
	c.faults = append(c.faults, bpmn.Fault{Line: n.Line, Element: id, Zh: zh, En: en})
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

const maxElements = 1000

func (c *compiler) process(p *bpmn.Process) {
	n := p.Node
	d := &Definition{Key: p.ID, Zh: p.Name, En: p.En, Prefix: n.LF("no"), Withdraw: cmp.Or(n.LF("withdraw"), "never"),
		Summary: strings.Fields(n.LF("summary")), Forms: map[string]*Form{}, Process: p, fields: map[string]*Field{}, nodes: map[string]*Node{}, plain: c.names.Plain}
	c.def, c.on = d, cmp.Or(n.LF("calendar"), calendar.Office)
	if !c.names.Plain && !identifier.MatchString(p.ID) {
		c.at(n, "流程 id 只能用字母、数字、下划线和连字符", "the id of a process takes letters, digits, _ and - only")
	}
	c.foreign(n)
	if len(p.Elements) > maxElements {
		c.at(n, "流程的元素太多", "the process has too many elements")
		return
	}
	d.top = c.level(p, nil)
	c.gatherVars()
	d.env = newEnv(c.vars)
	if d.plain {
		d.env.opts = append(d.env.opts, plainOption)
	}
	c.flows(p)
	for _, e := range c.all {
		if node := d.nodes[e.ID]; node != nil {
			c.details(e, node)
		}
	}
	if !d.plain {
		c.headings(n)
	}
}

// headings reads what the process says about its cases: title, summary, reasons for a hold, when it may be withdrawn.
func (c *compiler) headings(n *bpmn.Node) {
	d := c.def
	if text := n.LF("title"); text != "" {
		d.title = c.expr(n, text, expr.AsKind(reflect.String))
	}
	for _, f := range d.Summary {
		if c.vars[f] == "" {
			c.at(n, "摘要字段 "+f+" 不在任何表单里", "the summary field "+f+" is in no form")
		}
	}
	for _, p := range extensions(n, "pause") {
		d.Pauses = append(d.Pauses, c.choice(p))
	}
	if step, ok := strings.CutPrefix(d.Withdraw, "until:"); ok {
		if s := d.nodes[step]; s == nil || s.Kind != KindTask {
			c.at(n, "lf:withdraw 里的步骤不存在", "lf:withdraw names no user task")
		}
	} else if d.Withdraw != "never" && d.Withdraw != "always" {
		c.at(n, "lf:withdraw 只能是 never、always 或 until:步骤", "lf:withdraw must be never, always or until:STEP")
	}
}

// level makes the nodes of a process or sub-process.
func (c *compiler) level(p *bpmn.Process, parent *Node) []*Node {
	var out []*Node
	for _, e := range p.Elements {
		node := c.kind(e, parent)
		c.all = append(c.all, e)
		if node == nil {
			continue
		}
		out = append(out, node)
		c.def.Nodes = append(c.def.Nodes, node)
		c.def.nodes[node.ID] = node
		if e.Inside != nil {
			c.foreign(e.Node)
			node.Inside = c.level(e.Inside, node)
		}
	}
	return out
}

// flows makes the edges of a process and of every sub-process in it.
func (c *compiler) flows(p *bpmn.Process) {
	c.edges(p)
	c.links(p)
	for _, e := range p.Elements {
		if e.Inside != nil && c.def.nodes[e.ID] != nil {
			c.flows(e.Inside)
		}
	}
}

// harmless are the children of a process that do not change how it runs.
var harmless = map[string]bool{"documentation": true, "extensionElements": true, "laneSet": true, "sequenceFlow": true,
	"textAnnotation": true, "association": true, "group": true, "dataObject": true, "dataObjectReference": true,
	"dataStoreReference": true, "incoming": true, "outgoing": true, "artifact": true, "correlationSubscription": true, "supports": true,
	"resourceRole": true, "performer": true, "humanPerformer": true, "potentialOwner": true, "dataInputAssociation": true, "dataOutputAssociation": true,
	"multiInstanceLoopCharacteristics": true, "standardLoopCharacteristics": true, "auditing": true, "monitoring": true, "property": true, "ioSpecification": true}

// foreign refuses every other child that is no element of the graph either.
func (c *compiler) foreign(n *bpmn.Node) {
	for _, ch := range n.Children {
		if ch.Kind == bpmn.Tag && ch.Space == bpmn.NS && !harmless[ch.Local] && !bpmn.IsElement(ch.Local) {
			c.unsupported(ch, ch.Local)
		}
	}
}

func (c *compiler) unsupported(n *bpmn.Node, what string) {
	c.at(n, "不支持 "+what, what+" is not supported")
}

// kind makes the node of an element, or refuses the element by name.
func (c *compiler) kind(e *bpmn.Element, parent *Node) *Node {
	n := &Node{ID: e.ID, Type: e.Type, Zh: e.Name, En: e.En, Line: e.Line, In: len(e.In), Parent: parent}
	if !c.names.Plain && !identifier.MatchString(e.ID) {
		c.at(e.Node, "id 只能用字母、数字、下划线和连字符", "an id takes letters, digits, _ and - only")
	}
	if !c.names.Plain && e.Node.Attr("id") == "" {
		c.at(e.Node, "缺少 id 属性", "the attribute id is missing")
	}
	if len(e.Events) > 1 {
		c.unsupported(e.Node, "an event with several definitions")
		return nil
	}
	if l := e.Node.First(bpmn.NS, "standardLoopCharacteristics"); l != nil {
		c.unsupported(l, l.Local)
	}
	if e.Node.Attr("isForCompensation") == "true" {
		c.unsupported(e.Node, "compensation")
	}
	if !c.element(e, n) {
		return nil
	}
	return n
}

// gatherVars reads the forms that the flow uses and types every variable.
func (c *compiler) gatherVars() {
	if c.names.Plain {
		return
	}
	for _, e := range c.all {
		for _, name := range c.formNames(e) {
			if c.def.Forms[name] != nil {
				continue
			}
			raw, ok := c.names.Forms[name]
			if !ok {
				c.at(e.Node, "表单 "+name+" 不存在", "there is no form "+name)
				continue
			}
			f, err := ParseForm(name, raw)
			if err != nil {
				c.at(e.Node, "表单有错："+err.Error(), err.Error())
				continue
			}
			c.def.Forms[name] = f
			for i, field := range f.Fields {
				if c.def.fields[field.Name] == nil {
					c.def.fields[field.Name] = &f.Fields[i]
				}
				c.variable(e.Node, field.Name, field.Type)
			}
		}
		if e.Type == "serviceTask" {
			for _, v := range c.names.Actions[e.Node.LF("action")] {
				c.variable(e.Node, v.Name, v.Type)
			}
		}
		if e.Type == "callActivity" {
			for _, name := range strings.Fields(e.Node.LF("take")) {
				if c.vars[name] == "" {
					c.vars[name] = "any"
				}
			}
		}
	}
}

func (c *compiler) variable(n *bpmn.Node, name, typ string) {
	if was := c.vars[name]; was != "" && was != typ && was != "any" {
		c.at(n, "变量 "+name+" 有两种类型："+was+"、"+typ, "the variable "+name+" has two types: "+was+" and "+typ)
		return
	}
	c.vars[name] = typ
}

func (c *compiler) formNames(e *bpmn.Element) []string {
	var out []string
	if f := e.Node.LF("form"); f != "" {
		out = append(out, f)
	}
	for _, o := range extensions(e.Node, "outcome") {
		if f := o.Attr("form"); f != "" {
			out = append(out, f)
		}
	}
	return out
}

func extensions(n *bpmn.Node, local string) []*bpmn.Node {
	if x := n.First(bpmn.NS, "extensionElements"); x != nil {
		return x.All(bpmn.LF, local)
	}
	return nil
}

func (c *compiler) edges(p *bpmn.Process) {
	for _, f := range p.Flows {
		from, to := c.def.nodes[f.From.ID], c.def.nodes[f.To.ID]
		if from == nil || to == nil {
			continue // refused already
		}
		e := &Edge{ID: f.ID, From: from, To: to}
		isDefault := f.From.Default == f
		switch {
		case f.Condition != "" && from.Kind != KindXor && from.Kind != KindOr && c.names.Plain && !isDefault:
			e.when = c.expr(f.Node, f.Condition, expr.AsBool()) // a conditional flow out of an activity
			from.picks = true
		case f.Condition != "" && c.names.Plain && isDefault:
		case f.Condition != "" && (from.Kind != KindXor && from.Kind != KindOr || isDefault):
			c.at(f.Node, "只有从排他网关出发的非默认连线可以带条件", "only a flow out of an exclusive gateway that is not its default may have a condition")
		case f.Condition != "":
			e.when = c.expr(f.Node, f.Condition, expr.AsBool())
		case (from.Kind == KindXor || from.Kind == KindOr) && len(f.From.Out) > 1 && !isDefault && !c.names.Plain:
			c.at(f.Node, "从排他网关出发的连线需要条件，或设为默认", "a flow out of an exclusive gateway needs a condition or must be its default")
		}
		if isDefault {
			from.Default = e
		}
		from.Out = append(from.Out, e)
	}
	for _, e := range p.Elements {
		n := c.def.nodes[e.ID]
		if n != nil && (n.Kind == KindXor || n.Kind == KindOr) && len(n.Out) > 1 && n.Default == nil && !c.names.Plain {
			c.at(e.Node, "排他网关需要一条默认连线", "an exclusive gateway needs a default flow")
		}
		if n != nil && e.Host != nil {
			if host := c.def.nodes[e.Host.ID]; host != nil {
				long := host.Kind == KindTask || host.Kind == KindCall || host.Kind == KindSub || host.Type == "receiveTask"
				activity := strings.HasSuffix(strings.ToLower(host.Type), "task")
				if !long && !(activity && c.names.Plain) {
					c.at(e.Node, "边界事件只能附着在人工任务、子流程或调用活动上", "a boundary event attaches to a user task, a sub-process or a call activity only")
				}
				if n.Event != nil && n.Event.Kind == Escalation && host.Kind == KindCall && !c.names.Plain {
					c.unsupported(e.Node, "an escalation out of a called flow")
				}
				if n.Event != nil && (n.Event.Kind == ErrorCode || n.Event.Kind == Escalation) && host.Kind == KindTask && !c.names.Plain {
					c.at(e.Node, "人工任务不会抛出错误或升级", "a user task raises no error and no escalation")
				}
				n.Host, host.Bounds = host, append(host.Bounds, n)
			}
		}
	}
}

func (c *compiler) expr(n *bpmn.Node, text string, opts ...expr.Option) *program {
	if c.names.Plain {
		text = unwrapped(text)
	}
	p, err := c.def.env.compile(text, opts...)
	if err != nil {
		c.at(n, "表达式有错："+err.Error(), "the expression "+strconv.Quote(text)+" is wrong: "+err.Error())
	}
	return p
}

// details reads the lf: attributes of a node.
func (c *compiler) details(e *bpmn.Element, n *Node) {
	x := e.Node
	switch n.Kind {
	case KindStart:
		if len(e.Events) == 1 && e.Events[0].Local == "timerEventDefinition" {
			c.timer(e, n)
		}
		if n.Parent != nil {
			return
		}
		if c.def.Start != nil && !c.names.Plain {
			c.at(x, "一个流程只能有一个开始事件", "a process has one start event")
		}
		if n.Event != nil || n.Timer != nil {
			return
		}
		c.def.Start = n
		n.Task = &Task{Form: x.LF("form"), Allow: map[string]bool{}, Self: true}
		n.Task.assign = c.expr(x, "starter", expr.AsKind(reflect.String))
	case KindTask:
		c.task(e, n)
	case KindScript:
		c.script(x, n)
	case KindEventSub:
		triggers := 0
		for _, s := range n.Inside {
			if s.Kind == KindStart {
				triggers++
			}
		}
		if triggers != 1 || n.In > 0 || len(n.Out) > 0 {
			c.at(x, "事件子流程需要正好一个带触发器的开始事件，且没有连线", "an event sub-process has exactly one start event with a trigger and no flows")
		}
	case KindEventGate:
		for _, o := range n.Out {
			if k := o.To.Kind; k != KindTimer && k != KindCatch {
				c.at(x, "事件网关之后只能是等待定时、消息或信号的元素", "behind an event-based gateway stand only elements that wait for a timer, a message or a signal")
			}
		}
	case KindService:
		n.Action, n.Params = x.LF("action"), map[string]string{}
		for _, p := range extensions(x, "param") {
			n.Params[p.Attr("name")] = p.Attr("value")
		}
		if _, known := c.names.Actions[n.Action]; c.names.Plain {
			break
		} else if n.Action == "" || c.names.Actions != nil && !known {
			c.at(x, "动作 "+strconv.Quote(n.Action)+" 不存在", "there is no action "+strconv.Quote(n.Action))
		}
	case KindCall:
		n.Called, n.Take = x.Attr("calledElement"), strings.Fields(x.LF("take"))
		if c.names.Plain {
			n.Called = n.Called[strings.LastIndexByte(n.Called, ':')+1:]
		} else if n.Called == "" || c.names.Flows != nil && !c.names.Flows[n.Called] {
			c.at(x, "被调用的流程 "+strconv.Quote(n.Called)+" 不存在", "there is no flow "+strconv.Quote(n.Called)+" to call")
		}
	case KindEnd, KindTerminate:
		switch x.LF("state") {
		case "", "done":
			n.Ends = Done
		case "refused":
			n.Ends = Refused
		default:
			c.at(x, "lf:state 只能是 done 或 refused", "lf:state must be done or refused")
		}
	case KindTimer:
		c.timer(e, n)
	case KindBoundary:
		if e.Events[0].Local == "timerEventDefinition" {
			c.timer(e, n)
		}
	}
	if l := x.First(bpmn.NS, "multiInstanceLoopCharacteristics"); l != nil && n.Kind != KindTask {
		c.repetition(l, n)
	}
}

func (c *compiler) timer(e *bpmn.Element, n *Node) {
	def := e.Events[0]
	if c.names.Plain {
		n.Timer = c.plainTimer(def)
		return
	}
	d := def.First(bpmn.NS, "timeDuration")
	if d == nil {
		for _, other := range []string{"timeDate", "timeCycle"} {
			if o := def.First(bpmn.NS, other); o != nil {
				c.unsupported(o, other)
				return
			}
		}
		c.at(e.Node, "计时器缺少 timeDuration", "the timer has no timeDuration")
		return
	}
	n.Timer = c.due(d, d.Inner(), d.LF("clock"))
}

// due reads a limit: text, or an expression after "=". clock turns a plain duration into working time of that calendar.
func (c *compiler) due(n *bpmn.Node, text, clock string) *dueRule {
	on := c.on
	if clock != "" && clock != "work" {
		on = clock
	}
	if code, ok := strings.CutPrefix(text, "="); ok {
		return &dueRule{expr: c.expr(n, strings.TrimSpace(code), expr.AsKind(reflect.String)), on: on}
	}
	l, err := parseLimit(text, on)
	if err != nil {
		c.at(n, "时限写法不对："+err.Error(), err.Error())
		return nil
	}
	if clock != "" && l.Unit == calendar.ClockMinutes {
		l.Unit = calendar.WorkMinutes
	}
	if code := cmp.Or(l.Calendar, on); c.names.Clocks != nil && !c.names.Clocks(code) && (l.Unit == calendar.WorkMinutes || l.Unit == calendar.WorkDays) {
		c.at(n, "没有工作日历 "+code, "there is no working calendar "+code)
	}
	return &dueRule{fixed: l, on: on}
}

func (c *compiler) task(e *bpmn.Element, n *Node) {
	x := e.Node
	if c.names.Plain {
		c.plainTask(x, n)
		return
	}
	t := &Task{Form: x.LF("form"), Role: x.LF("role"), Back: strings.Fields(x.LF("back")), Allow: map[string]bool{}}
	n.Task = t
	if t.Role == "" && e.Lane != nil && x.LF("assign") == "" {
		t.Role = e.Lane.Node.LF("role")
	}
	if code, unit, _ := strings.Cut(t.Role, "@"); t.Role != "" {
		if c.names.Roles != nil && !c.names.Roles[code] {
			c.at(x, "岗位 "+code+" 不存在", "there is no position "+code)
		}
		if !slices.Contains([]string{"", "project", "region", "company", "department", "unit"}, unit) {
			c.at(x, "岗位后的 @"+unit+" 不认识", "@"+unit+" after the position is not known; use @project, @region or @company")
		}
	}
	if l := x.First(bpmn.NS, "multiInstanceLoopCharacteristics"); l != nil {
		c.multi(l, n)
	}
	if text := x.LF("assign"); text != "" {
		var one []expr.Option
		if n.Multi == nil {
			one = append(one, expr.AsKind(reflect.String))
		}
		t.assign = c.expr(x, text, one...)
	} else if t.Role == "" {
		c.at(x, "没有指定由谁处理（岗位或 lf:assign）", "nobody is named to act: give the lane or the task lf:role, or lf:assign")
	}
	if text := x.LF("due"); text != "" {
		t.due = c.due(x, text, "")
	}
	t.whole = x.LF("from") == "case"
	c.ladder(x, t)
	for _, b := range t.Back {
		if s := c.def.nodes[b]; b != "prev" && b != "start" && b != "any" && (s == nil || s.Kind != KindTask) {
			c.at(x, "lf:back 里的步骤 "+b+" 不存在", "lf:back names "+b+", which is no user task")
		}
	}
	t.Not = strings.Fields(x.LF("not"))
	for _, step := range t.Not {
		if s := c.def.nodes[step]; s == nil || s.Kind != KindTask {
			c.at(x, "lf:not 里的步骤 "+step+" 不存在", "lf:not names "+step+", which is no user task")
		}
	}
	for _, v := range strings.Fields(cmp.Or(x.LF("allow"), "transfer")) {
		switch v {
		case "transfer", "hold", "add", "before", "after", "remove", "delegate", "direct", "retake":
			t.Allow[v] = true
		case "none", "cc", "comment", "urge", "claim", "release":
		default:
			c.at(x, "lf:allow 里的 "+v+" 不支持", v+" in lf:allow is not supported")
		}
	}
	if p := x.LF("priority"); p != "" {
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 || v > 9 {
			c.at(x, "lf:priority 应为 0 到 9", "lf:priority must be 0 to 9")
		}
		t.Priority = v
	}
	var err error
	if t.Need, err = parseNeed(x.LF("need")); err != nil {
		c.at(x, "lf:need 写法不对："+err.Error(), err.Error())
	}
	for _, need := range t.Need {
		if f := c.def.Forms[t.Form]; (need.Kind == "gps" || need.Kind == "scan") && (f == nil || f.byName[need.Field] == nil) {
			c.at(x, "lf:need 要求的 "+need.Field+" 不在表单里", "lf:need asks for "+need.Field+", which is no field of the form")
		}
	}
	for _, o := range extensions(x, "outcome") {
		out := c.choice(o)
		out.Tone, out.Form, out.Free = o.Attr("tone"), o.Attr("form"), o.Attr("need") == "none"
		if slices.ContainsFunc(t.Outcomes, func(b Outcome) bool { return b.Key == out.Key }) {
			c.at(o, "结果的 id 重复", "the id of an outcome is used twice")
		}
		t.Outcomes = append(t.Outcomes, out)
	}
	if n.Multi != nil {
		n.Multi.offer(t)
	}
	c.policies(x, n)
}

// offer gives a task the outcomes agree and reject when its condition speaks of them and it has none.
func (m *Multi) offer(t *Task) {
	if len(t.Outcomes) == 0 && (m.agree || m.veto) {
		t.Outcomes = []Outcome{{Key: "agree", Zh: "同意", En: "Agree", Tone: "ok"}, {Key: "reject", Zh: "不同意", En: "Reject", Tone: "bad"}}
	}
}

// policies reads what happens when nobody, or one who has spoken already, would have to act.
func (c *compiler) policies(x *bpmn.Node, n *Node) {
	t := n.Task
	switch t.Empty = x.LF("empty"); t.Empty {
	case "", "skip", "admin":
	default:
		c.at(x, "lf:empty 只能是 skip 或 admin", "lf:empty must be skip or admin")
	}
	switch x.LF("same") {
	case "", "ask":
	case "skip":
		t.SkipSame = true
	default:
		c.at(x, "lf:same 只能是 skip 或 ask", "lf:same must be skip or ask")
	}
	has := func(key string) bool {
		return slices.ContainsFunc(t.Outcomes, func(o Outcome) bool { return o.Key == key })
	}
	t.Self = !has("agree") || !has("reject")
	switch x.LF("self") {
	case "":
	case "allow":
		t.Self = true
	case "never":
		t.Self = false
	default:
		c.at(x, "lf:self 只能是 allow 或 never", "lf:self must be allow or never")
	}
}

// multi reads the multi-instance characteristics of a user task.
func (c *compiler) multi(l *bpmn.Node, n *Node) {
	m := &Multi{Sequential: l.Attr("isSequential") == "true"}
	n.Multi = m
	if b := l.Attr("behavior"); b != "" && b != "All" {
		c.unsupported(l, "behavior "+b)
	}
	for _, ch := range l.Children {
		if ch.Kind != bpmn.Tag || ch.Space != bpmn.NS {
			continue
		}
		switch ch.Local {
		case "loopCardinality":
			m.count = c.expr(ch, ch.Inner())
		case "completionCondition":
			text := ch.Inner()
			env := c.def.env.with(tally{}.names())
			if c.names.Plain {
				text, env.opts = unwrapped(text), append(env.opts, plainOption)
			}
			p, err := env.compile(text, expr.AsBool())
			if err != nil {
				c.at(ch, "表达式有错："+err.Error(), "the expression "+strconv.Quote(text)+" is wrong: "+err.Error())
			}
			m.until, m.agree, m.veto = p, speaksOfAgree.MatchString(text), speaksOfReject.MatchString(text)
		case "documentation", "extensionElements":
		case "loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem":
			if !c.names.Plain {
				c.unsupported(ch, ch.Local)
			}
		default:
			c.unsupported(ch, ch.Local)
		}
	}
}

// choice reads id, name and lf:en of an outcome or a pause.
func (c *compiler) choice(n *bpmn.Node) Outcome {
	out := Outcome{Key: n.Attr("id"), Zh: cmp.Or(n.Attr("name"), n.Attr("id"))}
	out.En = cmp.Or(n.LF("en"), out.Zh)
	if !identifier.MatchString(out.Key) {
		c.at(n, "缺少 id，或含有不允许的字符", "its id is missing or takes characters that are not allowed")
	}
	return out
}

// ladder reads lf:remind and lf:late into points (engineering.md 1.3 rule 5).
func (c *compiler) ladder(x *bpmn.Node, t *Task) {
	remind, late := cmp.Or(x.LF("remind"), "50% 80%"), cmp.Or(x.LF("late"), "escalate")
	add := func(p Point) { t.ladder = append(t.ladder, p) }
	if remind != "none" {
		for _, w := range strings.Fields(remind) {
			n, err := strconv.Atoi(strings.TrimSuffix(w, "%"))
			if err != nil || n < 1 || n > 99 {
				c.at(x, "lf:remind 应为 1% 到 99%", "lf:remind takes percentages from 1% to 99%")
				return
			}
			add(Point{Percent: n})
		}
	}
	words := strings.Fields(late)
	switch {
	case late == "none":
	case late == "remind":
		add(Point{Percent: 100})
	case words[0] == "escalate" && (len(words) == 1 || len(words) == 2 && words[1] == "leader"):
		add(Point{Percent: 80, Level: 1})
		add(Point{Percent: 100})
		for level, percent := range []int{100, 150, 200} {
			add(Point{Percent: percent, Level: level + 1})
		}
	case words[0] == "escalate" && len(words) <= 4:
		add(Point{Percent: 100})
		for i, role := range words[1:] {
			code, _, _ := strings.Cut(role, "@")
			if c.names.Roles != nil && !c.names.Roles[code] {
				c.at(x, "岗位 "+code+" 不存在", "there is no position "+code)
			}
			add(Point{Percent: []int{100, 150, 200}[i], Roles: []string{role}})
		}
	default:
		c.at(x, "lf:late 应为 escalate、remind 或 none", "lf:late must be escalate, escalate ROLE…, remind or none")
	}
	slices.SortStableFunc(t.ladder, func(a, b Point) int { return a.Percent - b.Percent })
}

var needForm = regexp.MustCompile(`^(?:([a-z_][a-z0-9_]*)\.)?(photo|sign|gps|scan)(?:>=([1-9][0-9]?))?$`)

func parseNeed(text string) ([]Need, error) {
	var out []Need
	for _, w := range strings.Fields(text) {
		m := needForm.FindStringSubmatch(w)
		if m == nil {
			return nil, errors.New(`the evidence "` + w + `" cannot be read; write photo>=2, before.photo>=1, sign, gps or scan`)
		}
		n := Need{Kind: m[2], Field: cmp.Or(m[1], m[2]), N: 1}
		if m[3] != "" {
			n.N, _ = strconv.Atoi(m[3])
		}
		out = append(out, n)
	}
	return out, nil
}
