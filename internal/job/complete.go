package job

import (
	"context"
	"errors"
	"time"

	"github.com/lifang/lifang/internal/db"
)

type outcome struct {
	run  *Run
	err  error
	free func()
}

// complete records outcomes in batches: one commit for all that ended while the
// last one was being written.
func (q *Queue) complete(ctx context.Context) {
	defer close(q.completer)
	for first := range q.outcomes {
		batch := []outcome{first}
	drain:
		for len(batch) < claimLimit {
			select {
			case o, ok := <-q.outcomes:
				if !ok {
					break drain
				}
				batch = append(batch, o)
			default:
				break drain
			}
		}
		// A batch that cannot be written is lost, not wrong: the leases expire and the jobs run again.
		if err := q.db.Write(ctx, func(tx *db.Tx) error { return q.record(ctx, tx, batch) }); err != nil {
			q.opt.Log.Error("jobs: cannot record outcomes", "error", err)
		}
		for _, o := range batch {
			o.free()
			q.opt.OnProgress(o.run.ID)
		}
	}
}

func (q *Queue) record(ctx context.Context, tx *db.Tx, batch []outcome) error {
	const mine = ` AND state = 0 AND lease_by = $3 AND attempts = $4`
	for _, o := range batch {
		r, now := o.run, tx.Now()
		var err error
		switch {
		case o.err == nil:
			_, err = tx.ExecContext(ctx, `UPDATE job SET state = 1, finished_at = $1, lease_until = 0, lease_by = '', error = '' WHERE id = $2`+mine,
				now, r.ID, r.node, r.Attempt)
		case errors.Is(o.err, ErrLost):
			// somebody else's now
		case errors.Is(o.err, errStopping):
			_, err = tx.ExecContext(ctx, `UPDATE job SET run_at = $1, attempts = attempts - 1, lease_until = 0, lease_by = '' WHERE id = $2`+mine,
				now, r.ID, r.node, r.Attempt)
		case r.Attempt >= maxAttempts || IsFinal(o.err):
			q.opt.Log.Error("job gave up", "kind", r.Kind, "job", r.ID, "attempt", r.Attempt, "error", o.err)
			_, err = tx.ExecContext(ctx, `UPDATE job SET state = 2, finished_at = $1, lease_until = 0, lease_by = '', error = $5 WHERE id = $2`+mine,
				now, r.ID, r.node, r.Attempt, o.err.Error())
		default:
			q.opt.Log.Warn("job failed, will be repeated", "kind", r.Kind, "job", r.ID, "attempt", r.Attempt, "error", o.err)
			_, err = tx.ExecContext(ctx, `UPDATE job SET run_at = $1, lease_until = 0, lease_by = '', error = $5 WHERE id = $2`+mine,
				now+Backoff(r.Attempt).Milliseconds(), r.ID, r.node, r.Attempt, o.err.Error())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// IsFinal reports an error marked with Fail.
func IsFinal(err error) bool {
	_, ok := errors.AsType[permanent](err)
	return ok
}

// Backoff is the pause after a failed attempt, counted from 1: 10 s, 20 s, 40 s … at most 1 h.
func Backoff(attempt int64) time.Duration {
	delay := firstDelay
	for range attempt - 1 {
		if delay *= 2; delay >= maxDelay {
			return maxDelay
		}
	}
	return delay
}
