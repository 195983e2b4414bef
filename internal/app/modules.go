package app

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
)

// modules lists every group of operations with the services it needs.
func (a *App) modules() []api.Module {
	return []api.Module{
		api.Sessions(a.sessionDesk()),
	}
}

func (a *App) sessionDesk() api.SessionDesk {
	desk := api.SessionDesk{Identity: a.Identity, Who: a.principal, Describe: a.describe}
	if a.Config.Demo {
		desk.Demo = a.demoAccounts
	}
	return desk
}

// describe tells a person's own positions, projects and rooms.
func (a *App) describe(_ context.Context, _ *access.Principal, _ *api.Me) error { return nil }

func (a *App) demoAccounts(_ context.Context) ([]api.DemoAccount, error) { return nil, nil }
