package app_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
)

// idOf reads the newest id of a project straight from a table.
func idOf(h *apptest.House, table string, project db.ID) string {
	h.T.Helper()
	var id db.ID
	if err := h.App.DB.Reader().QueryRowContext(h.T.Context(), `SELECT MAX(id) FROM `+table+` WHERE project_id = $1`, project).Scan(&id); err != nil {
		h.T.Fatal(table, err)
	}
	return id.String()
}

// Whoever works in one project finds nothing of the other, by whatever way.
func TestProjectsAreApart(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		p := &player{T: t, h: h}
		here := h.Room("1-1-101", "林晓", "13800000001")
		there := h.RoomIn(h.YHGY, "7-1-707", "周宁", "13900000007")
		owner, desk := h.Resident("13900000007"), h.StaffAt("CS_OFFICER", h.YHGY)
		var theirs caseView
		p.report(owner, h.YHGY, there.String(), nil).Want(201).Into(&theirs)
		fee := charge(h, h.YHGY, there, 5000, "key-y-1")
		receipt := h.StaffAt("TOLL_CLERK", h.YHGY).Do("POST", "/api/cashier/receipts", map[string]any{"command": p.command(), "room_id": there, "method": "cash",
			"lines": []map[string]any{{"charge_id": fee, "amount": 2000}}}).Want(200).JSON()["id"].(string)
		task := p.todo(desk, "grade")
		customer := idOf(h, "customer", h.YHGY)

		manager, officer, clerk := h.Manager(), h.Staff("CS_OFFICER"), h.Staff("TOLL_CLERK")
		rows := map[string]string{"projects": h.YHGY.String(), "buildings": idOf(h, "building", h.YHGY), "units": idOf(h, "unit", h.YHGY), "rooms": there.String(),
			"customers": customer, "ownerships": idOf(h, "ownership", h.YHGY), "service-requests": idOf(h, "service_request", h.YHGY), "charges": fee, "receipts": receipt}
		for name, id := range rows {
			for who, c := range map[string]*apptest.Client{"manager": manager, "officer": officer, "clerk": clerk} {
				for _, path := range []string{"/" + id, "/" + id + "/history"} {
					if answer := c.Do("GET", "/api/"+name+path, nil); answer.Status != 404 && answer.Status != 403 {
						t.Errorf("%s reads %s%s: %d %.200s", who, name, path, answer.Status, answer.Body)
					}
				}
				for _, query := range []string{"?project=" + h.YHGY.String(), "?id=" + id, "?archived=all&size=200", "?project=" + h.JLHY.String() + "," + h.YHGY.String()} {
					if answer := c.Do("GET", "/api/"+name+query, nil); strings.Contains(string(answer.Body), `"id":"`+id+`"`) {
						t.Errorf("%s lists %s%s: %.300s", who, name, query, answer.Body)
					}
				}
				if answer := c.Do("GET", "/api/"+name+"/export?format=csv&project="+h.YHGY.String(), nil); answer.Status == 200 && strings.Count(string(answer.Body), "\n") > 1 {
					t.Errorf("%s exports %s: %.300s", who, name, answer.Body)
				}
				for _, verb := range []string{"archive", "restore"} {
					if answer := c.Do("POST", "/api/"+name+"/"+id+"/"+verb, map[string]any{"version": 1}); answer.Status < 400 {
						t.Errorf("%s may %s %s: %d", who, verb, name, answer.Status)
					}
				}
				if answer := c.Do("PATCH", "/api/"+name+"/"+id, map[string]any{"version": 1}); answer.Status < 400 {
					t.Errorf("%s changes %s: %d", who, name, answer.Status)
				}
				if answer := c.Do("POST", "/api/"+name+"/"+id+"/reveal", map[string]any{"field": "phone"}); answer.Status < 400 {
					t.Errorf("%s reveals %s: %d %s", who, name, answer.Status, answer.Body)
				}
			}
		}
		for _, path := range []string{"/api/cashier/rooms/" + there.String(), "/api/cashier/rooms/" + there.String() + "/notice", "/api/receipts/" + receipt + "/print", "/api/charges/" + fee + "/explanation"} {
			clerk.Do("GET", path, nil).Code(404, "not_found")
		}
		for _, word := range []string{"707", "周宁", "13900000007", "0007", "7-1-707"} {
			for _, path := range []string{"/api/cashier/find?q=", "/api/desk/find?q="} {
				for who, c := range map[string]*apptest.Client{"officer": officer, "clerk": clerk, "manager": manager} {
					if answer := c.Do("GET", path+url.QueryEscape(word), nil); strings.Contains(string(answer.Body), "周") {
						t.Errorf("%s finds %s by %s%s: %s", who, word, path, word, answer.Body)
					}
				}
			}
		}
		clerk.Do("POST", "/api/cashier/receipts", map[string]any{"command": p.command(), "room_id": there, "method": "cash",
			"lines": []map[string]any{{"charge_id": fee, "amount": 1000}}}).Code(404, "not_found")
		clerk.Do("POST", "/api/cashier/receipts", map[string]any{"command": p.command(), "room_id": here, "method": "cash",
			"lines": []map[string]any{{"charge_id": fee, "amount": 1000}}}).Want(422)

		officer.Do("GET", "/api/flow/cases/"+theirs.ID, nil).Code(404, "not_found")
		officer.Do("GET", "/api/files/"+theirs.Files[0].ID, nil).Code(404, "not_found")
		officer.Do("GET", "/api/flow/links?register=rooms&id="+there.String(), nil).Code(404, "not_found")
		answer := officer.Do("POST", "/api/flow/tasks/"+task+"/complete", map[string]any{"command": p.command(), "outcome": "close",
			"data": map[string]any{"close_code": "answered", "answer": "好了"}})
		if answer.Status != 403 && answer.Status != 404 {
			t.Errorf("the officer of another project completes a step: %d %s", answer.Status, answer.Body)
		}

		// References may not lead into the other project.
		manager.Do("POST", "/api/buildings", map[string]any{"project_id": h.YHGY, "code": "9", "structure": "frame"}).Want(403)
		room := map[string]any{"project_id": h.JLHY, "building_id": rows["buildings"], "room_no": "909", "floor": 9, "usage": "home", "status": "self", "build_area": 9000,
			"area_source": "registry", "heat_type": "none"}
		manager.Do("POST", "/api/rooms", room).Code(422, "invalid")
		building := manager.Do("POST", "/api/buildings", map[string]any{"project_id": h.JLHY, "code": "9", "structure": "frame"}).Want(201).JSON()
		manager.Do("PATCH", "/api/buildings/"+building["id"].(string), map[string]any{"version": 1, "project_id": h.YHGY}).Want(422)

		// The desk can open no case there, nor take a person's data from there.
		p.report(officer, h.YHGY, there.String(), nil).Code(403, "forbidden")
		p.report(officer, h.JLHY, there.String(), nil).Want(422)
		if stolen := p.report(officer, h.JLHY, here.String(), map[string]any{"requester_id": customer}); stolen.Status == 201 || strings.Contains(string(stolen.Body), "13900000007") {
			t.Errorf("a resident of another project is named as requester: %d, with the phone: %v", stolen.Status, strings.Contains(string(stolen.Body), "13900000007"))
		}
		for _, id := range []string{customer, "4711", officer.Person.String(), clerk.Person.String()} {
			if id == officer.Person.String() {
				continue // himself
			}
			named := officer.Do("POST", "/api/flow/cases", map[string]any{"command": p.command(), "flow": "order-intake", "project_id": h.JLHY, "for": id,
				"data": map[string]any{"category": "water", "description": "厨房水管漏水", "room_id": here.String()}})
			if named.Status != 422 {
				t.Errorf("a case for %s: %d %.300s", id, named.Status, named.Body)
			}
		}
	})
}

// Imports go where one may write, and nowhere else.
func TestImportIntoAnotherProject(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		h.RoomIn(h.YHGY, "7-1-707", "周宁", "13900000007")
		manager, other := h.Manager(), h.StaffAt("PROJECT_MGR", h.YHGY)
		csv := []byte("楼栋编码,结构\n8,剪力墙\n")
		body, kind := upload(t, "buildings.csv", csv, "kind", "buildings", "project_id", h.YHGY.String())
		if answer := manager.Do("POST", "/api/imports", body, "Content-Type", kind); answer.Status != 403 && answer.Status != 404 {
			t.Errorf("an import into another project: %d %s", answer.Status, answer.Body)
		}
		body, kind = upload(t, "buildings.csv", csv, "kind", "buildings", "project_id", h.JLHY.String())
		batch := manager.Do("POST", "/api/imports", body, "Content-Type", kind).Want(201).JSON()["id"].(string)
		for _, path := range []string{"", "/errors.xlsx"} {
			other.Do("GET", "/api/imports/"+batch+path, nil).Code(404, "not_found")
		}
		for _, path := range []string{"/commit", "/undo"} {
			other.Do("POST", "/api/imports/"+batch+path, nil).Code(404, "not_found")
		}
		if list := other.Do("GET", "/api/imports", nil).Want(200); strings.Contains(string(list.Body), batch) {
			t.Errorf("another project's imports are listed: %s", list.Body)
		}
	})
}

// Whoever only reads writes nothing: the general manager over every register.
func TestReadersDoNotWrite(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	room := h.Room("1-1-101", "林晓", "13800000001")
	gm := h.StaffAt("GM", 0)
	gm.Do("GET", "/api/rooms/"+room.String(), nil).Want(200)
	for _, name := range []string{"projects", "buildings", "units", "rooms", "customers", "ownerships", "occupancies", "leases", "households", "parking-spaces", "vehicles",
		"keys", "credentials", "meters", "appointments", "fee-items"} {
		for _, try := range [][2]string{{"POST", "/api/" + name}, {"PATCH", "/api/" + name + "/" + room.String()}, {"POST", "/api/" + name + "/" + room.String() + "/archive"}} {
			if answer := gm.Do(try[0], try[1], map[string]any{"version": 1, "project_id": h.JLHY}); answer.Status != 403 {
				t.Errorf("the general manager: %s %s: %d %s", try[0], try[1], answer.Status, answer.Body)
			}
		}
	}
	clerk := h.Staff("TOLL_CLERK") // may change his own particulars, and nobody else's
	other := h.Staff("CLEANER").Person.String()
	for _, c := range []*apptest.Client{gm, clerk} {
		c.Do("POST", "/api/employees", map[string]any{"no": "T9999", "name": "新人", "unit_id": h.Unit(h.JLHY), "state": "active"}).Code(403, "forbidden")
		for _, answer := range []*apptest.Answer{c.Do("PATCH", "/api/employees/"+other, map[string]any{"version": 1, "name": "别人"}),
			c.Do("POST", "/api/employees/"+other+"/archive", map[string]any{"version": 1})} {
			if answer.Status != 403 && answer.Status != 404 {
				t.Errorf("another employee is changed: %d %s", answer.Status, answer.Body)
			}
		}
	}
	gm.Do("POST", "/api/cashier/receipts", map[string]any{"command": "command-1", "room_id": room, "method": "cash", "amount": 1}).Code(403, "forbidden")
	gm.Do("POST", "/api/receipts/1/reverse", map[string]any{"command": "command-1", "reason": "试试"}).Code(403, "forbidden")
	gm.Do("POST", "/api/charges/1/reverse", map[string]any{"reason": "试试"}).Code(403, "forbidden")
}

const idNumber = "11010519491231002X"

// Masked values are masked everywhere, cannot be found out by searching, and whoever
// reads them in full is written down.
func TestMaskedValuesStayMasked(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		room := h.Room("1-1-101", "欧阳小明", "13812345678")
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			found, err := estate.Customers.Select(ctx, tx, "phone = $1", "13812345678")
			if err != nil {
				return err
			}
			_, err = estate.Customers.Update(ctx, tx, found[0].ID, found[0].Version, func(c *estate.Customer) error {
				c.IDType, c.IDNo, c.Address = "id_card", idNumber, "=1+1"
				return nil
			})
			return err
		})
		customer := idOf(h, "customer", h.JLHY)
		officer := h.Staff("CS_OFFICER")
		for _, path := range []string{"/api/customers", "/api/customers?reveal=true", "/api/customers/" + customer, "/api/customers/" + customer + "/history", "/api/customers/export?format=csv",
			"/api/customers/export?format=csv&reveal=1", "/api/ownerships", "/api/rooms/" + room.String(), "/api/desk/find?q=101", "/api/customers?q=" + url.QueryEscape("欧阳小明"),
			"/api/customers?columns=id_no,phone"} {
			answer := officer.Do("GET", path, nil)
			for _, secret := range []string{"13812345678", idNumber} {
				if strings.Contains(string(answer.Body), secret) {
					t.Errorf("%s shows %s: %.400s", path, secret, answer.Body)
				}
			}
		}
		// The page of a case shows the number to those who work on it.
		p := &player{T: t, h: h}
		var reported caseView
		p.report(h.Resident("13812345678"), h.JLHY, room.String(), nil).Want(201).Into(&reported)
		if page := officer.Do("GET", "/api/flow/cases/"+reported.ID, nil).Want(200); !strings.Contains(string(page.Body), "13812345678") {
			t.Errorf("the desk cannot call the requester: %s", page.Body)
		}
		if page := h.StaffAt("GM", 0).Do("GET", "/api/flow/cases/"+reported.ID, nil).Want(200); strings.Contains(string(page.Body), "13812345678") || !strings.Contains(string(page.Body), "138****5678") {
			t.Errorf("somebody without a part in the case sees the number: %s", page.Body)
		}
		// A number that is not shown cannot be felt for digit by digit.
		total := func(word string) int {
			var page struct{ Total int }
			officer.Do("GET", "/api/customers?q="+url.QueryEscape(word), nil).Want(200).Into(&page)
			return page.Total
		}
		if total(idNumber) != 1 || total("002X") != 1 || total("002x") != 1 {
			t.Errorf("by the whole number %d, by its shown end %d", total(idNumber), total("002X"))
		}
		for _, part := range []string{"110105", "1949", "9123", "31002X", "110105194912310"} {
			if total(part) != 0 {
				t.Errorf("the part %s of an identity number is confirmed by the search", part)
			}
		}
		h.Staff("TOLL_CLERK").Do("POST", "/api/customers/"+customer+"/reveal", map[string]any{"field": "id_no"}).Code(403, "forbidden")
		gm := h.StaffAt("GM", 0)
		if value := gm.Do("POST", "/api/customers/"+customer+"/reveal", map[string]any{"field": "phone"}).Want(200).JSON()["value"]; value != "13812345678" {
			t.Errorf("revealed %v", value)
		}
		if history := gm.Do("GET", "/api/customers/"+customer+"/history", nil).Want(200); !strings.Contains(string(history.Body), `"action":"reveal"`) {
			t.Errorf("nobody wrote down the reveal: %s", history.Body)
		}
		trail := h.StaffAt("AUDIT_READER", 0).Do("GET", "/api/audit-trail?size=200", nil).Want(200)
		if !strings.Contains(string(trail.Body), "reveal") || strings.Contains(string(trail.Body), "13812345678") || strings.Contains(string(trail.Body), idNumber) {
			t.Errorf("the trail lacks the reveal or shows what was hidden: %.600s", trail.Body)
		}
		file := h.StaffAt("CS_MGR", h.JLHY).Do("GET", "/api/customers/export?format=csv", nil)
		if file.Status == 200 && (strings.Contains(string(file.Body), ",=1+1") || strings.Contains(string(file.Body), idNumber)) {
			t.Errorf("the file calculates when it is opened, or shows a number: %s", file.Body)
		}
	})
}

// Papers of another project are not printed here, and figures count one's own projects only.
func TestPapersAndFiguresOfAnotherProject(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		p := &player{T: t, h: h}
		room := h.Room("1-1-101", "林晓", "13800000001")
		desk := h.Staff("CS_OFFICER")
		p.report(h.Resident("13800000001"), h.JLHY, room.String(), nil).Want(201)
		p.complete(desk, "grade", "repair", map[string]any{"priority": "P2", "charge_kind": "free", "area_kind": "private", "fault_code": "W02"}, nil)
		charge(h, h.JLHY, room, 8700, "key-1")
		order := idOf(h, "work_order", h.JLHY)
		here, there := h.Staff("ENG_SUP"), h.StaffAt("ENG_SUP", h.YHGY)
		here.Do("GET", "/api/work-orders/"+order+"/print", nil).Want(200)
		there.Do("GET", "/api/work-orders/"+order+"/print", nil).Code(404, "not_found")
		there.Do("GET", "/api/work-orders/"+order, nil).Code(404, "not_found")
		var figures struct {
			Overdue, Todo int64
			OpenCases     int64 `json:"open_cases"`
			OwedTotal     int64 `json:"owed_total"`
			Trend         []struct{ Opened int64 }
		}
		h.StaffAt("PROJECT_MGR", h.YHGY).Do("GET", "/api/desk/summary", nil).Want(200).Into(&figures)
		opened := int64(0)
		for _, day := range figures.Trend {
			opened += day.Opened
		}
		if figures.OpenCases != 0 || figures.OwedTotal != 0 || opened != 0 || figures.Todo != 0 {
			t.Errorf("figures of another project: %+v", figures)
		}
		h.Manager().Do("GET", "/api/desk/summary", nil).Want(200).Into(&figures)
		if figures.OpenCases != 1 || figures.OwedTotal != 8700 {
			t.Errorf("figures of one's own project: %+v", figures)
		}
	})
}
