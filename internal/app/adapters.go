package app

import (
	"context"
	"errors"
	"slices"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/identity"
	"github.com/lifang/lifang/internal/notify"
	"github.com/lifang/lifang/internal/organisation"
)

// caseChanged is told what happens in cases: it keeps the registers right, tells
// people and wakes screens.
func (a *App) caseChanged(ctx context.Context, tx *db.Tx, n flow.Notice) error {
	if err := a.Facility.Watch(ctx, tx, n); err != nil {
		return err
	}
	people := append([]db.ID{n.From}, n.To...)
	tx.AfterCommit(func() {
		for _, person := range people {
			if person != 0 {
				a.Hub.Publish(notify.Event{Topic: "tasks", Person: person})
			}
		}
	})
	return a.Notifier.Case(ctx, tx, n)
}

// residentByPhone finds the customer behind a phone number, in the name of the
// system: the person is not logged in yet.
func (a *App) residentByPhone(ctx context.Context, phone string) (identity.Resident, bool, error) {
	q := a.DB.Reader()
	customers, err := estate.CustomersByPhone(ctx, q, phone)
	if err != nil || len(customers) == 0 {
		return identity.Resident{}, false, err
	}
	rooms, err := estate.RoomsOf(ctx, q, calendar.DateOf(a.DB.Now()), customers...)
	if err != nil || len(rooms) == 0 {
		// Whoever has no room any more cannot log in.
		return identity.Resident{}, false, err
	}
	// The first of several customers with the number stands for the account.
	who := identity.Resident{PersonID: rooms[0].CustomerID}
	err = q.QueryRowContext(ctx, `SELECT name FROM customer WHERE id = $1`, who.PersonID).Scan(&who.Name)
	return who, err == nil, err
}

// roomsOf lists the rooms of a logged-in resident: those of every customer with
// his phone, for one person may own in several projects.
func (a *App) roomsOf(ctx context.Context, who *access.Principal) ([]estate.ResidentRoom, error) {
	if who.Kind != access.Resident {
		return nil, nil
	}
	account, err := a.Identity.Account(ctx, a.DB.Reader(), who.AccountID)
	if err != nil {
		return nil, err
	}
	customers, err := estate.CustomersByPhone(ctx, a.DB.Reader(), account.Login)
	if err != nil || !slices.Contains(customers, account.PersonID) {
		// Whoever gave the number up keeps his device until he logs in again, not
		// the rooms of the number's next holder.
		return nil, err
	}
	return estate.RoomsOf(ctx, a.DB.Reader(), calendar.DateOf(a.DB.Now()), customers...)
}

// customerNames names residents where persons are named.
func customerNames(ctx context.Context, q db.Queryer, persons []db.ID) (map[db.ID]string, error) {
	names := map[db.ID]string{}
	if len(persons) == 0 {
		return names, nil
	}
	var args []any
	rows, err := q.QueryContext(ctx, `SELECT id, name FROM customer WHERE `+access.In("id", persons, &args), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id db.ID
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, err
		}
		names[id] = name
	}
	return names, rows.Err()
}

func init() {
	// A new project gets its place in the company, so that people can be appointed there.
	estate.Projects.Def.After = func(ctx context.Context, tx *db.Tx, old, p *estate.Project) error {
		if old != nil {
			return nil
		}
		_, err := organisation.EnsureProject(ctx, tx, p.ID, 0, p.Code, p.Name, "")
		if errors.Is(err, db.ErrNotFound) {
			return nil // the company is not set up yet; its setup places the projects
		}
		return err
	}
}
