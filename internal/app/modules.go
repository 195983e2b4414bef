package app

import (
	"context"
	"errors"
	"slices"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/db"
)

// modules lists every group of operations with the services it needs.
func (a *App) modules() []api.Module {
	return []api.Module{
		api.Sessions(a.sessionDesk()),
		api.Registers(),
		api.Flows(a.flowDesk()),
		api.People(a.people),
		api.Events(a.Hub),
		api.Inbox(a.DB, a.Hub),
		api.Desk(api.ServiceDesk{DB: a.DB, Flow: a.Flow, Facility: a.Facility, Press: a.Press, Company: a.company}),
		api.HomePage(api.OwnerDesk{DB: a.DB, Fees: a.Fees, Facility: a.Facility, Rooms: a.roomsOf}),
		api.Imports(a.Imports),
		api.Files(api.FileDesk{DB: a.DB, Store: a.Files, MaySee: a.maySeeFile}),
		api.Cashier(api.CashierDesk{DB: a.DB, Fees: a.Fees, Press: a.Press, Rooms: a.billedRooms, Company: a.company}),
		api.Charges(api.ChargeDesk{DB: a.DB, Fees: a.Fees}),
		api.Bills(api.BillDesk{DB: a.DB, Runs: a.Billing}),
	}
}

// billedRooms are the rooms whose receipts a resident may see.
func (a *App) billedRooms(ctx context.Context, who *access.Principal) ([]db.ID, error) {
	rooms, err := a.roomsOf(ctx, who)
	ids := make([]db.ID, 0, len(rooms))
	for _, r := range rooms {
		if r.Owned() {
			ids = append(ids, r.ID)
		}
	}
	return ids, err
}

// company is the name on papers: that of the top unit.
func (a *App) company(ctx context.Context) (string, error) {
	var name string
	err := a.DB.Reader().QueryRowContext(ctx, `SELECT name FROM org_unit WHERE kind = 'company' AND archived_at = 0 ORDER BY id LIMIT 1`).Scan(&name)
	if errors.Is(err, db.ErrNotFound) {
		return "里坊物业", nil
	}
	return name, err
}

func (a *App) sessionDesk() api.SessionDesk {
	desk := api.SessionDesk{Identity: a.Identity, Who: a.principal, Describe: a.describe}
	if a.Config.Demo {
		desk.Demo = a.DemoAccounts
	}
	return desk
}

// describe tells a person's own positions, projects and rooms.
func (a *App) describe(ctx context.Context, who *access.Principal, me *api.Me) error {
	q := a.DB.Reader()
	var projects []db.ID
	if who.Kind == access.Staff && who.PersonID != 0 {
		positions, err := a.Directory.Positions(ctx, q, who.PersonID)
		if err != nil {
			return err
		}
		for _, p := range positions {
			me.Positions = append(me.Positions, api.MyPosition(p))
		}
		if projects, err = a.Directory.Projects(ctx, q, who.PersonID); err != nil {
			return err
		}
	}
	rooms, err := a.roomsOf(ctx, who)
	if err != nil {
		return err
	}
	for _, r := range rooms {
		me.Rooms = append(me.Rooms, api.MyRoom{ID: r.ID, Code: r.Code, Label: r.Label, ProjectID: r.ProjectID, Relation: r.Relation})
		projects = append(projects, r.ProjectID)
	}
	slices.Sort(projects)
	for _, id := range slices.Compact(projects) {
		p := api.MyProject{ID: id}
		err := q.QueryRowContext(ctx, `SELECT code, name FROM project WHERE id = $1`, id).Scan(&p.Code, &p.Name)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		me.Projects = append(me.Projects, p)
	}
	return nil
}
