package core

import (
	"slices"

	"github.com/lifang/lifang/internal/flow/bpmn"
)

// checkFlow finds what would make a case stop half-way or run a step twice at once. Structure first; when that is right,
// every marking that the flow can reach is explored (exact, bounded), with gateways and timers choosing freely.
func checkFlow(d *Definition) bpmn.Faults {
	if d.Start == nil {
		return bpmn.Faults{{Line: d.Process.Node.Line, Element: d.Key, Zh: "流程没有开始事件", En: "the process has no start event"}}
	}
	faults := checkScope(d, nil)
	for _, n := range d.Nodes {
		if n.Kind == KindSub || n.Kind == KindEventSub {
			faults = append(faults, checkScope(d, n)...)
		}
	}
	return faults
}

func ends(n *Node) bool { return n.Kind == KindEnd || n.Kind == KindTerminate || n.Kind == KindError }

// checkScope checks the process itself (sub nil) or a sub-process; inside the one around it a sub-process counts as a step.
func checkScope(d *Definition, sub *Node) bpmn.Faults {
	var faults bpmn.Faults
	at := func(n *Node, zh, en string) {
		faults = append(faults, bpmn.Fault{Line: n.Line, Element: n.ID, Zh: zh, En: en})
	}
	var nodes, starts []*Node
	for _, n := range d.inside(sub) {
		if n.Kind != KindEventSub {
			nodes = append(nodes, n)
		}
		if n.Kind == KindStart {
			starts = append(starts, n)
		}
	}
	if len(starts) != 1 {
		at(sub, "子流程需要正好一个开始事件", "a sub-process has exactly one start event")
		return faults
	}
	for _, n := range nodes {
		end := ends(n)
		switch {
		case end && len(n.Out) > 0:
			at(n, "结束事件之后不能再有连线", "no flow may leave an end event")
		case !end && len(n.Out) == 0:
			at(n, "走到这里就停住了：没有后续连线", "the flow stops here: no flow leaves this element")
		case (n.Kind == KindStart || n.Kind == KindBoundary) && n.In > 0:
			at(n, "开始事件和边界事件不能有进入的连线", "no flow may enter a start or boundary event")
		case n.Kind == KindStart && len(n.Out) > 1:
			at(n, "开始事件只能有一条连线，请用并行网关", "one flow leaves a start event; use a parallel gateway")
		case n.Kind == KindOr && len(n.Out) > maxInclusive:
			at(n, "包容网关的分支太多", "too many flows leave the inclusive gateway")
		}
	}
	reached, ended := map[*Node]bool{}, map[*Node]bool{}
	walk(starts[0], reached, successors)
	back := map[*Node][]*Node{}
	for _, n := range nodes {
		for _, m := range successors(n) {
			back[m] = append(back[m], n)
		}
	}
	for _, n := range nodes {
		if ends(n) {
			walk(n, ended, func(n *Node) []*Node { return back[n] })
		}
	}
	for _, n := range nodes {
		switch {
		case !reached[n]:
			at(n, "从开始事件走不到这里", "it cannot be reached from the start")
		case !ended[n]:
			at(n, "从这里走不到任何结束事件", "no end event can be reached from here")
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return explore(nodes, starts[0])
}

const maxInclusive = 8 // flows out of an inclusive gateway: every choice of them is explored

func successors(n *Node) []*Node {
	var out []*Node
	for _, e := range n.Out {
		out = append(out, e.To)
	}
	return append(out, n.Bounds...)
}

func walk(n *Node, seen map[*Node]bool, next func(*Node) []*Node) {
	if seen[n] {
		return
	}
	seen[n] = true
	for _, m := range next(n) {
		walk(m, seen, next)
	}
}

const maxMarkings = 50_000

// forward orders the elements so that each stands before those it leads to, circles aside.
func forward(start *Node) []*Node {
	var order []*Node
	seen := map[*Node]bool{}
	var visit func(n *Node)
	visit = func(n *Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, m := range successors(n) {
			visit(m)
		}
		order = append(order, n)
	}
	visit(start)
	slices.Reverse(order)
	return order
}

// marking counts the tokens on every sequence flow, at most 2 each.
type marking string

// explorer walks the markings of a definition.
type explorer struct {
	index map[*Edge]int
	into  map[*Node][]*Edge
	nodes []*Node
	side  bool // there are non-interrupting timers: then two tokens on one flow are legal
	twice *Node
}

func explore(nodes []*Node, begin *Node) bpmn.Faults {
	x := &explorer{index: map[*Edge]int{}, into: map[*Node][]*Edge{}, nodes: forward(begin)}
	for _, n := range nodes {
		x.side = x.side || n.Kind == KindBoundary && !n.Interrupts
		for _, e := range n.Out {
			x.index[e] = len(x.index)
			x.into[e.To] = append(x.into[e.To], e)
		}
	}
	fault := func(n *Node, zh, en string) bpmn.Faults {
		return bpmn.Faults{{Line: n.Line, Element: n.ID, Zh: zh, En: en}}
	}
	start := x.put(make([]byte, len(x.index)), begin.Out)
	from := map[marking][]marking{}
	order, seen := []marking{start}, map[marking]bool{start: true}
	for i := 0; i < len(order); i++ {
		if len(order) > maxMarkings {
			return fault(begin, "并行组合太多，无法检查，请简化流程", "too many parallel combinations to check; simplify the flow")
		}
		next := x.steps(order[i])
		if x.twice != nil {
			return fault(x.twice, "这里可能同时被走到两次：并行分支没有用并行网关汇合", "it may be reached twice at once: parallel branches meet here without a parallel join")
		}
		if len(next) == 0 && !empty(order[i]) {
			return fault(x.stuck(order[i]), "可能在这里卡住：汇合等待一条永远不会到达的分支", "it can wait for ever here: the join expects a branch that may never arrive")
		}
		for _, m := range next {
			from[m] = append(from[m], order[i])
			if !seen[m] {
				seen[m] = true
				order = append(order, m)
			}
		}
	}
	ended := map[marking]bool{}
	var queue []marking
	for _, m := range order {
		if empty(m) {
			ended[m], queue = true, append(queue, m)
		}
	}
	for len(queue) > 0 {
		m := queue[0]
		queue = queue[1:]
		for _, p := range from[m] {
			if !ended[p] {
				ended[p], queue = true, append(queue, p)
			}
		}
	}
	for _, m := range order {
		if !ended[m] {
			return fault(x.stuck(m), "流程可能永远无法结束", "the flow can get into a state from which it never ends")
		}
	}
	return nil
}

func empty(m marking) bool {
	for i := range len(m) {
		if m[i] != 0 {
			return false
		}
	}
	return true
}

// put adds one token to each of some flows.
func (x *explorer) put(m []byte, edges []*Edge) marking {
	out := append([]byte(nil), m...)
	for _, e := range edges {
		i := x.index[e]
		if out[i]++; out[i] > 1 && !x.side {
			x.twice = e.To
		}
		out[i] = min(out[i], 2)
	}
	return marking(out)
}

// steps gives the markings that follow. A flow has one reader, so what different elements do never excludes each other, and it
// is enough to follow one of them: the earliest, so that tokens which should have been joined catch up with each other. Only
// a terminate end interferes with the rest; it is always followed too.
func (x *explorer) steps(m marking) []marking {
	var out []marking
	chosen := false
	for _, n := range x.nodes {
		if chosen && n.Kind != KindTerminate && n.Kind != KindError {
			continue
		}
		next := x.node(n, m)
		chosen = chosen || len(next) > 0
		out = append(out, next...)
	}
	return out
}

// node gives the markings to which one element can lead.
func (x *explorer) node(n *Node, m marking) []marking {
	in := x.into[n]
	if n.Kind == KindAnd {
		rest := []byte(m)
		for _, e := range in {
			if rest[x.index[e]] == 0 {
				return nil
			}
			rest[x.index[e]]--
		}
		return []marking{x.put(rest, n.Out)}
	}
	if n.Kind == KindOr && len(in) > 1 {
		return x.inclusive(n, m)
	}
	for _, e := range in {
		if m[x.index[e]] > 0 {
			rest := []byte(m)
			rest[x.index[e]]--
			return x.fire(n, rest)
		}
	}
	return nil
}

// fire gives the markings after a token passed a node other than a parallel gateway.
func (x *explorer) fire(n *Node, rest []byte) []marking {
	switch n.Kind {
	case KindEnd:
		return []marking{marking(rest)}
	case KindTerminate, KindError:
		return []marking{marking(make([]byte, len(rest)))}
	case KindOr:
		return x.choices(n, rest)
	case KindXor, KindEventGate:
		var out []marking
		for _, e := range n.Out {
			out = append(out, x.put(rest, []*Edge{e}))
		}
		return out
	}
	ways := [][]*Edge{n.Out}
	for _, b := range n.Bounds {
		if b.Interrupts {
			ways = append(ways, b.Out)
			continue
		}
		for _, w := range append([][]*Edge(nil), ways...) {
			ways = append(ways, append(append([]*Edge(nil), w...), b.Out...))
		}
	}
	var out []marking
	for _, w := range ways {
		out = append(out, x.put(rest, w))
	}
	return out
}

// inclusive gives the markings to which an inclusive join leads, none while more tokens can come to it.
func (x *explorer) inclusive(n *Node, m marking) []marking {
	have, rest := map[string]bool{}, []byte(m)
	for _, e := range x.into[n] {
		if i := x.index[e]; rest[i] > 0 {
			have[e.ID] = true
			rest[i]--
		}
	}
	if len(have) == 0 {
		return nil
	}
	for e, i := range x.index {
		if m[i] == 0 || e.To == n {
			continue
		}
		if full, empty := reaches(e.To, n, have); empty && !full {
			return nil
		}
	}
	return x.choices(n, rest)
}

// choices gives the markings after an inclusive gateway: every choice of its flows, or its default alone.
func (x *explorer) choices(n *Node, rest []byte) []marking {
	var out []marking
	for set := 1; set < 1<<len(n.Out); set++ {
		var edges []*Edge
		for i, e := range n.Out {
			if set>>i&1 == 1 {
				edges = append(edges, e)
			}
		}
		if len(edges) == 1 || n.Default == nil || !slices.Contains(edges, n.Default) {
			out = append(out, x.put(rest, edges))
		}
	}
	return out
}

// stuck names a node that waits in a marking, a parallel join if there is one.
func (x *explorer) stuck(m marking) *Node {
	var found *Node
	for _, n := range x.nodes {
		for _, e := range x.into[n] {
			if m[x.index[e]] > 0 && (found == nil || n.Kind == KindAnd) {
				found = n
			}
		}
	}
	return found
}
