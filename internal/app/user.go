package app

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/identity"
)

// NewUser is an account as the command line adds it.
type NewUser struct {
	Account, Name string
	Kind          access.Kind
	Employee      string // number of the employee; empty for machines
	Password      string
	MustChange    bool
}

// AddUser adds an account.
func (a *App) AddUser(ctx context.Context, n NewUser) error {
	_, err := a.Identity.Create(ctx, identity.NewAccount{Kind: n.Kind, Login: n.Account, Name: n.Name,
		Password: n.Password, MustChange: n.MustChange})
	return err
}
