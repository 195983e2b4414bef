package app_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/db"
)

// do performs a verb on a task and returns whatever comes back.
func (p *player) do(c *apptest.Client, task, verb string, body map[string]any) *apptest.Answer {
	p.Helper()
	if body["command"] == nil {
		body["command"] = p.command()
	}
	answer := c.Do("POST", "/api/flow/tasks/"+task+"/"+verb, body)
	if fault := problemFault(answer); fault != "" {
		p.Errorf("%s: %s: %d %s", verb, fault, answer.Status, answer.Body)
	}
	return answer
}

var graded = map[string]any{"priority": "P2", "charge_kind": "free", "area_kind": "private", "fault_code": "W02"}

// What somebody else has done already, what is not one's own, and what nobody can do.
func TestForgedAndStaleSteps(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		p := &player{T: t, h: h}
		room := h.Room("1-1-101", "林晓", "13800000001").String()
		owner, desk, second := h.Resident("13800000001"), h.Staff("CS_OFFICER"), h.Staff("CS_OFFICER")
		one, two, away := h.Staff("TECHNICIAN"), h.Staff("TECHNICIAN"), h.StaffAt("TECHNICIAN", h.YHGY)
		var reported caseView
		p.report(owner, h.JLHY, room, nil).Want(201).Into(&reported)
		grade := p.todo(desk, "grade")
		for what, body := range map[string]map[string]any{
			"an unknown outcome":  {"outcome": "burn", "data": graded},
			"no outcome":          {"data": graded},
			"an unknown field":    {"outcome": "repair", "data": map[string]any{"priority": "P2", "charge_kind": "free", "area_kind": "private", "fault_code": "W02", "fee": 1}},
			"a field of the case": {"outcome": "repair", "data": map[string]any{"priority": "P2", "charge_kind": "free", "area_kind": "private", "fault_code": "W02", "requester_id": "1"}},
			"a wrong option":      {"outcome": "repair", "data": map[string]any{"priority": "P9", "charge_kind": "free", "area_kind": "private", "fault_code": "W02"}},
			"a wrong type":        {"outcome": "repair", "data": map[string]any{"priority": 2, "charge_kind": nil, "area_kind": []string{"private"}, "fault_code": map[string]any{}}},
			"nothing":             {"outcome": "repair"},
			"an unknown file":     {"outcome": "repair", "data": graded, "files": map[string][]string{"photo": {"4711"}}},
			"a long field name":   {"outcome": "repair", "data": graded, "files": map[string][]string{strings.Repeat("x", 100): {p.photo(desk)}}},
			"a long comment":      {"outcome": "repair", "data": graded, "comment": strings.Repeat("长", 2001)},
		} {
			if answer := p.do(desk, grade, "complete", body); answer.Status != 422 {
				t.Errorf("%s: %d %.300s", what, answer.Status, answer.Body)
			}
		}
		command := p.command()
		first := p.do(desk, grade, "complete", map[string]any{"command": command, "outcome": "repair", "data": graded}).Want(200)
		again := p.do(desk, grade, "complete", map[string]any{"command": command, "outcome": "repair", "data": graded}).Want(200)
		if first.JSON()["no"] != again.JSON()["no"] {
			t.Error("a repeated command gave another answer")
		}
		p.do(second, grade, "complete", map[string]any{"command": command, "outcome": "repair", "data": graded}).Code(409, "command_reused")
		if late := p.do(second, grade, "complete", map[string]any{"outcome": "answer", "data": map[string]any{"close_code": "answered", "answer": "好了"}}); late.Status != 409 {
			t.Errorf("a step that somebody has done: %d %s", late.Status, late.Body)
		}
		if late := owner.Do("POST", "/api/flow/cases/"+reported.ID+"/withdraw", map[string]any{"command": p.command(), "reason": "不要了"}); late.Status != 409 && late.Status != 422 {
			t.Errorf("withdrawn after grading: %d %s", late.Status, late.Body)
		}
		customer := idOf(h, "customer", h.JLHY)
		dispatch := p.todo(desk, "dispatch")
		for what, id := range map[string]string{"nobody": "4711", "a resident": customer, "the desk": second.Person.String(), "another project's": away.Person.String(), "a text": "x"} {
			if answer := p.do(desk, dispatch, "complete", map[string]any{"data": map[string]any{"technician": id}}); answer.Status != 422 {
				t.Errorf("dispatched to %s: %d %.200s", what, answer.Status, answer.Body)
			}
			if answer := p.do(desk, dispatch, "complete", map[string]any{"data": map[string]any{"helper": id}}); answer.Status != 422 {
				t.Errorf("helped by %s: %d %.200s", what, answer.Status, answer.Body)
			}
			dispatch = p.todo(desk, "dispatch")
		}
		p.do(desk, dispatch, "complete", map[string]any{"data": map[string]any{}}).Want(200)

		// Both want it, one gets it, and nobody does the other's step.
		take := p.todo(one, "take")
		var group sync.WaitGroup
		answers := make([]*apptest.Answer, 2)
		for i, c := range []*apptest.Client{one, two} {
			group.Go(func() {
				answers[i] = c.Do("POST", "/api/flow/tasks/"+take+"/claim", map[string]any{"command": fmt.Sprintf("claim-race-%d", i)})
			})
		}
		group.Wait()
		winner, loser, refused := one, two, answers[1]
		if answers[1].Status == 200 {
			winner, loser, refused = two, one, answers[0]
		}
		if answers[0].Status+answers[1].Status != 200+409 || problemFault(refused) != "" {
			t.Fatalf("two claims: %d %s, %d %s", answers[0].Status, answers[0].Body, answers[1].Status, answers[1].Body)
		}
		for _, c := range []*apptest.Client{loser, desk, owner, away} {
			if answer := p.do(c, take, "complete", map[string]any{"outcome": "take"}); answer.Status != 403 && answer.Status != 404 && answer.Status != 409 {
				t.Errorf("another's step is done: %d %.200s", answer.Status, answer.Body)
			}
		}
		p.do(winner, take, "complete", map[string]any{"outcome": "take"}).Want(200)
		arrive := p.todo(winner, "arrive")
		for what, to := range map[string]any{"nobody": []string{"4711"}, "a resident": []string{customer}, "two": []string{loser.Person.String(), second.Person.String()},
			"no one": []string{}, "himself": []string{winner.Person.String()}} {
			if answer := p.do(winner, arrive, "transfer", map[string]any{"to": to, "reason": "忙"}); answer.Status != 422 {
				t.Errorf("transferred to %s: %d %.200s", what, answer.Status, answer.Body)
			}
		}
		for _, body := range []map[string]any{{"node": "nowhere", "reason": "重来"}, {"node": "settle", "reason": "重来"}, {"node": "", "reason": "重来"}, {"node": "take"}} {
			if answer := p.do(winner, arrive, "return", body); answer.Status != 422 && answer.Status != 409 {
				t.Errorf("returned to %v: %d %.200s", body, answer.Status, answer.Body)
			}
		}
		if answer := p.do(winner, arrive, "hold", map[string]any{"reason": "nonsense-code", "resume_at": -1}); answer.Status != 422 {
			t.Errorf("held for no reason: %d %.200s", answer.Status, answer.Body)
		}
		for _, verb := range []string{"burn", "stop", "%2e%2e", "complete%00"} {
			if answer := winner.Do("POST", "/api/flow/tasks/"+arrive+"/"+verb, map[string]any{"command": p.command()}); answer.Status != 404 && answer.Status != 403 {
				t.Errorf("verb %s: %d %.200s", verb, answer.Status, answer.Body)
			}
		}
		p.complete(winner, "arrive", "", map[string]any{"manner": true, "gps": "30.1,120.2"}, nil)
		// A text is no photo.
		body, kind := upload(t, "before.txt", []byte("这是一张照片"))
		text := winner.Do("POST", "/api/files", body, "Content-Type", kind)
		evidence := "4711"
		if text.Status == 201 {
			evidence = text.JSON()["id"].(string)
		}
		diagnosis := map[string]any{"cause": "wear", "liability": "private"}
		if answer := p.do(winner, p.todo(winner, "diagnose"), "complete", map[string]any{"outcome": "free", "data": diagnosis, "files": map[string][]string{"before": {evidence}}}); answer.Status != 422 {
			t.Errorf("a text as evidence: %d %.300s", answer.Status, answer.Body)
		}
		photo := p.photo(loser)
		if answer := p.do(winner, p.todo(winner, "diagnose"), "complete", map[string]any{"outcome": "free", "data": diagnosis, "files": map[string][]string{"before": {photo}}}); answer.Status != 422 {
			t.Errorf("a colleague's photo as evidence: %d %.300s", answer.Status, answer.Body)
		}
		sound(t, h)
	})
}

const markup = `"><script>alert('x')</script><img src=x onerror=alert(1)>&amp;'`

// Markup in texts stays text: in answers, on papers and in diagrams.
func TestMarkupStaysText(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		p := &player{T: t, h: h}
		room := h.Room("1-1-101", markup[:25], "13800000001").String()
		owner, desk, technician := h.Resident("13800000001"), h.Staff("CS_OFFICER"), h.Staff("TECHNICIAN")
		var reported caseView
		p.report(owner, h.JLHY, room, map[string]any{"description": markup}).Want(201).Into(&reported)
		desk.Do("POST", "/api/flow/cases/"+reported.ID+"/comment", map[string]any{"command": p.command(), "comment": markup}).Want(200)
		p.complete(desk, "grade", "repair", map[string]any{"priority": "P2", "charge_kind": "free", "area_kind": "private", "fault_code": "W02", "grade_note": markup}, nil)
		dispatched := p.complete(desk, "dispatch", "", map[string]any{"technician": technician.Person.String(), "needs": markup}, nil)
		seen := desk.Do("GET", "/api/flow/cases/"+reported.ID, nil).Want(200)
		var view struct {
			Diagram string
			Data    []struct {
				Field string
				Value any
			}
			Timeline []struct{ Comment string }
		}
		seen.Into(&view)
		if strings.Contains(view.Diagram, "<script") || strings.Contains(view.Diagram, "onerror") {
			t.Errorf("the diagram carries markup: %s", view.Diagram)
		}
		found := 0
		for _, d := range view.Data {
			if d.Field == "description" && d.Value == markup {
				found++
			}
		}
		for _, e := range view.Timeline {
			if e.Comment == markup {
				found++
			}
		}
		if found != 2 {
			t.Errorf("the text did not come back as it was: %s", seen.Body)
		}
		if kind := seen.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") || seen.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("browsers may take the answer for a page: %s", kind)
		}
		var orders struct{ Items []struct{ ID string } }
		engineer := h.Staff("ENG_SUP")
		engineer.Do("GET", "/api/work-orders", nil).Want(200).Into(&orders)
		if len(orders.Items) != 1 {
			t.Fatalf("%d orders of %s", len(orders.Items), dispatched.No)
		}
		paper := engineer.Do("GET", "/api/work-orders/"+orders.Items[0].ID+"/print", nil).Want(200)
		if strings.Contains(string(paper.Body), "<script>alert") || strings.Contains(string(paper.Body), "<img src=x") {
			t.Errorf("the slip carries markup: %s", paper.Body)
		}
		if policy := paper.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self'") {
			t.Errorf("policy of papers: %q", policy)
		}
	})
}

// The cases that somebody is copied in on are those of people who exist.
func TestCopiesGoToPeople(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	p := &player{T: t, h: h}
	room := h.Room("1-1-101", "林晓", "13800000001").String()
	owner, desk := h.Resident("13800000001"), h.Staff("CS_OFFICER")
	cleaner := h.Staff("CLEANER")
	var reported caseView
	p.report(owner, h.JLHY, room, nil).Want(201).Into(&reported)
	path := "/api/flow/cases/" + reported.ID + "/cc"
	for _, to := range [][]string{{"4711"}, {}, {cleaner.Person.String(), "4711"}} {
		if answer := desk.Do("POST", path, map[string]any{"command": p.command(), "to": to}); answer.Status != 422 {
			t.Errorf("copied to %v: %d %.200s", to, answer.Status, answer.Body)
		}
	}
	if answer := owner.Do("POST", path, map[string]any{"command": p.command(), "to": []string{cleaner.Person.String()}}); answer.Status < 400 {
		t.Errorf("a resident copies staff in: %d %.200s", answer.Status, answer.Body)
	}
	cleaner.Do("GET", "/api/flow/cases/"+reported.ID, nil).Code(404, "not_found")
	desk.Do("POST", path, map[string]any{"command": p.command(), "to": []string{cleaner.Person.String()}}).Want(200)
	cleaner.Do("GET", "/api/flow/cases/"+reported.ID, nil).Want(200)
}
