package job

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/lifang/lifang/internal/db"
)

// Lane separates work that takes milliseconds from work that takes minutes, so
// that an import never keeps a reminder waiting.
type Lane int64

// The lanes.
const (
	Quick Lane = iota
	Long
)

const (
	claimLimit  = 50
	maxAttempts = 8
	firstDelay  = 10 * time.Second
	maxDelay    = time.Hour
	keepDone    = 30 * 24 * time.Hour
)

// Options tune a queue. The zero value is right for a node in service.
type Options struct {
	// Node names this worker in lease columns; empty means host and a random part.
	Node string
	// Lease is how long a dead node keeps its jobs from the others; default 30 s.
	Lease time.Duration
	// Poll is the longest sleep between looks at the table; default 1 s.
	Poll time.Duration
	// Quick and Long are the numbers of jobs that run at the same time; defaults 32 and 2.
	Quick, Long int
	// Grace is how long Stop waits for running handlers before it cancels them; default 5 s.
	Grace time.Duration
	// OnProgress is told after every durable change of a job's progress or state. It must not block.
	OnProgress func(id db.ID)
	Log        *slog.Logger
}

// Queue claims and runs jobs. Handlers and schedules are declared before Start.
type Queue struct {
	db         *db.DB
	opt        Options
	kinds      map[string]kind
	schedules  []schedule
	singletons []singleton
	wake       [2]chan struct{}
	outcomes   chan outcome

	mu      sync.Mutex
	running map[db.ID]*Run

	stopClaiming context.CancelFunc
	cancelRuns   context.CancelCauseFunc
	loops        sync.WaitGroup
	runs         sync.WaitGroup
	completer    chan struct{}
}

type kind struct {
	lane Lane
	run  func(ctx context.Context, run *Run) error
}

// NewQueue makes a queue on d. Enqueue works at once; nothing runs before Start.
func NewQueue(d *db.DB, o Options) *Queue {
	if o.Node == "" {
		host, _ := os.Hostname() // the random part alone is enough
		o.Node = host + "-" + rand.Text()[:8]
	}
	if o.Lease == 0 {
		o.Lease = 30 * time.Second
	}
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	if o.Quick == 0 {
		o.Quick = 32
	}
	if o.Long == 0 {
		o.Long = 2
	}
	if o.Grace == 0 {
		o.Grace = 5 * time.Second
	}
	if o.OnProgress == nil {
		o.OnProgress = func(db.ID) {}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Queue{
		db: d, opt: o, kinds: map[string]kind{}, running: map[db.ID]*Run{},
		wake:     [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)},
		outcomes: make(chan outcome, claimLimit),
	}
}

// Handle declares what runs for jobs of one kind. Args is the JSON shape of the
// job's arguments; arguments that do not fit make an incident, not a retry.
// It panics if the kind is declared twice: that is a mistake in the program.
func Handle[Args any](q *Queue, name string, lane Lane, fn func(ctx context.Context, run *Run, args Args) error) {
	if _, twice := q.kinds[name]; twice {
		panic("job: kind declared twice: " + name)
	}
	q.kinds[name] = kind{lane: lane, run: func(ctx context.Context, run *Run) error {
		var args Args
		if err := json.Unmarshal(run.args, &args); err != nil {
			return Fail(fmt.Errorf("arguments of %s: %w", name, err))
		}
		return fn(ctx, run, args)
	}}
}

// Job is work to be done.
type Job struct {
	Kind string
	// Args is stored as JSON.
	Args any
	// Key, if set, is unique among the open jobs of the kind: enqueuing it again
	// changes nothing and returns the job that is already open.
	Key string
	// RunAt is the earliest start in unix ms; 0 means now.
	RunAt int64
}

// ErrUnknownKind says that no handler was declared for a kind.
var ErrUnknownKind = errors.New("no such kind of job")

// Enqueue writes the job in the caller's transaction, so that it exists exactly
// if the caller's change does, and wakes this node's workers after the commit.
func (q *Queue) Enqueue(ctx context.Context, tx *db.Tx, j Job) (db.ID, error) {
	k, ok := q.kinds[j.Kind]
	if !ok {
		return 0, fmt.Errorf("%w: %q", ErrUnknownKind, j.Kind)
	}
	if j.Args == nil {
		j.Args = struct{}{}
	}
	args, err := json.Marshal(j.Args)
	if err != nil {
		return 0, fmt.Errorf("arguments of %s: %w", j.Kind, err)
	}
	if j.RunAt == 0 {
		j.RunAt = tx.Now()
	}
	id := tx.NewID()
	result, err := tx.ExecContext(ctx, `INSERT INTO job
		(id, kind, uniq, lane, args, state, run_at, attempts, lease_until, lease_by, done, total, note, stored, error, created_at, finished_at)
		VALUES ($1, $2, $3, $4, $5, 0, $6, 0, 0, '', 0, 0, '', '', '', $7, 0)
		ON CONFLICT (kind, uniq) WHERE state = 0 AND uniq <> '' DO NOTHING`,
		id, j.Kind, j.Key, int64(k.lane), string(args), j.RunAt, tx.Now())
	if err != nil {
		return 0, err
	}
	if n, err := result.RowsAffected(); err != nil {
		return 0, err
	} else if n == 0 {
		return id, tx.QueryRowContext(ctx, `SELECT id FROM job WHERE kind = $1 AND uniq = $2 AND state = 0`, j.Kind, j.Key).Scan(&id)
	}
	tx.AfterCommit(func() { q.rouse(k.lane) })
	return id, nil
}

func (q *Queue) rouse(lane Lane) {
	select {
	case q.wake[lane] <- struct{}{}:
	default: // it is awake already
	}
}

// Cancel takes back a job that has not finished. A run in progress notices at
// its next checkpoint or lease renewal.
func (q *Queue) Cancel(ctx context.Context, tx *db.Tx, id db.ID) error {
	tx.AfterCommit(func() { q.opt.OnProgress(id) })
	return db.ExecOne(ctx, tx, `UPDATE job SET state = 3, lease_until = 0, lease_by = '', finished_at = $1 WHERE id = $2 AND state IN (0, 2)`, tx.Now(), id)
}

// Retry opens an incident again with a full count of attempts.
func (q *Queue) Retry(ctx context.Context, tx *db.Tx, id db.ID) error {
	tx.AfterCommit(func() { q.rouse(Quick); q.rouse(Long); q.opt.OnProgress(id) })
	return db.ExecOne(ctx, tx, `UPDATE job SET state = 0, attempts = 0, run_at = $1, finished_at = 0 WHERE id = $2 AND state = 2`, tx.Now(), id)
}
