package core

import (
	"slices"

	"github.com/lifang/lifang/internal/problem"
)

// The conventions that change who sits in a round: 并加签 add, 前加签 before, 后加签 after, 减签 remove, 委派 delegate.

// invited checks the people that a verb names: the step allows it, and nobody of them sits in the round already.
func (r *run) invited(t *Token, verb string, most int) ([]int64, error) {
	n := r.def.nodes[t.Node]
	if n.Task == nil || !n.Task.Allow[verb] && !r.cmd.Admin {
		return nil, problem.Conflict("not_allowed", "此步骤不允许此操作", "This step does not allow it")
	}
	to := r.cmd.To
	if len(to) == 0 || slices.Min(to) <= 0 {
		return nil, problem.Invalid().At("/to", "请选择人员", "Choose whom")
	}
	if len(to) > most || len(to)+len(t.round().Slots) > maxPeople {
		return nil, problem.Invalid().At("/to", "选择的人员太多", "Too many people are chosen")
	}
	for i, who := range to {
		if slices.Contains(to[:i], who) || verb != "after" && t.seated(who) {
			return nil, problem.Invalid().At("/to", "此人已在办理人之中", "This person is among those who act already")
		}
		if !n.Task.Self && verb != "before" && verb != "delegate" && who == r.doc.Starter {
			return nil, problem.Invalid().At("/to", "发起人不能审批自己的申请", "The starter may not decide on his own request")
		}
	}
	return to, nil
}

// seated tells that a person has a live slot in the round under way, or is still to come.
func (t *Token) seated(who int64) bool {
	round := t.round()
	return slices.Contains(round.Ahead, who) || slices.ContainsFunc(round.Slots, func(s Slot) bool { return s.Who == who && s.live() })
}

// add seats further people who decide together with the others; in a sequential round they come next.
func (r *run) add(t *Token, _ *Slot) error {
	to, err := r.invited(t, "add", maxPeople)
	if err != nil {
		return err
	}
	n := r.def.nodes[t.Node]
	if n.Multi != nil && n.Multi.Sequential && len(t.Rounds) == 1 {
		t.round().Ahead = append(slices.Clone(to), t.round().Ahead...)
		return nil
	}
	for _, who := range to {
		r.seat(t, n, Slot{Who: who})
	}
	return nil
}

// before asks people for advice: the task of the asker waits until they have spoken. They do not decide.
func (r *run) before(t *Token, s *Slot) error { return r.advise(t, s, "before", maxPeople) }

// delegate hands the work to one person; the task comes back to the one who gave it away.
func (r *run) delegate(t *Token, s *Slot) error { return r.advise(t, s, "delegate", 1) }

func (r *run) advise(t *Token, s *Slot, verb string, most int) error {
	to, err := r.invited(t, verb, most)
	if err != nil {
		return err
	}
	id := s.ID
	s.State = SlotWaits
	if s.Who == 0 { // whoever asks takes the task: it must come back to somebody
		s.Who = r.cmd.Actor
	}
	r.change(t, s)
	for _, who := range to {
		r.seat(t, r.def.nodes[t.Node], Slot{Who: who, For: id})
	}
	return nil
}

// advised opens a task again whose last adviser has spoken.
func (r *run) advised(t *Token, id string) {
	round := t.round()
	if slices.ContainsFunc(round.Slots, func(s Slot) bool { return s.For == id && s.live() }) {
		return
	}
	i := slices.IndexFunc(round.Slots, func(s Slot) bool { return s.ID == id })
	s := &round.Slots[i]
	if s.State != SlotWaits {
		return
	}
	s.State = SlotOpen
	r.change(t, s)
	r.do(Tell{Kind: "advised", Slot: *s, Node: r.def.nodes[t.Node]})
}

// after seats people in a deciding round that follows when this one agrees.
func (r *run) after(t *Token, _ *Slot) error {
	to, err := r.invited(t, "after", maxPeople)
	if err != nil {
		return err
	}
	t.After = append(t.After, slices.Clone(to))
	return nil
}

// unseat takes people out of the round under way: their tasks become void, with those of their advisers. Somebody must remain.
func (r *run) unseat(t *Token, _ *Slot) error {
	n := r.def.nodes[t.Node]
	if !n.Task.Allow["remove"] && !r.cmd.Admin {
		return problem.Conflict("not_allowed", "此步骤不允许此操作", "This step does not allow it")
	}
	if len(r.cmd.To) == 0 {
		return problem.Invalid().At("/to", "请选择人员", "Choose whom")
	}
	for _, who := range r.cmd.To {
		if !t.seated(who) {
			return problem.Invalid().At("/to", "此人没有待办理的任务", "This person has no open task here")
		}
		round := t.round()
		round.Ahead = slices.DeleteFunc(round.Ahead, func(id int64) bool { return id == who })
		for i := range round.Slots {
			if s := &round.Slots[i]; s.Who == who && s.live() {
				r.vacate(t, s)
			}
		}
	}
	if seats(t.round()) == 0 {
		return problem.Conflict("last_person", "至少要留一位办理人", "Somebody must remain")
	}
	return r.decide(t, n)
}

// vacate makes a slot void, and its advisers' slots with it; whoever waited for this slot alone goes on.
func (r *run) vacate(t *Token, s *Slot) {
	s.State, s.Held = SlotVoid, 0
	r.do(CloseTask{Slot: s.ID, State: SlotVoid})
	round := t.round()
	for i := range round.Slots {
		if a := &round.Slots[i]; a.For == s.ID && a.live() {
			r.vacate(t, a)
		}
	}
	if s.For != "" {
		r.advised(t, s.For)
	}
}
