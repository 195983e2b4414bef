package core

import (
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/problem"
)

// Targets gives the steps to which the task of a slot may be returned now, the latest first.
func (d *Definition) Targets(doc *Doc, slot string) []*Node {
	t, s := doc.Find(slot)
	if t == nil || s.For != "" { // advisers advise
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
		if n.Kind != KindTask || v.Direct || slices.ContainsFunc(doc.Tokens, func(t Token) bool { return t.Node == v.Node }) {
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
			if len(d.Joins[i].Path) >= len(cancel) {
				continue // it led no further out: one token passed an inclusive join alone
			}
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
	if r.cmd.Direct {
		return r.sendDirect(t, n)
	}
	path, since := "", 0
	for i, v := range r.doc.Seen {
		if v.Node == n.ID && !v.Direct {
			if _, _, ok := r.doc.reopen(t, v.Path); ok {
				path, since = v.Path, i
			}
		}
	}
	who := r.doer(n)
	cancel, parked, _ := r.doc.reopen(t, path)
	r.reopenAt(cancel, parked, since)
	return r.reopened(r.spawn(n, path), n, who)
}

// reopenAt cancels what lies within a fork path, forgets the joins passed there since, and parks siblings' arrivals again.
func (r *run) reopenAt(cancel string, parked []Token, since int) {
	r.cuts = append(r.cuts, cancel)
	for _, t := range slices.Clone(r.doc.Tokens) { // event sub-processes of the scope go on listening
		if still := r.doc.token(t.ID); still != nil && within(t.Path, cancel) && !(t.Path == cancel && r.idle(still)) {
			r.cancel(still)
		}
	}
	r.doc.Joins = slices.DeleteFunc(r.doc.Joins, func(j Join) bool { // undone, unless inside a branch that waits again
		return within(j.Path, cancel) && j.Seen > since && !slices.ContainsFunc(parked, func(p Token) bool { return within(j.Path, p.Path) })
	})
	r.doc.Tokens = append(r.doc.Tokens, parked...)
}

// doer gives who did a step last; of the start event and of a step of several people that is the starter and nobody.
func (r *run) doer(n *Node) int64 {
	if n == r.def.Start {
		return r.doc.Starter
	}
	if n.Multi != nil {
		return 0
	}
	for _, v := range slices.Backward(r.doc.Seen) {
		if v.Node == n.ID && v.Who != 0 {
			return v.Who
		}
	}
	return 0
}

// reopened opens a step again, for the person who did it before.
func (r *run) reopened(t *Token, n *Node, who int64) error {
	var people []int64
	if who != 0 {
		people = []int64{who}
	}
	id := t.ID
	if err := r.open(t, n, people); err != nil {
		return err
	}
	if t = r.doc.token(id); t != nil {
		for _, s := range t.round().Slots {
			r.do(Tell{Kind: "returned", Slot: s, Node: n})
		}
	}
	return nil
}

// sendDirect returns a task in such a way that it comes straight back: the token stays on its fork path, so that its siblings
// and the joins they wait at are left alone.
func (r *run) sendDirect(t *Token, n *Node) error {
	from := r.def.nodes[t.Node]
	if !from.Task.Allow["direct"] && !r.cmd.Admin {
		return problem.Conflict("not_allowed", "此步骤不允许退回后直送", "This step does not allow a return that comes straight back")
	}
	back := &Return{Node: t.Node, Then: t.Return}
	for _, s := range t.round().Slots {
		if s.For == "" && s.Who != 0 && s.State != SlotVoid {
			back.People = append(back.People, s.Who)
		}
	}
	for _, who := range t.round().Ahead {
		if who != 0 {
			back.People = append(back.People, who)
		}
	}
	if len(back.People) != seats(t.round()) {
		back.People = nil // some of it lay in the pool: it goes there again
	}
	path := t.Path
	who := r.doer(n)
	r.cancel(t)
	again := r.spawn(n, path)
	again.Return = back
	return r.reopened(again, n, who)
}

// retake gives a step back to whoever did it last, as long as nobody has looked at what came of it.
func (r *run) retake() error {
	late := problem.Conflict("too_late", "后续步骤已被查看或处理，不能拿回", "What came after has been looked at; it cannot be taken back")
	who := r.cmd.Actor
	if r.cmd.For != 0 {
		who = r.cmd.For
	}
	v, ok := r.def.Retakable(r.doc, who)
	if !ok {
		return late
	}
	for _, t := range r.doc.Tokens {
		for _, round := range t.Rounds {
			for _, s := range round.Slots {
				if t.ID < v.Next {
					continue
				}
				read, err := r.ask(Question{Kind: AskRead, Slot: s.ID})
				if err != nil {
					return err
				}
				if read != 0 {
					return late
				}
			}
		}
	}
	since := len(r.doc.Seen) - 1
	cancel, parked, _ := r.doc.reopen(r.successor(v), v.Path)
	r.reopenAt(cancel, parked, since)
	r.doc.Seen = r.doc.Seen[:since]
	n := r.def.nodes[v.Node]
	return r.reopened(r.spawn(n, v.Path), n, who)
}

func (r *run) successor(v Visit) *Token { return successor(r.doc, v) }

func successor(doc *Doc, v Visit) *Token {
	for i := range doc.Tokens {
		if doc.Tokens[i].ID >= v.Next {
			return &doc.Tokens[i]
		}
	}
	return nil
}

// Retakable gives the visit that a person may take back, apart from whether somebody has read what came of it: it was the last
// one, its step allows it, no action ran and nothing else was done or started since.
func (d *Definition) Retakable(doc *Doc, who int64) (Visit, bool) {
	if len(doc.Seen) == 0 || who == 0 || doc.State.Over() {
		return Visit{}, false
	}
	v := doc.Seen[len(doc.Seen)-1]
	n := d.nodes[v.Node]
	if v.Who != who || n.Task == nil || !n.Task.Allow["retake"] || n.Multi != nil || v.Direct || doc.Acted > v.Next {
		return v, false
	}
	next := successor(doc, v)
	if next == nil {
		return v, false
	}
	cancel, _, ok := doc.reopen(next, v.Path)
	if !ok {
		return v, false
	}
	for _, t := range doc.Tokens {
		fresh := t.ID >= v.Next
		if !fresh && within(t.Path, cancel) || fresh && d.nodes[t.Node].Kind == KindCall || fresh && len(t.Rounds) > 1 {
			return v, false
		}
	}
	return v, true
}
