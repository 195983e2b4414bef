package core

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/lifang/lifang/internal/problem"
)

// Multi makes a user task one of several people: all at once or one after another, until the condition holds.
type Multi struct {
	Sequential bool

	count *program // loopCardinality, nil: one slot for every person that lf:assign or the position gives
	until *program // completionCondition over n, done, agree, reject; nil: everybody
	agree bool     // the condition speaks of agree
	veto  bool     // the condition speaks of reject
}

// tally counts the opinions of a round. Its fields are what a completionCondition may speak of.
type tally struct{ n, done, agree, reject int }

// tallyNames are the names of a completionCondition: ours, and those of BPMN 2.0 (table 10.29) and of other engines.
func (c tally) names() map[string]any {
	return map[string]any{"n": c.n, "done": c.done, "agree": c.agree, "reject": c.reject,
		"numberOfInstances": c.n, "numberOfCompletedInstances": c.done, "numberOfActiveInstances": c.n - c.done, "numberOfTerminatedInstances": 0,
		"nrOfInstances": c.n, "nrOfCompletedInstances": c.done, "nrOfActiveInstances": c.n - c.done}
}

var (
	speaksOfAgree  = regexp.MustCompile(`\bagree\b`)
	speaksOfReject = regexp.MustCompile(`\breject\b`)
)

// round gives the round of a token that is under way.
func (t *Token) round() *Round { return &t.Rounds[len(t.Rounds)-1] }

// live tells that a slot is not closed: open, on hold, or waiting for advice.
func (s *Slot) live() bool { return s.State != SlotDone && s.State != SlotVoid }

// tone gives the tone of an outcome of a task, "ok" when it has none: whoever completes without a choice agrees.
func (t *Task) tone(outcome string) string {
	for _, o := range t.Outcomes {
		if o.Key == outcome {
			return o.Tone
		}
	}
	return "ok"
}

// toned gives the first outcome of a tone, "" when there is none.
func (t *Task) toned(tone string) string {
	for _, o := range t.Outcomes {
		if o.Tone == tone {
			return o.Key
		}
	}
	return ""
}

// count adds up a round. Slots of advisers and void ones do not count; those still to come do.
func (t *Task) count(round *Round) tally {
	c := tally{n: len(round.Ahead)}
	for i := range round.Slots {
		s := &round.Slots[i]
		if s.For != "" || s.State == SlotVoid {
			continue
		}
		c.n++
		if s.State != SlotDone {
			continue
		}
		c.done++
		switch t.tone(s.Outcome) {
		case "ok":
			c.agree++
		case "bad":
			c.reject++
		}
	}
	return c
}

// begin opens a round of people at a token; 0 stands for the pool. Of a sequential one only the first has a task.
func (r *run) begin(t *Token, n *Node, people []int64, pool int64) {
	round := Round{}
	if n.Multi != nil && n.Multi.Sequential && len(t.Rounds) == 0 {
		people, round.Ahead = people[:1], slices.Clone(people[1:])
	}
	if len(round.Ahead) > 0 {
		round.Pool = pool
	}
	t.Rounds = append(t.Rounds, round)
	for _, who := range people {
		r.seat(t, n, Slot{Who: who, Pool: poolFor(who, pool)})
	}
}

func poolFor(who, pool int64) int64 {
	if who != 0 {
		return 0
	}
	return pool
}

// seat adds an open slot to the round under way and makes its task.
func (r *run) seat(t *Token, n *Node, s Slot) {
	round := t.round()
	s.ID = fmt.Sprintf("%d.%d.%d", t.ID, len(t.Rounds), len(round.Slots)+1)
	round.Slots = append(round.Slots, s)
	due := int64(0)
	if t.Limit != nil {
		due = t.Limit.Due
	}
	r.do(OpenTask{s, n, due})
	r.do(Tell{Kind: "opened", Slot: s, Node: n, Due: due})
}

// opinion closes a slot with its outcome and looks whether that decides the round.
func (r *run) opinion(t *Token, s *Slot, n *Node, who int64) error {
	c := r.cmd
	s.State, s.Outcome = SlotDone, c.Outcome
	if s.Who == 0 {
		s.Who = who
	}
	r.do(CloseTask{Slot: s.ID, State: SlotDone, By: c.Actor, Outcome: c.Outcome})
	if s.For != "" {
		r.advised(t, s.For)
		return nil
	}
	r.doc.Seen = append(r.doc.Seen, Visit{Node: t.Node, Path: t.Path, Who: who, Outcome: c.Outcome, Next: r.doc.Next, Direct: t.Return != nil, Token: t.ID})
	return r.decide(t, n)
}

var samePerson = problem.New(403, "same_person", "同一人在一轮会签中只能办理一次", "In one round each person acts once")

// spoke tells that a person has a share in the round under way, done or not.
func (r *run) spoke(t *Token, who int64) bool {
	return who != 0 && slices.ContainsFunc(t.round().Slots, func(s Slot) bool { return s.For == "" && s.Who == who && s.State != SlotVoid })
}

// decide ends the round under way when it is decided: what is still open becomes void. Then comes the next round, or the
// token moves on with the result.
func (r *run) decide(t *Token, n *Node) error {
	over, pass, err := r.decided(t, n)
	if err != nil {
		return err
	}
	if !over {
		return r.next(t, n)
	}
	r.closeRound(t)
	round := t.round()
	key := r.doc.Outcome
	if n.Multi != nil || len(t.Rounds) > 1 || seats(round) > 1 {
		key = n.Task.result(round, pass)
	} else if i := slices.IndexFunc(round.Slots, func(s Slot) bool { return s.State == SlotDone && s.For == "" }); i >= 0 {
		key = round.Slots[i].Outcome
	}
	if pass && len(t.After) > 0 {
		people := t.After[0]
		t.After = t.After[1:]
		r.begin(t, n, people, 0)
		return nil
	}
	return r.leaveWith(t, n, key)
}

// leaveWith moves a task's token on with the result of its step.
func (r *run) leaveWith(t *Token, n *Node, key string) error {
	r.doc.Outcome = key
	last := len(r.doc.Seen) - 1
	switch {
	case last < 0 || r.doc.Seen[last].Token != t.ID:
		r.doc.Seen = append(r.doc.Seen, Visit{Node: t.Node, Path: t.Path, Outcome: key, Next: r.doc.Next, Direct: t.Return != nil, Token: t.ID})
	case r.doc.Seen[last].Outcome != key:
		r.doc.Seen[last].Result = key
	}
	if back := t.Return; back != nil {
		path := t.Path
		r.disarm(t)
		r.remove(t.ID)
		target := r.def.nodes[back.Node]
		again := r.spawn(target, path)
		again.Return = back.Then
		return r.open(again, target, back.People)
	}
	return r.leave(t, n.Out)
}

// seats counts the deciding slots that a round ever had and that were not taken away.
func seats(round *Round) int {
	n := len(round.Ahead)
	for i := range round.Slots {
		if s := &round.Slots[i]; s.For == "" && s.State != SlotVoid {
			n++
		}
	}
	return n
}

// result names the outcome of a round: the one with the tone of the decision, else the last one given.
func (t *Task) result(round *Round, pass bool) string {
	tone := map[bool]string{true: "ok", false: "bad"}[pass]
	last, matching := "", ""
	for _, s := range round.Slots {
		if s.State == SlotDone && s.For == "" {
			last = s.Outcome
			if matching == "" && t.tone(s.Outcome) == tone {
				matching = s.Outcome
			}
		}
	}
	return cmp.Or(matching, t.toned(tone), last)
}

// decided tells whether a round is over, and whether it agreed. It is over when the condition holds, when it can no longer
// hold whatever the others say, or when everybody has spoken.
func (r *run) decided(t *Token, n *Node) (over, pass bool, err error) {
	c, m := n.Task.count(t.round()), n.Multi
	if m == nil || m.until == nil || len(t.Rounds) > 1 {
		return c.done >= c.n, c.reject == 0, nil
	}
	holds, err := r.holds(m, c)
	if err != nil {
		return false, false, err
	}
	judge := func(holds bool) bool {
		switch {
		case m.agree && m.veto:
			return c.agree > c.reject
		case m.agree:
			return holds
		case m.veto:
			return !holds && c.reject == 0
		}
		return c.reject == 0
	}
	if holds || c.done >= c.n {
		return true, judge(holds), nil
	}
	if !m.agree && !m.veto {
		return false, false, nil
	}
	can, err := r.canHold(m, c)
	if err != nil || can || m.veto && !m.agree {
		return false, false, err
	}
	return true, judge(false), nil
}

func (r *run) holds(m *Multi, c tally) (bool, error) {
	v, err := r.evalWith(m.until, c.names())
	yes, _ := v.(bool)
	if err != nil {
		return false, problem.New(422, "flow_condition", "会签条件无法计算："+m.until.text, "The completion condition cannot be computed: "+m.until.text)
	}
	return yes, nil
}

// manyOpen is the number of open opinions above which only the extreme ways to go on are tried.
const manyOpen = 16

// canHold tells whether some way in which the others may still speak makes the condition true.
func (r *run) canHold(m *Multi, c tally) (bool, error) {
	rest := c.n - c.done
	step := 1
	if rest > manyOpen {
		step = rest
	}
	for spoken := step; spoken <= rest; spoken += step {
		for agree := 0; agree <= spoken; agree += step {
			for reject := 0; agree+reject <= spoken; reject += step {
				ok, err := r.holds(m, tally{c.n, c.done + spoken, c.agree + agree, c.reject + reject})
				if err != nil || ok {
					return ok, err
				}
			}
		}
	}
	return false, nil
}

// closeRound makes void whatever is open in the round under way.
func (r *run) closeRound(t *Token) {
	round := t.round()
	for i := range round.Slots {
		if s := &round.Slots[i]; s.live() {
			s.State, s.Held = SlotVoid, 0
			r.do(CloseTask{Slot: s.ID, State: SlotVoid})
		}
	}
	round.Ahead = nil
}

// next gives the task of a sequential round to the next in line when nobody has it.
func (r *run) next(t *Token, n *Node) error {
	round := t.round()
	if len(round.Ahead) == 0 || slices.ContainsFunc(round.Slots, func(s Slot) bool { return s.For == "" && s.live() }) {
		return nil
	}
	who := round.Ahead[0]
	round.Ahead = round.Ahead[1:]
	r.seat(t, n, Slot{Who: who, Pool: poolFor(who, round.Pool)})
	return nil
}
