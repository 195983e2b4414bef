package app

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/identity"
	"github.com/lifang/lifang/internal/organisation"
	"github.com/lifang/lifang/internal/problem"
)

// NewUser is an account as the command line adds it.
type NewUser struct {
	Account, Name string
	Kind          access.Kind
	Employee      string // number of the employee; empty for machines
	Password      string
	MustChange    bool
}

// AddUser adds an account. A member of staff gets the rights of the employee's
// positions; without an employee the account can log in and may do nothing.
func (a *App) AddUser(ctx context.Context, n NewUser) error {
	var person db.ID
	if n.Employee != "" {
		found, err := organisation.Employees.Select(ctx, a.DB.Reader(), "no = $1 AND archived_at = 0", n.Employee)
		if err != nil {
			return err
		}
		if len(found) != 1 {
			return problem.NotFound("没有工号为 "+n.Employee+" 的员工", "There is no employee with the number "+n.Employee)
		}
		person = found[0].ID
	}
	_, err := a.Identity.Create(ctx, identity.NewAccount{Kind: n.Kind, Login: n.Account, Name: n.Name, PersonID: person,
		Password: n.Password, MustChange: n.MustChange})
	return err
}
