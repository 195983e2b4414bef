package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/flow/core"
	"github.com/lifang/lifang/internal/problem"
)

// intake is a desk with the flow that calls the repair flow; its action fails as often as broken says.
func intake(k *desk) (broken *atomic.Int64) {
	broken = &atomic.Int64{}
	k.e.RegisterAction("break", func(context.Context, *db.Tx, flow.ActionInput) (map[string]any, error) {
		if broken.Add(-1) >= 0 {
			return nil, errors.New("the printer is on fire")
		}
		return nil, nil
	})
	k.publish("intake.bpmn")
	return broken
}

func (k *desk) call() (parent, child db.ID) {
	k.t.Helper()
	a, err := k.e.Start(k.t.Context(), flow.Start{Command: k.uuid(), Flow: "intake", Org: project, Subject: "room:7", Actor: owner,
		Data: map[string]any{"place": "1-101", "fault": "water"}})
	if err != nil {
		k.t.Fatal(err)
	}
	k.must(flow.Request{Verb: "complete", Task: k.task(a.CaseID, "grade"), Actor: clerk})
	if err := k.d.Reader().QueryRowContext(k.t.Context(), `SELECT id FROM flow_inst WHERE parent_id = $1`, a.CaseID).Scan(&child); err != nil {
		k.t.Fatal(err)
	}
	return a.CaseID, child
}

func TestAFlowCallsAnother(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		intake(k)
		parent, child := k.call()
		v := k.view(owner, child)
		if v.Title != "1-101 water" || v.ParentID != parent || v.Subject != "room:7" || v.Vars["place"] != "1-101" {
			t.Errorf("child %+v", v)
		}
		k.dispatch(child, tech)
		k.must(flow.Request{Verb: "complete", Task: k.task(child, "work"), Actor: tech, Outcome: "done", Files: evidence, Data: map[string]any{"done": "好了", "fee": 700}})
		k.must(flow.Request{Verb: "complete", Task: k.task(child, "followup"), Actor: clerk, Data: map[string]any{}})
		if v := k.view(owner, parent); v.State != "done" || v.Vars["fee"] != 700.0 || v.Vars["done"] != "好了" || v.Vars["charge_id"] != nil {
			t.Errorf("parent %+v", v)
		}
		parent, child = k.call()
		k.must(flow.Request{Verb: "withdraw", Case: parent, Actor: owner})
		if v := k.view(owner, child); v.State != "stopped" {
			t.Errorf("the child of a withdrawn case is %s", v.State)
		}
		k.verify()
	})
}

func TestAJobThatFailsIsTriedAgainAndThenShown(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		broken := intake(k)
		parent, child := k.call()
		broken.Store(8)
		k.clock.Store(monday + 57*hour) // Wednesday 18:00
		for range 8 {
			k.tick()
			k.clock.Add(hour)
		}
		if broken.Load() != 0 {
			t.Fatalf("%d attempts are left over", broken.Load())
		}
		if v := k.view(owner, parent); v.State != "incident" || len(k.told.of("incident")) != 1 {
			t.Fatalf("after eight attempts: %s", v.State)
		}
		k.verify()
		k.tick()
		k.refused("forbidden", flow.Request{Verb: "retry", Case: parent, Actor: clerk})
		k.must(flow.Request{Verb: "retry", Case: parent, Actor: manager, Admin: true})
		k.tick()
		if v := k.view(boss, parent); v.State != "running" || len(v.Tasks) != 1 || v.Tasks[0].Node != "apologise" || !v.Tasks[0].Claimable {
			t.Errorf("after the retry: %s %+v", v.State, v.Tasks)
		}
		if v := k.view(owner, child); v.State != "stopped" {
			t.Errorf("the child is %s", v.State)
		}
		k.verify()
	})
}

func TestTheRulebookIsLoaded(t *testing.T) {
	t.Parallel()
	k := newDesk(t, db.SQLite)
	intake(k)
	files := fstest.MapFS{"service/flows/repair.bpmn": {Data: load(t, "repair.bpmn")}, "service/flows/intake.bpmn": {Data: load(t, "intake.bpmn")}}
	for name, form := range forms {
		files["service/forms/"+name+".json"] = &fstest.MapFile{Data: form}
	}
	if err := k.e.Load(t.Context(), files); err != nil {
		t.Fatal(err)
	}
	list, err := k.e.Startable(t.Context())
	if err != nil || len(list) != 2 || list[0].Flow != "intake" || list[1].Form != "report" || list[1].En != "Repair" {
		t.Errorf("startable %+v %v", list, err)
	}
	if f, err := k.e.FormOf(t.Context(), "repair", "work"); err != nil || f.Schema == nil {
		t.Errorf("form %+v %v", f, err)
	}
	files["service/flows/bad.bpmn"] = &fstest.MapFile{Data: wrap("\n<complexGateway id='c'/>")}
	if err := flow.Check(files, core.Names{}); err == nil || strings.Contains(err.Error(), "repair.bpmn") || !strings.Contains(err.Error(), "bad.bpmn: line 4") {
		t.Errorf("checking without a database: %v", err)
	}
	if err := k.e.Load(t.Context(), files); err == nil || !strings.Contains(err.Error(), "service/flows/bad.bpmn: line 4: c: complexGateway is not supported") {
		t.Errorf("a bad flow: %v", err)
	}
}

func TestFormErrorsPointAtTheFieldInBothLanguages(t *testing.T) {
	t.Parallel()
	k := newDesk(t, db.SQLite)
	for name, c := range map[string]struct {
		data            map[string]any
		pointer, zh, en string
	}{
		"missing":  {map[string]any{"place": "x"}, "/data/fault", "请填写故障", "Fill in “Fault”"},
		"empty":    {map[string]any{"place": "", "fault": "water"}, "/data/place", "不能为空", "It must not be empty"},
		"choice":   {map[string]any{"place": "x", "fault": "fire"}, "/data/fault", "不是允许的选项", "It is not one of the choices"},
		"type":     {map[string]any{"place": 7, "fault": "water"}, "/data/place", "填写的类型不对，应为 string", "The value has the wrong type, it should be string"},
		"unknown":  {map[string]any{"place": "x", "fault": "water", "nope": 1}, "/data/nope", "此表单没有这个字段", "The form has no such field"},
		"no field": {nil, "/data/place", "请填写位置", "Fill in “Place”"},
	} {
		_, err := k.e.Start(t.Context(), flow.Start{Command: k.uuid(), Flow: "repair", Org: project, Actor: owner, Data: c.data})
		p, ok := problem.As(err)
		if !ok || p.Status != 422 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := false
		for _, f := range p.Fields {
			found = found || f.Pointer == c.pointer && f.Zh == c.zh && f.En == c.en
		}
		if !found {
			t.Errorf("%s: %+v", name, p.Fields)
		}
	}
	if n, err := k.e.Badge(t.Context(), clerk); err != nil || n != 0 {
		t.Errorf("refused starts left %d tasks, %v", n, err)
	}
}

func TestViewsAreWrittenForTheWire(t *testing.T) {
	t.Parallel()
	k := newDesk(t, db.SQLite)
	a := k.report()
	k.dispatch(a.CaseID, tech)
	raw, err := json.Marshal(k.view(tech, a.CaseID))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"id":"` + a.CaseID.String() + `"`, `"need":{"photo":{"after":1},"sign":true}`, `"verbs":["complete","transfer","hold","return"]`,
		`"outcomes":[{"key":"done","zh":"完工","en":"Done","tone":"ok"},{"key":"refuse"`, `"steps":{"now":2,"total":3}`, `"links":[{"register":"rooms","id":"7"}]`} {
		if !strings.Contains(string(raw), part) {
			t.Errorf("%s is missing in %s", part, raw)
		}
	}
}

func TestPagesFollowEachOther(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		for range 7 {
			k.report()
			k.clock.Add(1)
		}
		seen := map[db.ID]bool{}
		cursor, pages := "", 0
		for {
			page, err := k.e.List(k.t.Context(), clerk, flow.Query{Box: "todo", Size: 3, Cursor: cursor, Flow: "repair"})
			if err != nil || page.Count != 7 {
				t.Fatalf("%+v %v", page, err)
			}
			last := int64(1) << 62
			for _, x := range page.Items {
				if seen[x.TaskID] || x.OpenedAt > last {
					t.Errorf("task %d comes twice or out of order", x.TaskID)
				}
				seen[x.TaskID], last = true, x.OpenedAt
			}
			if pages++; page.Next == "" {
				break
			}
			cursor = page.Next
		}
		if len(seen) != 7 || pages != 3 {
			t.Errorf("%d tasks on %d pages", len(seen), pages)
		}
		for text, want := range map[string]int64{"1-101": 7, "0003": 1, "100%": 0} {
			if page, err := k.e.List(k.t.Context(), clerk, flow.Query{Box: "todo", Text: text}); err != nil || page.Count != want {
				t.Errorf("looking for %s: %+v %v", text, page, err)
			}
		}
		var plan []string
		if k.d.Engine() == db.SQLite {
			rows, err := k.d.Reader().QueryContext(k.t.Context(), `EXPLAIN QUERY PLAN SELECT id FROM flow_task WHERE who = 1 AND kind = 0 AND state IN (0, 3) ORDER BY opened_at DESC, id DESC LIMIT 21`)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			for rows.Next() {
				var a, b, c int
				var text string
				if err := rows.Scan(&a, &b, &c, &text); err != nil {
					t.Fatal(err)
				}
				plan = append(plan, text)
			}
			if text := strings.Join(plan, "|"); !strings.Contains(text, "flow_task_todo") || strings.Contains(text, "TEMP B-TREE") {
				t.Errorf("the list does not run along its index: %s", text)
			}
		}
	})
}

func TestAnActionThatEndsTheCaseTakesTheOtherBranchesAway(t *testing.T) {
	t.Parallel()
	body := `<startEvent id="s" lf:form="report"/><parallelGateway id="g"/><serviceTask id="x" lf:action="act"/><endEvent id="t"><terminateEventDefinition/></endEvent><endEvent id="e"/>
		<userTask id="u" lf:role="CLERK" lf:due="1h"/><serviceTask id="y" lf:action="act"/><callActivity id="c" calledElement="repair"/>
		<sequenceFlow id="f0" sourceRef="s" targetRef="g"/><sequenceFlow id="t1" sourceRef="x" targetRef="t"/>
		<sequenceFlow id="u1" sourceRef="u" targetRef="e"/><sequenceFlow id="y1" sourceRef="y" targetRef="e"/><sequenceFlow id="c1" sourceRef="c" targetRef="e"/>`
	branches := map[string]string{}
	for _, id := range []string{"x", "u", "y", "c"} {
		branches[id] = `<sequenceFlow id="g_` + id + `" sourceRef="g" targetRef="` + id + `"/>`
	}
	for _, order := range [][]string{{"x", "u", "y", "c"}, {"c", "y", "u", "x"}} {
		k := newDesk(t, db.SQLite)
		var ran atomic.Int64
		k.e.RegisterAction("act", func(context.Context, *db.Tx, flow.ActionInput) (map[string]any, error) { ran.Add(1); return nil, nil })
		text := body
		for _, id := range order {
			text += branches[id]
		}
		if _, err := k.e.Publish(t.Context(), flow.Source{XML: wrap(text), Forms: forms}); err != nil {
			t.Fatal(err)
		}
		a, err := k.e.Start(t.Context(), flow.Start{Command: "x", Flow: "p", Org: project, Actor: owner, Data: map[string]any{"place": "a", "fault": "water"}})
		if err != nil {
			t.Fatal(err)
		}
		var running int
		if err := k.d.Reader().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM flow_inst WHERE state IN (0, 5)`).Scan(&running); err != nil || running != 0 {
			t.Errorf("%v: %d cases are still running, %v", order, running, err)
		}
		if want := map[string]int64{"x": 1, "c": 2}[order[0]]; ran.Load() != want {
			t.Errorf("%v: %d actions ran, want %d", order, ran.Load(), want)
		}
		if v := k.view(owner, a.CaseID); v.State != "done" {
			t.Errorf("%v: state %s", order, v.State)
		}
		k.verify()
	}
}
