package hc

import (
	"context"
	"errors"
	"hash/maphash"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
)

// state is what a run knows about places, people and relations: those in the database and those of the file so far.
// People and relations are kept as hashes of their names, so that a hundred thousand rooms cost some tens of
// megabytes; two different keys meet with a probability below one in ten million.
type state struct {
	seed      maphash.Seed
	buildings map[string]*building
	units     map[string]*unit
	rooms     map[string]*room
	ids       map[uint64]db.ID // key → customer, space or vehicle
	has       map[uint64]bool  // relations and other facts
	rows      map[uint64]int   // key → row of the file that brought it
}

type building struct {
	id   db.ID
	code string
	row  *estate.Building // still to be written
}

type unit struct {
	id       db.ID
	building *building
	code     string
}

type room struct {
	id    db.ID
	label string
	code  string
	row   int  // of the file, 0: not in the file so far
	fresh bool // created by this run
	owned bool
	facts facts
}

// facts are what every row of a room must agree on.
type facts struct {
	floor, area, inner, rent     int64
	usage, layout, status, state string
}

func (s *state) key(parts ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, p := range parts {
		_, _ = h.WriteString(p) // never fails
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

func relation(kind string, room, person db.ID) []string {
	return []string{kind, room.String(), person.String()}
}

func newState() *state {
	return &state{seed: maphash.MakeSeed(), buildings: map[string]*building{}, units: map[string]*unit{}, rooms: map[string]*room{},
		ids: map[uint64]db.ID{}, has: map[uint64]bool{}, rows: map[uint64]int{}}
}

// person enters the keys by which a customer is found again.
func (s *state) person(id db.ID, name, phone, idNo, source string) {
	if source != "" {
		s.ids[s.key("source", source)] = id
	}
	if idNo != "" {
		s.ids[s.key("id", idNo)] = id
		s.has[s.key("id name", idNo, name)] = true
	}
	if phone != "" {
		s.ids[s.key("phone", phone, name)] = id
		s.has[s.key("phone", phone)] = true
	}
}

// load reads what the project has already.
func (s *state) load(ctx context.Context, q db.Queryer, project db.ID) error {
	if project == 0 {
		return nil
	}
	byID := map[db.ID]*building{}
	codes := map[db.ID]*room{}
	steps := []struct {
		query string
		row   func(scan func(...any) error) error
	}{
		{"SELECT id, code FROM building WHERE project_id = $1 AND archived_at = 0", func(scan func(...any) error) error {
			b := &building{}
			err := scan(&b.id, &b.code)
			s.buildings[b.code], byID[b.id] = b, b
			return err
		}},
		{"SELECT id, building_id, code FROM unit WHERE project_id = $1 AND archived_at = 0", func(scan func(...any) error) error {
			u := &unit{}
			var of db.ID
			err := scan(&u.id, &of, &u.code)
			if u.building = byID[of]; u.building != nil {
				s.units[u.building.code+"\x00"+u.code] = u
			}
			return err
		}},
		{"SELECT id, code, label FROM room WHERE project_id = $1 AND archived_at = 0", func(scan func(...any) error) error {
			r := &room{}
			err := scan(&r.id, &r.code, &r.label)
			s.rooms[r.code], codes[r.id] = r, r
			return err
		}},
		{"SELECT id, name, phone, id_no, source_code FROM customer WHERE project_id = $1 AND archived_at = 0", func(scan func(...any) error) error {
			var id db.ID
			var name, phone, idNo, source string
			err := scan(&id, &name, &phone, &idNo, &source)
			s.person(id, name, phone, idNo, source)
			return err
		}},
		{"SELECT o.room_id, o.customer_id, c.name, 'owner' FROM ownership o JOIN customer c ON c.id = o.customer_id WHERE o.project_id = $1 AND o.valid_to = '' AND o.archived_at = 0",
			func(scan func(...any) error) error { return s.relation(scan, codes) }},
		{"SELECT o.room_id, o.person_id, c.name, 'lives' FROM occupancy o JOIN customer c ON c.id = o.person_id WHERE o.project_id = $1 AND o.valid_to = '' AND o.archived_at = 0",
			func(scan func(...any) error) error { return s.relation(scan, codes) }},
		{"SELECT id, lot, code FROM parking_space WHERE project_id = $1 AND archived_at = 0", func(scan func(...any) error) error {
			var id db.ID
			var lot, code string
			err := scan(&id, &lot, &code)
			s.ids[s.key("space", lot, code)] = id
			return err
		}},
		{"SELECT id, plate FROM vehicle WHERE project_id = $1 AND archived_at = 0", func(scan func(...any) error) error {
			var id db.ID
			var plate string
			err := scan(&id, &plate)
			s.ids[s.key("plate", plate)] = id
			return err
		}},
	}
	for _, step := range steps {
		if err := each(ctx, q, step.query, []any{project}, step.row); err != nil {
			return err
		}
	}
	return nil
}

func (s *state) relation(scan func(...any) error, rooms map[db.ID]*room) error {
	var roomID, person db.ID
	var name, kind string
	if err := scan(&roomID, &person, &name, &kind); err != nil {
		return err
	}
	s.has[s.key(relation(kind, roomID, person)...)] = true
	if r := rooms[roomID]; r != nil {
		r.owned = r.owned || kind == "owner"
		s.ids[s.key("in room", r.code, name)] = person
	}
	return nil
}

func each(ctx context.Context, q db.Queryer, query string, args []any, fn func(scan func(...any) error) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
