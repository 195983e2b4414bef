package organisation

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
)

// Directory answers who is who, for flows, sessions and screens. Where it speaks of an
// org, that is the id of an estate project, of a region's unit or of the company's
// unit; 0 is the company.
type Directory struct {
	db   *db.DB
	book *Catalogue
	// Others names persons who are not employees: residents. app sets it.
	Others func(ctx context.Context, q db.Queryer, persons []db.ID) (map[db.ID]string, error)
}

var _ flow.Directory = (*Directory)(nil)

// NewDirectory makes a directory by a catalogue and puts that catalogue in force for
// the checks of appointments and deputies.
func NewDirectory(d *db.DB, book *Catalogue) *Directory {
	inForce.Store(book)
	return &Directory{db: d, book: book}
}

// Catalogue is the catalogue the directory works by.
func (dir *Directory) Catalogue() *Catalogue { return dir.book }

// serves is the condition that a unit u serves the org $3 whose region is $4: it lies
// in the project, or in its region, or at head office. For a region's unit $3 = $4.
const serves = `(u.project_id = $3 AND $3 <> 0 OR u.project_id = 0 AND (CASE WHEN u.kind = 'region' THEN u.id ELSE u.region_id END) IN (0, $4))`

// region gives the region of an org (0 for none) and whether the org is the company.
func (dir *Directory) region(ctx context.Context, q db.Queryer, org db.ID) (region db.ID, company bool, err error) {
	if org == 0 {
		return 0, true, nil
	}
	var kind string
	err = q.QueryRowContext(ctx, `SELECT kind, region_id FROM org_unit WHERE archived_at = 0 AND (kind = 'project' AND project_id = $1 OR kind IN ('company', 'region') AND id = $1)`, org).
		Scan(&kind, &region)
	if kind == "region" {
		return org, false, nil
	}
	return region, kind == "company", err
}

// Holders gives the persons who hold a position now and serve an org, nearest first:
// those of the project, then of its region, then of head office.
func (dir *Directory) Holders(ctx context.Context, q db.Queryer, role string, org db.ID) ([]db.ID, error) {
	region, company, err := dir.region(ctx, q, org)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if company {
		org = 0
	}
	rows, err := q.QueryContext(ctx, `SELECT a.employee_id FROM position p JOIN appointment a ON a.position_id = p.id
			JOIN employee e ON e.id = a.employee_id JOIN org_unit u ON u.id = a.unit_id
		WHERE p.code = $1 AND `+running+` AND `+serves+`
		ORDER BY CASE WHEN u.project_id <> 0 THEN 0 WHEN u.kind = 'region' OR u.region_id <> 0 THEN 1 ELSE 2 END, a.from_on, a.id`,
		role, dir.today(), org, region)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var ids []db.ID
	for rows.Next() {
		var id db.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, rows.Err()
}

// PoolsOf gives the positions a person holds now, with the orgs whose tasks he sees:
// his project; his region and its projects; or, with org 0, everywhere.
func (dir *Directory) PoolsOf(ctx context.Context, q db.Queryer, person db.ID) ([]flow.Pool, error) {
	held, err := dir.appointments(ctx, q, person)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	places, err := dir.places(ctx, q)
	if err != nil {
		return nil, err
	}
	var pools []flow.Pool
	add := func(role string, orgs ...db.ID) {
		for _, org := range orgs {
			if p := (flow.Pool{Role: role, Org: org}); !slices.Contains(pools, p) {
				pools = append(pools, p)
			}
		}
	}
	for _, h := range held {
		switch {
		case h.project != 0:
			add(h.code, h.project)
		case h.region != 0:
			add(h.code, h.region)
			add(h.code, places.inRegion(h.region)...)
		default:
			add(h.code, 0)
		}
	}
	return pools, nil
}

// Unit gives the org of a kind (project, region, company) at or above an org; 0 when
// there is none.
func (dir *Directory) Unit(ctx context.Context, q db.Queryer, org db.ID, kind string) (db.ID, error) {
	switch kind {
	case "company":
		var id db.ID
		err := q.QueryRowContext(ctx, `SELECT id FROM org_unit WHERE kind = 'company' AND archived_at = 0`).Scan(&id)
		return id, none(err)
	case "region":
		region, _, err := dir.region(ctx, q, org)
		return region, none(err)
	case "project":
		var id db.ID
		err := q.QueryRowContext(ctx, `SELECT project_id FROM org_unit WHERE kind = 'project' AND project_id = $1 AND archived_at = 0`, org).Scan(&id)
		return id, none(err)
	}
	return 0, nil
}

func none(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}

// Leader gives the n-th superior (1 is the direct one) of a person, as seen from an
// org; 0 when the chain ends before. Vacant positions are skipped upward, the person
// himself never is his own superior, and nobody counts twice.
func (dir *Directory) Leader(ctx context.Context, q db.Queryer, person, org db.ID, n int) (db.ID, error) {
	held, err := dir.appointments(ctx, q, person)
	if err != nil || len(held) == 0 {
		return 0, err
	}
	from := held[0]
	for _, h := range held {
		if org != 0 && h.project == org {
			from = h
			break
		}
	}
	if org == 0 {
		org = from.project
	}
	counted := map[db.ID]bool{person: true}
	seen := map[string]bool{from.code: true}
	for code := from.code; ; {
		up, _, err := dir.above(ctx, q, code)
		if err != nil || up == "" || seen[up] {
			return 0, err
		}
		seen[up] = true
		boss, err := dir.nearest(ctx, q, up, org, counted)
		if err != nil {
			return 0, err
		}
		if boss == 0 {
			_, standIn, err := dir.above(ctx, q, up)
			if err == nil && standIn != "" {
				boss, err = dir.nearest(ctx, q, standIn, org, counted)
			}
			if err != nil {
				return 0, err
			}
		}
		if boss != 0 {
			counted[boss] = true
			if n--; n == 0 {
				return boss, nil
			}
		}
		code = up
	}
}

func (dir *Directory) above(ctx context.Context, q db.Queryer, code string) (up, standIn string, err error) {
	err = q.QueryRowContext(ctx, `SELECT reports_to, stand_in FROM position WHERE code = $1`, code).Scan(&up, &standIn)
	return up, standIn, none(err)
}

func (dir *Directory) nearest(ctx context.Context, q db.Queryer, role string, org db.ID, except map[db.ID]bool) (db.ID, error) {
	ids, err := dir.Holders(ctx, q, role, org)
	for _, id := range ids {
		if !except[id] {
			return id, err
		}
	}
	return 0, err
}

// Principals gives those for whom a person may act at an instant (unix ms) as deputy in
// a flow. With no flow it gives those whom he stands in for in all flows.
func (dir *Directory) Principals(ctx context.Context, q db.Queryer, deputy db.ID, at int64, flowKey string) ([]db.ID, error) {
	day := calendar.DateOf(at)
	rows, err := q.QueryContext(ctx, `SELECT principal_id, flows FROM deputy
		WHERE deputy_id = $1 AND archived_at = 0 AND from_on <= $2 AND to_on >= $2 ORDER BY principal_id`, deputy, day)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var ids []db.ID
	for rows.Next() {
		var id db.ID
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return nil, err
		}
		var flows []string
		if text != "" {
			if err := json.Unmarshal([]byte(text), &flows); err != nil {
				return nil, err
			}
		}
		if (len(flows) == 0 || slices.Contains(flows, flowKey)) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, rows.Err()
}

// Names gives the names of persons; unknown ones are missing.
func (dir *Directory) Names(ctx context.Context, q db.Queryer, persons []db.ID) (map[db.ID]string, error) {
	names := map[db.ID]string{}
	var args []any
	rows, err := q.QueryContext(ctx, `SELECT id, name FROM employee WHERE `+access.In("id", persons, &args), args...)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var id db.ID
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		names[id] = name
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(slices.Clone(persons), func(id db.ID) bool { return names[id] != "" })
	if dir.Others == nil || len(missing) == 0 {
		return names, nil
	}
	others, err := dir.Others(ctx, q, missing)
	for id, name := range others {
		names[id] = name
	}
	return names, err
}

// RoleName gives a position's name; its code where the catalogue does not have it.
func (dir *Directory) RoleName(role string) (zh, en string) {
	if p := dir.book.Post(role); p != nil {
		return p.Zh, p.En
	}
	return role, role
}

// Roles gives all codes that a flow may name.
func (dir *Directory) Roles() map[string]bool {
	roles := map[string]bool{}
	for _, code := range dir.book.Codes() {
		roles[code] = true
	}
	return roles
}

// OrgCode gives the short code of an org for numbers; "" for the company.
func (dir *Directory) OrgCode(ctx context.Context, q db.Queryer, org db.ID) (string, error) {
	if org == 0 {
		return "", nil
	}
	var code string
	err := q.QueryRowContext(ctx, `SELECT code FROM org_unit WHERE archived_at = 0 AND (kind = 'project' AND project_id = $1 OR id = $1)`, org).Scan(&code)
	return code, err
}

// Escalation gives the positions that are told one after another when a matter of a line
// of work is late (engineering, service, security, environment, finance, leasing). From
// the second on the project manager gets a copy. Source: engineering.md 1.2.
func (dir *Directory) Escalation(line string) []string {
	return slices.Clone(dir.book.Escalation[line])
}
