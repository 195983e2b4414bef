package app_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/lifang/lifang/internal/app/apptest"
)

// sound fails unless everything that can be recomputed agrees.
func sound(t *testing.T, h *apptest.House) {
	t.Helper()
	found, err := h.App.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if len(f.Faults) > 0 {
			t.Errorf("%s: %v", f.En, f.Faults)
		}
	}
}

// Many cashiers take the same bill at the same moment: one of them gets it.
func TestCashiersRaceForOneBill(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		room := h.Room("1-1-101", "林晓", "13800000001")
		fee := charge(h, h.JLHY, room, 8700, "key-1")
		const many = 8
		answers := make([]*apptest.Answer, many)
		var clerks []*apptest.Client
		for range many {
			clerks = append(clerks, h.Staff("TOLL_CLERK"))
		}
		var group sync.WaitGroup
		for i, c := range clerks {
			group.Go(func() {
				answers[i] = c.Do("POST", "/api/cashier/receipts", map[string]any{"command": fmt.Sprintf("race-command-%d", i), "room_id": room, "method": "wechat",
					"lines": []map[string]any{{"charge_id": fee, "amount": 8700}}})
			})
		}
		group.Wait()
		won := 0
		for _, a := range answers {
			switch a.Status {
			case 200:
				won++
			case 409:
				a.Code(409, "charge_settled")
			default:
				t.Errorf("%d %s", a.Status, a.Body)
			}
		}
		if won != 1 {
			t.Errorf("%d cashiers took the bill", won)
		}
		sound(t, h)
	})
}

// The same command many times at once gives one receipt.
func TestOneCommandOneReceipt(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		room := h.Room("1-1-101", "林晓", "13800000001")
		fee := charge(h, h.JLHY, room, 8700, "key-1")
		c := h.Staff("TOLL_CLERK")
		payment := map[string]any{"command": "one-command", "room_id": room, "method": "cash", "lines": []map[string]any{{"charge_id": fee, "amount": 100}}}
		numbers := make([]any, 6)
		var group sync.WaitGroup
		for i := range numbers {
			group.Go(func() { numbers[i] = c.Do("POST", "/api/cashier/receipts", payment).Want(200).JSON()["no"] })
		}
		group.Wait()
		for _, no := range numbers {
			if no != numbers[0] {
				t.Errorf("receipts %v", numbers)
			}
		}
		payment["lines"] = []map[string]any{{"charge_id": fee, "amount": 200}}
		c.Do("POST", "/api/cashier/receipts", payment).Code(409, "command_reused")
		sound(t, h)
	})
}

// What is no payment is refused with a reason, and nothing is written.
func TestNoSuchPayment(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		room, other := h.Room("1-1-101", "林晓", "13800000001"), h.Room("1-1-102", "周宁", "13800000002")
		fee, theirs := charge(h, h.JLHY, room, 8700, "key-1"), charge(h, h.JLHY, other, 8700, "key-2")
		c := h.Staff("TOLL_CLERK")
		line := func(id string, amount any) string {
			return fmt.Sprintf(`"lines":[{"charge_id":%q,"amount":%v}]`, id, amount)
		}
		for i, body := range []string{
			line(fee, 0), line(fee, -1), line(fee, 8701), line(fee, "9223372036854775807"), line(fee, "9223372036854775808"), line(fee, 1e30), line(fee, "10.5"), line(fee, `"100"`),
			line(fee, "null"), line(theirs, 100), line("4711", 100), line("", 100), line(fee, 100) + `,"tendered":99`, line(fee, 100) + `,"tendered":-1`,
			line(fee, 100) + `,"tendered":9223372036854775807`, line(fee, 100) + `,"amount":99`, line(fee, 100) + `,"amount":-100`, `"amount":0`, `"amount":-1`, `"amount":8701`,
			`"amount":9223372036854775807`, `"lines":[]`, `"lines":null`, fmt.Sprintf(`"lines":[{"charge_id":%q,"amount":100},{"charge_id":%q,"amount":100}]`, fee, fee),
			line(fee, 100) + `,"discount":1`, line(fee, 100) + `,"payer":"` + strings.Repeat("长", 61) + `"`, line(fee, 100) + `,"method":"gold"`,
		} {
			method := `,"method":"cash"`
			if strings.Contains(body, `"method"`) {
				method = ""
			}
			answer := c.Do("POST", "/api/cashier/receipts", fmt.Sprintf(`{"command":"command-%d","room_id":"%s"%s,%s}`, i, room, method, body))
			if answer.Status != 422 && answer.Status != 400 && answer.Status != 404 || problemFault(answer) != "" {
				t.Errorf("%s: %d %s", body, answer.Status, answer.Body)
			}
		}
		c.Do("POST", "/api/cashier/receipts", fmt.Sprintf(`{"command":"command-99","room_id":"%s","method":"wechat","tendered":200,%s}`, room, line(fee, 100))).Want(422)
		var account struct{ Owed int64 }
		c.Do("GET", "/api/cashier/rooms/"+room.String(), nil).Want(200).Into(&account)
		if account.Owed != 8700 {
			t.Errorf("something was paid: %d is left", account.Owed)
		}
		sound(t, h)
	})
}

// A receipt is taken back once, by those who may, and the bill is open again.
func TestReceiptsAreTakenBackOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		room := h.Room("1-1-101", "林晓", "13800000001")
		fee := charge(h, h.JLHY, room, 8700, "key-1")
		clerk := h.Staff("TOLL_CLERK")
		receipt := clerk.Do("POST", "/api/cashier/receipts", map[string]any{"command": "command-1", "room_id": room, "method": "cash",
			"payer": `<script>alert(1)</script>"'`, "lines": []map[string]any{{"charge_id": fee, "amount": 8700}}}).Want(200).JSON()["id"].(string)
		paper := clerk.Do("GET", "/api/receipts/"+receipt+"/print", nil).Want(200)
		if strings.Contains(string(paper.Body), "<script>alert") || !strings.Contains(string(paper.Body), "&lt;script&gt;") {
			t.Error("the paper runs what the payer is called")
		}
		path := "/api/receipts/" + receipt + "/reverse"
		for _, c := range []*apptest.Client{h.Staff("CS_OFFICER"), h.Staff("TECHNICIAN"), h.Resident("13800000001"), h.StaffAt("GM", 0), h.StaffAt("PROJECT_MGR", h.YHGY)} {
			if answer := c.Do("POST", path, map[string]any{"command": "command-2", "reason": "收错了"}); answer.Status != 403 && answer.Status != 404 {
				t.Errorf("reversed without right: %d %s", answer.Status, answer.Body)
			}
		}
		manager := h.Staff("FIN_MGR")
		manager.Do("POST", path, map[string]any{"command": "command-3", "reason": " "}).Want(422)
		var group sync.WaitGroup
		statuses := make([]int, 4)
		for i := range statuses {
			group.Go(func() {
				statuses[i] = manager.Do("POST", path, map[string]any{"command": fmt.Sprintf("command-4%d", i), "reason": "收错了"}).Status
			})
		}
		group.Wait()
		won := 0
		for _, s := range statuses {
			if s == 200 {
				won++
			} else if s != 409 {
				t.Errorf("statuses %v", statuses)
			}
		}
		if won != 1 {
			t.Errorf("taken back %d times", won)
		}
		var account struct{ Owed int64 }
		clerk.Do("GET", "/api/cashier/rooms/"+room.String(), nil).Want(200).Into(&account)
		if account.Owed != 8700 {
			t.Errorf("%d is owed after the reversal", account.Owed)
		}
		var page struct {
			Items []struct{ ID, Status string }
		}
		clerk.Do("GET", "/api/receipts?size=50", nil).Want(200).Into(&page)
		second := h.Staff("FIN_MGR") // whoever made it may not anyway
		for _, r := range page.Items {
			if r.Status == "reversal" {
				if answer := second.Do("POST", "/api/receipts/"+r.ID+"/reverse", map[string]any{"command": "command-50", "reason": "收错了"}); answer.Status != 409 {
					t.Errorf("a reversal is reversed: %d %s", answer.Status, answer.Body)
				}
			}
		}
		clerk.Do("POST", "/api/cashier/receipts", map[string]any{"command": "command-6", "room_id": room, "method": "alipay",
			"lines": []map[string]any{{"charge_id": fee, "amount": 8700}}}).Want(200)
		sound(t, h)
	})
}
