package flow_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
)

func TestFiguresCountWhatIsOpenLateAndDone(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		first := k.report()
		k.must(flow.Request{Verb: "claim", Task: k.task(first.CaseID, "dispatch"), Actor: clerk})
		k.clock.Store(monday + 24*hour)
		a, err := k.e.Start(k.t.Context(), flow.Start{Command: k.uuid(), Flow: "repair", Org: project, Actor: clerk, For: owner,
			Data: map[string]any{"place": "2-202", "fault": "power"}})
		if err != nil {
			t.Fatal(err)
		}
		if page, err := k.e.List(k.t.Context(), owner, flow.Query{Box: "started"}); err != nil || page.Count != 2 {
			t.Errorf("what the desk registers for an owner is his: %+v %v", page, err)
		}
		if v := k.view(owner, a.CaseID); v.Starter != "P101" || v.Timeline[0].Actor != "P201" || v.Timeline[0].ForWhom != "P101" {
			t.Errorf("who started for whom: %+v", v.Timeline[0])
		}
		k.must(flow.Request{Verb: "withdraw", Case: first.CaseID, Actor: owner})
		for _, orgs := range [][]db.ID{nil, {project}} {
			f, err := k.e.Figures(k.t.Context(), orgs, 3)
			if err != nil {
				t.Fatal(err)
			}
			if f.Open != 1 || f.Overdue != 0 || f.Today != 1 || len(f.Days) != 3 || f.Days[1] != (flow.Day{Date: "2026-11-23", Opened: 1}) || f.Days[2] != (flow.Day{Date: "2026-11-24", Opened: 1, Closed: 1}) {
				t.Errorf("figures %+v", f)
			}
		}
		k.clock.Store(monday + 48*hour)
		if f, err := k.e.Figures(k.t.Context(), []db.ID{project}, 1); err != nil || f.Overdue != 1 {
			t.Errorf("two hours after: %+v %v", f, err)
		}
		if f, err := k.e.Figures(k.t.Context(), []db.ID{}, 1); err != nil || f.Open != 0 {
			t.Errorf("of no unit: %+v %v", f, err)
		}
		if n, err := k.e.OpenTasks(k.t.Context(), []db.ID{clerk, tech}); err != nil || n[clerk] != 0 || len(n) != 2 {
			t.Errorf("open tasks %v %v", n, err)
		}
		if list, err := k.e.Linked(k.t.Context(), "rooms", 7); err != nil || len(list) != 1 || list[0].CaseID != first.CaseID || list[0].State != "withdrawn" {
			t.Errorf("cases of the room %+v %v", list, err)
		}
		k.verify()
	})
}

func TestNobodyMayDoNothing(t *testing.T) {
	t.Parallel()
	k := newDesk(t, db.SQLite)
	a := k.report()
	task := k.task(a.CaseID, "dispatch")
	for _, verb := range []string{"complete", "claim", "transfer", "urge", "comment", "withdraw", "stop"} {
		if err := k.do(flow.Request{Verb: verb, Task: task, Comment: "x", To: []db.ID{tech}, Data: map[string]any{"priority": "P1"}}); err == nil {
			t.Errorf("nobody may %s", verb)
		}
	}
	if _, err := k.e.Case(t.Context(), flow.Viewer{}, a.CaseID); err == nil {
		t.Error("nobody sees a case")
	}
	for _, box := range []string{"todo", "started", "done", "cc"} {
		if page, err := k.e.List(t.Context(), 0, flow.Query{Box: box}); err != nil || page.Count != 0 {
			t.Errorf("box %s of nobody: %+v %v", box, page, err)
		}
	}
	if v, err := k.e.Case(t.Context(), flow.Viewer{Person: 999, Sees: func(key string, org db.ID) bool { return key == "repair" && org == project }}, a.CaseID); err != nil || len(v.Tasks[0].Verbs) != 1 {
		t.Errorf("somebody with the right sees it and may urge: %v", err)
	}
}

func TestOtherCodeMayMoveACase(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		var changed atomic.Int64
		k.e = flow.New(k.d, flow.Options{Directory: k.people, Calendar: book(k.t), Changed: func(caseID, org db.ID) {
			if caseID != 0 && org == project {
				changed.Add(1)
			}
		}})
		a := k.report()
		err := k.d.Write(k.t.Context(), func(tx *db.Tx) error {
			list, err := k.e.CasesOf(k.t.Context(), tx, "rooms", 7)
			if err != nil || len(list) != 1 || list[0] != a.CaseID {
				return fmt.Errorf("cases %v %w", list, err)
			}
			task, err := k.e.TaskAt(k.t.Context(), tx, list[0], "dispatch")
			if err != nil {
				return err
			}
			_, err = k.e.DoIn(k.t.Context(), tx, flow.Request{Command: "by-payment", Verb: "complete", Task: task, Admin: true, Data: map[string]any{"priority": "P2"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.e.TaskAt(k.t.Context(), k.d.Reader(), a.CaseID, "dispatch"); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("still open: %v", err)
		}
		if changed.Load() != 2 {
			t.Errorf("%d changes told", changed.Load())
		}
		k.verify()
	})
}
