package job

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/lifang/lifang/internal/db"
)

// ErrLost says that the job is no longer this run's: it was cancelled, or its
// lease expired and another node has it. The run must stop; what it has not
// committed is void.
var ErrLost = errors.New("the job was cancelled or taken over")

// errStopping is the cause of a run's cancellation when the process stops.
var errStopping = errors.New("the process is stopping")

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Fail marks an error that no repetition will cure: the job becomes an incident at once.
func Fail(err error) error { return permanent{err} }

// Run is one attempt at a job. Its methods are safe for concurrent use.
type Run struct {
	ID      db.ID
	Kind    string
	Key     string
	Attempt int64 // 1 for the first

	queue    *Queue
	node     string
	args     []byte
	stored   []byte
	cancel   context.CancelCauseFunc
	mu       sync.Mutex
	reported time.Time
	complete bool
}

// Stored decodes what an earlier attempt left with Checkpoint and reports
// whether there was anything.
func (r *Run) Stored(into any) (bool, error) {
	if len(r.stored) == 0 {
		return false, nil
	}
	return true, json.Unmarshal(r.stored, into)
}

// Progress is how far a long job is. Note is shown to people as it is.
type Progress struct {
	Done, Total int64
	Note        string
}

// Checkpoint stores, in the transaction of the work done so far, what the next
// attempt needs to go on from here. It returns ErrLost if the job is not ours.
func (r *Run) Checkpoint(ctx context.Context, tx *db.Tx, p Progress, state any) error {
	stored, err := json.Marshal(state)
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { r.queue.opt.OnProgress(r.ID) })
	return r.own(db.ExecOne(ctx, tx, `UPDATE job SET done = $1, total = $2, note = $3, stored = $4
		WHERE id = $5 AND state = 0 AND lease_by = $6 AND attempts = $7`, p.Done, p.Total, p.Note, string(stored), r.ID, r.node, r.Attempt))
}

// Report shows progress without storing anything to go on from. It writes four
// times a second at the most, so a loop may call it for every row.
func (r *Run) Report(ctx context.Context, p Progress) error {
	r.mu.Lock()
	due := time.Since(r.reported) >= 250*time.Millisecond || (p.Total > 0 && p.Done == p.Total)
	if due {
		r.reported = time.Now()
	}
	r.mu.Unlock()
	if !due {
		return nil
	}
	return r.queue.db.Write(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { r.queue.opt.OnProgress(r.ID) })
		return r.own(db.ExecOne(ctx, tx, `UPDATE job SET done = $1, total = $2, note = $3
			WHERE id = $4 AND state = 0 AND lease_by = $5 AND attempts = $6`, p.Done, p.Total, p.Note, r.ID, r.node, r.Attempt))
	})
}

// CompleteIn finishes the job in the transaction of its effects, which makes
// them happen exactly once. The handler returns nil after the commit.
func (r *Run) CompleteIn(ctx context.Context, tx *db.Tx) error {
	tx.AfterCommit(func() {
		r.mu.Lock()
		r.complete = true
		r.mu.Unlock()
		r.queue.opt.OnProgress(r.ID)
	})
	return r.own(db.ExecOne(ctx, tx, `UPDATE job SET state = 1, finished_at = $1, lease_until = 0, lease_by = '', error = ''
		WHERE id = $2 AND state = 0 AND lease_by = $3 AND attempts = $4`, tx.Now(), r.ID, r.node, r.Attempt))
}

func (r *Run) own(err error) error {
	if errors.Is(err, db.ErrStale) {
		return ErrLost
	}
	return err
}

func (r *Run) completed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.complete
}
