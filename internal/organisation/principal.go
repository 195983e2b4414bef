package organisation

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// peopleAreas are the areas whose rows are about employees. There a department or team
// at head office does not stand for the whole company.
var peopleAreas = []string{"hr", "time", "pay", "train", "perf", "org"}

// held is one running appointment of a person, with the place of its unit.
type held struct {
	position    db.ID
	code        string
	zh, en      string
	permissions []string
	kind        string
	unit        db.ID
	unitName    string
	project     db.ID // 0: above projects
	region      db.ID // 0: head office
}

// Held is a position that somebody holds now, as screens show it.
type Held struct {
	Code string `json:"code"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
	Unit string `json:"unit"`
}

func (dir *Directory) today() calendar.Date { return calendar.DateOf(dir.db.Now()) }

// appointments reads the running appointments of employees who are in service, the
// main one first.
func (dir *Directory) appointments(ctx context.Context, q db.Queryer, employee db.ID) ([]held, error) {
	rows, err := q.QueryContext(ctx, `SELECT p.id, p.code, p.name, p.name_en, p.permissions, a.kind, u.id, u.name, u.project_id,
			CASE WHEN u.kind = 'region' THEN u.id ELSE u.region_id END
		FROM appointment a JOIN employee e ON e.id = a.employee_id JOIN position p ON p.id = a.position_id JOIN org_unit u ON u.id = a.unit_id
		WHERE a.employee_id = $1 AND `+running+`
		ORDER BY CASE WHEN a.kind = 'main' THEN 0 ELSE 1 END, a.from_on, a.id`, employee, dir.today())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []held
	for rows.Next() {
		var h held
		var permissions string
		if err := rows.Scan(&h.position, &h.code, &h.zh, &h.en, &permissions, &h.kind, &h.unit, &h.unitName, &h.project, &h.region); err != nil {
			return nil, err
		}
		if permissions != "" {
			if err := json.Unmarshal([]byte(permissions), &h.permissions); err != nil {
				return nil, err
			}
		}
		list = append(list, h)
	}
	return list, rows.Err()
}

// running is the condition that an appointment a of an employee e counts on day $2.
const running = `a.archived_at = 0 AND a.from_on <= $2 AND (a.to_on = '' OR a.to_on >= $2) AND e.state = 'active' AND e.archived_at = 0`

// PrincipalFor builds who an employee is: his name and what his positions, functions
// and deputyships allow today, each permission where his appointments make it hold.
// The account's id, language, address and device are the caller's to fill in. A person
// who has left or does not exist gets a 403 problem.
func (dir *Directory) PrincipalFor(ctx context.Context, q db.Queryer, employee db.ID) (*access.Principal, error) {
	p := &access.Principal{Kind: access.Staff, PersonID: employee, Lang: "zh"}
	var state string
	err := q.QueryRowContext(ctx, `SELECT name, state FROM employee WHERE id = $1 AND archived_at = 0`, employee).Scan(&p.Name, &state)
	if none(err) != nil {
		return nil, err
	}
	if state != "active" {
		return nil, problem.New(403, "not_in_service", "该员工已离职或不存在，不能使用系统", "This employee has left or does not exist and cannot use the system")
	}
	held, err := dir.appointments(ctx, q, employee)
	if err != nil {
		return nil, err
	}
	places, err := dir.places(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		for _, permission := range dir.book.BaselinePermissions() {
			grant(p, permission, h, places)
		}
		for _, permission := range h.permissions {
			grant(p, permission, h, places)
		}
	}
	principals, err := dir.Principals(ctx, q, employee, dir.db.Now(), "")
	if err != nil {
		return nil, err
	}
	for _, principal := range principals {
		lent, err := dir.appointments(ctx, q, principal)
		if err != nil {
			return nil, err
		}
		for _, h := range lent {
			for _, permission := range h.permissions {
				// A deputy approves for the absent person; he does not get the rest of his rights.
				if strings.Contains(permission, ".approve@") && !strings.HasSuffix(permission, "@self") {
					grant(p, permission, h, places)
				}
			}
		}
	}
	return p, nil
}

func grant(p *access.Principal, text string, h held, places places) {
	key, err := access.ParseKey(text)
	if err != nil {
		panic("organisation: " + err.Error()) // checked when the position was written
	}
	p.Grant(key.Permission(), scopeOf(key, h, places))
}

// scopeOf is where a permission of an appointment holds.
func scopeOf(key access.Key, h held, at places) access.Scope {
	var here access.Scope
	switch {
	case h.project != 0:
		here.Projects = []db.ID{h.project}
	case h.region != 0:
		here.Projects = at.inRegion(h.region)
	default:
		here.Projects = at.all()
	}
	switch key.Level {
	case "self":
		return access.Scope{Self: true}
	case "team", "dept":
		switch {
		case h.project != 0 || h.region != 0:
			return here
		case slices.Contains(peopleAreas, key.Area):
			return access.Scope{Self: true}
		}
		return access.Scope{All: true}
	case "region":
		if h.project != 0 && h.region != 0 {
			here.Projects = at.inRegion(h.region)
		}
		return here
	case "company":
		return access.Scope{All: true}
	}
	return here
}

// places are the projects of the company by region, ascending.
type places []place

type place struct{ project, region db.ID }

func (dir *Directory) places(ctx context.Context, q db.Queryer) (places, error) {
	rows, err := q.QueryContext(ctx, `SELECT project_id, region_id FROM org_unit WHERE kind = 'project' AND archived_at = 0 ORDER BY project_id`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list places
	for rows.Next() {
		var p place
		if err := rows.Scan(&p.project, &p.region); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

func (at places) all() []db.ID { return at.where(func(place) bool { return true }) }

func (at places) inRegion(region db.ID) []db.ID {
	return at.where(func(p place) bool { return p.region == region })
}

func (at places) where(ok func(place) bool) []db.ID {
	var ids []db.ID
	for _, p := range at {
		if ok(p) {
			ids = append(ids, p.project)
		}
	}
	return ids
}

// Positions lists what an employee is now, the main position first.
func (dir *Directory) Positions(ctx context.Context, q db.Queryer, employee db.ID) ([]Held, error) {
	held, err := dir.appointments(ctx, q, employee)
	list := make([]Held, 0, len(held))
	for _, h := range held {
		list = append(list, Held{Code: h.code, Zh: h.zh, En: h.en, Unit: h.unitName})
	}
	return list, err
}

// Projects lists the estate projects in which an employee works, ascending: all of
// them for head office.
func (dir *Directory) Projects(ctx context.Context, q db.Queryer, employee db.ID) ([]db.ID, error) {
	held, err := dir.appointments(ctx, q, employee)
	if err != nil {
		return nil, err
	}
	places, err := dir.places(ctx, q)
	if err != nil {
		return nil, err
	}
	var scope access.Scope
	for _, h := range held {
		scope = scope.Union(scopeOf(access.Key{Level: "project"}, h, places))
	}
	return scope.Projects, nil
}
