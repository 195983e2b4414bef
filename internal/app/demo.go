package app

import (
	"context"
	"errors"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/setting"
	"github.com/lifang/lifang/internal/simulate"
)

// Demo makes the demo company in an empty folder or database and lets it live for some weeks, until now.
func Demo(ctx context.Context, config Config, rooms int, seed uint64) (report simulate.Report, err error) {
	now := time.Now().UnixMilli()
	clock := simulate.NewClock(simulate.Begin(now))
	config.Now = clock.Now
	a, err := Open(ctx, config)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	report, err = simulate.Demo(ctx, simulate.House{DB: a.DB, Identity: a.Identity, Flow: a.Flow, Fees: a.Fees, Files: a.Files}, clock,
		simulate.Options{Rooms: rooms, Seed: seed, Until: now})
	if err != nil {
		return report, err
	}
	return report, a.DB.Write(ctx, func(tx *db.Tx) error { return demoHouse.Set(ctx, tx, 0, true, 0) })
}

// demoHouse is set in the database of a demo company, so that serving it shows the
// demo accounts without being told.
var demoHouse = setting.Key[bool]{Name: "demo"}

// DemoAccounts lists the accounts of the demo company for its login page.
func (a *App) DemoAccounts(ctx context.Context) ([]api.DemoAccount, error) {
	found, err := simulate.Accounts(access.With(ctx, access.System("demo")), a.DB.Reader())
	list := make([]api.DemoAccount, 0, len(found))
	for _, f := range found {
		list = append(list, api.DemoAccount(f))
	}
	return list, err
}
