package job_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/job"
)

// seize does to a job what a node does that claimed it and died.
func seize(t *testing.T, d *db.DB, id db.ID, until int64) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		return db.ExecOne(t.Context(), tx, `UPDATE job SET lease_until = $1, lease_by = 'dead', attempts = attempts + 1 WHERE id = $2`, until, id)
	}); err != nil {
		t.Fatal(err)
	}
}

func TestJobOfADeadNodeIsTakenOverWhenItsLeaseExpires(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.NewQueue(d, quiet(job.Options{}))
		attempt := make(chan int64, 1)
		at := make(chan int64, 1)
		job.Handle(q, "note", job.Quick, func(_ context.Context, r *job.Run, _ note) error {
			attempt <- r.Attempt
			at <- d.Now()
			return nil
		})
		id := enqueue(t, d, q, job.Job{Kind: "note"})
		until := d.Now() + 200
		seize(t, d, id, until)
		start(t, q)
		if n, when := <-attempt, <-at; n != 2 || when < until {
			t.Fatalf("attempt %d, %d ms after the lease", n, when-until)
		}
		await(t, "done", func() bool { return status(t, d, q, id).State == job.Done })
	})
}

func TestJobThatKillsItsNodeEachTimeBecomesAnIncident(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.NewQueue(d, quiet(job.Options{}))
		job.Handle(q, "note", job.Quick, func(context.Context, *job.Run, note) error { return errors.New("must not run again") })
		id := enqueue(t, d, q, job.Job{Kind: "note"})
		for range 8 {
			seize(t, d, id, 0)
		}
		start(t, q)
		await(t, "incident", func() bool { return status(t, d, q, id).State == job.Incident })
	})
}

func TestLeaseIsRenewedWhileAHandlerRuns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var runs atomic.Int64
		handler := func(context.Context, *job.Run, note) error {
			runs.Add(1)
			time.Sleep(2500 * time.Millisecond)
			return nil
		}
		var queues []*job.Queue
		for range 2 {
			q := job.NewQueue(d, quiet(job.Options{Lease: 1200 * time.Millisecond}))
			job.Handle(q, "note", job.Long, handler)
			queues = append(queues, q)
		}
		id := enqueue(t, d, queues[0], job.Job{Kind: "note"})
		start(t, queues[0])
		start(t, queues[1])
		await(t, "done", func() bool { return status(t, d, queues[0], id).State == job.Done })
		if runs.Load() != 1 {
			t.Fatalf("ran %d times", runs.Load())
		}
	})
}

func TestARunThatLostItsJobCannotWriteForIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.NewQueue(d, quiet(job.Options{}))
		var id db.ID
		refused := make(chan [3]error, 1)
		ready := make(chan struct{})
		job.Handle(q, "note", job.Long, func(ctx context.Context, r *job.Run, _ note) error {
			<-ready
			var errs [3]error
			errs[0] = d.Write(ctx, func(tx *db.Tx) error { return r.Checkpoint(ctx, tx, job.Progress{Done: 1}, 1) })
			errs[1] = d.Write(ctx, func(tx *db.Tx) error { return r.CompleteIn(ctx, tx) })
			errs[2] = r.Report(ctx, job.Progress{Done: 1})
			refused <- errs
			return nil
		})
		id = enqueue(t, d, q, job.Job{Kind: "note"})
		start(t, q)
		await(t, "running", func() bool { return status(t, d, q, id).Running })
		seize(t, d, id, d.Now()+60_000)
		close(ready)
		for i, err := range <-refused {
			if !errors.Is(err, job.ErrLost) {
				t.Errorf("write %d: %v", i, err)
			}
		}
		time.Sleep(50 * time.Millisecond)
		if s := status(t, d, q, id); s.State != job.Open || s.Done != 0 {
			t.Fatalf("the loser changed the job: %+v", s)
		}
	})
}

func TestCancelReachesTheRunningHandler(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.NewQueue(d, quiet(job.Options{Lease: 90 * time.Millisecond}))
		ended := make(chan error, 1)
		job.Handle(q, "note", job.Long, func(ctx context.Context, _ *job.Run, _ note) error {
			<-ctx.Done()
			ended <- context.Cause(ctx)
			return ctx.Err()
		})
		id := enqueue(t, d, q, job.Job{Kind: "note"})
		start(t, q)
		await(t, "running", func() bool { return status(t, d, q, id).Running })
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return q.Cancel(t.Context(), tx, id) }); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, job.ErrLost) {
			t.Fatalf("cause: %v", err)
		}
		await(t, "cancelled", func() bool { return status(t, d, q, id).State == job.Cancelled })
	})
}

func TestStopGivesWorkBackAndTheNextNodeResumesFromTheCheckpoint(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		type place struct{ Row int64 }
		const rows = 10
		step := func(stopAt int64, reached chan struct{}) func(context.Context, *job.Run, note) error {
			return func(ctx context.Context, r *job.Run, _ note) error {
				var p place
				if _, err := r.Stored(&p); err != nil {
					return err
				}
				for p.Row < rows {
					p.Row++
					err := d.Write(ctx, func(tx *db.Tx) error {
						if _, err := tx.ExecContext(ctx, `INSERT INTO counter (name, value) VALUES ($1, $2)`, string(rune('a'+p.Row)), p.Row); err != nil {
							return job.Fail(err) // a row written twice breaks the key
						}
						return r.Checkpoint(ctx, tx, job.Progress{Done: p.Row, Total: rows, Note: "rows"}, p)
					})
					if err != nil {
						return err
					}
					if p.Row == stopAt {
						close(reached)
						<-ctx.Done()
						return ctx.Err()
					}
				}
				return nil
			}
		}
		reached := make(chan struct{})
		first := job.NewQueue(d, quiet(job.Options{}))
		job.Handle(first, "note", job.Long, step(4, reached))
		id := enqueue(t, d, first, job.Job{Kind: "note"})
		first.Start(t.Context())
		select {
		case <-reached:
		case <-time.After(30 * time.Second):
			t.Fatal("the first node never came to row 4")
		}
		if s := status(t, d, first, id); s.Done != 4 || s.Total != rows || s.Note != "rows" || !s.Running {
			t.Fatalf("progress: %+v", s)
		}
		first.Stop()
		if s := status(t, d, first, id); s.State != job.Open || s.Running || s.Attempts != 0 {
			t.Fatalf("after stop: %+v", s)
		}
		second := job.NewQueue(d, quiet(job.Options{}))
		job.Handle(second, "note", job.Long, step(0, nil))
		start(t, second)
		await(t, "done", func() bool { return status(t, d, second, id).State == job.Done })
		if s := status(t, d, second, id); s.Done != rows {
			t.Fatalf("progress: %+v", s)
		}
	})
}

func TestCompleteInCommitsWithTheEffectsOrNotAtAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.NewQueue(d, quiet(job.Options{}))
		job.Handle(q, "note", job.Quick, func(ctx context.Context, r *job.Run, a note) error {
			err := d.Write(ctx, func(tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, `INSERT INTO counter (name, value) VALUES ($1, $2)`, "effect", a.N); err != nil {
					return err
				}
				return r.CompleteIn(ctx, tx)
			})
			if err != nil {
				return err
			}
			return errors.New("whatever comes after the commit does not count")
		})
		id := enqueue(t, d, q, job.Job{Kind: "note", Args: note{7}})
		start(t, q)
		await(t, "done", func() bool { return status(t, d, q, id).State == job.Done })
		var value int
		if err := d.Reader().QueryRowContext(t.Context(), `SELECT value FROM counter WHERE name = 'effect'`).Scan(&value); err != nil || value != 7 {
			t.Fatalf("effect %d %v", value, err)
		}
	})
}
