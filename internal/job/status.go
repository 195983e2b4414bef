package job

import (
	"context"

	"github.com/lifang/lifang/internal/db"
)

// State is where a job stands.
type State int64

// The states of a job. An incident waits for a person: see [Queue.Retry].
const (
	Open State = iota
	Done
	Incident
	Cancelled
)

func (s State) String() string {
	return [...]string{"open", "done", "incident", "cancelled"}[s]
}

// Status is what a screen shows of a job. Done and Total count in whatever the
// handler counts, instants are unix ms, 0 where they have not come yet.
type Status struct {
	ID         db.ID  `json:"id"`
	Kind       string `json:"kind"`
	Key        string `json:"key"`
	State      State  `json:"state"`
	Running    bool   `json:"running"`
	Attempts   int64  `json:"attempts"`
	Done       int64  `json:"done"`
	Total      int64  `json:"total"`
	Note       string `json:"note"`
	Error      string `json:"error"`
	RunAt      int64  `json:"run_at"`
	CreatedAt  int64  `json:"created_at"`
	FinishedAt int64  `json:"finished_at"`
}

const statusColumns = `id, kind, uniq, state, lease_until, attempts, done, total, note, error, run_at, created_at, finished_at`

func scanStatus(scan func(...any) error, now int64) (Status, error) {
	var s Status
	var lease int64
	err := scan(&s.ID, &s.Kind, &s.Key, &s.State, &lease, &s.Attempts, &s.Done, &s.Total, &s.Note, &s.Error, &s.RunAt, &s.CreatedAt, &s.FinishedAt)
	s.Running = s.State == Open && lease > now
	return s, err
}

// Status reads one job; db.ErrNotFound if there is none.
func (q *Queue) Status(ctx context.Context, from db.Queryer, id db.ID) (Status, error) {
	row := from.QueryRowContext(ctx, `SELECT `+statusColumns+` FROM job WHERE id = $1`, id)
	return scanStatus(row.Scan, q.db.Now())
}

// Incidents lists the newest jobs that gave up, at most limit.
func (q *Queue) Incidents(ctx context.Context, from db.Queryer, limit int) ([]Status, error) {
	rows, err := from.QueryContext(ctx, `SELECT `+statusColumns+` FROM job WHERE state = 2 ORDER BY created_at DESC, id DESC LIMIT $1`, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	list := []Status{}
	for rows.Next() {
		s, err := scanStatus(rows.Scan, q.db.Now())
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}
