package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/lifang/lifang/internal/db"
)

// Start begins to work. Handlers run with values of ctx, so it carries the
// principal they act as. End with Stop: the end of ctx only ends the claiming.
func (q *Queue) Start(ctx context.Context) {
	claiming, stop := context.WithCancel(ctx)
	q.stopClaiming = stop
	base, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	q.cancelRuns = cancel
	q.completer = make(chan struct{})
	go q.complete(context.WithoutCancel(ctx))
	for lane, slots := range map[Lane]int{Quick: q.opt.Quick, Long: q.opt.Long} {
		if claim := q.claimStatement(lane); claim != "" {
			q.loops.Go(func() { q.work(claiming, base, lane, slots, claim) })
		}
	}
	q.loops.Go(func() { q.renew(claiming) })
	q.loops.Go(func() { q.keepSchedules(claiming) })
	for _, s := range q.singletons {
		q.loops.Go(func() { q.keepSingleton(claiming, s) })
	}
}

// Stop stops claiming, lets running handlers finish within the grace time, then
// cancels them; what did not finish is given back for another node to take.
func (q *Queue) Stop() {
	q.stopClaiming()
	q.loops.Wait() // a claim under way may still start handlers
	finished := make(chan struct{})
	go func() { q.runs.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-time.After(q.opt.Grace):
		q.cancelRuns(errStopping)
		<-finished
	}
	close(q.outcomes)
	<-q.completer
	q.cancelRuns(errStopping)
}

// work claims jobs of one lane as long as there are free slots.
func (q *Queue) work(ctx, base context.Context, lane Lane, slots int, claim string) {
	freed := make(chan struct{}, slots)
	free := slots
	for {
		sleep := q.opt.Poll
		if free > 0 {
			due, next, err := q.due(ctx, lane)
			switch {
			case err != nil:
				q.complain(ctx, "cannot look for jobs", err)
			case due:
				runs, err := q.claim(ctx, claim, lane, min(free, claimLimit))
				if err != nil {
					q.complain(ctx, "cannot claim jobs", err)
					break
				}
				for _, r := range runs {
					free--
					q.runs.Go(func() { q.run(base, r, func() { freed <- struct{}{} }) })
				}
				if len(runs) > 0 {
					sleep = 0
				}
			case next > 0:
				sleep = min(sleep, time.Duration(next)*time.Millisecond)
			}
		}
		timer := time.NewTimer(sleep)
		if free == 0 || sleep > 0 {
			select {
			case <-ctx.Done():
			case <-q.wake[lane]:
			case <-freed:
				free++
			case <-timer.C:
			}
		}
		timer.Stop()
		for drained := false; !drained; {
			select {
			case <-freed:
				free++
			default:
				drained = true
			}
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// due looks with the reader, so that an idle node writes nothing. next is the
// time in ms until the first job that waits.
func (q *Queue) due(ctx context.Context, lane Lane) (due bool, next int64, err error) {
	now := q.db.Now()
	var at int64
	err = q.db.Reader().QueryRowContext(ctx, `SELECT run_at FROM job WHERE lane = $1 AND state = 0 AND lease_until <= $2
		ORDER BY run_at, id LIMIT 1`, int64(lane), now).Scan(&at)
	if errors.Is(err, db.ErrNotFound) {
		return false, 0, nil
	}
	return err == nil && at <= now, at - now, err
}

// claimStatement names only the kinds this program knows: during an upgrade an
// older node leaves newer kinds to the others.
func (q *Queue) claimStatement(lane Lane) string {
	var kinds []string
	for name, k := range q.kinds {
		if k.lane == lane {
			kinds = append(kinds, "'"+strings.ReplaceAll(name, "'", "''")+"'")
		}
	}
	if len(kinds) == 0 {
		return ""
	}
	return `UPDATE job SET lease_until = $1, lease_by = $2, attempts = attempts + 1
		WHERE id IN (SELECT id FROM job WHERE lane = $3 AND state = 0 AND run_at <= $4 AND lease_until <= $4
			AND kind IN (` + strings.Join(kinds, ", ") + `) ORDER BY run_at, id LIMIT $5` + db.SkipLocked(q.db.Engine()) + `)
		RETURNING id, kind, uniq, args, stored, attempts`
}

func (q *Queue) claim(ctx context.Context, statement string, lane Lane, n int) ([]*Run, error) {
	var runs []*Run
	err := q.db.Write(ctx, func(tx *db.Tx) error {
		runs = nil
		now := tx.Now()
		rows, err := tx.QueryContext(ctx, statement, now+q.opt.Lease.Milliseconds(), q.opt.Node, int64(lane), now, n)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			r := &Run{queue: q, node: q.opt.Node}
			var args, stored string
			if err := rows.Scan(&r.ID, &r.Kind, &r.Key, &args, &stored, &r.Attempt); err != nil {
				return err
			}
			r.args, r.stored = []byte(args), []byte(stored)
			runs = append(runs, r)
		}
		return rows.Err()
	})
	return runs, err
}

// run does one attempt and hands its outcome to the completer, which frees the slot.
func (q *Queue) run(base context.Context, r *Run, free func()) {
	ctx, cancel := context.WithCancelCause(base)
	defer cancel(nil)
	r.cancel = cancel
	q.mu.Lock()
	q.running[r.ID] = r
	q.mu.Unlock()
	var err error
	if r.Attempt > maxAttempts {
		err = Fail(fmt.Errorf("%d attempts ended without an answer: the process was stopped each time", maxAttempts))
	} else {
		err = q.attempt(ctx, r)
	}
	q.mu.Lock()
	delete(q.running, r.ID)
	q.mu.Unlock()
	if r.completed() {
		free()
		return
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	q.outcomes <- outcome{run: r, err: err, free: free}
}

func (q *Queue) attempt(ctx context.Context, r *Run) (err error) {
	defer func() {
		if p := recover(); p != nil {
			q.opt.Log.Error("job panicked", "kind", r.Kind, "job", r.ID, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return q.kinds[r.Kind].run(ctx, r)
}

// renew keeps the leases of running jobs and tells runs whose job is not theirs any more.
func (q *Queue) renew(ctx context.Context) {
	tick := time.NewTicker(q.opt.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, r := range q.inProgress() {
			err := q.db.Write(ctx, func(tx *db.Tx) error {
				return r.own(db.ExecOne(ctx, tx, `UPDATE job SET lease_until = $1 WHERE id = $2 AND state = 0 AND lease_by = $3 AND attempts = $4`,
					tx.Now()+q.opt.Lease.Milliseconds(), r.ID, r.node, r.Attempt))
			})
			if errors.Is(err, ErrLost) && !r.completed() {
				r.cancel(ErrLost)
			} else if err != nil {
				q.complain(ctx, "cannot renew a lease", err)
			}
		}
	}
}

func (q *Queue) inProgress() []*Run {
	q.mu.Lock()
	defer q.mu.Unlock()
	runs := make([]*Run, 0, len(q.running))
	for _, r := range q.running {
		runs = append(runs, r)
	}
	return runs
}

func (q *Queue) complain(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		q.opt.Log.Warn("jobs: "+what, "error", err)
	}
}
