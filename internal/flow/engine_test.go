package flow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/problem"
)

// desk is an engine with the repair flow and a clock that the test moves.
type desk struct {
	t       *testing.T
	d       *db.DB
	e       *flow.Engine
	people  *people
	told    *notices
	clock   *atomic.Int64
	charged *atomic.Int64
	serial  atomic.Int64
}

// monday is Monday 2026-11-23 09:00 in Shanghai.
const monday = int64(1795395600000)

const minute, hour = int64(60_000), int64(3_600_000)

func each(t *testing.T, fn func(k *desk)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) { fn(newDesk(t, engine)) })
	}
}

func newDesk(t *testing.T, engine db.Engine) *desk {
	t.Helper()
	k := &desk{t: t, people: staff(), told: &notices{}, clock: &atomic.Int64{}, charged: &atomic.Int64{}}
	k.clock.Store(monday)
	o := dbtest.Options(t, engine)
	o.Now = k.clock.Load
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	k.d = d
	k.e = k.engine()
	k.publish("repair.bpmn")
	return k
}

func (k *desk) engine() *flow.Engine {
	e := flow.New(k.d, flow.Options{Directory: k.people, Calendar: book(k.t), Notify: k.told.take})
	e.RegisterAction("fees.charge", func(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
		if in.Int("fee") == 13 {
			return nil, problem.Invalid().At("/data/fee", "不吉利", "unlucky")
		}
		if in.Int("fee") == 500 {
			return nil, errors.New("broken")
		}
		k.charged.Add(in.Int("fee"))
		return map[string]any{"charge_id": "77"}, in.Link("charges", 77)
	}, flow.Var{Name: "charge_id", Type: "string"})
	return e
}

func (k *desk) publish(name string) {
	k.t.Helper()
	if _, err := k.e.Publish(k.t.Context(), flow.Source{XML: load(k.t, name), Forms: forms, By: manager}); err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) uuid() string { return fmt.Sprintf("cmd-%d", k.serial.Add(1)) }

func (k *desk) report() flow.Answer {
	k.t.Helper()
	a, err := k.e.Start(k.t.Context(), flow.Start{Command: k.uuid(), Flow: "repair", Org: project, Subject: "room:7", Actor: owner,
		Data: map[string]any{"place": "1-101", "fault": "water"}, Links: []flow.Link{{Register: "rooms", ID: 7}}})
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

// task gives the open task of a case at a step.
func (k *desk) task(id db.ID, node string) db.ID {
	k.t.Helper()
	var task db.ID
	err := k.d.Reader().QueryRowContext(k.t.Context(), `SELECT id FROM flow_task WHERE inst_id = $1 AND node = $2 AND state IN (0, 3) AND kind = 0`, id, node).Scan(&task)
	if err != nil {
		k.t.Fatalf("open task %s: %v", node, err)
	}
	return task
}

func (k *desk) do(r flow.Request) error {
	k.t.Helper()
	if r.Command == "" {
		r.Command = k.uuid()
	}
	_, err := k.e.Do(k.t.Context(), r)
	return err
}

func (k *desk) must(r flow.Request) {
	k.t.Helper()
	if err := k.do(r); err != nil {
		k.t.Fatalf("%s: %v", r.Verb, err)
	}
}

func (k *desk) refused(code string, r flow.Request) {
	k.t.Helper()
	err := k.do(r)
	p, ok := problem.As(err)
	if !ok || p.Code != code {
		k.t.Fatalf("%s: got %v, want the refusal %s", r.Verb, err, code)
	}
}

func (k *desk) tick() {
	k.t.Helper()
	for {
		n, _, err := k.e.Tick(k.t.Context())
		if err != nil {
			k.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (k *desk) view(who db.ID, id db.ID) *flow.CaseView {
	k.t.Helper()
	v, err := k.e.Case(k.t.Context(), flow.Viewer{Person: who, Lang: "en"}, id)
	if err != nil {
		k.t.Fatal(err)
	}
	return v
}

func (k *desk) verify() {
	k.t.Helper()
	r, err := k.e.Verify(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	if len(r.Wrong) > 0 || r.Cases == 0 {
		k.t.Fatalf("%d cases: %s", r.Cases, strings.Join(r.Wrong, "\n"))
	}
}

var evidence = map[string][]flow.File{"after": {{ID: 1, SHA256: "a", Name: "a.jpg"}}, "sign": {{ID: 2, SHA256: "b", Name: "s.png"}}}

func (k *desk) dispatch(id db.ID, to db.ID) {
	k.t.Helper()
	k.must(flow.Request{Verb: "complete", Task: k.task(id, "dispatch"), Actor: clerk, Data: map[string]any{"priority": "P1", "technician": to.String()}})
}

func TestARepairFromReportToEnd(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		a := k.report()
		if a.No != "BX-JLHY-20261123-0001" {
			t.Errorf("number %s", a.No)
		}
		if b := k.report(); b.No != "BX-JLHY-20261123-0002" {
			t.Errorf("second number %s", b.No)
		}
		page, err := k.e.List(k.t.Context(), clerk2, flow.Query{Box: "todo"})
		if err != nil || len(page.Items) != 2 || page.Count != 2 {
			k.t.Fatalf("the pool's list: %+v %v", page, err)
		}
		if c := page.Items[1]; c.Title != "1-101 water" || !c.Claimable || c.Summary[1].ValueZh != "漏水" || c.DueAt != monday+hour || c.Steps != (flow.Steps{Now: 1, Total: 3}) {
			t.Errorf("card %+v", c)
		}
		k.must(flow.Request{Verb: "claim", Task: page.Items[1].TaskID, Actor: clerk2})
		k.refused("task_claimed", flow.Request{Verb: "complete", Task: page.Items[1].TaskID, Actor: clerk, Data: map[string]any{"priority": "P1"}})
		k.refused("not_yours", flow.Request{Verb: "complete", Task: page.Items[1].TaskID, Actor: tech, Data: map[string]any{"priority": "P1"}})
		k.must(flow.Request{Verb: "release", Task: page.Items[1].TaskID, Actor: clerk2})
		k.dispatch(a.CaseID, tech)
		k.refused("invalid", flow.Request{Verb: "complete", Task: k.task(a.CaseID, "work"), Actor: tech, Outcome: "done", Data: map[string]any{"done": "换阀门"}})
		k.refused("form_invalid", flow.Request{Verb: "complete", Task: k.task(a.CaseID, "work"), Actor: tech, Outcome: "done", Files: evidence, Data: map[string]any{"x": 1}})
		k.must(flow.Request{Verb: "complete", Task: k.task(a.CaseID, "work"), Actor: tech, Outcome: "done", Files: evidence, Data: map[string]any{"done": "换阀门", "fee": 4500}})
		if k.charged.Load() != 4500 {
			t.Errorf("charged %d", k.charged.Load())
		}
		v := k.view(clerk, a.CaseID)
		if len(v.Tasks) != 1 || !v.Tasks[0].Claimable || v.Tasks[0].NodeEn != "Follow up" || v.Vars["charge_id"] != "77" || len(v.Links) != 2 || len(v.Files) != 2 {
			t.Errorf("view %+v", v)
		}
		var steps []string
		for _, m := range v.Timeline {
			steps = append(steps, m.KindEn+" "+m.Node+" "+m.State)
		}
		want := "Started report past|Completed dispatch past|Completed work past|Done by the system charge past|In progress followup now"
		if got := strings.Join(steps, "|"); !strings.HasSuffix(got, want[len("Started report past|"):]) || !strings.HasPrefix(got, "Started report past|") {
			t.Errorf("timeline %s", got)
		}
		if !strings.Contains(v.Diagram, `lf-now" data-node="followup"`) || !strings.Contains(v.Diagram, `lf-done" data-node="charge"`) {
			t.Errorf("diagram %s", v.Diagram)
		}
		k.must(flow.Request{Verb: "complete", Task: k.task(a.CaseID, "followup"), Actor: clerk, Data: map[string]any{"ok": true}})
		if v := k.view(owner, a.CaseID); v.State != "done" || v.EndedAt != monday {
			t.Errorf("ended %+v", v)
		}
		for box, want := range map[string]int64{"started": 2, "done": 0, "todo": 0, "cc": 0} {
			if page, err := k.e.List(k.t.Context(), owner, flow.Query{Box: box}); err != nil || page.Count != want || int64(len(page.Items)) != want {
				t.Errorf("box %s of the owner: %+v %v", box, page, err)
			}
		}
		if page, err := k.e.List(k.t.Context(), clerk, flow.Query{Box: "done", Text: "20261123-0001"}); err != nil || page.Count != 2 {
			t.Errorf("what the clerk did: %+v %v", page, err)
		}
		if _, err := k.e.Case(k.t.Context(), flow.Viewer{Person: 999}, a.CaseID); !errors.Is(err, problem.NotFound("", "")) {
			t.Errorf("a stranger sees the case: %v", err)
		}
		k.verify()
	})
}

func TestACommandTakesEffectOnce(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		a := k.report()
		r := flow.Request{Command: "one", Verb: "complete", Task: k.task(a.CaseID, "dispatch"), Actor: clerk, Data: map[string]any{"priority": "P2"}}
		first, err := k.e.Do(k.t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		again, err := k.e.Do(k.t.Context(), r)
		if err != nil || again != first {
			t.Errorf("again %+v %v, first %+v", again, err, first)
		}
		r.Actor = clerk2
		k.refused("command_reused", r)
		s := flow.Start{Command: "two", Flow: "repair", Org: project, Actor: owner, Data: map[string]any{"place": "x", "fault": "power"}}
		b, err := k.e.Start(k.t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := k.e.Start(k.t.Context(), s); err != nil || c != b {
			t.Errorf("started again %+v %v", c, err)
		}
		k.verify()
	})
}

func TestOfTwoWhoCompleteOneWins(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		for range 5 {
			a := k.report()
			task := k.task(a.CaseID, "dispatch")
			var won, lost atomic.Int64
			var wg sync.WaitGroup
			for _, who := range []db.ID{clerk, clerk2} {
				wg.Go(func() {
					_, err := k.e.Do(k.t.Context(), flow.Request{Command: k.uuid(), Verb: "complete", Task: task, Actor: who, Data: map[string]any{"priority": "P1"}})
					if err == nil {
						won.Add(1)
					} else if p, ok := problem.As(err); ok && p.Code == "task_done" {
						lost.Add(1)
					} else {
						t.Errorf("got %v", err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 || lost.Load() != 1 {
				t.Errorf("%d won, %d lost", won.Load(), lost.Load())
			}
		}
		k.verify()
	})
}

func TestDeadlinesRemindAndEscalate(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		a := k.report() // 60 minutes by the clock
		k.clock.Store(monday + 30*minute)
		k.tick()
		if got := k.told.of("remind"); len(got) != 1 || got[0].Percent != 50 || len(got[0].To) != 2 || got[0].Role != "CLERK" {
			t.Errorf("at half time %+v", got)
		}
		k.clock.Store(monday + 61*minute)
		k.tick()
		late := k.told.of("late")
		if len(k.told.of("remind")) != 3 || len(late) != 2 || late[0].Percent != 100 || late[1].To[0] != boss {
			t.Errorf("late %+v", late)
		}
		k.clock.Store(monday + 121*minute)
		k.tick()
		if late = k.told.of("late"); len(late) != 3 && len(late) != 4 || late[2].To[0] != manager {
			t.Errorf("very late %+v", late)
		}
		if page, err := k.e.List(k.t.Context(), clerk, flow.Query{Box: "todo"}); err != nil || !page.Items[0].Late {
			t.Errorf("not shown late: %+v %v", page, err)
		}
		k.clock.Store(monday + 3*hour) // the boundary timer
		k.tick()
		if v := k.view(clerk, a.CaseID); len(v.Tasks) != 2 {
			t.Errorf("after three hours %+v", v.Tasks)
		}
		k.verify()
		k.must(flow.Request{Verb: "complete", Task: k.task(a.CaseID, "alarm"), Actor: boss})
		k.dispatch(a.CaseID, tech)
		k.verify()
	})
}

func TestHoldStopsTheWorkingClock(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		a := k.report()
		k.dispatch(a.CaseID, tech) // work due Monday 11:00
		task := k.task(a.CaseID, "work")
		k.refused("invalid", flow.Request{Verb: "hold", Task: task, Actor: tech})
		k.must(flow.Request{Verb: "hold", Task: task, Actor: tech, Reason: "等配件", Resume: monday + 24*hour})
		k.refused("task_held", flow.Request{Verb: "complete", Task: task, Actor: tech, Outcome: "done", Files: evidence, Data: map[string]any{"done": "ok"}})
		k.clock.Store(monday + 24*hour)
		k.tick()
		v := k.view(tech, a.CaseID)
		if v.Tasks[0].State != "open" || v.Tasks[0].DueAt != monday+26*hour {
			t.Errorf("after the hold: state %s, due %d h", v.Tasks[0].State, (v.Tasks[0].DueAt-monday)/hour)
		}
		k.must(flow.Request{Verb: "hold", Task: task, Actor: tech, Reason: "again"})
		k.verify()
		k.must(flow.Request{Verb: "resume", Task: task, Actor: tech})
		k.verify()
	})
}

func TestReturningTransferringWithdrawing(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		a := k.report()
		k.dispatch(a.CaseID, tech)
		k.must(flow.Request{Verb: "transfer", Task: k.task(a.CaseID, "work"), Actor: tech, To: []db.ID{tech2}})
		k.refused("not_yours", flow.Request{Verb: "return", Task: k.task(a.CaseID, "work"), Actor: tech, Reason: "x"})
		if v := k.view(tech2, a.CaseID); len(v.Tasks[0].Returns) != 2 || v.Tasks[0].Returns[0].Node != "dispatch" || v.Tasks[0].Returns[1].Node != "report" {
			t.Errorf("returns %+v", v.Tasks[0].Returns)
		}
		k.must(flow.Request{Verb: "return", Task: k.task(a.CaseID, "work"), Actor: tech2, Reason: "地址不清"})
		if v := k.view(clerk, a.CaseID); !v.Tasks[0].Mine || v.Tasks[0].Node != "dispatch" || v.Tasks[0].Form.Values["priority"] != "P1" {
			t.Errorf("returned %+v", v.Tasks)
		}
		k.must(flow.Request{Verb: "return", Task: k.task(a.CaseID, "dispatch"), Actor: clerk, Reason: "请补充", Node: "report"})
		k.must(flow.Request{Verb: "complete", Task: k.task(a.CaseID, "report"), Actor: owner, Data: map[string]any{"place": "1-102", "fault": "water"}})
		k.refused("too_late", flow.Request{Verb: "withdraw", Case: a.CaseID, Actor: owner})
		k.refused("forbidden", flow.Request{Verb: "stop", Case: a.CaseID, Actor: clerk, Reason: "x"})
		k.must(flow.Request{Verb: "stop", Case: a.CaseID, Actor: manager, Admin: true, Reason: "重复"})
		b := k.report()
		k.refused("forbidden", flow.Request{Verb: "withdraw", Case: b.CaseID, Actor: clerk})
		k.must(flow.Request{Verb: "urge", Case: b.CaseID, Actor: owner})
		k.refused("urge_soon", flow.Request{Verb: "urge", Case: b.CaseID, Actor: owner})
		k.must(flow.Request{Verb: "comment", Case: b.CaseID, Actor: owner, Comment: "快点"})
		k.refused("not_found", flow.Request{Verb: "comment", Case: b.CaseID, Actor: tech, Comment: "?"})
		k.must(flow.Request{Verb: "cc", Case: b.CaseID, Actor: clerk, To: []db.ID{tech}})
		if page, err := k.e.List(k.t.Context(), tech, flow.Query{Box: "cc"}); err != nil || page.Count != 1 {
			t.Errorf("copies %+v %v", page, err)
		}
		k.must(flow.Request{Verb: "withdraw", Case: b.CaseID, Actor: owner})
		k.refused("case_ended", flow.Request{Verb: "urge", Case: b.CaseID, Actor: owner})
		k.refused("task_done", flow.Request{Verb: "complete", Task: k.firstTask(b.CaseID), Actor: clerk})
		if n, err := k.e.Badge(k.t.Context(), clerk); err != nil || n != 0 {
			t.Errorf("badge %d %v", n, err)
		}
		k.verify()
	})
}

func (k *desk) firstTask(id db.ID) (task db.ID) {
	k.t.Helper()
	if err := k.d.Reader().QueryRowContext(k.t.Context(), `SELECT MIN(id) FROM flow_task WHERE inst_id = $1`, id).Scan(&task); err != nil {
		k.t.Fatal(err)
	}
	return task
}

func TestADeputyActsForHisPrincipal(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		k.people.deputies[boss] = []db.ID{tech}
		a := k.report()
		k.dispatch(a.CaseID, tech)
		page, err := k.e.List(k.t.Context(), boss, flow.Query{Box: "todo"})
		if err != nil || page.Count != 1 || page.Items[0].ForWhom != "P301" {
			k.t.Fatalf("list of the deputy %+v %v", page, err)
		}
		k.must(flow.Request{Verb: "complete", Task: page.Items[0].TaskID, Actor: boss, Outcome: "refuse", Data: map[string]any{"why": "休假"}})
		v := k.view(boss, a.CaseID)
		last := v.Timeline[len(v.Timeline)-1]
		for _, m := range v.Timeline {
			if m.Kind == "complete" {
				last = m
			}
		}
		if last.Actor != "P401" || last.ForWhom != "P301" || last.Outcome.En != "Refuse" {
			t.Errorf("timeline %+v", last)
		}
		if v.Tasks[0].Node != "dispatch" {
			t.Errorf("the refusal leads to %s", v.Tasks[0].Node)
		}
		k.verify()
	})
}

func TestARefusedActionUndoesTheStep(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		a := k.report()
		k.dispatch(a.CaseID, tech)
		r := flow.Request{Verb: "complete", Task: k.task(a.CaseID, "work"), Actor: tech, Outcome: "done", Files: evidence, Data: map[string]any{"done": "ok", "fee": 13}}
		k.refused("invalid", r)
		r.Data["fee"] = 500
		if err := k.do(r); err == nil || k.charged.Load() != 0 {
			t.Errorf("a broken action: %v", err)
		}
		k.task(a.CaseID, "work") // still open
		k.verify()
	})
}

func TestAJobOutlivesTheProcessThatClaimedIt(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		a := k.report()
		k.clock.Store(monday + 31*minute)
		// Another process claims the job and dies.
		err := k.d.Write(k.t.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecContext(k.t.Context(), `UPDATE flow_job SET lease_until = $1, lease_by = 'dead', attempts = 1 WHERE run_at <= $2`, tx.Now()+30_000, tx.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		k.tick()
		if n := len(k.told.of("remind")); n != 0 {
			t.Errorf("%d reminders while the lease lasts", n)
		}
		k.clock.Add(31_000)
		k.tick()
		if n := len(k.told.of("remind")); n != 1 {
			t.Errorf("%d reminders after it", n)
		}
		_ = a
		k.verify()
	})
}

func TestManyDispatchersFireEachTimerOnce(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		for range 30 {
			k.report()
		}
		k.clock.Store(monday + 31*minute)
		var wg sync.WaitGroup
		for range 4 {
			e := k.engine()
			wg.Go(func() {
				for range 4 {
					if _, _, err := e.Tick(context.Background()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := len(k.told.of("remind")); n != 30 {
			t.Errorf("%d reminders for 30 tasks", n)
		}
		k.verify()
	})
}

func TestVerifyFindsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"another state":   `UPDATE flow_inst SET doc = replace(doc, '1-101', '1-102')`,
		"does not follow": `UPDATE flow_event SET data = replace(data, '1-101', '1-102')`,
		"open tasks":      `UPDATE flow_task SET state = 1`,
		"jobs":            `DELETE FROM flow_job`,
		"not the one":     `DELETE FROM flow_event WHERE seq = 1`,
		"no running case": `INSERT INTO flow_job (id, inst_id, key, run_at, attempts, lease_until, lease_by, error) VALUES (1, 1, 'x', 0, 0, 0, '', '')`,
	} {
		k := newDesk(t, db.SQLite)
		k.report()
		err := k.d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.ExecContext(t.Context(), sql); return err })
		if err != nil {
			t.Fatal(err)
		}
		r, err := k.e.Verify(t.Context())
		if err != nil || len(r.Wrong) == 0 || !strings.Contains(strings.Join(r.Wrong, "\n"), name) {
			t.Errorf("%s: %+v %v", name, r, err)
		}
	}
}

func TestRunningCasesKeepTheirVersion(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		a := k.report()
		changed := strings.Replace(string(load(t, "repair.bpmn")), `name="回访" lf:en="Follow up"`, `name="电话回访" lf:en="Call back"`, 1)
		def, err := k.e.Publish(k.t.Context(), flow.Source{XML: []byte(changed), Forms: forms})
		if err != nil || def.Ver != 2 {
			t.Fatalf("%+v %v", def, err)
		}
		k.e = k.engine() // with nothing in memory
		again, err := k.e.Publish(k.t.Context(), flow.Source{XML: []byte(changed), Forms: forms})
		if err != nil || again.Ver != 2 || again.ID != def.ID {
			t.Errorf("publishing the same again gave version %d: %v", again.Ver, err)
		}
		k.dispatch(a.CaseID, tech)
		k.must(flow.Request{Verb: "complete", Task: k.task(a.CaseID, "work"), Actor: tech, Outcome: "done", Files: evidence, Data: map[string]any{"done": "ok"}})
		if v := k.view(clerk, a.CaseID); v.Tasks[0].NodeEn != "Follow up" {
			t.Errorf("the running case went to %s", v.Tasks[0].NodeEn)
		}
		k.verify()
	})
}

func TestTheDispatcherWakesForWhatWasArmed(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		ctx, stop := context.WithCancel(k.t.Context())
		ended := make(chan error)
		go func() { ended <- k.e.Run(ctx) }()
		k.report()
		k.clock.Store(monday + 31*minute)
		for end := time.Now().Add(10 * time.Second); len(k.told.of("remind")) == 0 && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(k.told.of("remind")); n != 1 {
			t.Errorf("%d reminders", n)
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	})
}
