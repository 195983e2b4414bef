package core

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/problem"
)

const urgeEvery = 10 * 60_000 // ms between two urges of one task

// taskVerbs need an open task; the others act on the whole case.
var taskVerbs = map[string]func(*run, *Token, *Slot) error{
	"complete": (*run).complete, "claim": (*run).claim, "release": (*run).release, "transfer": (*run).transfer,
	"return": (*run).sendBack, "hold": (*run).hold, "resume": (*run).resume,
	"add": (*run).add, "before": (*run).before, "after": (*run).after, "remove": (*run).unseat, "delegate": (*run).delegate,
}

// OnTask tells that a verb needs a task that is open.
func OnTask(verb string) bool { return taskVerbs[verb] != nil }

func (r *run) verb() error {
	c := r.cmd
	if act := taskVerbs[c.Kind]; act != nil {
		t, s := r.doc.Find(c.Slot)
		if s == nil || !s.live() {
			return ErrTaken
		}
		if s.State == SlotWaits {
			return problem.Conflict("task_waits", "此任务在等待加签或受托人的意见", "This task waits for somebody who was asked")
		}
		if s.State == SlotHeld && c.Kind != "resume" {
			return problem.Conflict("task_held", "此任务已挂起，请先恢复", "This task is on hold; resume it first")
		}
		return act(r, t, s)
	}
	switch c.Kind {
	case "urge":
		return r.urge()
	case "comment":
		if strings.TrimSpace(c.Comment) == "" {
			return problem.Invalid().At("/comment", "请填写内容", "Write something")
		}
		for _, s := range r.doc.Open() {
			r.do(Tell{Kind: "comment", Slot: s, Node: r.nodeOf(s.ID)})
		}
		return nil
	case "cc":
		return r.copyTo()
	case "withdraw":
		return r.withdraw()
	case "retake":
		return r.retake()
	case "stop":
		r.cancelWithin("")
		r.end(Stopped)
		return nil
	case "fire":
		return r.fire()
	case "event":
		return r.caught()
	case "acted":
		return r.acted()
	case "child":
		return r.childEnded()
	case "incident", "retry":
		return r.incident()
	}
	return problem.BadRequest("不认识的操作 "+c.Kind, "Unknown verb "+c.Kind)
}

func (r *run) nodeOf(slot string) *Node {
	if t, _ := r.doc.Find(slot); t != nil {
		return r.def.nodes[t.Node]
	}
	return nil
}

// deadline computes the limit of a task and arms its first reminder.
func (r *run) deadline(t *Token, n *Node) error {
	l, err := r.limit(n.Task.due)
	if err != nil {
		return problem.New(422, "flow_due", "时限无法计算："+n.Zh, "The time limit cannot be computed: "+n.En)
	}
	if l.N == 0 {
		return nil
	}
	from := r.cmd.At
	if n.Task.whole {
		from = r.doc.At
	}
	due, err := r.ask(Question{Kind: AskDue, Limit: l, From: from, Percent: 100})
	if err != nil {
		return err
	}
	t.Limit = &Limited{Limit: l, From: from, Due: due}
	return r.remind(t, n)
}

// remind arms the next point of the ladder that lies ahead. A limit under 30 minutes has no reminder at half time.
func (r *run) remind(t *Token, n *Node) error {
	for ; t.Limit.Next < len(n.Task.ladder); t.Limit.Next++ {
		p := n.Task.ladder[t.Limit.Next]
		if p.Percent == 50 && t.Limit.Limit.short() {
			continue
		}
		at, err := r.point(t, p.Percent)
		if err != nil {
			return err
		}
		if at < r.cmd.At && p.Percent < 100 {
			continue
		}
		r.arm(t, fmt.Sprintf("remind/%d/%d", t.ID, p.Percent), at)
		return nil
	}
	return nil
}

func (r *run) point(t *Token, percent int) (int64, error) {
	return r.ask(Question{Kind: AskDue, Limit: t.Limit.Limit, From: t.Limit.From, Percent: percent, Pauses: t.Limit.Pauses})
}

// fire lets a timer take effect: a reminder, the end of a hold, an intermediate timer or one on a border.
func (r *run) fire() error {
	for i := range r.doc.Tokens {
		t := &r.doc.Tokens[i]
		at := slices.IndexFunc(t.Timers, func(m Timer) bool { return m.Key == r.cmd.Job })
		if at < 0 {
			continue
		}
		t.Timers = slices.Delete(t.Timers, at, at+1)
		part := strings.SplitN(r.cmd.Job, "/", 3)
		switch n := r.def.nodes[t.Node]; part[0] {
		case "remind":
			return r.reminded(t, n)
		case "resume":
			slots := t.round().Slots
			i := slices.IndexFunc(slots, func(s Slot) bool { return s.State == SlotHeld })
			return r.resume(t, &slots[i])
		default:
			return r.trigger(t, r.def.nodes[part[2]])
		}
	}
	return ErrGone
}

func (r *run) reminded(t *Token, n *Node) error {
	percent, kind := n.Task.ladder[t.Limit.Next].Percent, "remind"
	if percent >= 100 {
		kind = "late"
	}
	for ; t.Limit.Next < len(n.Task.ladder) && n.Task.ladder[t.Limit.Next].Percent == percent; t.Limit.Next++ {
		p := n.Task.ladder[t.Limit.Next]
		for _, s := range t.round().Slots {
			if s.State != SlotOpen {
				continue
			}
			r.do(Tell{Kind: kind, Slot: s, Node: n, Percent: percent, Level: p.Level, Roles: p.Roles, Due: t.Limit.Due})
		}
	}
	return r.remind(t, n)
}

// complete closes a task with its data and outcome and moves on.
func (r *run) complete(t *Token, s *Slot) error {
	n, c := r.def.nodes[t.Node], r.cmd
	who := c.Actor
	if c.For != 0 {
		who = c.For
	}
	for _, v := range r.doc.Seen {
		if slices.Contains(n.Task.Not, v.Node) && (v.Who == who || v.Who == c.Actor) {
			return problem.New(403, "same_person", "做过“"+r.def.nodes[v.Node].Zh+"”的人不能办理此步骤", "Whoever did “"+r.def.nodes[v.Node].En+"” may not do this step")
		}
	}
	if s.For == "" && !n.Task.Self && r.doc.Starter != 0 && (who == r.doc.Starter || c.Actor == r.doc.Starter) {
		return problem.New(403, "own_request", "发起人不能审批自己的申请", "Nobody decides on his own request")
	}
	if s.Who == 0 && s.For == "" && r.spoke(t, who) {
		return samePerson
	}
	form, free := n.Task.Form, false
	advice := s.For != "" && c.Outcome == "" && len(c.Data) == 0 // advice may be a comment alone
	switch {
	case advice:
		return r.opinion(t, s, n, who)
	case n.Task.free:
		for k, v := range c.Data {
			r.doc.Vars[k] = v
		}
		return r.opinion(t, s, n, who)
	case len(n.Task.Outcomes) > 0:
		i := slices.IndexFunc(n.Task.Outcomes, func(o Outcome) bool { return o.Key == c.Outcome })
		if i < 0 {
			return problem.Invalid().At("/outcome", "请选择处理结果", "Choose an outcome")
		}
		o := n.Task.Outcomes[i]
		free = o.Free
		if o.Form != "" {
			form = o.Form
		}
	case c.Outcome != "":
		return problem.Invalid().At("/outcome", "此步骤没有可选的结果", "This step has no outcomes")
	}
	if !free && s.For == "" {
		if err := evidence(n.Task.Need, c); err != nil {
			return err
		}
	}
	if err := r.merge(form, c.Data); err != nil {
		return err
	}
	return r.opinion(t, s, n, who)
}

// evidence demands what lf:need names.
func evidence(need []Need, c *Command) error {
	p := problem.Invalid()
	for _, n := range need {
		_, filled := c.Data[n.Field]
		have := len(c.Files[n.Field])
		if filled && have == 0 && n.Kind != "photo" {
			have = 1
		}
		if have >= n.N {
			continue
		}
		switch n.Kind {
		case "photo":
			p = p.At("/files/"+n.Field, fmt.Sprintf("请至少拍 %d 张照片", n.N), fmt.Sprintf("Take at least %d photo(s)", n.N))
		case "sign":
			p = p.At("/files/"+n.Field, "请签名", "A signature is needed")
		case "gps":
			p = p.At("/data/"+n.Field, "请定位", "The location is needed")
		default:
			p = p.At("/data/"+n.Field, "请扫码", "Scan the label")
		}
	}
	return p.OrNil()
}

func (r *run) change(t *Token, s *Slot) {
	due := int64(0)
	if t.Limit != nil {
		due = t.Limit.Due
	}
	r.do(ChangeTask{Slot: *s, Due: due, Urges: t.Urges})
}

func (r *run) claim(t *Token, s *Slot) error {
	if s.Who != 0 {
		return problem.Conflict("task_claimed", "此任务已被他人接走", "Somebody has already taken this task")
	}
	if r.spoke(t, r.cmd.Actor) {
		return samePerson
	}
	s.Who = r.cmd.Actor
	r.change(t, s)
	return nil
}

func (r *run) release(t *Token, s *Slot) error {
	if s.Pool == 0 {
		return problem.Conflict("no_pool", "此任务不是从公共池接的，不能退回", "This task did not come from a pool; it cannot be given back")
	}
	s.Who = 0
	r.change(t, s)
	return nil
}

func (r *run) transfer(t *Token, s *Slot) error {
	n := r.def.nodes[t.Node]
	if !n.Task.Allow["transfer"] && !r.cmd.Admin {
		return problem.Conflict("not_allowed", "此步骤不允许转办", "This step may not be transferred")
	}
	if len(r.cmd.To) != 1 || r.cmd.To[0] <= 0 {
		return problem.Invalid().At("/to", "请选择一位接手人", "Choose one person")
	}
	if r.cmd.To[0] == s.Who {
		return problem.Invalid().At("/to", "任务已经在此人名下", "The task is already with this person")
	}
	if t.seated(r.cmd.To[0]) {
		return problem.Invalid().At("/to", "此人已在办理人之中", "This person is among those who act already")
	}
	if s.For == "" && !n.Task.Self && r.cmd.To[0] == r.doc.Starter {
		return problem.Invalid().At("/to", "发起人不能审批自己的申请", "The starter may not decide on his own request")
	}
	s.Who = r.cmd.To[0]
	r.change(t, s)
	r.do(Tell{Kind: "transferred", Slot: *s, Node: n})
	return nil
}

// hold stops the working clock of a task, for a reason and perhaps until an instant.
func (r *run) hold(t *Token, s *Slot) error {
	if !r.def.nodes[t.Node].Task.Allow["hold"] && !r.cmd.Admin {
		return problem.Conflict("not_allowed", "此步骤不允许挂起", "This step may not be put on hold")
	}
	if n := len(t.round().Slots); n > 1 && slices.ContainsFunc(t.round().Slots, func(o Slot) bool { return o.live() && o.ID != s.ID }) || len(t.round().Ahead) > 0 {
		return problem.Conflict("hold_round", "多人办理的任务不能挂起", "A task of several people may not be put on hold")
	}
	if strings.TrimSpace(r.cmd.Reason) == "" {
		return problem.Invalid().At("/reason", "请填写挂起原因", "Give the reason")
	}
	if p := r.def.Pauses; len(p) > 0 && !slices.ContainsFunc(p, func(o Outcome) bool { return o.Key == r.cmd.Reason }) {
		return problem.Invalid().At("/reason", "请选择挂起原因", "Choose one of the reasons")
	}
	if r.cmd.Resume != 0 && r.cmd.Resume <= r.cmd.At {
		return problem.Invalid().At("/resume_at", "恢复时间必须在将来", "The time of resuming must lie ahead")
	}
	s.State, s.Held = SlotHeld, r.cmd.At
	t.Timers = slices.DeleteFunc(t.Timers, func(m Timer) bool {
		if strings.HasPrefix(m.Key, "remind/") {
			r.do(DisarmJob{m.Key})
			return true
		}
		return false
	})
	if r.cmd.Resume != 0 {
		r.arm(t, fmt.Sprintf("resume/%d/%d", t.ID, r.cmd.At), r.cmd.Resume)
	}
	r.change(t, s)
	return nil
}

// resume ends a hold; the deadline moves by the working time that lay in it.
func (r *run) resume(t *Token, s *Slot) error {
	if s.State != SlotHeld {
		return problem.Conflict("not_held", "此任务没有挂起", "This task is not on hold")
	}
	from := s.Held
	s.State, s.Held = SlotOpen, 0
	t.Timers = slices.DeleteFunc(t.Timers, func(m Timer) bool {
		if strings.HasPrefix(m.Key, "resume/") {
			r.do(DisarmJob{m.Key})
			return true
		}
		return false
	})
	if t.Limit != nil {
		t.Limit.Pauses = append(t.Limit.Pauses, [2]int64{from, max(from, r.cmd.At)})
		due, err := r.point(t, 100)
		if err != nil {
			return err
		}
		t.Limit.Due = due
		if err := r.remind(t, r.def.nodes[t.Node]); err != nil {
			return err
		}
	}
	r.change(t, s)
	return nil
}

// urge reminds whoever has an open task, at most every ten minutes.
func (r *run) urge() error {
	told, soon := false, false
	for i := range r.doc.Tokens {
		t := &r.doc.Tokens[i]
		for _, round := range t.Rounds {
			for j := range round.Slots {
				s := &round.Slots[j]
				switch {
				case !s.live() || s.State == SlotWaits:
				case r.cmd.Slot != "" && s.ID != r.cmd.Slot:
				case t.Urged != 0 && r.cmd.At < t.Urged+urgeEvery:
					soon = true
				default:
					told, t.Urged = true, r.cmd.At
					t.Urges++
					r.change(t, s)
					r.do(Tell{Kind: "urge", Slot: *s, Node: r.def.nodes[t.Node]})
				}
			}
		}
	}
	switch {
	case soon && !told:
		return problem.Conflict("urge_soon", "刚刚催办过，请十分钟后再试", "It was urged just now; try again in ten minutes")
	case !told:
		return problem.Conflict("nothing_open", "目前没有待处理的任务", "No task is open at present")
	}
	return nil
}

func (r *run) copyTo() error {
	if len(r.cmd.To) == 0 {
		return problem.Invalid().At("/to", "请选择抄送人", "Choose whom to copy in")
	}
	var n *Node
	if r.cmd.Slot != "" {
		n = r.nodeOf(r.cmd.Slot)
	}
	if n == nil {
		n = r.def.Start
	}
	for i, who := range r.cmd.To {
		r.do(CopyTask{Slot: fmt.Sprintf("cc.%d.%d", r.doc.Next, i+1), Node: n, Who: who})
	}
	r.do(Tell{Kind: "cc", Node: n, To: r.cmd.To})
	r.doc.Next++
	return nil
}

func (r *run) withdraw() error {
	if r.cmd.Actor != r.doc.Starter && r.cmd.For != r.doc.Starter && !r.cmd.Admin {
		return problem.Forbidden()
	}
	if !r.def.MayWithdraw(r.doc) && !r.cmd.Admin {
		return problem.Conflict("too_late", "已处理到不能撤回的步骤", "It has gone too far to be withdrawn")
	}
	r.cancelWithin("")
	r.end(Withdrawn)
	return nil
}

// MayWithdraw tells whether the flow's policy still lets the starter withdraw.
func (d *Definition) MayWithdraw(doc *Doc) bool {
	step, until := strings.CutPrefix(d.Withdraw, "until:")
	return !doc.State.Over() && (d.Withdraw == "always" ||
		until && !slices.ContainsFunc(doc.Seen, func(v Visit) bool { return v.Node == step }))
}

// acted takes the variables that an action set and moves on.
func (r *run) acted() error {
	t := r.doc.token(r.cmd.Token)
	if t == nil || r.def.nodes[t.Node].Kind != KindService {
		return ErrGone
	}
	for k, v := range r.cmd.Data {
		r.doc.Vars[k] = v
	}
	r.doc.Acted = r.doc.Next
	return r.leave(t, r.def.nodes[t.Node].Out)
}

// childEnded takes over what a called flow gives back. A child that was stopped or withdrawn lets its parent go on too.
func (r *run) childEnded() error {
	t := r.doc.token(r.cmd.Token)
	if t == nil || r.def.nodes[t.Node].Kind != KindCall {
		return ErrGone
	}
	n := r.def.nodes[t.Node]
	if code, failed := strings.CutPrefix(r.cmd.Reason, "error"); failed {
		return r.raiseAt(Event{ErrorCode, strings.TrimSpace(code)}, t)
	}
	for _, name := range n.Take {
		if v, ok := r.cmd.Data[name]; ok {
			r.doc.Vars[name] = v
		}
	}
	r.doc.Outcome = r.cmd.Outcome
	r.doc.Seen = append(r.doc.Seen, Visit{Node: t.Node, Path: t.Path, Outcome: r.cmd.Outcome})
	return r.leave(t, n.Out)
}

// incident marks the token whose job failed for good; retry arms the job again.
func (r *run) incident() error {
	for i := range r.doc.Tokens {
		t := &r.doc.Tokens[i]
		if !slices.ContainsFunc(t.Timers, func(m Timer) bool { return m.Key == r.cmd.Job }) {
			continue
		}
		if r.cmd.Kind == "incident" {
			t.Error, r.doc.State = r.cmd.Reason, Incident
			r.do(Tell{Kind: "incident", Node: r.def.nodes[t.Node]})
			return nil
		}
		t.Error, r.doc.State = "", Running
		for _, other := range r.doc.Tokens {
			if other.Error != "" {
				r.doc.State = Incident
			}
		}
		r.do(ArmJob{Timer{r.cmd.Job, r.cmd.At}})
		return nil
	}
	return ErrGone
}
