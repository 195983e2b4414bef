package app_test

import (
	"testing"

	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/calendar"
)

// Nobody gives himself what he has not: no post, no deputyship, no record but his own.
func TestNobodyRaisesHimself(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		cleaner, boss := h.Staff("CLEANER"), h.StaffAt("GM", 0)
		today := calendar.DateOf(h.App.DB.Now())
		deputy := func(principal, deputy string) map[string]any {
			return map[string]any{"principal_id": principal, "deputy_id": deputy, "reason": "mandate", "from_on": today, "to_on": today.AddDays(30)}
		}
		me, gm, other := cleaner.Person.String(), boss.Person.String(), h.Staff("GUARD").Person.String()
		if answer := cleaner.Do("POST", "/api/deputies", deputy(gm, me)); answer.Status != 403 && answer.Status != 404 && answer.Status != 422 {
			t.Errorf("a cleaner acts for the general manager: %d %s", answer.Status, answer.Body)
		}
		if answer := cleaner.Do("POST", "/api/deputies", deputy(gm, other)); answer.Status != 403 && answer.Status != 404 && answer.Status != 422 {
			t.Errorf("a cleaner gives the general manager a deputy: %d %s", answer.Status, answer.Body)
		}
		if answer := cleaner.Do("PATCH", "/api/employees/"+me, map[string]any{"version": 1, "state": "left", "left_on": today}); answer.Status != 403 {
			t.Errorf("a cleaner changes his own record: %d %s", answer.Status, answer.Body)
		}
		if answer := cleaner.Do("POST", "/api/employees/"+me+"/archive", map[string]any{"version": 1}); answer.Status != 403 {
			t.Errorf("a cleaner archives his own record: %d %s", answer.Status, answer.Body)
		}
		if own := cleaner.Do("POST", "/api/deputies", deputy(me, other)); own.Status == 201 {
			// Who has a deputy himself cannot turn him into another's.
			row := own.JSON()
			if answer := cleaner.Do("PATCH", "/api/deputies/"+row["id"].(string), map[string]any{"version": row["version"], "principal_id": gm}); answer.Status < 400 {
				t.Errorf("a deputyship is moved to the general manager: %s", answer.Body)
			}
		} else if own.Status != 403 && own.Status != 422 {
			t.Errorf("his own deputy: %d %s", own.Status, own.Body)
		}
		hr := h.Staff("AHR_MGR")
		var page struct {
			Items []struct{ ID, Code string }
		}
		hr.Do("GET", "/api/positions?q=GM&size=50", nil).Want(200).Into(&page)
		for _, position := range page.Items {
			if answer := hr.Do("POST", "/api/appointments", map[string]any{"employee_id": hr.Person, "position_id": position.ID, "unit_id": h.Company, "kind": "main",
				"from_on": today}); answer.Status != 403 && answer.Status != 422 {
				t.Errorf("a manager appoints himself %s: %d %s", position.Code, answer.Status, answer.Body)
			}
			if answer := cleaner.Do("POST", "/api/appointments", map[string]any{"employee_id": me, "position_id": position.ID, "unit_id": h.Company, "kind": "main",
				"from_on": today}); answer.Status != 403 {
				t.Errorf("a cleaner appoints himself %s: %d %s", position.Code, answer.Status, answer.Body)
			}
		}
		if answer := hr.Do("POST", "/api/deputies", deputy(gm, hr.Person.String())); answer.Status == 201 {
			t.Errorf("a manager makes himself deputy of the general manager: %s", answer.Body)
		}
		if answer := h.Staff("SYS_ADMIN").Do("GET", "/api/customers", nil); answer.Status != 403 {
			t.Errorf("the administrator reads business data: %d", answer.Status)
		}
	})
}
