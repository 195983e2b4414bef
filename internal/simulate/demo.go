package simulate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/blob"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/identity"
	"github.com/lifang/lifang/internal/problem"
)

// Password of every demo account.
const Password = "lifang2026"

const (
	minute = int64(60_000)
	hour   = 60 * minute
	day    = 24 * hour
	past   = 35 * day // how long the company has been running
)

// ErrInUse says that the database holds a company already.
var ErrInUse = problem.Conflict("company_exists", "这里已经有一家公司，请换一个空文件夹或空数据库", "There is a company here already; choose an empty folder or database")

// House is what the simulation plays through.
type House struct {
	DB       *db.DB
	Identity *identity.Service
	Flow     *flow.Engine
	Fees     *fees.Fees
	Files    *blob.Store
}

// Options say how large the company is.
type Options struct {
	Rooms int    // at least 40
	Seed  uint64 // another seed, another company
	Until int64  // unix ms: the present
}

// Clock is the time of the simulated company. It only goes forward.
type Clock struct{ ms atomic.Int64 }

// NewClock makes a clock that stands at an instant (unix ms).
func NewClock(at int64) *Clock {
	c := &Clock{}
	c.ms.Store(at)
	return c
}

// Now is the time in unix ms, for db.Options.
func (c *Clock) Now() int64 { return c.ms.Load() }

func (c *Clock) set(at int64) { c.ms.Store(max(at, c.ms.Load())) }

// Begin is the instant at which the simulated company opens, given the present (unix ms).
func Begin(until int64) int64 { return until - past }

// Report says what there is.
type Report struct {
	Projects, Rooms, Customers, Vehicles, Employees int
	Requests, Charges, Receipts                     int
}

// sim is a running simulation.
type sim struct {
	House
	ctx    context.Context
	clock  *Clock
	o      Options
	rng    *rand.Rand
	report Report
	places []*place
	staff  map[string][]person // by position code, in the order of their numbers
	hash   string
	photos map[string]flow.File
	serial int
}

// place is a project with what the stories need of it.
type place struct {
	estate.Project
	unit      db.ID
	homes     []home // delivered homes with an owner, the first ones with the known phones
	technique []person
	desk      []person
}

// home is a delivered room.
type home struct {
	room  db.ID
	area  int64
	owner person
}

// person is an employee or a resident.
type person struct {
	id   db.ID
	name string
}

// as is a context in which somebody acts with all rights; the trail names him.
func (s *sim) as(p person, kind access.Kind) context.Context {
	return access.OnBehalf(access.With(s.ctx, &access.Principal{PersonID: p.id, Kind: kind, Name: p.name, Lang: "zh"}))
}

// Demo makes the company and lets it live until now.
func Demo(ctx context.Context, h House, clock *Clock, o Options) (Report, error) {
	s := &sim{House: h, ctx: access.With(ctx, access.System("demo")), clock: clock, o: o, rng: rand.New(rand.NewPCG(o.Seed, 0x4c69)),
		staff: map[string][]person{}, photos: map[string]flow.File{}}
	s.o.Rooms = max(o.Rooms, 40)
	var companies int
	if err := h.DB.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM org_unit`).Scan(&companies); err != nil {
		return s.report, err
	}
	if companies > 0 {
		return s.report, ErrInUse
	}
	s.hash = h.Identity.Hash(Password)
	for _, step := range []struct {
		name string
		do   func() error
	}{{"company", s.company}, {"estate", s.estate}, {"pictures", s.pictures}, {"life", s.live}, {"messages", s.readOldMessages}} {
		if err := step.do(); err != nil {
			return s.report, fmt.Errorf("demo %s: %w", step.name, err)
		}
	}
	clock.set(o.Until)
	return s.report, nil
}

// readOldMessages marks as read what people were told of cases in which nothing waits any more, as they would have done.
func (s *sim) readOldMessages() error {
	return s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE message SET read_at = created_at, updated_at = created_at WHERE read_at = 0 AND link NOT IN
			(SELECT '/case/' || CAST(inst_id AS TEXT) FROM flow_task WHERE kind = 0 AND state IN (0, 3))`)
		return err
	})
}

// write runs fn as the system in one transaction.
func (s *sim) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return s.DB.Write(s.ctx, func(tx *db.Tx) error { return fn(s.ctx, tx) })
}

// chance is true in percent of the cases.
func (s *sim) chance(percent int) bool { return s.rng.IntN(100) < percent }

func (s *sim) between(from, to int64) int64 { return from + s.rng.Int64N(to-from+1) }

func pick[T any](s *sim, list []T) T { return list[s.rng.IntN(len(list))] }

func (s *sim) command() string {
	s.serial++
	return fmt.Sprintf("demo-%d-%06d", s.o.Seed, s.serial)
}
