package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/lifang/lifang/internal/db"
)

// civil is the zone in which schedules are written: 03:00 means 03:00 in China.
var civil = time.FixedZone("Asia/Shanghai", 8*60*60)

type schedule struct {
	name string
	spec string
	when cron.Schedule
	job  Job
}

// Schedule enqueues a job again and again. spec is a cron line of five fields in
// China time ("0 3 * * *") or "@every 10m". The times are rows, so of several
// nodes exactly one enqueues, and times missed while nothing ran are made up by
// one job, not by many. While the last job of the schedule is still open no
// other is added. It panics if the spec is wrong: that is a mistake in the program.
func (q *Queue) Schedule(name, spec string, j Job) {
	when, err := cron.ParseStandard(spec)
	if err != nil {
		panic(fmt.Sprintf("job: schedule %s: %v", name, err))
	}
	j.Key = "schedule/" + name
	q.schedules = append(q.schedules, schedule{name: name, spec: spec, when: when, job: j})
}

func (s schedule) next(after int64) int64 {
	return s.when.Next(time.UnixMilli(after).In(civil)).UnixMilli()
}

func (q *Queue) keepSchedules(ctx context.Context) {
	swept := int64(0)
	for {
		sleep := q.opt.Poll
		for _, s := range q.schedules {
			wait, err := q.fireSchedule(ctx, s)
			if err != nil {
				q.complain(ctx, "schedule "+s.name, err)
			} else {
				sleep = min(sleep, wait)
			}
		}
		if now := q.db.Now(); now-swept > time.Hour.Milliseconds() {
			swept = now
			if err := q.sweep(ctx); err != nil {
				q.complain(ctx, "cannot sweep finished jobs", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(sleep, time.Millisecond)):
		}
	}
}

// fireSchedule enqueues the job if it is due and returns how long to wait.
func (q *Queue) fireSchedule(ctx context.Context, s schedule) (time.Duration, error) {
	var spec string
	var next int64
	err := q.db.Reader().QueryRowContext(ctx, `SELECT spec, next_at FROM schedule WHERE name = $1`, s.name).Scan(&spec, &next)
	now := q.db.Now()
	switch {
	case errors.Is(err, db.ErrNotFound), err == nil && spec != s.spec:
		return 0, q.db.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO schedule (name, spec, next_at, last_at) VALUES ($1, $2, $3, 0)
				ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, next_at = excluded.next_at WHERE schedule.spec <> excluded.spec`,
				s.name, s.spec, s.next(tx.Now()))
			return err
		})
	case err != nil:
		return 0, err
	case next > now:
		return time.Duration(next-now) * time.Millisecond, nil
	}
	err = q.db.Write(ctx, func(tx *db.Tx) error {
		if err := db.ExecOne(ctx, tx, `UPDATE schedule SET next_at = $1, last_at = $2 WHERE name = $3 AND next_at = $4`,
			s.next(tx.Now()), tx.Now(), s.name, next); err != nil {
			return err
		}
		_, err := q.Enqueue(ctx, tx, s.job)
		return err
	})
	if errors.Is(err, db.ErrStale) {
		return 0, nil // another node was faster
	}
	return 0, err
}

// sweep forgets jobs that finished long ago; incidents stay until somebody looks.
func (q *Queue) sweep(ctx context.Context) error {
	return q.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM job WHERE state = 1 AND finished_at < $1`, tx.Now()-keepDone.Milliseconds())
		return err
	})
}
