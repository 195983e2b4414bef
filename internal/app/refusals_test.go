package app_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/db"
)

// caseView is what the test looks at on a case page.
type caseView struct {
	ID, No, State string
	Tasks         []struct {
		ID, Node        string
		Mine, Claimable bool
		Verbs           []string
	}
	Timeline []struct{ Kind, State string }
	Diagram  string
	Links    []struct{ Register, ID, Label string }
	Files    []struct{ ID, Field string }
}

// player plays one repair through the API.
type player struct {
	*testing.T
	h *apptest.House
	n int
}

func (p *player) command() string {
	p.n++
	return "command-" + string(rune('a'+p.n/10)) + string(rune('0'+p.n%10))
}

// photo uploads a picture and returns its id.
func (p *player) photo(c *apptest.Client) string {
	body, kind := upload(p.T, "photo.png", png)
	return c.Do("POST", "/api/files", body, "Content-Type", kind).Want(201).JSON()["id"].(string)
}

// todo finds the caller's open task at a step.
func (p *player) todo(c *apptest.Client, node string) string {
	p.Helper()
	var page struct {
		Items []struct {
			TaskID    string `json:"task_id"`
			Node      string
			Claimable bool
		}
		Count int
	}
	c.Do("GET", "/api/flow/tasks?box=todo", nil).Want(200).Into(&page)
	for _, item := range page.Items {
		if item.Node == node {
			return item.TaskID
		}
	}
	p.Fatalf("no task %s among %+v", node, page.Items)
	return ""
}

// complete does a step and returns the case.
func (p *player) complete(c *apptest.Client, node, outcome string, data map[string]any, files map[string][]string) caseView {
	p.Helper()
	var view caseView
	c.Do("POST", "/api/flow/tasks/"+p.todo(c, node)+"/complete",
		map[string]any{"command": p.command(), "outcome": outcome, "data": data, "files": files}).Want(200).Into(&view)
	return view
}

// One repair from report to receipt, with what must be refused on the way: strangers,
// repeated commands, missing evidence.
func TestRepairWithItsRefusals(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		p := &player{T: t, h: h}
		room := h.Room("3-1-502", "林晓", "13800000001").String()
		owner := h.Resident("13800000001")
		desk, cashier := h.Staff("CS_OFFICER"), h.Staff("CASHIER")
		technician, other := h.Staff("TECHNICIAN"), h.Staff("CLEANER")

		var startable struct{ Items []struct{ Flow, Form string } }
		owner.Do("GET", "/api/flow/startable", nil).Want(200).Into(&startable)
		if len(startable.Items) != 1 || startable.Items[0].Flow != "order-intake" {
			t.Fatalf("a resident may start %+v", startable)
		}
		report := map[string]any{"command": p.command(), "flow": "order-intake", "project_id": h.JLHY,
			"data":  map[string]any{"category": "water", "description": "厨房水管漏水，地上有水", "room_id": room, "requester_name": "别人", "entry_ok": true},
			"files": map[string][]string{"photos": {p.photo(owner), p.photo(owner)}}}
		var reported caseView
		owner.Do("POST", "/api/flow/cases", report).Want(201).Into(&reported)
		var again caseView
		owner.Do("POST", "/api/flow/cases", report).Want(201).Into(&again)
		if again.ID != reported.ID || len(reported.Files) != 2 || !strings.HasPrefix(reported.Diagram, "<svg") {
			t.Errorf("reported %+v, again %s", reported, again.ID)
		}
		report["command"] = p.command()
		report["project_id"] = h.YHGY
		owner.Do("POST", "/api/flow/cases", report).Want(422)
		owner.Do("POST", "/api/flow/cases", map[string]any{"command": p.command(), "flow": "repair", "project_id": h.JLHY}).Code(403, "forbidden")
		// Somebody without a part in it sees neither the case nor its photos.
		other.Do("GET", "/api/flow/cases/"+reported.ID, nil).Code(404, "not_found")
		other.Do("GET", "/api/files/"+reported.Files[0].ID, nil).Code(404, "not_found")
		desk.Do("GET", "/api/files/"+reported.Files[0].ID+"?w=320", nil).Want(200)

		p.complete(desk, "grade", "repair", map[string]any{"priority": "P1", "charge_kind": "paid", "area_kind": "private", "fault_code": "W01"}, nil)
		p.complete(desk, "dispatch", "", map[string]any{"technician": technician.Person.String()}, nil)
		p.complete(technician, "take", "take", nil, nil)
		p.complete(technician, "arrive", "", map[string]any{"manner": true, "gps": "30.1,120.2"}, nil)
		diagnosis := map[string]any{"cause": "wear", "liability": "private", "labour_fee": 5000,
			"lines": []map[string]any{{"item": "角阀", "qty": 200, "unit_price": 1850}}}
		technician.Do("POST", "/api/flow/tasks/"+p.todo(technician, "diagnose")+"/complete",
			map[string]any{"command": p.command(), "outcome": "paid", "data": diagnosis}).Want(422) // the photo is missing
		p.complete(technician, "diagnose", "paid", diagnosis, map[string][]string{"before": {p.photo(technician)}})
		p.complete(technician, "agree", "agree", nil, map[string][]string{"sign": {p.photo(technician)}})
		p.complete(technician, "work_paid", "", map[string]any{"work_done": "更换角阀两只，试压不漏", "labour_fee": 5000, "test": "pressure", "cleaned": true,
			"old_parts": "owner", "lines": []map[string]any{{"item": "角阀", "qty": 200, "unit_price": 1850}}},
			map[string][]string{"after": {p.photo(technician)}, "sign": {p.photo(technician)}})

		var account struct {
			Charges []struct {
				ID          string
				Owed        int64
				Explanation struct{ Zh string }
			}
			Owed int64
		}
		cashier.Do("GET", "/api/cashier/rooms/"+room, nil).Want(200).Into(&account)
		if account.Owed != 8700 || len(account.Charges) != 1 || account.Charges[0].Explanation.Zh == "" {
			t.Fatalf("owed %+v, want 87.00", account)
		}
		for _, term := range []string{"502", "林晓", "13800000001"} {
			var found struct {
				Items []struct {
					RoomID string `json:"room_id"`
				}
			}
			cashier.Do("GET", "/api/cashier/find?q="+term, nil).Want(200).Into(&found)
			if len(found.Items) != 1 || found.Items[0].RoomID != room {
				t.Errorf("find %s: %+v", term, found)
			}
		}
		payment := map[string]any{"command": p.command(), "room_id": room, "method": "cash", "tendered": 10000,
			"lines": []map[string]any{{"charge_id": account.Charges[0].ID, "amount": 8700}}}
		receipt := cashier.Do("POST", "/api/cashier/receipts", payment).Want(200).JSON()
		if repeated := cashier.Do("POST", "/api/cashier/receipts", payment).Want(200).JSON(); repeated["no"] != receipt["no"] {
			t.Errorf("the same command gave %v and %v", receipt["no"], repeated["no"])
		}
		if receipt["change"] != float64(1300) {
			t.Errorf("receipt %v", receipt)
		}
		paper := owner.Do("GET", "/api/receipts/"+receipt["id"].(string)+"/print", nil).Want(200)
		if !bytes.Contains(paper.Body, []byte(receipt["no"].(string))) {
			t.Error("the owner's receipt does not carry its number")
		}
		var home struct{ Owed int64 }
		owner.Do("GET", "/api/home", nil).Want(200).Into(&home)
		if home.Owed != 0 {
			t.Errorf("the owner still owes %d", home.Owed)
		}

		p.complete(desk, "follow_up", "solved", map[string]any{"method": "phone", "reached": true, "score": 5}, nil)
		var closed caseView
		owner.Do("GET", "/api/flow/cases/"+reported.ID, nil).Want(200).Into(&closed)
		if closed.State != "done" {
			t.Errorf("the case is %s: %+v", closed.State, closed.Tasks)
		}
		found, err := h.App.Verify(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if len(f.Faults) > 0 {
				t.Errorf("%s: %v", f.En, f.Faults)
			}
		}
	})
}

// A change wakes the screens of those it concerns, and nobody else's.
func TestEventsReachTheScreenConcerned(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	p := &player{T: t, h: h}
	room := h.Room("3-1-502", "林晓", "13800000001").String()
	owner, desk, cleaner := h.Resident("13800000001"), h.Staff("CS_OFFICER"), h.Staff("CLEANER")
	deskEvents, ownerEvents, cleanerEvents := desk.Events(), owner.Events(), cleaner.Events()
	owner.Do("POST", "/api/flow/cases", map[string]any{"command": p.command(), "flow": "order-intake", "project_id": h.JLHY,
		"data": map[string]any{"category": "water", "description": "厨房水管漏水", "room_id": room}}).Want(201)
	wait := func(events <-chan string, topic string) bool {
		late := time.After(3 * time.Second)
		for {
			select {
			case data, ok := <-events:
				var e struct{ Topic string }
				if !ok {
					return false
				}
				if err := json.Unmarshal([]byte(data), &e); err != nil {
					t.Fatalf("%q: %v", data, err)
				}
				if e.Topic == topic {
					return true
				}
			case <-late:
				return false
			}
		}
	}
	if !wait(deskEvents, "tasks") {
		t.Error("the service desk was not told of the new request")
	}
	select {
	case data := <-cleanerEvents:
		t.Errorf("the cleaner was told %s", data)
	case <-time.After(100 * time.Millisecond):
	}
	h.App.Server.Drain()
	for range ownerEvents { // a draining server ends its streams
	}
}
