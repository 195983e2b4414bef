package hc

import (
	"context"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/migrate"
	"github.com/lifang/lifang/internal/register"
)

// chunk is how many new rows are written in one transaction.
const chunk = 500

// writer collects new rows and writes them in the order in which they refer to each other. When only checking it
// counts them.
type writer struct {
	in     migrate.In
	counts map[string]int
	today  calendar.Date
	fake   db.ID
	n      int

	buildings   []*estate.Building
	units       []*estate.Unit
	customers   []*estate.Customer
	rooms       []*estate.Room
	ownerships  []*estate.Ownership
	occupancies []*estate.Occupancy
	households  []*estate.Household
	spaces      []*estate.ParkingSpace
	vehicles    []*estate.Vehicle
	fees        []FeeSetting
	changes     []func(ctx context.Context, tx *db.Tx) error
}

// id gives a new id; while checking it is worth nothing.
func (w *writer) id() db.ID {
	if w.in.Write {
		return w.in.DB.NewID()
	}
	w.fake++
	return w.fake
}

func (w *writer) row() register.Row {
	return register.Row{ID: w.id(), ProjectID: w.in.Project, BatchID: w.in.Batch}
}

func add[T any](w *writer, name string, list *[]*T, row *T) {
	w.counts[name]++
	if w.in.Write {
		*list = append(*list, row)
		w.n++
	}
}

// change is an update of something that is there already.
func (w *writer) change(fn func(ctx context.Context, tx *db.Tx) error) {
	if w.in.Write {
		w.changes = append(w.changes, fn)
		w.n++
	}
}

// full writes when enough has come together.
func (w *writer) full(ctx context.Context, fees Fees) error {
	if w.n < chunk {
		return nil
	}
	return w.flush(ctx, fees)
}

func (w *writer) flush(ctx context.Context, fees Fees) error {
	if w.n == 0 {
		return nil
	}
	ctx = estate.Prechecked(ctx)
	batch := w.in.Batch
	err := w.in.DB.Write(ctx, func(tx *db.Tx) error {
		for _, step := range []func() error{
			func() error { return estate.Buildings.CreateAll(ctx, tx, batch, w.buildings) },
			func() error { return estate.Units.CreateAll(ctx, tx, batch, w.units) },
			func() error { return estate.Customers.CreateAll(ctx, tx, batch, w.customers) },
			func() error { return estate.ImportRooms(ctx, tx, batch, w.rooms) },
			func() error { return estate.Ownerships.CreateAll(ctx, tx, batch, w.ownerships) },
			func() error { return estate.Occupancies.CreateAll(ctx, tx, batch, w.occupancies) },
			func() error { return estate.Households.CreateAll(ctx, tx, batch, w.households) },
			func() error { return estate.ParkingSpaces.CreateAll(ctx, tx, batch, w.spaces) },
			func() error { return estate.Vehicles.CreateAll(ctx, tx, batch, w.vehicles) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		for _, f := range w.fees {
			if err := fees.ImportFee(ctx, tx, w.in.Project, batch, f); err != nil {
				return err
			}
		}
		for _, do := range w.changes {
			if err := do(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.buildings, w.units, w.customers, w.rooms, w.ownerships = w.buildings[:0], w.units[:0], w.customers[:0], w.rooms[:0], w.ownerships[:0]
	w.occupancies, w.households, w.spaces, w.vehicles = w.occupancies[:0], w.households[:0], w.spaces[:0], w.vehicles[:0]
	w.fees, w.changes, w.n = w.fees[:0], w.changes[:0], 0
	return nil
}
