package job_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/job"
)

func TestScheduleFiresOncePerTurnForAllNodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var fired atomic.Int64
		for range 3 {
			q := job.NewQueue(d, quiet(job.Options{}))
			job.Handle(q, "nightly", job.Quick, func(context.Context, *job.Run, note) error { fired.Add(1); return nil })
			q.Schedule("estate.checks", "0 3 * * *", job.Job{Kind: "nightly"})
			start(t, q)
		}
		next := func() (at int64) {
			_ = d.Reader().QueryRowContext(t.Context(), `SELECT next_at FROM schedule WHERE name = 'estate.checks'`).Scan(&at)
			return at
		}
		await(t, "the schedule's row", func() bool { return next() > 0 })
		at := time.UnixMilli(next()).UTC()
		if at.Hour() != 19 || at.Minute() != 0 || time.Until(at) > 24*time.Hour {
			t.Fatalf("03:00 in China is 19:00 UTC, got %v", at)
		}
		time.Sleep(60 * time.Millisecond)
		if fired.Load() != 0 {
			t.Fatal("fired before its time")
		}
		// Nothing ran for three days: one job makes up for all of them.
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			return db.ExecOne(t.Context(), tx, `UPDATE schedule SET next_at = $1 WHERE name = 'estate.checks'`, tx.Now()-3*24*3600*1000)
		}); err != nil {
			t.Fatal(err)
		}
		await(t, "the job", func() bool { return fired.Load() == 1 })
		time.Sleep(100 * time.Millisecond)
		if fired.Load() != 1 || next() < d.Now() {
			t.Fatalf("fired %d times, next at %d", fired.Load(), next())
		}
	})
}

func TestLeaseHasOneHolder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		take := func(holder string, ttl time.Duration) bool {
			t.Helper()
			held, err := job.Acquire(t.Context(), d, "seal", holder, ttl)
			if err != nil {
				t.Fatal(err)
			}
			return held
		}
		if !take("a", time.Minute) || take("b", time.Minute) || !take("a", 40*time.Millisecond) {
			t.Fatal("the first holder keeps and renews the lease")
		}
		time.Sleep(60 * time.Millisecond)
		if !take("b", time.Minute) || take("a", time.Minute) {
			t.Fatal("an expired lease is free")
		}
		if err := job.Release(t.Context(), d, "seal", "b"); err != nil {
			t.Fatal(err)
		}
		if !take("a", time.Minute) {
			t.Fatal("a released lease is free")
		}
	})
}

func TestSingletonRunsOnOneNodeAndMovesWhenThatNodeStops(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		turns := map[int]int{}
		count := func(node int) int { mu.Lock(); defer mu.Unlock(); return turns[node] }
		var queues []*job.Queue
		for i := range 2 {
			q := job.NewQueue(d, quiet(job.Options{Lease: time.Minute}))
			q.Singleton("seal", 10*time.Millisecond, func(context.Context) error {
				mu.Lock()
				defer mu.Unlock()
				turns[i]++
				return nil
			})
			queues = append(queues, q)
		}
		queues[0].Start(t.Context())
		await(t, "the first node", func() bool { return count(0) > 2 })
		start(t, queues[1])
		time.Sleep(60 * time.Millisecond)
		if count(1) != 0 {
			t.Fatal("two nodes at once")
		}
		queues[0].Stop()
		await(t, "the second node", func() bool { return count(1) > 2 })
	})
}
