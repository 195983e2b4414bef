package flow

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow/core"
	"github.com/lifang/lifang/internal/problem"
)

// Start opens a case: one transaction, and exactly once for one command id. The error is a problem.Error when the data or the
// state of things does not allow it.
func (e *Engine) Start(ctx context.Context, in Start) (Answer, error) {
	return e.once(ctx, in.Command, "start", in.Actor, func(tx *db.Tx) (Answer, error) { return e.StartIn(ctx, tx, in) })
}

// Do performs a verb in a case: one transaction, and exactly once for one command id.
func (e *Engine) Do(ctx context.Context, in Request) (Answer, error) {
	return e.once(ctx, in.Command, in.Verb, in.Actor, func(tx *db.Tx) (Answer, error) { return e.DoIn(ctx, tx, in) })
}

// once writes, again when another node was faster, and gives the first answer when the command was done before.
func (e *Engine) once(ctx context.Context, command, kind string, actor db.ID, fn func(tx *db.Tx) (Answer, error)) (Answer, error) {
	if command == "" || len(command) > 100 {
		return Answer{}, problem.BadRequest("缺少命令编号", "The command id is missing")
	}
	var a Answer
	for try := 0; ; try++ {
		err := e.d.Write(ctx, func(tx *db.Tx) error {
			var err error
			a, err = fn(tx)
			return err
		})
		if err == nil {
			return a, nil
		}
		if first, found, lookErr := e.repeated(ctx, command, kind, actor); found || lookErr != nil {
			return first, lookErr
		}
		if !errors.Is(err, db.ErrStale) || try == 30 {
			return Answer{}, err
		}
		select {
		case <-ctx.Done():
			return Answer{}, ctx.Err()
		case <-time.After(time.Duration(rand.IntN(3+try)) * time.Millisecond):
		}
	}
}

// repeated looks for the event of a command.
func (e *Engine) repeated(ctx context.Context, command, kind string, actor db.ID) (Answer, bool, error) {
	var a Answer
	var was string
	var by db.ID
	err := e.d.Reader().QueryRowContext(ctx, `SELECT e.inst_id, i.no, e.seq, e.kind, e.actor FROM flow_event e JOIN flow_inst i ON i.id = e.inst_id
		WHERE e.cmd = $1`, command).Scan(&a.CaseID, &a.No, &a.Seq, &was, &by)
	if errors.Is(err, db.ErrNotFound) {
		return a, false, nil
	}
	if err != nil {
		return a, false, err
	}
	if was != kind || by != actor {
		return Answer{}, true, problem.Conflict("command_reused", "命令编号已用于别的操作", "This command id was used for something else")
	}
	return a, true, nil
}

// StartIn is Start inside a transaction that the caller runs: from an action, a plan, an import. A repeated command is an error
// there (db.IsUnique).
func (e *Engine) StartIn(ctx context.Context, tx *db.Tx, in Start) (Answer, error) {
	def, err := e.Current(ctx, tx, in.Flow)
	if errors.Is(err, db.ErrNotFound) {
		return Answer{}, problem.NotFound("没有这个流程", "There is no such flow")
	}
	if err != nil {
		return Answer{}, err
	}
	starter := in.Actor
	if in.For != 0 {
		starter = in.For
	}
	s := &session{e: e, ctx: ctx, tx: tx, def: def, id: tx.NewID(), title: def.Zh, subject: in.Subject, org: in.Org, starter: starter,
		command: in.Command, files: in.Files, now: tx.Now()}
	if err := s.number(); err != nil {
		return Answer{}, err
	}
	for _, l := range in.Links {
		if err := s.link(l); err != nil {
			return Answer{}, err
		}
	}
	c := &core.Command{Kind: "start", Actor: int64(in.Actor), For: int64(in.For), Org: int64(in.Org), Data: in.Data, Files: fileIDs(in.Files), Comment: in.Note}
	if err := s.apply(c); err != nil {
		return Answer{}, err
	}
	return Answer{CaseID: s.id, No: s.no, Seq: 1}, s.save()
}

func fileIDs(files map[string][]File) map[string][]int64 {
	if len(files) == 0 {
		return nil
	}
	out := map[string][]int64{}
	for field, list := range files {
		for _, f := range list {
			out[field] = append(out[field], int64(f.ID))
		}
	}
	return out
}

// personVerbs are what a person may ask for.
var personVerbs = []string{"complete", "claim", "release", "transfer", "return", "hold", "resume", "urge", "comment", "cc", "withdraw", "stop", "retry",
	"add", "before", "after", "remove", "delegate", "retake"}

// DoIn is Do inside a transaction that the caller runs. An action must not use it on its own case.
func (e *Engine) DoIn(ctx context.Context, tx *db.Tx, in Request) (Answer, error) {
	if !slices.Contains(personVerbs, in.Verb) {
		return Answer{}, problem.BadRequest("不认识的操作", "Unknown verb")
	}
	if core.OnTask(in.Verb) && in.Task == 0 {
		return Answer{}, problem.BadRequest("请指明任务", "Name the task")
	}
	query, arg := `SELECT `+instColumns+`, 0, '' FROM flow_inst i WHERE i.id = $1`, in.Case
	if in.Task != 0 {
		query, arg = `SELECT `+instColumns+`, t.id, t.slot FROM flow_task t JOIN flow_inst i ON i.id = t.inst_id WHERE t.id = $1`, in.Task
	}
	var slot string
	s, err := e.read(ctx, tx, tx.QueryRowContext(ctx, query+db.ForUpdate(tx.Engine()), arg), &slot)
	if err != nil {
		return Answer{}, err
	}
	s.command, s.files = in.Command, in.Files
	principal, err := s.permit(in, slot)
	if err != nil {
		return Answer{}, err
	}
	if err := s.receivers(in); err != nil {
		return Answer{}, err
	}
	c := &core.Command{Kind: in.Verb, Actor: int64(in.Actor), For: int64(principal), Admin: in.Admin, Slot: slot, Outcome: in.Outcome, Data: in.Data,
		Files: fileIDs(in.Files), Comment: in.Comment, Node: in.Node, Reason: in.Reason, Resume: in.Resume, Direct: in.Direct}
	for _, id := range in.To {
		c.To = append(c.To, int64(id))
	}
	if in.Verb == "retry" {
		for _, t := range s.doc.Tokens {
			if t.Error != "" && len(t.Timers) > 0 {
				c.Job = t.Timers[0].Key
			}
		}
	}
	if err := s.apply(c); err != nil {
		if errors.Is(err, core.ErrGone) {
			err = problem.Conflict("nothing_to_do", "没有需要处理的异常", "There is nothing to be done")
		}
		return Answer{}, err
	}
	return Answer{CaseID: s.id, No: s.no, Seq: s.rev + 1}, s.save()
}

// receivers makes sure that work and copies go to people who hold a position: work to one at the unit of the case.
func (s *session) receivers(in Request) error {
	if in.Verb != "transfer" && in.Verb != "cc" {
		return nil
	}
	for i, id := range in.To {
		held, err := s.e.o.Directory.PoolsOf(s.ctx, s.tx, id)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(held, func(p Pool) bool { return in.Verb == "cc" || p.Org == 0 || p.Org == s.org }) {
			return problem.Invalid().At("/to/"+strconv.Itoa(i), "此人不在岗，请另选一位同事", "This person holds no position here; choose another colleague")
		}
	}
	return nil
}

// permit decides whether somebody may do this, and for whom he does it.
func (s *session) permit(in Request, slot string) (principal db.ID, err error) {
	if in.Admin {
		return 0, nil
	}
	if in.Actor == 0 {
		return 0, problem.Forbidden() // a machine acts by right of administration or not at all
	}
	switch in.Verb {
	case "stop", "retry":
		return 0, problem.Forbidden()
	case "withdraw", "retake":
		return 0, nil // the core knows the starter, and who did the last step
	case "urge", "comment", "cc":
		part, err := s.e.takesPart(s.ctx, s.tx, s.id, s.starter, s.def.Key, in.Actor)
		if err == nil && !part && (in.Sees == nil || !in.Sees(s.def.Key, s.org)) {
			err = problem.NotFound("找不到此单或任务", "There is no such case or task")
		}
		return 0, err
	}
	_, sl := s.doc.Find(slot)
	if sl == nil || sl.State == core.SlotDone || sl.State == core.SlotVoid {
		return 0, core.ErrTaken
	}
	if sl.Who == int64(in.Actor) {
		return 0, nil
	}
	f := facts{e: s.e, ctx: s.ctx, q: s.tx, person: in.Actor, at: s.now, flow: s.def.Key}
	keys, err := f.keys()
	if err != nil {
		return 0, err
	}
	who := sl.Who
	if who == 0 {
		who = sl.Pool
	}
	if p, ok := keys[who]; ok {
		return p, nil
	}
	if sl.Pool != 0 && sl.Who != 0 {
		if _, mine := keys[sl.Pool]; mine {
			return 0, problem.Conflict("task_claimed", "此任务已被他人接走", "Somebody has already taken this task")
		}
	}
	return 0, problem.New(403, "not_yours", "此任务不在您名下", "This task is not yours")
}
