package organisation_test

import (
	"reflect"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/organisation"
	"github.com/lifang/lifang/internal/problem"
)

func TestThePlaceOfTheAppointmentDecidesWherePermissionsHold(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.hire("officer", "CS_OFFICER", "EAST_CS")
		c.hire("technician", "TECHNICIAN", "LONE_ENG")
		c.hire("region", "REGION_GM", "EASTREGION")
		c.hire("chief", "CS_MGR", "HQ_CS")
		c.hire("super", "CS_SUP", "HQ_CS")
		c.hire("cashier", "CASHIER", "HQ_FIN")
		both := []db.ID{east, lone}
		for _, want := range []struct {
			who, permission string
			scope           access.Scope
		}{
			{"officer", "svc.order.write", access.Scope{Projects: []db.ID{east}}},
			{"officer", "svc.order.read", access.Scope{Projects: []db.ID{east}}},
			{"officer", "sys.import.admin", access.Scope{}},
			{"officer", "time.leave.write", access.Scope{Self: true}},
			{"officer", "org.unit.read", access.Scope{All: true}},
			{"technician", "estate.room.read", access.Scope{Projects: []db.ID{lone}}},
			{"technician", "eng.repair.execute", access.Scope{Self: true}},
			{"region", "svc.complaint.approve", access.Scope{Projects: []db.ID{east}}},
			{"chief", "sys.import.admin", access.Scope{All: true}},
			{"chief", "hr.recruit.write", access.Scope{Self: true}}, // people of a head office department are not the whole company
			{"super", "svc.complaint.execute", access.Scope{All: true}},
			{"cashier", "fin.receipt.execute", access.Scope{All: true}},
			{"cashier", "estate.project.read", access.Scope{All: true, Projects: both}},
			{"cashier", "fin.voucher.write", access.Scope{}},
		} {
			if got := c.principal(want.who).Scope(want.permission); !reflect.DeepEqual(got, want.scope) {
				t.Errorf("%s %s: %+v, want %+v", want.who, want.permission, got, want.scope)
			}
		}
		for name, projects := range map[string][]db.ID{"officer": {east}, "region": {east}, "chief": both} {
			if got, err := c.dir.Projects(t.Context(), c.d.Reader(), c.staff[name]); err != nil || !reflect.DeepEqual(got, projects) {
				t.Errorf("%s works in %v %v, want %v", name, got, err, projects)
			}
		}
		if got, err := c.dir.Positions(t.Context(), c.d.Reader(), c.staff["officer"]); err != nil ||
			!reflect.DeepEqual(got, []organisation.Held{{Code: "CS_OFFICER", Zh: "客服管理员", En: "Customer service officer", Unit: "EAST_CS"}}) {
			t.Errorf("positions %+v %v", got, err)
		}
	})
}

func TestEveryPositionHasAtLeastTheBaseline(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		catalogue := c.dir.Catalogue()
		for _, p := range catalogue.Positions {
			c.hire(p.Code, p.Code, "EAST_CS")
			who := c.principal(p.Code)
			for _, text := range catalogue.BaselinePermissions() {
				key, err := access.ParseKey(text)
				if err != nil {
					t.Fatal(err)
				}
				if !who.May(key.Permission()) {
					t.Errorf("%s lacks %s", p.Code, text)
				}
			}
			for _, text := range catalogue.Post(p.Code).Permissions() {
				if key, err := access.ParseKey(text); err != nil || !who.May(key.Permission()) {
					t.Errorf("%s lacks its own %s: %v", p.Code, text, err)
				}
			}
		}
	})
}

func TestAppointmentsCountOnlyWhileTheyRun(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.hire("a", "CS_OFFICER", "EAST_CS")
		today := c.today()
		if err := c.appoint("a", "TOLL_CLERK", "EAST_CS", "extra", today.AddDays(1), ""); err != nil {
			t.Fatal(err)
		}
		if c.principal("a").May("fin.receipt.execute") {
			t.Error("an appointment counts before it begins")
		}
		if err := c.appoint("a", "LEASE_OFFICER", "EAST_CS", "extra", today.AddDays(-9), today.AddDays(-1)); err != nil {
			t.Fatal(err)
		}
		if c.principal("a").May("lease.lead.write") {
			t.Error("an appointment counts after it has ended")
		}
		if err := c.appoint("a", "PARK_CLERK", "EAST_CS", "extra", today, today); err != nil {
			t.Fatal(err)
		}
		if !c.principal("a").May("park.lane.execute") {
			t.Error("both days are included")
		}
	})
}

func TestWhoHasLeftMayNothing(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.hire("a", "CS_OFFICER", "EAST_CS")
		c.write(func(tx *db.Tx) error {
			_, err := organisation.Employees.Update(system, tx, id, 0, func(e *organisation.Employee) error {
				e.State, e.LeftOn = "left", c.today()
				return nil
			})
			return err
		})
		for _, employee := range []db.ID{id, 4711} {
			if _, err := c.dir.PrincipalFor(t.Context(), c.d.Reader(), employee); err == nil {
				t.Errorf("%v may come in", employee)
			} else if p, ok := problem.As(err); !ok || p.Code != "not_in_service" {
				t.Errorf("%v: %v", employee, err)
			}
		}
		if ids, err := c.dir.Holders(t.Context(), c.d.Reader(), "CS_OFFICER", east); err != nil || len(ids) != 0 {
			t.Errorf("holders %v %v", ids, err)
		}
	})
}

func TestDeputyApprovesForTheAbsentAndNoMore(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.hire("manager", "PROJECT_MGR", "EAST")
		c.hire("officer", "CS_OFFICER", "EAST_CS")
		c.hire("other", "TECHNICIAN", "EAST_ENG")
		today := c.today()
		if err := c.deputise("manager", "officer", today.AddDays(-1), today.AddDays(1)); err != nil {
			t.Fatal(err)
		}
		if err := c.deputise("officer", "other", today, today); err != nil {
			t.Fatal(err)
		}
		p := c.principal("officer")
		if got := p.Scope("svc.complaint.approve"); !reflect.DeepEqual(got, access.Scope{Projects: []db.ID{east}}) {
			t.Errorf("approves in %+v", got)
		}
		if p.May("sys.import.admin") || p.May("estate.room.admin") {
			t.Error("a deputy gets more than approvals")
		}
		if c.principal("other").May("svc.complaint.approve") {
			t.Error("what was delegated was delegated on")
		}
	})
}
