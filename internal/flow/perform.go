package flow

import (
	"errors"
	"fmt"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow/core"
	"github.com/lifang/lifang/internal/problem"
)

// perform does one effect of a command.
func (s *session) perform(c *core.Command, i int, x core.Effect) error {
	switch x := x.(type) {
	case core.OpenTask:
		return s.insertTask(x.Slot, x.Node, 0, x.Due)
	case core.CopyTask:
		return s.insertTask(core.Slot{ID: x.Slot, Who: x.Who}, x.Node, 1, 0)
	case core.ChangeTask:
		who := x.Slot.Who
		if who == 0 {
			who = x.Slot.Pool
		}
		return taken(db.ExecOne(s.ctx, s.tx, `UPDATE flow_task SET who = $1, state = $2, due_at = $3, urges = $4 WHERE inst_id = $5 AND slot = $6 AND state IN (0, 3, 4)`,
			who, x.Slot.State, x.Due, x.Urges, s.id, x.Slot.ID))
	case core.CloseTask:
		return taken(db.ExecOne(s.ctx, s.tx, `UPDATE flow_task SET state = $1, done_by = $2, done_at = $3, outcome = $4 WHERE inst_id = $5 AND slot = $6 AND state IN (0, 3, 4)`,
			x.State, x.By, s.now, x.Outcome, s.id, x.Slot))
	case core.ArmJob:
		s.wake()
		_, err := s.tx.ExecContext(s.ctx, `INSERT INTO flow_job (id, inst_id, key, run_at, attempts, lease_until, lease_by, error) VALUES ($1, $2, $3, $4, 0, 0, '', '')
			ON CONFLICT (inst_id, key) DO UPDATE SET run_at = excluded.run_at, attempts = 0, lease_until = 0, error = ''`, s.tx.NewID(), s.id, x.Key, x.At)
		return err
	case core.DisarmJob:
		_, err := s.tx.ExecContext(s.ctx, `DELETE FROM flow_job WHERE inst_id = $1 AND key = $2`, s.id, x.Key)
		return err
	case core.StopChild:
		return s.stopChild(c, x)
	case core.EndCase:
		return s.ended(c, x)
	case core.Tell:
		return s.tell(c, i, x)
	}
	return fmt.Errorf("flow: unknown effect %T", x)
}

func taken(err error) error {
	if errors.Is(err, db.ErrStale) {
		return core.ErrTaken
	}
	return err
}

func (s *session) insertTask(slot core.Slot, n *core.Node, kind int, due int64) error {
	who := slot.Who
	if who == 0 {
		who = slot.Pool
	}
	priority := 0
	if n.Task != nil {
		priority = n.Task.Priority
	}
	_, err := s.tx.ExecContext(s.ctx, `INSERT INTO flow_task (id, inst_id, slot, node, kind, who, pool, state, org_id, def_id, key, title, priority, urges, opened_at, read_at, due_at, done_by, done_at, outcome)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12, 0, $13, 0, $14, 0, 0, '')`,
		s.tx.NewID(), s.id, slot.ID, n.ID, kind, who, slot.Pool, s.org, s.def.ID, s.def.Key, s.title, priority, s.now, due)
	return err
}

// wake lets the dispatcher look again once this is committed: a job may be due earlier than it knows.
func (s *session) wake() {
	if !s.armed {
		s.armed = true
		s.tx.AfterCommit(s.e.nudge)
	}
}

// act runs an action in this transaction and goes on with what it set.
func (s *session) act(c *core.Command, x core.CallAction) error {
	s.e.mu.RLock()
	a, known := s.e.actions[x.Node.Action]
	s.e.mu.RUnlock()
	if !known {
		return fmt.Errorf("the action %s of flow %s is not registered", x.Node.Action, s.def.Key)
	}
	vars := make(map[string]any, len(s.doc.Vars))
	for k, v := range s.doc.Vars {
		vars[k] = v
	}
	set, err := a.fn(s.ctx, s.tx, ActionInput{
		Key: fmt.Sprintf("%d/%d/%s", s.id, x.Token, x.Node.ID), CaseID: s.id, No: s.no, Flow: s.def.Key, Node: x.Node.ID, Title: s.title,
		Org: s.org, Subject: s.subject, Starter: s.starter, Actor: db.ID(c.Actor), At: s.now, Vars: vars, Params: x.Node.Params,
		Link: func(register string, id db.ID) error { return s.link(Link{register, id}) },
	})
	if err != nil {
		if _, told := problem.As(err); told {
			return err
		}
		return fmt.Errorf("action %s: %w", x.Node.Action, err)
	}
	return s.apply(&core.Command{Kind: "acted", Actor: c.Actor, Token: x.Token, Node: x.Node.ID, Data: set})
}

func (s *session) link(l Link) error {
	_, err := s.tx.ExecContext(s.ctx, `INSERT INTO flow_link (inst_id, register, row_id) VALUES ($1, $2, $3) ON CONFLICT (inst_id, register, row_id) DO NOTHING`,
		s.id, l.Register, l.ID)
	return err
}

// startChild opens a case of the called flow with those variables that its opening form knows.
func (s *session) startChild(x core.StartChild) error {
	def, err := s.e.Current(s.ctx, s.tx, x.Node.Called)
	if err != nil {
		return fmt.Errorf("flow %s to be called: %w", x.Node.Called, err)
	}
	child := &session{e: s.e, ctx: s.ctx, tx: s.tx, def: def, id: s.tx.NewID(), title: def.Zh, subject: s.subject, org: s.org, starter: s.starter,
		parent: s.id, parentToken: x.Token, inParent: true, command: fmt.Sprintf("%s/%d.%d", s.command, s.id, x.Token), now: s.now}
	data := map[string]any{}
	if form := def.Forms[def.Start.Task.Form]; form != nil {
		for _, f := range form.Fields {
			if v, ok := s.doc.Vars[f.Name]; ok {
				data[f.Name] = v
			}
		}
	}
	if err := child.number(); err != nil {
		return err
	}
	if err := child.apply(&core.Command{Kind: "start", Actor: int64(s.starter), Org: int64(s.org), Data: data}); err != nil {
		return err
	}
	if err := child.save(); err != nil {
		return err
	}
	if child.doc.State.Over() {
		return s.apply(child.asEnded())
	}
	return nil
}

// asEnded is the command by which a parent hears of the end of its child.
func (s *session) asEnded() *core.Command {
	return &core.Command{Kind: "child", Token: s.parentToken, Child: int64(s.id), Outcome: s.doc.State.String(), Data: s.doc.Vars, Reason: s.doc.Ended}
}

func (s *session) stopChild(c *core.Command, x core.StopChild) error {
	var id db.ID
	err := s.tx.QueryRowContext(s.ctx, `SELECT id FROM flow_inst WHERE parent_id = $1 AND parent_token = $2 AND state IN (0, 5)`, s.id, x.Token).Scan(&id)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	child, err := s.e.open(s.ctx, s.tx, id)
	if err != nil {
		return err
	}
	child.inParent, child.command = true, fmt.Sprintf("%s/stop.%d", s.command, id)
	if err := child.apply(&core.Command{Kind: "stop", Actor: c.Actor, Admin: true, Reason: c.Reason}); err != nil {
		return err
	}
	return child.save()
}

// ended tells the starter, and the parent when there is one.
func (s *session) ended(c *core.Command, x core.EndCase) error {
	if err := s.tell(c, -1, core.Tell{Kind: x.State.String(), To: []int64{int64(s.starter)}}); err != nil {
		return err
	}
	if s.parent == 0 || s.inParent {
		return nil
	}
	parent, err := s.e.open(s.ctx, s.tx, s.parent)
	if err != nil {
		return err
	}
	parent.command = fmt.Sprintf("%s/up.%d", s.command, s.id)
	if err := parent.apply(s.asEnded()); err != nil && !errors.Is(err, core.ErrGone) {
		return err
	}
	return parent.save()
}

// tell resolves whom a notice goes to and hands it to the notifier.
func (s *session) tell(c *core.Command, i int, x core.Tell) error {
	if s.e.o.Notify == nil {
		return nil
	}
	n := Notice{Key: fmt.Sprintf("%d/%d/%d", s.id, s.seq, i), Kind: x.Kind, CaseID: s.id, No: s.no, Flow: s.def.Key, Title: s.title,
		Percent: x.Percent, Due: x.Due, Text: c.Comment, From: db.ID(c.Actor)}
	if n.Text == "" {
		n.Text = c.Reason
	}
	if x.Node != nil {
		n.NodeZh, n.NodeEn = x.Node.Zh, x.Node.En
	}
	if x.Slot.ID != "" {
		if err := s.tx.QueryRowContext(s.ctx, `SELECT id FROM flow_task WHERE inst_id = $1 AND slot = $2`, s.id, x.Slot.ID).Scan(&n.TaskID); err != nil {
			return err
		}
	}
	if err := s.recipients(&n, x); err != nil {
		return err
	}
	if len(n.To) == 0 && n.Kind != "incident" {
		return nil
	}
	return s.e.o.Notify(s.ctx, s.tx, n)
}

func (s *session) recipients(n *Notice, x core.Tell) error {
	dir := s.e.o.Directory
	for _, id := range x.To {
		n.To = append(n.To, db.ID(id))
	}
	for _, role := range x.Roles {
		p, err := s.unit(role)
		if err != nil {
			return err
		}
		ids, err := dir.Holders(s.ctx, s.tx, p.Role, p.Org)
		if err != nil {
			return err
		}
		n.To = append(n.To, ids...)
	}
	if len(x.To) > 0 || len(x.Roles) > 0 || x.Slot.ID == "" {
		return nil
	}
	assignees := []db.ID{db.ID(x.Slot.Who)}
	if x.Slot.Who == 0 && x.Slot.Pool != 0 {
		p, err := s.e.poolOf(s.ctx, s.tx, x.Slot.Pool)
		if err != nil {
			return err
		}
		n.Role = p.Role
		if assignees, err = dir.Holders(s.ctx, s.tx, p.Role, p.Org); err != nil {
			return err
		}
	}
	if x.Level == 0 {
		n.To = append(n.To, assignees...)
		return nil
	}
	for _, who := range assignees {
		boss, err := dir.Leader(s.ctx, s.tx, who, s.org, x.Level)
		if err != nil {
			return err
		}
		if boss != 0 {
			n.To = append(n.To, boss) // the superior of the first holder stands for a pool's
			return nil
		}
	}
	return nil
}
