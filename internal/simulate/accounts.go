package simulate

import (
	"context"

	"github.com/lifang/lifang/internal/db"
)

// Account is somebody a visitor of the demo may log in as.
type Account struct {
	Account  string // login, or phone of a resident
	Password string // empty for residents: a code is shown
	Name     string
	Zh, En   string // position
	App      string // console, staff or owner
}

// Accounts lists one account for every position, the highest first, and the first owners.
func Accounts(ctx context.Context, q db.Queryer) ([]Account, error) {
	list := []Account{}
	rows, err := q.QueryContext(ctx, `SELECT a.login, a.name, p.name, p.name_en, p.code FROM identity_account a
		JOIN appointment m ON m.employee_id = a.person_id AND m.archived_at = 0 JOIN position p ON p.id = m.position_id
		WHERE a.kind = 'staff' AND a.disabled_at = 0 AND a.login = lower(p.code) ORDER BY CASE WHEN p.rank = 'F' THEN 1 ELSE 0 END, p.rank, p.code`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var code string
		a := Account{Password: Password, App: "console"}
		if err := rows.Scan(&a.Account, &a.Name, &a.Zh, &a.En, &code); err != nil {
			return nil, err
		}
		if onFoot[code] {
			a.App = "staff"
		}
		list = append(list, a)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	owners, err := q.QueryContext(ctx, `SELECT phone, name FROM customer WHERE phone IN ($1, $2, $3) AND archived_at = 0 ORDER BY phone, id`, ownerPhone(1), ownerPhone(2), ownerPhone(3))
	if err != nil {
		return nil, err
	}
	defer func() { _ = owners.Close() }()
	last := ""
	for owners.Next() {
		a := Account{Zh: "业主", En: "Owner", App: "owner"}
		if err := owners.Scan(&a.Account, &a.Name); err != nil {
			return nil, err
		}
		if a.Account != last { // one person may be a customer of several projects
			list = append(list, a)
		}
		last = a.Account
	}
	return list, owners.Err()
}

// onFoot are the positions that work with the phone app.
var onFoot = map[string]bool{"TECHNICIAN": true, "LIFT_ADMIN": true, "CLEANER": true, "GUARD": true, "DRIVER": true}
