package flow

import (
	"context"
	"fmt"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
)

// Figures are the numbers of a workbench.
type Figures struct {
	Open    int64 `json:"open_cases"`
	Overdue int64 `json:"overdue"`        // open tasks past their deadline
	Today   int64 `json:"today_received"` // cases started today
	Days    []Day `json:"trend"`          // the last days, oldest first, today included
}

// Day counts the cases that were started and ended on a date.
type Day struct {
	Date   string `json:"date"`
	Opened int64  `json:"opened"`
	Closed int64  `json:"closed"`
}

// Figures counts the cases of some org units (nil: of all) now and over the last days (1…366).
func (e *Engine) Figures(ctx context.Context, orgs []db.ID, days int) (*Figures, error) {
	days = min(max(days, 1), 366)
	today := calendar.DateOf(e.d.Now())
	first := today.AddDays(1 - days)
	f := &Figures{}
	var args []any
	where := ""
	if orgs != nil {
		marks := []string{"0"}
		for _, id := range orgs {
			args = append(args, id)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
		where = " AND org_id IN (" + strings.Join(marks, ", ") + ")"
	}
	next := fmt.Sprintf("$%d", len(args)+1)
	q := e.d.Reader()
	one := func(into *int64, sql string, more ...any) error {
		return q.QueryRowContext(ctx, sql+where, append(args[:len(args):len(args)], more...)...).Scan(into)
	}
	if err := one(&f.Open, `SELECT COUNT(*) FROM flow_inst WHERE state IN (0, 5)`); err != nil {
		return nil, err
	}
	if err := one(&f.Overdue, `SELECT COUNT(*) FROM flow_task WHERE state = 0 AND due_at <> 0 AND due_at < `+next, e.d.Now()); err != nil {
		return nil, err
	}
	for d := first; d <= today; d = d.AddDays(1) {
		f.Days = append(f.Days, Day{Date: string(d)})
	}
	const dayMs = 24 * 60 * 60 * 1000
	count := func(column string, add func(*Day, int64)) error {
		rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT (%[1]s - %[2]s) / %[3]d, COUNT(*) FROM flow_inst WHERE %[1]s >= %[2]s%[4]s GROUP BY 1`, column, next, dayMs, where),
			append(args[:len(args):len(args)], first.Start())...)
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // read only
		for rows.Next() {
			var day, n int64
			if err := rows.Scan(&day, &n); err != nil {
				return err
			}
			if day < int64(len(f.Days)) {
				add(&f.Days[day], n)
			}
		}
		return rows.Err()
	}
	if err := count("started_at", func(d *Day, n int64) { d.Opened = n }); err != nil {
		return nil, err
	}
	f.Today = f.Days[len(f.Days)-1].Opened
	return f, count("ended_at", func(d *Day, n int64) { d.Closed = n })
}

// OpenTasks counts the open tasks in the hands of persons, for choosing whom to give another.
func (e *Engine) OpenTasks(ctx context.Context, persons []db.ID) (map[db.ID]int64, error) {
	out := map[db.ID]int64{}
	for _, id := range persons {
		var n int64
		if err := e.d.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM flow_task WHERE who = $1 AND `+waiting, id).Scan(&n); err != nil {
			return nil, err
		}
		out[id] = n
	}
	return out, nil
}

// Linked gives the cases that have to do with a register row, the newest first, at most 100. Who may see the row may see this
// much of its cases.
func (e *Engine) Linked(ctx context.Context, register string, row db.ID) ([]TaskView, error) {
	cards, err := e.cards(ctx, boxes["started"], `SELECT inst_id AS id, inst_id AS at FROM flow_link WHERE register = $1 AND row_id = $2 ORDER BY inst_id DESC LIMIT 100`, []any{register, row})
	if err != nil {
		return nil, err
	}
	out, err := e.shown(ctx, boxes["started"], cards, nil)
	for i := range out {
		out[i].OpenedAt = cards[i].OpenedAt
	}
	return out, err
}

// TaskAt gives the open task of a case at a step, for code that completes it when something else happened (a payment arrived);
// db.ErrNotFound when none is open there.
func (e *Engine) TaskAt(ctx context.Context, q db.Queryer, caseID db.ID, node string) (id db.ID, err error) {
	err = q.QueryRowContext(ctx, `SELECT id FROM flow_task WHERE inst_id = $1 AND node = $2 AND `+waiting+` ORDER BY id LIMIT 1`, caseID, node).Scan(&id)
	return id, err
}

// CasesOf gives the ids of the cases that have to do with a register row, the newest first, at most 100.
func (e *Engine) CasesOf(ctx context.Context, q db.Queryer, register string, row db.ID) ([]db.ID, error) {
	return ids(ctx, q, `SELECT inst_id FROM flow_link WHERE register = $1 AND row_id = $2 ORDER BY inst_id DESC LIMIT 100`, register, row)
}
