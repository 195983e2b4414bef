package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/money"
)

// charge puts a fee on a room and returns the id of the charge.
func charge(h *apptest.House, project, room db.ID, amount money.Fen, key string) string {
	h.T.Helper()
	var made fees.Charge
	h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		made, err = h.App.Fees.AddCharge(ctx, tx, fees.NewCharge{ProjectID: project, RoomID: room, Item: "PAID_SERVICE", Amount: amount, SourceKey: key,
			Explanation: fees.Explanation{Zh: "上门维修 " + key, En: "Repair " + key}})
		return err
	})
	return made.ID.String()
}

// report has a client report a leak.
func (p *player) report(c *apptest.Client, project db.ID, room string, more map[string]any) *apptest.Answer {
	p.Helper()
	data := map[string]any{"category": "water", "description": "厨房水管漏水", "room_id": room}
	for field, value := range more {
		data[field] = value
	}
	return c.Do("POST", "/api/flow/cases", map[string]any{"command": p.command(), "flow": "order-intake", "project_id": project, "data": data,
		"files": map[string][]string{"photos": {p.photo(c)}}})
}

// An owner sees and touches nothing of another's.
func TestOwnersAreApart(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		p := &player{T: t, h: h}
		roomA, roomB := h.Room("1-1-101", "林晓", "13800000001"), h.Room("1-1-102", "周宁", "13800000002")
		a, b := h.Resident("13800000001"), h.Resident("13800000002")
		desk, cashier := h.Staff("CS_OFFICER"), h.Staff("CASHIER")
		fee := charge(h, h.JLHY, roomB, 5000, "key-b-1")
		receipt := cashier.Do("POST", "/api/cashier/receipts", map[string]any{"command": p.command(), "room_id": roomB, "method": "cash",
			"lines": []map[string]any{{"charge_id": fee, "amount": 2000}}}).Want(200).JSON()["id"].(string)
		var his caseView
		p.report(b, h.JLHY, roomB.String(), nil).Want(201).Into(&his)
		b.Do("GET", "/api/receipts/"+receipt+"/print", nil).Want(200)

		a.Do("GET", "/api/receipts/"+receipt+"/print", nil).Code(404, "not_found")
		a.Do("GET", "/api/flow/cases/"+his.ID, nil).Code(404, "not_found")
		a.Do("GET", "/api/files/"+his.Files[0].ID, nil).Code(404, "not_found")
		a.Do("GET", "/api/files/"+his.Files[0].ID+"?w=320", nil).Code(404, "not_found")
		for _, verb := range []string{"urge", "comment", "cc", "withdraw"} {
			answer := a.Do("POST", "/api/flow/cases/"+his.ID+"/"+verb, map[string]any{"command": p.command(), "comment": "x", "reason": "不要了", "to": []string{"1"}})
			if answer.Status != 404 && answer.Status != 403 {
				t.Errorf("%s another's case: %d %s", verb, answer.Status, answer.Body)
			}
		}
		for _, path := range []string{"/api/people?q=员", "/api/desk/find?q=周宁", "/api/desk/summary", "/api/cashier/find?q=周宁", "/api/cashier/rooms/" + roomB.String(),
			"/api/rooms", "/api/rooms/" + roomB.String(), "/api/customers", "/api/charges", "/api/receipts", "/api/registers", "/api/meta/rooms", "/api/imports",
			"/api/service-requests", "/api/charges/" + fee + "/explanation", "/api/audit-trail", "/api/messages", "/api/rooms/export?format=csv",
			"/api/flow/links?register=rooms&id=" + roomB.String()} {
			if answer := a.Do("GET", path, nil); answer.Status != 403 && answer.Status != 404 {
				t.Errorf("GET %s as an owner: %d %.200s", path, answer.Status, answer.Body)
			}
		}
		for _, path := range []string{"/api/home", "/api/home/charges", "/api/home/receipts", "/api/flow/tasks?box=todo", "/api/flow/tasks?box=started", "/api/inbox"} {
			if body := string(a.Do("GET", path, nil).Want(200).Body); strings.Contains(body, "1-1-102") || strings.Contains(body, "周宁") || strings.Contains(body, his.No) {
				t.Errorf("%s shows another's: %s", path, body)
			}
		}

		// He cannot report for a room that is not his, however he names it, nor as somebody else.
		for _, room := range []any{roomB.String(), " " + roomB.String(), int64(roomB), []string{roomB.String()}, "0" + roomB.String(), true} {
			answer := a.Do("POST", "/api/flow/cases", map[string]any{"command": p.command(), "flow": "order-intake", "project_id": h.JLHY,
				"data": map[string]any{"category": "water", "description": "厨房水管漏水", "room_id": room}})
			if answer.Status != 422 {
				t.Errorf("room %v: %d %.300s", room, answer.Status, answer.Body)
			}
		}
		var person db.ID
		if err := h.App.DB.Reader().QueryRowContext(t.Context(), `SELECT id FROM customer WHERE phone = '13800000002'`).Scan(&person); err != nil {
			t.Fatal(err)
		}
		var mine caseView
		p.report(a, h.JLHY, roomA.String(), map[string]any{"requester_id": person.String(), "requester_name": "周宁", "relation": "authority", "channel": "staff"}).Want(201).Into(&mine)
		var requester db.ID
		var name, relation, channel string
		if err := h.App.DB.Reader().QueryRowContext(t.Context(), `SELECT requester_id, requester_name, relation, channel FROM service_request WHERE case_id = $1`, mine.ID).
			Scan(&requester, &name, &relation, &channel); err != nil || requester == person || name != "林晓" || relation != "owner" || channel != "app" {
			t.Errorf("requested by %v %s %s %s, %v", requester, name, relation, channel, err)
		}
		a.Do("POST", "/api/flow/cases", map[string]any{"command": p.command(), "flow": "order-intake", "project_id": h.JLHY, "for": person,
			"data": map[string]any{"category": "water", "description": "厨房水管漏水", "room_id": roomA.String()}}).Want(201)
		var started struct{ Items []any }
		b.Do("GET", "/api/flow/tasks?box=started", nil).Want(200).Into(&started)
		if len(started.Items) != 1 {
			t.Errorf("a case was started in another's name: %v", started.Items)
		}
		// The photo of another is not his to attach.
		p.report(b, h.JLHY, roomB.String(), nil).Want(201).Into(&his)
		a.Do("POST", "/api/flow/cases", map[string]any{"command": p.command(), "flow": "order-intake", "project_id": h.JLHY,
			"data": map[string]any{"category": "water", "description": "厨房水管漏水", "room_id": roomA.String()}, "files": map[string][]string{"photos": {his.Files[0].ID}}}).Want(422)
		// Staff steps are not his, whatever he forges.
		grade := p.todo(desk, "grade")
		for _, verb := range []string{"complete", "claim", "release", "transfer", "return", "hold", "resume"} {
			answer := a.Do("POST", "/api/flow/tasks/"+grade+"/"+verb, map[string]any{"command": p.command(), "outcome": "close", "to": []string{person.String()}, "node": "report",
				"reason": "other", "data": map[string]any{"close_code": "answered", "answer": "好了"}})
			if answer.Status != 403 && answer.Status != 404 {
				t.Errorf("%s a staff step: %d %.300s", verb, answer.Status, answer.Body)
			}
		}
		for _, verb := range []string{"stop", "retry"} {
			a.Do("POST", "/api/flow/cases/"+mine.ID+"/"+verb, map[string]any{"command": p.command(), "reason": "停"}).Want(403)
		}
	})
}

// Events of another's case do not reach an owner's stream.
func TestOwnersHearOnlyOfTheirOwn(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	p := &player{T: t, h: h}
	h.Room("1-1-101", "林晓", "13800000001")
	room := h.Room("1-1-102", "周宁", "13800000002")
	a, b := h.Resident("13800000001"), h.Resident("13800000002")
	events := a.Events()
	p.report(b, h.JLHY, room.String(), nil).Want(201)
	h.Manager() // changes registers
	h.App.Server.Drain()
	for e := range events {
		t.Errorf("another owner was told %s", e)
	}
}

// Who sold his home loses it at once, also on a phone that is still logged in; the
// next holder of a phone number does not share his predecessor's devices.
func TestEndedOwnershipEndsAccess(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		p := &player{T: t, h: h}
		room := h.Room("1-1-101", "林晓", "13800000001")
		fee := charge(h, h.JLHY, room, 5000, "key-1")
		receipt := h.Staff("CASHIER").Do("POST", "/api/cashier/receipts", map[string]any{"command": p.command(), "room_id": room, "method": "cash",
			"lines": []map[string]any{{"charge_id": fee, "amount": 2000}}}).Want(200).JSON()["id"].(string)
		a := h.Resident("13800000001")
		a.Do("GET", "/api/receipts/"+receipt+"/print", nil).Want(200)
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			owned, err := estate.Ownerships.Select(ctx, tx, "room_id = $1", room)
			if err != nil || len(owned) != 1 {
				return fmt.Errorf("%d ownerships, %w", len(owned), err)
			}
			_, err = tx.ExecContext(ctx, `UPDATE ownership SET valid_to = $1 WHERE id = $2`, string(calendar.DateOf(tx.Now()).AddDays(-1)), owned[0].ID)
			return err
		})
		var home struct {
			Rooms []any
			Owed  int64
		}
		a.Do("GET", "/api/home", nil).Want(200).Into(&home)
		if len(home.Rooms) != 0 || home.Owed != 0 {
			t.Errorf("after the sale he sees %+v", home)
		}
		a.Do("GET", "/api/receipts/"+receipt+"/print", nil).Code(404, "not_found")
		p.report(a, h.JLHY, room.String(), nil).Want(422)
		again := h.Stranger()
		if sent := again.Do("POST", "/api/session/code", map[string]any{"phone": "13800000001"}).Want(200).JSON(); sent["demo_code"] != nil {
			t.Error("who owns nothing any more got a code")
		}
		// The number is given to somebody else, who moves in next door.
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE customer SET phone = '' WHERE phone = '13800000001'`)
			return err
		})
		h.Room("1-1-102", "周宁", "13800000001")
		a.Do("GET", "/api/home", nil).Into(&home)
		if len(home.Rooms) != 0 {
			t.Errorf("the old holder of the number sees the new one's home: %+v", home)
		}
		h.Resident("13800000001").Do("GET", "/api/home", nil).Want(200).Into(&home)
		if len(home.Rooms) != 1 {
			t.Errorf("the new holder sees %+v", home)
		}
		if answer := a.Do("GET", "/api/home", nil); answer.Status == 200 && strings.Contains(string(answer.Body), "1-1-102") {
			t.Errorf("the old holder's device is logged in as the new one: %s", answer.Body)
		}
	})
}

// Whoever lives in a home without owning it may ask for help, and is told nothing of
// what the owner owes or has paid.
func TestOccupantsSeeNoBills(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		p := &player{T: t, h: h}
		room := h.Room("1-1-101", "林晓", "13800000001")
		fee := charge(h, h.JLHY, room, 8700, "key-1")
		receipt := h.Staff("TOLL_CLERK").Do("POST", "/api/cashier/receipts", map[string]any{"command": p.command(), "room_id": room, "method": "cash",
			"lines": []map[string]any{{"charge_id": fee, "amount": 2000}}}).Want(200).JSON()["id"].(string)
		owner := h.Resident("13800000001")
		var theirs caseView
		p.report(owner, h.JLHY, room.String(), nil).Want(201).Into(&theirs)
		for i, relation := range []string{"tenant", "nanny", "relative"} {
			phone := fmt.Sprintf("1390000000%d", i)
			h.Write(func(ctx context.Context, tx *db.Tx) error {
				person := &estate.Customer{Name: "住户", Kind: "person", Phone: phone, PhoneState: "verified"}
				person.ProjectID = h.JLHY
				if err := estate.Customers.Create(ctx, tx, person); err != nil {
					return err
				}
				lives := &estate.Occupancy{RoomID: room, PersonID: person.ID, Relation: relation, ValidFrom: calendar.DateOf(tx.Now()).AddDays(-3)}
				lives.ProjectID = h.JLHY
				return estate.Occupancies.Create(ctx, tx, lives)
			})
			c := h.Resident(phone)
			var home struct {
				Rooms, Cases []any
				Owed         int64
				ChargesCount int64 `json:"charges_count"`
			}
			c.Do("GET", "/api/home", nil).Want(200).Into(&home)
			if len(home.Rooms) != 1 || len(home.Cases) != 0 || home.Owed != 0 || home.ChargesCount != 0 {
				t.Errorf("a %s sees %+v", relation, home)
			}
			for _, path := range []string{"/api/home/charges", "/api/home/receipts"} {
				var list struct{ Items []any }
				if c.Do("GET", path, nil).Want(200).Into(&list); len(list.Items) != 0 {
					t.Errorf("a %s sees %s: %v", relation, path, list.Items)
				}
			}
			c.Do("GET", "/api/receipts/"+receipt+"/print", nil).Code(404, "not_found")
			c.Do("GET", "/api/flow/cases/"+theirs.ID, nil).Code(404, "not_found")
			p.report(c, h.JLHY, room.String(), nil).Want(201)
		}
		owner.Do("GET", "/api/receipts/"+receipt+"/print", nil).Want(200)
	})
}
