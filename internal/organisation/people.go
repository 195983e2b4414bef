package organisation

import (
	"context"
	"strings"

	"github.com/lifang/lifang/internal/db"
)

// Person is somebody to whom work can be given.
type Person struct {
	ID   db.ID
	Name string
	Code string // position
	Zh   string
	En   string
}

// People finds employees in service whose name or number contains words, who hold the
// position (a code; "" for any) and serve the org (0 for any), at most 50, by name.
func (dir *Directory) People(ctx context.Context, q db.Queryer, words, position string, org db.ID) ([]Person, error) {
	var region db.ID
	if org != 0 {
		var company bool
		var err error
		if region, company, err = dir.region(ctx, q, org); err != nil {
			return []Person{}, none(err)
		}
		if company {
			org = 0
		}
	}
	words = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(strings.TrimSpace(words))) + "%"
	rows, err := q.QueryContext(ctx, `SELECT e.id, e.name, p.code, p.name, p.name_en
		FROM employee e JOIN appointment a ON a.employee_id = e.id JOIN position p ON p.id = a.position_id JOIN org_unit u ON u.id = a.unit_id
		WHERE (lower(e.name) LIKE $1 ESCAPE '\' OR lower(e.no) LIKE $1 ESCAPE '\') AND `+running+` AND ($3 = 0 OR `+serves+`) AND ($5 = '' OR p.code = $5)
		ORDER BY e.name, e.id, CASE WHEN a.kind = 'main' THEN 0 ELSE 1 END LIMIT 200`, words, dir.today(), org, region, position)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	list := []Person{}
	for rows.Next() && len(list) < 50 {
		var p Person
		if err := rows.Scan(&p.ID, &p.Name, &p.Code, &p.Zh, &p.En); err != nil {
			return nil, err
		}
		if n := len(list); n == 0 || list[n-1].ID != p.ID {
			list = append(list, p)
		}
	}
	return list, rows.Err()
}
