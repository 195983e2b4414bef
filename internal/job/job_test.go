package job_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/job"
)

type note struct {
	N int `json:"n"`
}

func quiet(o job.Options) job.Options {
	o.Log = slog.New(slog.DiscardHandler)
	o.Poll = 20 * time.Millisecond
	o.Grace = 50 * time.Millisecond
	return o
}

func start(t *testing.T, q *job.Queue) {
	t.Helper()
	q.Start(t.Context())
	t.Cleanup(q.Stop)
}

func enqueue(t *testing.T, d *db.DB, q *job.Queue, j job.Job) db.ID {
	t.Helper()
	var id db.ID
	err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		id, err = q.Enqueue(t.Context(), tx, j)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func status(t *testing.T, d *db.DB, q *job.Queue, id db.ID) job.Status {
	t.Helper()
	s, err := q.Status(t.Context(), d.Reader(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited too long for: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestJobRunsAfterCommitAndNotAfterRollback(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.NewQueue(d, quiet(job.Options{Poll: time.Second}))
		got := make(chan int, 10)
		job.Handle(q, "note", job.Quick, func(_ context.Context, _ *job.Run, a note) error {
			got <- a.N
			return nil
		})
		start(t, q)
		undo := errors.New("undo")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := q.Enqueue(t.Context(), tx, job.Job{Kind: "note", Args: note{1}}); err != nil {
				return err
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatalf("write: %v", err)
		}
		id := enqueue(t, d, q, job.Job{Kind: "note", Args: note{2}})
		if n := <-got; n != 2 {
			t.Fatalf("ran job %d, which was rolled back", n)
		}
		await(t, "done", func() bool { return status(t, d, q, id).State == job.Done })
		if len(got) != 0 {
			t.Fatal("the job ran twice")
		}
	})
}

func TestUnknownKindIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.NewQueue(d, quiet(job.Options{}))
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := q.Enqueue(t.Context(), tx, job.Job{Kind: "nobody"})
			return err
		})
		if !errors.Is(err, job.ErrUnknownKind) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestKeyIsUniqueAmongOpenJobs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.NewQueue(d, quiet(job.Options{}))
		job.Handle(q, "note", job.Quick, func(context.Context, *job.Run, note) error { return nil })
		first := enqueue(t, d, q, job.Job{Kind: "note", Key: "a"})
		if again := enqueue(t, d, q, job.Job{Kind: "note", Key: "a"}); again != first {
			t.Fatalf("a second open job %v beside %v", again, first)
		}
		if other := enqueue(t, d, q, job.Job{Kind: "note", Key: "b"}); other == first {
			t.Fatal("another key gave the same job")
		}
		start(t, q)
		await(t, "done", func() bool { return status(t, d, q, first).State == job.Done })
		if later := enqueue(t, d, q, job.Job{Kind: "note", Key: "a"}); later == first {
			t.Fatal("the key of a finished job is still taken")
		}
	})
}

func TestRunAtWaits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.NewQueue(d, quiet(job.Options{Poll: time.Second}))
		ran := make(chan int64, 1)
		job.Handle(q, "note", job.Quick, func(context.Context, *job.Run, note) error {
			ran <- d.Now()
			return nil
		})
		start(t, q)
		due := d.Now() + 150
		enqueue(t, d, q, job.Job{Kind: "note", RunAt: due})
		if at := <-ran; at < due || at > due+5000 {
			t.Fatalf("due at %d, ran %d ms later", due, at-due)
		}
	})
}

func TestFailureBacksOffThenBecomesAnIncidentThatCanBeRetried(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.NewQueue(d, quiet(job.Options{}))
		var attempts atomic.Int64
		var cured atomic.Bool
		job.Handle(q, "note", job.Quick, func(context.Context, *job.Run, note) error {
			attempts.Add(1)
			if cured.Load() {
				return nil
			}
			return errors.New("printer on fire")
		})
		id := enqueue(t, d, q, job.Job{Kind: "note"})
		start(t, q)
		for n := int64(1); n <= 8; n++ {
			await(t, "an attempt", func() bool { s := status(t, d, q, id); return s.Attempts == n && !s.Running && s.Error != "" })
			s := status(t, d, q, id)
			if n == 8 {
				break
			}
			if wait := s.RunAt - d.Now(); wait > job.Backoff(n).Milliseconds() || wait < job.Backoff(n).Milliseconds()-8000 {
				t.Fatalf("attempt %d is repeated in %d ms, want %v", n, wait, job.Backoff(n))
			}
			if err := d.Write(t.Context(), func(tx *db.Tx) error {
				return db.ExecOne(t.Context(), tx, `UPDATE job SET run_at = 0, error = '' WHERE id = $1`, id)
			}); err != nil {
				t.Fatal(err)
			}
		}
		if s := status(t, d, q, id); s.State != job.Incident || s.Error != "printer on fire" {
			t.Fatalf("after 8 attempts: %+v", s)
		}
		if list, err := q.Incidents(t.Context(), d.Reader(), 10); err != nil || len(list) != 1 || list[0].ID != id {
			t.Fatalf("incidents: %v %v", list, err)
		}
		cured.Store(true)
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return q.Retry(t.Context(), tx, id) }); err != nil {
			t.Fatal(err)
		}
		await(t, "the retry", func() bool { return status(t, d, q, id).State == job.Done })
		if attempts.Load() != 9 {
			t.Fatalf("%d attempts", attempts.Load())
		}
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	want := []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second,
		320 * time.Second, 640 * time.Second, 1280 * time.Second, 2560 * time.Second, time.Hour, time.Hour}
	for i, d := range want {
		if got := job.Backoff(int64(i + 1)); got != d {
			t.Errorf("attempt %d: %v, want %v", i+1, got, d)
		}
	}
}

func TestPermanentFailurePanicAndBadArguments(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := job.NewQueue(d, quiet(job.Options{}))
		job.Handle(q, "hopeless", job.Quick, func(context.Context, *job.Run, note) error { return job.Fail(errors.New("no such file")) })
		job.Handle(q, "panics", job.Quick, func(context.Context, *job.Run, note) error { panic("oh") })
		hopeless := enqueue(t, d, q, job.Job{Kind: "hopeless"})
		wrong := enqueue(t, d, q, job.Job{Kind: "hopeless", Args: map[string]string{"n": "text"}})
		panics := enqueue(t, d, q, job.Job{Kind: "panics"})
		start(t, q)
		await(t, "incident", func() bool { return status(t, d, q, hopeless).State == job.Incident })
		await(t, "incident", func() bool { return status(t, d, q, wrong).State == job.Incident })
		await(t, "panic recorded", func() bool { return strings.Contains(status(t, d, q, panics).Error, "panic: oh") })
		if s := status(t, d, q, panics); s.State != job.Open {
			t.Fatalf("a panic is repeated, got %v", s.State)
		}
	})
}

func TestTwoNodesShareTheWorkAndRunEachJobOnce(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			o := dbtest.Options(t, engine)
			nodes := []*db.DB{open(t, o)}
			if engine == db.PostgreSQL {
				nodes = append(nodes, open(t, o))
			} else {
				nodes = append(nodes, nodes[0])
			}
			const jobs = 300
			var mu sync.Mutex
			ran := map[int]int{}
			by := [2]int{}
			var queues []*job.Queue
			for i, d := range nodes {
				q := job.NewQueue(d, quiet(job.Options{Quick: 4}))
				job.Handle(q, "note", job.Quick, func(_ context.Context, _ *job.Run, a note) error {
					time.Sleep(5 * time.Millisecond)
					mu.Lock()
					defer mu.Unlock()
					ran[a.N]++
					by[i]++
					return nil
				})
				queues = append(queues, q)
			}
			err := nodes[0].Write(t.Context(), func(tx *db.Tx) error {
				for n := range jobs {
					if _, err := queues[0].Enqueue(t.Context(), tx, job.Job{Kind: "note", Args: note{n}}); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			start(t, queues[0])
			start(t, queues[1])
			await(t, "all done", func() bool {
				var open int
				if err := nodes[0].Reader().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM job WHERE state = 0`).Scan(&open); err != nil {
					t.Fatal(err)
				}
				return open == 0
			})
			mu.Lock()
			defer mu.Unlock()
			if len(ran) != jobs {
				t.Fatalf("%d of %d jobs ran", len(ran), jobs)
			}
			for n, times := range ran {
				if times != 1 {
					t.Errorf("job %d ran %d times", n, times)
				}
			}
			if by[0] == 0 || by[1] == 0 {
				t.Errorf("one node did nothing: %v", by)
			}
		})
	}
}

func open(t *testing.T, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}
