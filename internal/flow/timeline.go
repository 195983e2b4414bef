package flow

import (
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow/core"
)

// kinds names what can happen in a case.
var kinds = map[string][2]string{
	"start": {"发起", "Started"}, "complete": {"完成", "Completed"}, "claim": {"接单", "Claimed"}, "release": {"退回公共池", "Given back to the pool"},
	"transfer": {"转办", "Transferred"}, "return": {"退回", "Returned"}, "hold": {"挂起", "Put on hold"}, "resume": {"恢复", "Resumed"},
	"urge": {"催办", "Urged"}, "comment": {"评论", "Commented"}, "cc": {"抄送", "Copied"}, "withdraw": {"撤回", "Withdrawn"},
	"stop": {"终止", "Stopped"}, "acted": {"系统处理", "Done by the system"}, "child": {"子流程结束", "Sub-flow ended"},
	"incident": {"发生异常", "Incident"}, "retry": {"重试", "Tried again"}, "timer": {"到时自动进行", "Timer"},
	"add": {"加签", "Added signers"}, "before": {"前加签", "Asked for advice"}, "after": {"后加签", "Added signers after"},
	"remove": {"减签", "Removed signers"}, "delegate": {"委派", "Delegated"}, "retake": {"拿回", "Taken back"},
	"remind": {"时限提醒", "Reminder"}, "late": {"超时提醒", "Overdue"}, "waiting": {"处理中", "In progress"}, "expected": {"待进行", "Expected"},
}

// timeline tells what happened, what waits and what is expected.
func (r *caseReader) timeline(events []stored) {
	d, v := r.def, r.view
	v.Timeline = []Moment{}
	add := func(m Moment, n *core.Node) {
		m.KindZh, m.KindEn = kinds[m.Kind][0], kinds[m.Kind][1]
		if n != nil {
			m.Node, m.NodeZh, m.NodeEn = n.ID, n.Zh, n.En
		}
		v.Timeline = append(v.Timeline, m)
	}
	for _, e := range events {
		c, n := e.cmd, d.Node(e.node)
		m := Moment{At: c.At, Kind: c.Kind, ActorID: db.ID(c.Actor), Actor: r.who[db.ID(c.Actor)], ForWhom: r.who[db.ID(c.For)], Comment: c.Comment,
			Data: r.shown(c, n), State: "past"}
		if m.Comment == "" {
			m.Comment = c.Reason
		}
		if i := slices.IndexFunc(d.Pauses, func(o Outcome) bool { return o.Key == c.Reason }); c.Kind == "hold" && i >= 0 {
			m.Outcome = &d.Pauses[i]
		}
		if c.Kind == "acted" || c.Kind == "child" {
			m.Actor, m.ActorID = "", 0
		}
		if c.Kind == "fire" {
			m.Kind = fired(c.Job)
		}
		if len(c.To) > 0 {
			var to []string
			for _, id := range c.To {
				to = append(to, r.who[db.ID(id)])
			}
			m.Comment = strings.TrimSpace("→ " + strings.Join(to, "、") + " " + m.Comment)
		}
		if n != nil && n.Task != nil && c.Outcome != "" {
			if i := slices.IndexFunc(n.Task.Outcomes, func(o Outcome) bool { return o.Key == c.Outcome }); i >= 0 {
				m.Outcome = &n.Task.Outcomes[i]
			}
		}
		for _, f := range v.Files {
			if f.Seq == e.seq {
				m.Files = append(m.Files, f)
			}
		}
		add(m, n)
	}
	for _, t := range v.Tasks {
		add(Moment{At: t.OpenedAt, Kind: "waiting", Actor: t.Who, ActorID: t.WhoID, DueAt: t.DueAt, State: "now"}, d.Node(t.Node))
	}
	for _, n := range d.Forecast(r.doc) {
		m := Moment{Kind: "expected", State: "next"}
		if n.Task != nil {
			code, _, _ := strings.Cut(n.Task.Role, "@")
			m.Actor, _ = r.e.o.Directory.RoleName(code)
		}
		add(m, n)
	}
}

// fired says what kind of job it was.
func fired(job string) string {
	part := strings.Split(job, "/")
	switch {
	case part[0] == "resume":
		return "resume"
	case part[0] == "timer":
		return "timer"
	case len(part[2]) >= 3: // 100 percent and more
		return "late"
	}
	return "remind"
}

// shown gives what was filled in, as fields with their labels. What an action set is not shown.
func (r *caseReader) shown(c *core.Command, n *core.Node) []Value {
	if c.Kind != "start" && c.Kind != "complete" {
		return nil
	}
	form := r.def.FormFor(n, c.Outcome)
	if form == nil {
		return nil
	}
	var out []Value
	for i := range form.Fields {
		f := &form.Fields[i]
		if v, ok := c.Data[f.Name]; ok && v != "" && !f.ReadOnly {
			out = append(out, f.Value(v))
		}
	}
	return out
}
