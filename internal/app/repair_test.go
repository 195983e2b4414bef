package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/flow"
)

// visit is one repair on its way through the house, over HTTP.
type visit struct {
	t      *testing.T
	h      *apptest.House
	serial int
}

func (p *visit) command() string { p.serial++; return fmt.Sprintf("command-%04d", p.serial) }

// photo uploads a picture and gives its id.
func (p *visit) photo(c *apptest.Client) string {
	p.t.Helper()
	var picture, body bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 32, 32)), nil); err != nil {
		p.t.Fatal(err)
	}
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "photo.jpg")
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := part.Write(picture.Bytes()); err != nil {
		p.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		p.t.Fatal(err)
	}
	id, _ := c.Do("POST", "/api/files", body.String(), "Content-Type", form.FormDataContentType()).JSON()["id"].(string)
	return id
}

// act completes the task that waits for somebody at a step.
func (p *visit) act(c *apptest.Client, node, outcome string, data map[string]any, evidence ...string) {
	p.t.Helper()
	var page flow.Page
	c.Do("GET", "/api/flow/tasks?box=todo", nil).Want(200).Into(&page)
	for _, task := range page.Items {
		if task.Node != node {
			continue
		}
		files := map[string][]string{}
		for _, field := range evidence {
			files[field] = []string{p.photo(c)}
		}
		c.Do("POST", "/api/flow/tasks/"+task.TaskID.String()+"/complete",
			map[string]any{"command": p.command(), "outcome": outcome, "data": data, "files": files}).Want(200)
		return
	}
	p.t.Fatalf("no task %s waits among %+v", node, page.Items)
}

// What the desk and the owner see of a leak, from the report to the receipt; the neighbour sees none of it.
func TestRepairFromPhoneToReceipt(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		p := &visit{t: t, h: h}
		room := h.Room("1-2-502", "王建国", "13800000001")
		h.Room("1-2-503", "李秀英", "13800000002")
		owner, neighbour := h.Resident("13800000001"), h.Resident("13800000002")
		clerk, technician, cashier := h.Staff("CS_OFFICER"), h.Staff("TECHNICIAN"), h.Staff("TOLL_CLERK")

		report := map[string]any{"command": p.command(), "flow": "order-intake", "project_id": h.JLHY,
			"data":  map[string]any{"room_id": room, "category": "water", "description": "卫生间角阀漏水"},
			"files": map[string]any{"photos": []string{p.photo(owner), p.photo(owner)}}}
		neighbour.Do("POST", "/api/flow/cases", report).Want(422)
		report["command"] = p.command()
		owner.Do("POST", "/api/flow/cases", report).Want(201)

		var home api.Home
		owner.Do("GET", "/api/home", nil).Want(200).Into(&home)
		if len(home.Cases) != 1 || home.Cases[0].Step != "待客服受理" || home.Cases[0].Title != "1号楼2单元502 户内给排水" || home.Owed != 0 || len(home.Rooms) != 1 {
			t.Errorf("the owner's home is %+v", home)
		}
		var theirs api.Home
		neighbour.Do("GET", "/api/home", nil).Want(200).Into(&theirs)
		if len(theirs.Cases) != 0 {
			t.Errorf("the neighbour sees %+v", theirs.Cases)
		}
		neighbour.Do("GET", "/api/flow/cases/"+home.Cases[0].ID.String(), nil).Want(404)

		var found struct{ Items []api.DeskHousehold }
		clerk.Do("GET", "/api/desk/find?q=13800000001", nil).Want(200).Into(&found)
		if len(found.Items) != 1 || len(found.Items[0].OpenCases) != 1 || found.Items[0].Owner != "王建国" {
			t.Errorf("the desk finds %+v", found.Items)
		}
		var figures api.DeskSummary
		clerk.Do("GET", "/api/desk/summary", nil).Want(200).Into(&figures)
		if figures.Todo != 1 || figures.OpenCases != 1 || figures.Overdue != 0 || len(figures.Trend) != 14 || figures.Trend[13].Opened != 1 {
			t.Errorf("the workbench shows %+v", figures)
		}
		owner.Do("GET", "/api/desk/summary", nil).Want(403)
		clerk.Do("GET", "/api/home", nil).Want(403)

		p.act(clerk, "grade", "repair", map[string]any{"priority": "P2", "charge_kind": "paid", "area_kind": "private", "fault_code": "W02"})
		p.act(clerk, "dispatch", "", map[string]any{"technician": technician.Person})
		p.act(technician, "take", "take", nil)
		p.act(technician, "arrive", "", map[string]any{"gps": "30.27,120.15", "manner": true})
		lines := []map[string]any{{"item": "角阀", "qty": 100, "unit_price": 3500}}
		p.act(technician, "diagnose", "paid", map[string]any{"cause": "wear", "liability": "private", "lines": lines, "labour_fee": 5000}, "before")
		p.act(technician, "agree", "agree", nil, "sign")
		owner.Do("GET", "/api/home", nil).Want(200).Into(&home)
		if home.Cases[0].Step != "维修中" || home.Cases[0].Steps.Now != 4 || home.Cases[0].NextAt == 0 {
			t.Errorf("under repair the owner sees %+v", home.Cases[0])
		}
		owner.Do("GET", "/api/flow/cases/"+home.Cases[0].ID.String(), nil).Want(200)
		p.act(technician, "work_paid", "", map[string]any{"work_done": "更换角阀", "lines": lines, "labour_fee": 5000, "test": "pressure", "cleaned": true, "old_parts": "owner"}, "after", "sign")
		var orders struct{ Items []struct{ ID string } }
		supervisor := h.Staff("ENG_SUP")
		supervisor.Do("GET", "/api/work-orders", nil).Want(200).Into(&orders)
		slip := supervisor.Do("GET", "/api/work-orders/"+orders.Items[0].ID+"/print", nil).Want(200).Body
		for _, words := range []string{"维修派工单", "138****0001", "角阀", "¥85.00", "给水渗漏"} {
			if !strings.Contains(string(slip), words) {
				t.Errorf("the slip does not say %s", words)
			}
		}
		technician.Do("GET", "/api/work-orders/"+orders.Items[0].ID+"/print", nil).Want(200)
		h.Staff("GUARD").Do("GET", "/api/work-orders/"+orders.Items[0].ID+"/print", nil).Want(403)
		p.act(clerk, "follow_up", "solved", map[string]any{"reached": true, "score": 5})

		owner.Do("GET", "/api/home", nil).Want(200).Into(&home)
		if home.Owed != 8500 || home.ChargesCount != 1 || home.Cases[0].State != "closed" {
			t.Errorf("the owner's home is %+v", home)
		}
		var bills struct{ Items []fees.Charge }
		owner.Do("GET", "/api/home/charges", nil).Want(200).Into(&bills)
		if len(bills.Items) != 1 || bills.Items[0].Amount != 8500 || len(bills.Items[0].Explanation.Steps) != 4 {
			t.Fatalf("the owner's bills are %+v", bills.Items)
		}
		cashier.Do("POST", "/api/cashier/receipts", map[string]any{"command": p.command(), "room_id": room, "method": "cash", "tendered": 10000,
			"lines": []map[string]any{{"charge_id": bills.Items[0].ID, "amount": 8500}}}).Want(200)
		var receipts struct{ Items []fees.Receipt }
		owner.Do("GET", "/api/home/receipts", nil).Want(200).Into(&receipts)
		if len(receipts.Items) != 1 || receipts.Items[0].Amount != 8500 || receipts.Items[0].Change != 1500 {
			t.Errorf("the owner's receipts are %+v", receipts.Items)
		}
		neighbour.Do("GET", "/api/home/receipts", nil).Want(200).Into(&receipts)
		if len(receipts.Items) != 0 {
			t.Errorf("the neighbour sees %+v", receipts.Items)
		}
		findings, err := h.App.Verify(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if len(f.Faults) > 0 {
				text, _ := json.Marshal(f.Faults)
				t.Errorf("%s: %s", f.En, text)
			}
		}
	})
}
