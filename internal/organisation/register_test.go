package organisation_test

import (
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/organisation"
	"github.com/lifang/lifang/internal/problem"
)

func wantProblem(t *testing.T, what string, err error, code string) {
	t.Helper()
	if p, ok := problem.As(err); !ok || p.Code != code {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

func TestIncompatibleDutiesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		today := c.today()
		c.hire("a", "CASHIER", "HQ_FIN")
		wantProblem(t, "cashier and accountant", c.appoint("a", "ACCOUNTANT", "HQ_FIN", "extra", today, ""), "incompatible_duties")
		wantProblem(t, "in another unit", c.appoint("a", "ACCOUNTANT", "EAST_CS", "extra", today, ""), "incompatible_duties")
		wantProblem(t, "later", c.appoint("a", "ACCOUNT_ARCHIVIST", "HQ_FIN", "extra", today.AddDays(90), ""), "incompatible_duties")
		if err := c.appoint("a", "ACCOUNTANT", "HQ_FIN", "extra", today.AddDays(-90), today.AddDays(-31)); err != nil {
			t.Errorf("what ended before the other began is fine: %v", err)
		}
		if err := c.appoint("a", "AUDIT_READER", "HQ", "extra", today, ""); err != nil {
			t.Errorf("cashier and audit reader: %v", err)
		}
		c.hire("b", "ACCOUNTANT", "HQ_FIN")
		wantProblem(t, "deputy", c.deputise("a", "b", today, today), "incompatible_duties")
		wantProblem(t, "second main position", c.appoint("b", "LEASE_OFFICER", "HQ", "main", today, ""), "second_main_position")
		wantProblem(t, "ends before it begins", c.appoint("b", "LEASE_OFFICER", "HQ", "extra", today, today.AddDays(-1)), "invalid")
	})
}

func TestNobodyArrangesHisOwnAppointment(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.hire("hr", "AHR_SUP", "HQ")
		c.hire("a", "CS_OFFICER", "EAST_CS")
		found, err := organisation.Positions.Select(system, c.d.Reader(), "code = $1", "PARK_CLERK")
		if err != nil || len(found) != 1 {
			t.Fatal(err)
		}
		own := access.With(t.Context(), c.principal("hr"))
		appoint := func(who string) error {
			return c.try(func(tx *db.Tx) error {
				return organisation.Appointments.Create(own, tx, &organisation.Appointment{
					EmployeeID: c.staff[who], PositionID: found[0].ID, UnitID: c.units["EAST_CS"], Kind: "extra", FromOn: c.today()})
			})
		}
		wantProblem(t, "oneself", appoint("hr"), "own_appointment")
		if err := appoint("a"); err != nil {
			t.Errorf("a colleague: %v", err)
		}
	})
}

func TestDeputyRules(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.hire("a", "CS_SUP", "EAST_CS")
		c.hire("b", "CS_OFFICER", "EAST_CS")
		from := calendar.Date("2026-03-01")
		wantProblem(t, "oneself", c.deputise("a", "a", from, from), "invalid")
		wantProblem(t, "over twelve months", c.deputise("a", "b", from, "2027-03-01"), "invalid")
		wantProblem(t, "backwards", c.deputise("a", "b", from, "2026-02-01"), "invalid")
		if err := c.deputise("a", "b", from, "2027-02-28"); err != nil {
			t.Error(err)
		}
		// An employee names his own deputy and nobody else's.
		own := access.With(t.Context(), c.principal("b"))
		create := func(principal, deputy string) error {
			return c.try(func(tx *db.Tx) error {
				return organisation.Deputies.Create(own, tx, &organisation.Deputy{PrincipalID: c.staff[principal], DeputyID: c.staff[deputy], FromOn: from, ToOn: from})
			})
		}
		if err := create("b", "a"); err != nil {
			t.Errorf("own deputy: %v", err)
		}
		wantProblem(t, "another's deputy", create("a", "b"), "forbidden")
	})
}

func TestEmployeesChangeOnlyTheirOwnAddress(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		id := c.hire("a", "CS_OFFICER", "EAST_CS")
		own := access.With(t.Context(), c.principal("a"))
		change := func(fn func(*organisation.Employee)) error {
			return c.try(func(tx *db.Tx) error {
				_, err := organisation.Employees.Update(own, tx, id, 0, func(e *organisation.Employee) error { fn(e); return nil })
				return err
			})
		}
		if err := change(func(e *organisation.Employee) { e.Mail = "a@example.com" }); err != nil {
			t.Errorf("own mail: %v", err)
		}
		wantProblem(t, "own unit", change(func(e *organisation.Employee) { e.UnitID = c.units["HQ"] }), "own_record")
		wantProblem(t, "own name", change(func(e *organisation.Employee) { e.Name = "b" }), "own_record")
		wantProblem(t, "a new colleague", c.try(func(tx *db.Tx) error {
			return organisation.Employees.Create(own, tx, &organisation.Employee{No: "X", Name: "x", UnitID: c.units["EAST_CS"], State: "active"})
		}), "forbidden")
	})
}

func TestUnitTree(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		create := func(code, kind, parent string, project db.ID) error {
			u := &organisation.Unit{Code: code, Name: code, Kind: kind, ParentID: c.units[parent]}
			u.ProjectID = project
			return c.try(func(tx *db.Tx) error { return organisation.Units.Create(system, tx, u) })
		}
		wantProblem(t, "second company", create("B", "company", "", 0), "invalid")
		wantProblem(t, "project below a department", create("B", "project", "HQ_CS", 7), "invalid")
		wantProblem(t, "no parent", create("B", "department", "", 0), "invalid")
		wantProblem(t, "project without a project", create("B", "project", "HQ", 0), "invalid")
		wantProblem(t, "two units of one project", create("B", "project", "HQ", east), "taken")
		got, err := organisation.Units.Get(system, c.d.Reader(), c.units["EAST_ENG"])
		if err != nil || got.ProjectID != east || got.RegionID != c.units["EASTREGION"] {
			t.Errorf("a department has project %v and region %v %v", got.ProjectID, got.RegionID, err)
		}
		wantProblem(t, "move to another project", c.try(func(tx *db.Tx) error {
			_, err := organisation.Units.Update(system, tx, got.ID, 0, func(u *organisation.Unit) error { u.ParentID = c.units["LONE"]; return nil })
			return err
		}), "invalid")
		const next = db.ID(1003)
		for range 2 {
			c.write(func(tx *db.Tx) error {
				id, err := organisation.EnsureProject(t.Context(), tx, next, 0, "NEXT", "新项目", "Next")
				if err == nil && id == 0 {
					t.Error("no unit")
				}
				return err
			})
		}
		if code, err := c.dir.OrgCode(t.Context(), c.d.Reader(), next); err != nil || code != "NEXT" {
			t.Errorf("code %q %v", code, err)
		}
	})
}

func TestPositionsOfTheRuleBookAreSyncedOnceAndNotEdited(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		count := func() (n, versions int) {
			if err := c.d.Reader().QueryRowContext(t.Context(), `SELECT COUNT(*), CAST(SUM(version) AS BIGINT) FROM position`).Scan(&n, &versions); err != nil {
				t.Fatal(err)
			}
			return n, versions
		}
		n, versions := count()
		if n != len(c.dir.Catalogue().Codes()) || versions != n {
			t.Errorf("%d positions, versions add up to %d", n, versions)
		}
		c.write(func(tx *db.Tx) error { return organisation.Sync(t.Context(), tx, c.dir.Catalogue()) })
		if again, versionsAgain := count(); again != n || versionsAgain != versions {
			t.Errorf("a second sync changed something: %d, %d", again, versionsAgain)
		}
		p := &access.Principal{Kind: access.Staff, AccountID: 1, PersonID: 2}
		p.Grant("org.position.write", access.Scope{All: true})
		hr := access.With(t.Context(), p)
		gm, err := organisation.Positions.Select(system, c.d.Reader(), "code = $1", "GM")
		if err != nil || len(gm) != 1 {
			t.Fatal(err)
		}
		wantProblem(t, "edit the general manager", c.try(func(tx *db.Tx) error {
			_, err := organisation.Positions.Update(hr, tx, gm[0].ID, 0, func(p *organisation.Position) error { p.Permissions = nil; return nil })
			return err
		}), "from_rulebook")
		own := &organisation.Position{Code: "POOL_GUARD", Name: "泳池救生员", NameEn: "Lifeguard", Rank: "L6", Permissions: []string{"svc.patrol.write@project", "time.leave.approve@team"}}
		c.write(func(tx *db.Tx) error { return organisation.Positions.Create(hr, tx, own) })
		if own.Source != "company" || len(own.Holds) != 1 || own.Holds[0] != "approval" {
			t.Errorf("own position %+v", own)
		}
		c.hire("swimmer", "POOL_GUARD", "EAST")
		if !c.principal("swimmer").May("svc.patrol.write") {
			t.Error("a company's own position grants nothing")
		}
		wantProblem(t, "misspelt permission", c.try(func(tx *db.Tx) error {
			return organisation.Positions.Create(hr, tx, &organisation.Position{Code: "X", Name: "x", NameEn: "x", Rank: "L6", Permissions: []string{"svc.patrol.fly@project"}})
		}), "invalid")
	})
}
