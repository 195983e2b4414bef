package flow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow/core"
)

// How jobs are run: so many are claimed at once, a claim lasts so long, and after so many attempts an administrator is needed.
const (
	claimAtOnce = 50
	leaseFor    = 30_000 // ms
	maxAttempts = 8
	firstRetry  = 10_000 // ms, doubled every time
	lastRetry   = 3_600_000
	longestNap  = time.Second
)

// nudge lets the dispatcher look for jobs now.
func (e *Engine) nudge() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Run fires timers, reminders and deadlines until the context ends. Any number of processes may run it.
func (e *Engine) Run(ctx context.Context) error {
	for {
		fired, next, err := e.Tick(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			e.o.Log.Error("flow jobs", "error", err)
		}
		nap := longestNap
		if fired == claimAtOnce {
			nap = 0
		} else if next != 0 {
			nap = min(longestNap, max(0, time.Duration(next-e.d.Now())*time.Millisecond))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.wake:
		case <-time.After(nap):
		}
	}
}

type job struct {
	id, inst db.ID
	key      string
	attempts int
}

// Tick claims the jobs that are due and fires them. It tells how many it claimed and when the next is due (unix ms, 0: none).
func (e *Engine) Tick(ctx context.Context) (claimed int, next int64, err error) {
	jobs, err := e.claim(ctx)
	if err != nil {
		return 0, 0, err
	}
	var errs []error
	for _, j := range jobs {
		errs = append(errs, e.fire(ctx, j))
	}
	err = e.d.Reader().QueryRowContext(ctx, `SELECT COALESCE(MIN(run_at), 0) FROM flow_job WHERE attempts < 8 AND lease_until = 0`).Scan(&next)
	return len(jobs), next, errors.Join(append(errs, err)...)
}

// claim leases due jobs to this process. A lease that ran out belongs to nobody.
func (e *Engine) claim(ctx context.Context) ([]job, error) {
	var due bool // looking costs no write when there is nothing
	now := e.d.Now()
	err := e.d.Reader().QueryRowContext(ctx, `SELECT COUNT(*) > 0 FROM (SELECT id FROM flow_job WHERE attempts < 8 AND run_at <= $1 AND lease_until <= $1 LIMIT 1) x`, now).Scan(&due)
	if err != nil || !due {
		return nil, err
	}
	var jobs []job
	err = e.d.Write(ctx, func(tx *db.Tx) error {
		jobs = nil
		rows, err := tx.QueryContext(ctx, `UPDATE flow_job SET lease_until = $1, lease_by = $2, attempts = attempts + 1 WHERE id IN (
			SELECT id FROM flow_job WHERE attempts < 8 AND run_at <= $3 AND lease_until <= $3 ORDER BY run_at, id LIMIT `+fmt.Sprint(claimAtOnce)+db.SkipLocked(tx.Engine())+`)
			RETURNING id, inst_id, key, attempts`, now+leaseFor, e.o.Node, now)
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // the error of Next counts
		for rows.Next() {
			var j job
			if err := rows.Scan(&j.id, &j.inst, &j.key, &j.attempts); err != nil {
				return err
			}
			jobs = append(jobs, j)
		}
		return rows.Err()
	})
	return jobs, err
}

// fire does a job as a command of its case; the job goes in the same transaction, so it takes effect once.
func (e *Engine) fire(ctx context.Context, j job) error {
	_, err := e.once(ctx, fmt.Sprintf("job/%d/%s", j.inst, j.key), "fire", 0, func(tx *db.Tx) (Answer, error) {
		return e.command(ctx, tx, j, &core.Command{Kind: "fire", Job: j.key}, fmt.Sprintf("job/%d/%s", j.inst, j.key))
	})
	switch {
	case err == nil || ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, core.ErrGone):
		return e.d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM flow_job WHERE id = $1`, j.id)
			return err
		})
	}
	e.o.Log.Warn("flow job failed", "case", j.inst, "job", j.key, "attempt", j.attempts, "error", err)
	wait := int64(firstRetry)
	for i := 1; i < j.attempts && wait < lastRetry; i++ {
		wait *= 2
	}
	return e.d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE flow_job SET run_at = $1, lease_until = 0, error = $2 WHERE id = $3`,
			tx.Now()+min(wait, lastRetry), err.Error(), j.id); err != nil {
			return err
		}
		if j.attempts < maxAttempts {
			return nil
		}
		_, err := e.command(ctx, tx, j, &core.Command{Kind: "incident", Job: j.key, Reason: err.Error()}, fmt.Sprintf("incident/%d/%s/%d", j.inst, j.key, tx.Now()))
		if errors.Is(err, core.ErrGone) {
			return nil
		}
		return err
	})
}

// command applies a command of the engine itself.
func (e *Engine) command(ctx context.Context, tx *db.Tx, j job, c *core.Command, id string) (Answer, error) {
	s, err := e.open(ctx, tx, j.inst)
	if err != nil {
		return Answer{}, err
	}
	s.command = id
	if c.Kind == "fire" {
		result, err := tx.ExecContext(ctx, `DELETE FROM flow_job WHERE id = $1`, j.id)
		if err != nil {
			return Answer{}, err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return Answer{}, errors.Join(core.ErrGone, err)
		}
	}
	if err := s.apply(c); err != nil {
		return Answer{}, err
	}
	return Answer{CaseID: s.id, No: s.no, Seq: s.rev + 1}, s.save()
}
