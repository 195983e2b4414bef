package job

import (
	"context"
	"time"

	"github.com/lifang/lifang/internal/db"
)

// Acquire takes or renews the lease called name for holder, for ttl from now,
// and reports whether holder has it. The lease of a holder who died is free when
// its time is over.
func Acquire(ctx context.Context, d *db.DB, name, holder string, ttl time.Duration) (bool, error) {
	var held bool
	err := d.Write(ctx, func(tx *db.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE lease.holder = excluded.holder OR lease.until <= $4`, name, holder, tx.Now()+ttl.Milliseconds(), tx.Now())
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		held = n == 1
		return err
	})
	return held, err
}

// Release gives a lease back before its time; it does nothing if holder has it no more.
func Release(ctx context.Context, d *db.DB, name, holder string) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE lease SET until = 0 WHERE name = $1 AND holder = $2`, name, holder)
		return err
	})
}

// releaseTime bounds the giving back of a lease at the end.
const releaseTime = 10 * time.Second

type singleton struct {
	name  string
	every time.Duration
	fn    func(ctx context.Context) error
}

// Singleton runs fn every so often on one node of the cluster: the one that
// holds the lease. It is for short frequent chores such as sealing the audit
// trail, for which a job row each time would be noise. fn's context ends when
// the lease would; after an error it runs again at the next turn.
func (q *Queue) Singleton(name string, every time.Duration, fn func(ctx context.Context) error) {
	q.singletons = append(q.singletons, singleton{name: name, every: every, fn: fn})
}

func (q *Queue) keepSingleton(ctx context.Context, s singleton) {
	var until time.Time
	for {
		select {
		case <-ctx.Done():
			if time.Now().Before(until) {
				release, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
				if err := Release(release, q.db, s.name, q.opt.Node); err != nil {
					q.opt.Log.Warn("jobs: cannot release "+s.name, "error", err)
				}
				cancel()
			}
			return
		case <-time.After(s.every):
		}
		// Renewing only in the last third keeps an idle system from writing all the time.
		if time.Until(until) < q.opt.Lease/3 {
			asked := time.Now()
			held, err := Acquire(ctx, q.db, s.name, q.opt.Node, q.opt.Lease)
			if err != nil {
				q.complain(ctx, "lease "+s.name, err)
			}
			if until = (time.Time{}); held {
				until = asked.Add(q.opt.Lease)
			}
		}
		if !time.Now().Before(until) {
			continue
		}
		turn, cancel := context.WithDeadline(ctx, until)
		if err := s.fn(turn); err != nil {
			q.complain(ctx, s.name, err)
		}
		cancel()
	}
}
