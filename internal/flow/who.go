package flow

import (
	"context"

	"github.com/lifang/lifang/internal/db"
)

// facts gathers what a person may act on at an instant.
type facts struct {
	e      *Engine
	ctx    context.Context
	q      db.Queryer
	person db.ID
	at     int64
	flow   string // "" for any
}

// keys gives the values of flow_task.who that wait for a person: himself, his pools, those he is deputy of and their pools. The
// value is the principal, 0 for his own.
func (f facts) keys() (map[int64]db.ID, error) {
	keys := map[int64]db.ID{}
	principals, err := f.e.o.Directory.Principals(f.ctx, f.q, f.person, f.at, f.flow)
	if err != nil {
		return nil, err
	}
	for i, p := range append([]db.ID{f.person}, principals...) {
		principal := p
		if i == 0 {
			principal = 0
		}
		if _, has := keys[int64(p)]; !has {
			keys[int64(p)] = principal
		}
		held, err := f.e.o.Directory.PoolsOf(f.ctx, f.q, p)
		if err != nil {
			return nil, err
		}
		for _, pool := range held {
			if err := f.pools(pool, principal, keys); err != nil {
				return nil, err
			}
		}
	}
	return keys, nil
}

// pools adds the interned pools of a position at a unit, at every unit when it names none.
func (f facts) pools(p Pool, principal db.ID, keys map[int64]db.ID) error {
	add := func(id int64) {
		if _, has := keys[id]; !has {
			keys[id] = principal
		}
	}
	f.e.mu.RLock()
	id, known := f.e.pools[p]
	f.e.mu.RUnlock()
	if known {
		add(id)
		return nil
	}
	query, args := `SELECT -id FROM flow_pool WHERE role = $1 AND org_id = $2`, []any{p.Role, p.Org}
	if p.Org == 0 {
		query, args = `SELECT -id FROM flow_pool WHERE role = $1`, args[:1]
	}
	rows, err := f.q.QueryContext(f.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		if err := rows.Scan(&id); err != nil {
			return err
		}
		add(id)
		if p.Org != 0 {
			f.e.mu.Lock()
			f.e.pools[p] = id
			f.e.mu.Unlock()
		}
	}
	return rows.Err()
}

// takesPart tells whether somebody started a case, has or had a task in it, was copied in, or belongs to a pool with a task.
func (e *Engine) takesPart(ctx context.Context, q db.Queryer, id, starter db.ID, flow string, person db.ID) (bool, error) {
	if person == 0 || person == starter {
		return person != 0, nil
	}
	keys, err := facts{e: e, ctx: ctx, q: q, person: person, at: e.d.Now(), flow: flow}.keys()
	if err != nil {
		return false, err
	}
	rows, err := q.QueryContext(ctx, `SELECT who, pool, done_by FROM flow_task WHERE inst_id = $1`, id)
	if err != nil {
		return false, err
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		var who, pool, by int64
		if err := rows.Scan(&who, &pool, &by); err != nil {
			return false, err
		}
		_, a := keys[who]
		_, b := keys[pool]
		if a || b && pool != 0 || by == int64(person) {
			return true, nil
		}
	}
	return false, rows.Err()
}

// poolOf gives the position and the unit of an interned pool.
func (e *Engine) poolOf(ctx context.Context, q db.Queryer, id int64) (Pool, error) {
	var p Pool
	err := q.QueryRowContext(ctx, `SELECT role, org_id FROM flow_pool WHERE id = $1`, -id).Scan(&p.Role, &p.Org)
	return p, err
}
