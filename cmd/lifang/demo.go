package main

import (
	"context"
	"fmt"

	"github.com/lifang/lifang/internal/app"
)

type demoCommand struct {
	Rooms int    `help:"${help_rooms}" default:"400"`
	Seed  uint64 `help:"${help_seed}" default:"1"`
}

// Run makes the demo company and prints its accounts.
func (d *demoCommand) Run(ctx context.Context, c *Common, t *terminal) error {
	report, err := app.Demo(ctx, c.config(), d.Rooms, d.Seed)
	if err != nil {
		return err
	}
	t.say("演示公司已建好：%d 个项目、%d 套房屋、%d 位业主住户、%d 名员工、%d 件报事、%d 张收据",
		"The demo company is ready: %d projects, %d rooms, %d residents, %d employees, %d requests, %d receipts",
		report.Projects, report.Rooms, report.Customers, report.Employees, report.Requests, report.Receipts)
	return inHouse(ctx, c, func(ctx context.Context, a *app.App) error {
		accounts, err := a.DemoAccounts(ctx)
		if err != nil {
			return err
		}
		for _, one := range accounts {
			position := one.Zh
			if t.lang == "en" {
				position = one.En
			}
			fmt.Fprintf(t.out, "  %-20s %-12s %s  %s\n", one.Account, one.Password, position, one.Name)
		}
		return nil
	})
}
