package core

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lifang/lifang/internal/problem"
)

// A scope is the process or one run of a sub-process. The tokens of a sub-process have a fork path with a segment
// "<token of the sub-process>.0"; branches are numbered from 1.

// scopeOf gives the fork path of the innermost scope, "" for the process.
func scopeOf(path string) string {
	for path != "" && !strings.HasSuffix(path, ".0") {
		i := strings.LastIndexByte(path, '/')
		if i < 0 {
			return ""
		}
		path = path[:i]
	}
	return path
}

// hostOf gives the token of the sub-process in which a fork path lies, 0 in the process itself.
func hostOf(path string) int {
	scope := scopeOf(path)
	last := scope[strings.LastIndexByte(scope, '/')+1:]
	id, _ := strconv.Atoi(strings.TrimSuffix(last, ".0"))
	return id
}

func (r *run) trace(n *Node) {
	if r.cmd.Trace != nil {
		r.cmd.Trace(n)
	}
}

// cut tells that a fork path was cancelled after a point in time.
func (r *run) cut(path string, since int) bool {
	for _, prefix := range r.cuts[since:] {
		if within(path, prefix) {
			return true
		}
	}
	return false
}

// inside gives the nodes of a scope.
func (d *Definition) inside(sub *Node) []*Node {
	if sub != nil {
		return sub.Inside
	}
	return d.top
}

// startNode gives the start event with which a case begins.
func (d *Definition) startNode(id string) *Node {
	if n := d.nodes[id]; n != nil && n.Kind == KindStart {
		return n
	}
	return d.Start
}

// starts gives where a scope begins: its start events without a trigger, or whatever no flow leads to.
func (d *Definition) starts(sub *Node) []*Node {
	var plain, orphans []*Node
	for _, n := range d.inside(sub) {
		switch {
		case n.Kind == KindStart && n.Event == nil && n.Timer == nil:
			plain = append(plain, n)
		case n.In == 0 && n.Kind != KindStart && n.Kind != KindBoundary && n.Kind != KindEventSub:
			orphans = append(orphans, n)
		}
	}
	if len(plain) > 0 {
		return plain
	}
	return orphans
}

// begins starts a scope: it listens for the events of its event sub-processes, then goes off at a start event (nil: at all).
func (r *run) begins(path string, sub, start *Node) error {
	for _, n := range r.def.inside(sub) {
		if n.Kind != KindEventSub {
			continue
		}
		for _, s := range n.Inside {
			if s.Kind == KindStart && (s.Timer != nil || s.Event != nil && (s.Event.Kind == Message || s.Event.Kind == Signal)) {
				if err := r.await(r.spawn(s, path), s); err != nil {
					return err
				}
			}
		}
	}
	from := []*Node{start}
	if start == nil {
		from = r.def.starts(sub)
	}
	mark := len(r.cuts)
	for i, n := range from {
		p := path
		if len(from) > 1 {
			p = join(path, r.doc.Next, i+1)
		}
		if r.cut(p, mark) {
			continue
		}
		var err error
		if n.Kind == KindStart {
			r.trace(n)
			err = r.leave(r.spawn(n, p), n.Out)
		} else {
			err = r.enter(&Edge{To: n}, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// idle tells that a token only listens for the start of an event sub-process.
func (r *run) idle(t *Token) bool {
	n := r.def.nodes[t.Node]
	return n.Kind == KindStart && n.Parent != nil && n.Parent.Kind == KindEventSub && n.Parent.ID != r.nodeAt(hostOf(t.Path))
}

func (r *run) nodeAt(token int) string {
	if t := r.doc.token(token); t != nil {
		return t.Node
	}
	return ""
}

// finished tells that nothing goes on in a scope any more.
func (r *run) finished(scope string) bool {
	for i := range r.doc.Tokens {
		if t := &r.doc.Tokens[i]; within(t.Path, scope) && !r.idle(t) {
			return false
		}
	}
	return true
}

// settle ends sub-processes in which nothing goes on, and lets inclusive joins go on to which nothing more can come.
func (r *run) settle() error {
	for moved := true; moved; {
		moved = false
		for i := range r.doc.Tokens {
			t := &r.doc.Tokens[i]
			n := r.def.nodes[t.Node]
			scope := join(t.Path, t.ID, 0)
			var err error
			switch {
			case n.Kind == KindOr && t.Edge != "":
				if moved = r.nothingMore(t, n); moved {
					err = r.merged(t, n)
				}
			case (n.Kind == KindSub || n.Kind == KindEventSub) && t.Loop == nil && r.finished(scope):
				moved = true
				id := t.ID
				r.cancelWithin(scope)
				err = r.leave(r.doc.token(id), n.Out)
			}
			if err != nil {
				return err
			}
			if moved {
				break
			}
		}
	}
	return nil
}

// await arms the timer of a node for a token, or lets it listen for a message or signal. Errors and escalations need neither.
func (r *run) await(t *Token, n *Node) error {
	switch {
	case n.Timer != nil:
		return r.wait(t, n)
	case n.Event != nil && (n.Event.Kind == Message || n.Event.Kind == Signal):
		t.Waits = append(t.Waits, Wait{n.Event.Kind, n.Event.Name, n.ID})
	}
	return nil
}

// caught is the arrival of a message or signal at a token.
func (r *run) caught() error {
	t := r.doc.token(r.cmd.Token)
	if t == nil {
		return ErrGone
	}
	for _, w := range t.Waits {
		if w.Node == r.cmd.Node {
			for k, v := range r.cmd.Data {
				r.doc.Vars[k] = v
			}
			return r.trigger(t, r.def.nodes[w.Node])
		}
	}
	return ErrGone
}

// trigger lets an event take effect on the token that waits for it: in its own node, behind an event gateway, on the border of
// its activity, or as the start of an event sub-process.
func (r *run) trigger(t *Token, event *Node) error {
	path := t.Path
	switch {
	case event.Kind == KindStart:
		return r.startEventSub(event, scopeOf(path), t.ID)
	case event.ID == t.Node:
		return r.leave(t, event.Out)
	case event.Kind == KindBoundary:
		r.trace(event)
		if event.Interrupts {
			r.cancel(t)
			return r.leave(r.spawn(event, path), event.Out)
		}
		host := t.ID
		side := r.spawn(event, "")
		side.Path = join(r.doc.tokenPath(host), side.ID, 1)
		return r.leave(side, event.Out)
	}
	r.disarm(t)
	r.remove(t.ID)
	r.trace(event)
	return r.leave(r.spawn(event, path), event.Out)
}

// startEventSub runs an event sub-process in a scope. An interrupting one takes the place of all that went on there.
func (r *run) startEventSub(start *Node, scope string, listener int) error {
	if start.Interrupts {
		r.cancelWithin(scope)
	} else if t := r.doc.token(listener); t != nil && len(t.Timers) == 0 && len(t.Waits) == 0 {
		r.remove(listener) // a timer fires once
	}
	sub := start.Parent
	r.trace(sub)
	host := r.spawn(sub, scope)
	inner := join(scope, host.ID, 0)
	return r.begins(inner, sub, start)
}

// thrown does what an end or throwing event causes.
func (r *run) thrown(n *Node, path string) error {
	switch {
	case n.Event == nil:
		return nil
	case n.Event.Kind == Escalation:
		return r.raise(*n.Event, path)
	}
	r.do(Throw{Node: n, Event: *n.Event})
	return nil
}

// raise looks for what catches an error or escalation, from the scope of a fork path outwards. An error that nobody catches ends
// the case; an escalation goes unheard.
func (r *run) raise(e Event, path string) error {
	for {
		scope, sub := scopeOf(path), (*Node)(nil)
		host := r.doc.token(hostOf(path))
		if host != nil {
			sub = r.def.nodes[host.Node]
		}
		if sub == nil || sub.Kind == KindSub || sub.Kind == KindEventSub {
			for _, n := range r.def.inside(sub) {
				if start := catcher(n, e); start != nil {
					return r.startEventSub(start, scope, 0)
				}
			}
		}
		if host == nil {
			break
		}
		if caught, err := r.onBorder(e, host); caught || err != nil {
			return err
		}
		path = host.Path
	}
	if e.Kind == ErrorCode {
		r.doc.Ended = strings.TrimSpace("error " + e.Name)
		r.cancelWithin("")
		r.end(Stopped)
	}
	return nil
}

// raiseAt raises an error at an activity: its border first, then its scope.
func (r *run) raiseAt(e Event, t *Token) error {
	path := t.Path
	if caught, err := r.onBorder(e, t); caught || err != nil {
		return err
	}
	return r.raise(e, path)
}

// onBorder lets a boundary event of a token's activity catch. An instance of a repeated activity has none of its own.
func (r *run) onBorder(e Event, t *Token) (bool, error) {
	n := r.def.nodes[t.Node]
	if outer := r.doc.token(hostOf(t.Path)); outer != nil && outer.Node == t.Node && outer.Loop != nil {
		return false, nil
	}
	for _, b := range n.Bounds {
		if matches(b.Event, e) {
			return true, r.trigger(t, b)
		}
	}
	return false, nil
}

func catcher(sub *Node, e Event) *Node {
	if sub.Kind != KindEventSub {
		return nil
	}
	for _, s := range sub.Inside {
		if s.Kind == KindStart && matches(s.Event, e) {
			return s
		}
	}
	return nil
}

func matches(by *Event, e Event) bool {
	return by != nil && by.Kind == e.Kind && (by.Name == "" || by.Name == e.Name)
}

// script sets the variables of a script task, one after another.
func (r *run) script(n *Node) error {
	for _, a := range n.Script {
		v, err := r.eval(a.value)
		if err != nil {
			return problem.New(422, "flow_script", "脚本无法计算："+a.value.text, "The script cannot be computed: "+a.value.text)
		}
		if r.doc.Vars[a.name], err = decoded(v); err != nil {
			return err
		}
	}
	return nil
}

func nowhere(n *Node) error {
	return problem.New(422, "flow_condition", "没有一条连线的条件成立："+n.ID, fmt.Sprintf("No flow out of %s has a condition that holds", n.ID))
}
