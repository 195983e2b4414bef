package core

import (
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/problem"
)

// Targets gives the steps to which the task of a slot may be returned now, the latest first.
func (d *Definition) Targets(doc *Doc, slot string) []*Node {
	t, _ := doc.Find(slot)
	if t == nil {
		return nil
	}
	var out []*Node
	add := func(n *Node) {
		if n != nil && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	back := d.nodes[t.Node].Task.Back
	for i := len(doc.Seen) - 1; i >= 0; i-- {
		v := doc.Seen[i]
		n := d.nodes[v.Node]
		if n.Kind != KindTask || slices.ContainsFunc(doc.Tokens, func(t Token) bool { return t.Node == v.Node }) {
			continue // it is open, here or in a sibling branch
		}
		if _, _, ok := doc.reopen(t, v.Path); !ok {
			continue
		}
		if slices.Contains(back, "any") || slices.Contains(back, v.Node) || slices.Contains(back, "prev") && len(out) == 0 {
			add(n)
		}
	}
	if slices.Contains(back, "start") || slices.Contains(back, "any") {
		add(d.Start)
	}
	return out
}

// reopen finds out what returning from a token to a fork path takes: the path within which every token is cancelled, and the
// arrivals of sibling branches that are parked again at joins which were passed since. It is refused (ok false) when the
// target lies in a sibling branch that is still alive.
func (d *Doc) reopen(t *Token, target string) (cancel string, parked []Token, ok bool) {
	cancel = target
	for !within(t.Path, cancel) {
		i := len(d.Joins) - 1
		at := -1
		for ; i >= 0 && at < 0; i-- {
			at = slices.IndexFunc(d.Joins[i].Arrived, func(a Token) bool { return a.Path == cancel })
			if at >= 0 {
				for k, a := range d.Joins[i].Arrived {
					if k != at {
						parked = append(parked, a)
					}
				}
				cancel = d.Joins[i].Path
				break
			}
		}
		if at < 0 {
			return "", nil, false
		}
	}
	return cancel, parked, true
}

// sendBack returns a task: every token inside the target's fork path is cancelled and one token opens the target again.
func (r *run) sendBack(t *Token, _ *Slot) error {
	targets := r.def.Targets(r.doc, r.cmd.Slot)
	if len(targets) == 0 {
		return problem.Conflict("no_return", "此步骤不允许退回", "This step cannot be returned")
	}
	if strings.TrimSpace(r.cmd.Reason) == "" {
		return problem.Invalid().At("/reason", "请填写退回原因", "Give the reason for returning")
	}
	n := targets[0]
	if r.cmd.Node != "" {
		i := slices.IndexFunc(targets, func(n *Node) bool { return n.ID == r.cmd.Node })
		if i < 0 {
			return problem.Invalid().At("/node", "不能退回到这一步", "It cannot be returned to this step")
		}
		n = targets[i]
	}
	path, who, since := "", r.doc.Starter, 0
	for i, v := range r.doc.Seen {
		if v.Node == n.ID {
			if _, _, ok := r.doc.reopen(t, v.Path); ok {
				path, who, since = v.Path, v.Who, i
			}
		}
	}
	cancel, parked, _ := r.doc.reopen(t, path)
	r.cancelWithin(cancel)
	r.doc.Joins = slices.DeleteFunc(r.doc.Joins, func(j Join) bool { // undone, unless inside a branch that waits again
		return within(j.Path, cancel) && j.Seen > since && !slices.ContainsFunc(parked, func(p Token) bool { return within(j.Path, p.Path) })
	})
	r.doc.Tokens = append(r.doc.Tokens, parked...)
	again := r.spawn(n, path)
	if err := r.open(again, n); err != nil {
		return err
	}
	return r.giveBackTo(again.ID, who)
}

// giveBackTo hands the reopened task to the person who did it before.
func (r *run) giveBackTo(token int, who int64) error {
	t := r.doc.token(token)
	s := &t.Rounds[0].Slots[0]
	if who != 0 && s.Who == 0 {
		s.Who = who
		r.change(t, s)
	}
	r.do(Tell{Kind: "returned", Slot: *s, Node: r.def.nodes[t.Node]})
	return nil
}
