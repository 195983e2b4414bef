package organisation_test

import (
	"context"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/organisation"
)

// The estate's ids of the test company's projects. East lies in a region; lone in none.
const east, lone = db.ID(1001), db.ID(1002)

var system = access.With(context.Background(), access.System("test"))

// company is a small company: head office with departments, a region with project
// east, and project lone directly below the company.
type company struct {
	t     *testing.T
	d     *db.DB
	dir   *organisation.Directory
	units map[string]db.ID
	staff map[string]db.ID
}

func each(t *testing.T, fn func(t *testing.T, c *company)) {
	t.Helper()
	t.Parallel()
	catalogue := book(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := &company{t: t, d: d, dir: organisation.NewDirectory(d, catalogue), units: map[string]db.ID{}, staff: map[string]db.ID{}}
		c.write(func(tx *db.Tx) error { return organisation.Sync(t.Context(), tx, catalogue) })
		c.unit("HQ", "company", "", 0)
		c.unit("HQ_CS", "department", "HQ", 0)
		c.unit("HQ_FIN", "department", "HQ", 0)
		c.unit("EASTREGION", "region", "HQ", 0)
		c.unit("EAST", "project", "EASTREGION", east)
		c.unit("EAST_CS", "department", "EAST", 0)
		c.unit("EAST_ENG", "department", "EAST", 0)
		c.unit("LONE", "project", "HQ", lone)
		c.unit("LONE_ENG", "department", "LONE", 0)
		fn(t, c)
	})
}

func (c *company) write(fn func(tx *db.Tx) error) {
	c.t.Helper()
	if err := c.d.Write(c.t.Context(), fn); err != nil {
		c.t.Fatal(err)
	}
}

func (c *company) try(fn func(tx *db.Tx) error) error { return c.d.Write(c.t.Context(), fn) }

func (c *company) unit(code, kind, parent string, project db.ID) {
	c.t.Helper()
	u := &organisation.Unit{Code: code, Name: code, Kind: kind, ParentID: c.units[parent]}
	u.ProjectID = project
	c.write(func(tx *db.Tx) error { return organisation.Units.Create(system, tx, u) })
	c.units[code] = u.ID
}

func (c *company) today() calendar.Date { return calendar.DateOf(c.d.Now()) }

// hire makes an employee and appoints him to a position at his unit.
func (c *company) hire(name, position, unit string) db.ID {
	c.t.Helper()
	e := &organisation.Employee{No: "E" + name, Name: name, UnitID: c.units[unit], Mobile: "13800000001", State: "active"}
	c.write(func(tx *db.Tx) error { return organisation.Employees.Create(system, tx, e) })
	c.staff[name] = e.ID
	if err := c.appoint(name, position, unit, "main", c.today().AddDays(-30), ""); err != nil {
		c.t.Fatal(err)
	}
	return e.ID
}

func (c *company) appoint(name, position, unit, kind string, from, to calendar.Date) error {
	c.t.Helper()
	return c.try(func(tx *db.Tx) error {
		found, err := organisation.Positions.Select(system, tx, "code = $1", position)
		if err != nil || len(found) != 1 {
			c.t.Fatalf("position %s: %v", position, err)
		}
		return organisation.Appointments.Create(system, tx, &organisation.Appointment{
			EmployeeID: c.staff[name], PositionID: found[0].ID, UnitID: c.units[unit], Kind: kind, FromOn: from, ToOn: to})
	})
}

func (c *company) deputise(principal, deputy string, from, to calendar.Date, flows ...string) error {
	return c.try(func(tx *db.Tx) error {
		return organisation.Deputies.Create(system, tx, &organisation.Deputy{
			PrincipalID: c.staff[principal], DeputyID: c.staff[deputy], Flows: flows, FromOn: from, ToOn: to})
	})
}

func (c *company) principal(name string) *access.Principal {
	c.t.Helper()
	p, err := c.dir.PrincipalFor(c.t.Context(), c.d.Reader(), c.staff[name])
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

func (c *company) name(id db.ID) string {
	for name, of := range c.staff {
		if of == id {
			return name
		}
	}
	return ""
}

func (c *company) names(ids []db.ID) []string {
	list := []string{}
	for _, id := range ids {
		list = append(list, c.name(id))
	}
	return list
}
