package flow

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow/core"
)

// Report is what Verify found.
type Report struct {
	Cases  int      // looked at
	Events int      // folded
	Wrong  []string // one line for each fault, with the case's number
}

// Verify folds every case again from its events and compares: the state byte for byte, the hash chain of the events, open tasks
// with open slots, jobs with armed timers. It reads only, and one case at a time, so it may run while the system serves.
func (e *Engine) Verify(ctx context.Context) (*Report, error) {
	report := &Report{}
	last := db.ID(0)
	for {
		ids, err := ids(ctx, e.d.Reader(), `SELECT id FROM flow_inst WHERE id > $1 ORDER BY id LIMIT 500`, last)
		if err != nil {
			return nil, err
		}
		if len(ids) == 0 {
			break
		}
		for _, id := range ids {
			err := e.d.Snapshot(ctx, func(q db.Queryer) error { return e.verify(ctx, q, id, report) })
			if err != nil {
				return nil, err
			}
			last = id
		}
	}
	strays, err := ids(ctx, e.d.Reader(), `SELECT j.id FROM flow_job j WHERE NOT EXISTS (SELECT 1 FROM flow_inst i WHERE i.id = j.inst_id AND i.state IN (0, 5)) AND j.id > $1`, 0)
	for _, id := range strays {
		report.Wrong = append(report.Wrong, fmt.Sprintf("job %d belongs to no running case", id))
	}
	return report, err
}

func ids(ctx context.Context, q db.Queryer, query string, args ...any) ([]db.ID, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	var out []db.ID
	for rows.Next() {
		var id db.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

func texts(ctx context.Context, q db.Queryer, query string, args ...any) ([]string, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	out := []string{}
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out, rows.Err()
}

func (e *Engine) verify(ctx context.Context, q db.Queryer, id db.ID, report *Report) error {
	var defID db.ID
	var no, hash, doc string
	var rev int
	var state core.State
	if err := q.QueryRowContext(ctx, `SELECT def_id, no, state, rev, hash, doc FROM flow_inst WHERE id = $1`, id).Scan(&defID, &no, &state, &rev, &hash, &doc); err != nil {
		return err
	}
	def, err := e.Definition(ctx, q, defID)
	if err != nil {
		return err
	}
	events, err := e.events(ctx, q, id)
	if err != nil {
		return err
	}
	report.Cases++
	report.Events += len(events)
	wrong := func(format string, args ...any) {
		report.Wrong = append(report.Wrong, no+": "+fmt.Sprintf(format, args...))
	}
	prev := ""
	var cmds []*core.Command
	for i, ev := range events {
		prev = chain(prev, id, i+1, ev.id, []byte(ev.data))
		if ev.seq != i+1 || ev.hash != prev {
			wrong("event %d does not follow from the one before it", ev.seq)
			return nil
		}
		cmds = append(cmds, ev.cmd)
	}
	if len(events) != rev || prev != hash {
		wrong("the last event is not the one that the case names")
		return nil
	}
	folded, err := core.Fold(def, cmds)
	if err != nil {
		wrong("its events cannot be folded: %v", err)
		return nil
	}
	if string(folded.Encode()) != doc || folded.State != state {
		wrong("its events give another state than the stored one")
	}
	open, err := texts(ctx, q, `SELECT slot || ':' || state || ':' || who FROM flow_task WHERE inst_id = $1 AND `+waiting, id)
	if err != nil {
		return err
	}
	want := []string{}
	for _, s := range folded.Open() {
		who := s.Who
		if who == 0 {
			who = s.Pool
		}
		want = append(want, fmt.Sprintf("%s:%d:%d", s.ID, s.State, who))
	}
	slices.Sort(want)
	if !slices.Equal(open, want) {
		wrong("open tasks %v, open slots %v", open, want)
	}
	armed, err := texts(ctx, q, `SELECT key FROM flow_job WHERE inst_id = $1`, id)
	if err != nil {
		return err
	}
	if timers := folded.Timers(); !slices.Equal(armed, append([]string{}, timers...)) {
		wrong("jobs %v, armed timers %v", armed, timers)
	}
	for _, name := range slices.Sorted(maps.Keys(folded.Vars)) {
		if !def.Knows(name) {
			wrong("the variable %s is not of this flow", name)
		}
	}
	return nil
}
