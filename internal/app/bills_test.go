package app_test

import (
	"testing"
	"time"

	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/calendar"
)

// A new project gets to its first bill over HTTP: price, binding, preview, approval by somebody else, posting
// by a job; then the owner sees what he owes and why.
func TestAMonthIsBilledOverHTTP(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		accountant, manager := h.Staff("ACCOUNTANT"), h.Staff("FIN_MGR")
		room := h.Room("1-2-502", "王建国", "13800000001")
		month := calendar.DateOf(h.App.DB.Now()).Period()
		var items struct {
			Items []struct{ ID, Code string }
		}
		accountant.Do("GET", "/api/fee-items", nil).Want(200).Into(&items)
		item := ""
		for _, i := range items.Items {
			if i.Code == "PROPERTY_FEE" {
				item = i.ID
			}
		}
		standard := map[string]any{"project_id": h.JLHY, "code": "HIGH", "name": "高层物业费", "item_id": item, "quantity": "build_area", "price": 2_850_000,
			"effective_from": "2020-01-01", "basis": "contract", "basis_file": "物业服务合同", "publicity": "2020 年 1 月公示"}
		accountant.Do("POST", "/api/price-standards", standard).Want(201)
		accountant.Do("POST", "/api/price-standards", standard).Code(422, "invalid")
		binding := map[string]any{"project_id": h.JLHY, "room_id": room, "item_id": item, "standard": "HIGH", "valid_from": "2020-01-01"}
		accountant.Do("POST", "/api/fee-bindings", binding).Want(201)

		wanted := map[string]any{"project_id": h.JLHY, "month": month.String(), "due_on": month.Last()}
		h.Staff("CS_OFFICER").Do("POST", "/api/bill-runs", wanted).Code(403, "forbidden")
		accountant.Do("POST", "/api/bill-runs", map[string]any{"project_id": h.JLHY, "month": "2026-13", "due_on": month.Last()}).Code(422, "invalid")
		var run struct {
			ID, Status                  string
			Lines, Amount, Held, Posted int64
		}
		accountant.Do("POST", "/api/bill-runs", wanted).Want(200).Into(&run)
		if run.Lines != 1 || run.Amount != 25793 || run.Held != 0 || run.Status != "prepared" {
			t.Fatalf("prepared %+v", run)
		}
		accountant.Do("POST", "/api/bill-runs", wanted).Code(409, "run_open")
		var preview struct {
			Items []struct {
				Name         string
				Amount, Last int64
			}
		}
		manager.Do("GET", "/api/bill-runs/"+run.ID+"/preview", nil).Want(200).Into(&preview)
		if len(preview.Items) != 1 || preview.Items[0].Amount != 25793 || preview.Items[0].Last != 0 {
			t.Errorf("the preview shows %+v", preview)
		}
		manager.Do("POST", "/api/bill-runs/"+run.ID+"/approve", nil).Want(200)
		manager.Do("POST", "/api/bill-runs/"+run.ID+"/approve", nil).Code(409, "run_state")
		for end := time.Now().Add(20 * time.Second); run.Status != "posted"; time.Sleep(20 * time.Millisecond) {
			manager.Do("GET", "/api/bill-runs/"+run.ID, nil).Want(200).Into(&run)
			if time.Now().After(end) {
				t.Fatalf("not posted: %+v", run)
			}
		}
		var home api.Home
		owner := h.Resident("13800000001")
		owner.Do("GET", "/api/home", nil).Want(200).Into(&home)
		if home.Owed != 25793 || home.ChargesCount != 1 {
			t.Errorf("the owner owes %+v", home)
		}
		owner.Do("POST", "/api/bill-runs", wanted).Code(403, "forbidden")
	})
}
