package hc

import (
	"context"
	"slices"
	"strconv"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/migrate"
	"github.com/lifang/lifang/internal/sheet"
)

// Source reads the workbooks. Fees, if given, takes the fee settings; without it they are recognised, judged and
// mentioned in the notes.
type Source struct {
	Fees Fees
}

// Fees takes fee settings and what they are applied to; the fees package offers it and app hands it in.
type Fees interface {
	// ImportFee creates the fee item of a setting, or finds the one of that name.
	ImportFee(ctx context.Context, tx *db.Tx, project, batch db.ID, f FeeSetting) error
}

// FeeSetting is a row of the sheet 费用设置. Price in 0.01 yuan per m² and month, Fixed in fen.
type FeeSetting struct {
	No, Name     string
	Recurring    bool
	CycleMonths  int64
	ByArea       bool
	Price, Fixed int64
	From, To     calendar.Date
}

// run is one pass through a workbook.
type run struct {
	ctx    context.Context
	in     migrate.In
	source Source
	tables map[form]*sheet.Table
	*state
	w       *writer
	result  *migrate.Result
	members map[string][]member // owner code → members of the household without a room so far
	group   group
	shared  int // people who share a phone
	seen    int // rows gone through

	feeCount int
	failed   error // of a write between two rooms of the flat sheet
}

// Run judges and, if asked, writes. See package migrate.
func (s Source) Run(ctx context.Context, in migrate.In) (*migrate.Result, error) {
	if in.Project != 0 {
		for _, p := range []string{"estate.building.write", "estate.room.write", "estate.customer.write", "estate.ownership.write", "estate.occupancy.write",
			"estate.household.write", "estate.parking.write", "estate.vehicle.write"} {
			if err := access.From(ctx).Require(p, in.Project); err != nil {
				return nil, err
			}
		}
	}
	tables, err := recognise(in.Book)
	if err != nil {
		return nil, err
	}
	r := &run{ctx: ctx, in: in, source: s, tables: tables, state: newState(), members: map[string][]member{}, result: migrate.NewResult()}
	r.w = &writer{in: in, counts: r.result.Counts, today: calendar.DateOf(in.DB.Now())}
	if err := r.load(ctx, in.DB.Reader(), in.Project); err != nil {
		return nil, err
	}
	if err := r.ownerCodes(); err != nil {
		return nil, err
	}
	for _, step := range []struct {
		form form
		row  func(*line) migrate.Effect
		end  func()
	}{
		{buildingsForm, r.buildingRow, nil}, {ownersForm, r.ownerRow, nil}, {feesForm, r.feeRow, r.feeNote},
		{roomsForm, r.roomRow, nil}, {flatForm, r.flatRow, r.endGroup}, {spacesForm, r.spaceRow, nil},
	} {
		if err := r.table(step.form, step.row); err != nil {
			return nil, err
		}
		if step.end != nil {
			step.end()
		}
	}
	r.householdNote()
	return r.result, r.w.flush(ctx, s.Fees)
}

// table judges every row of a sheet.
func (r *run) table(f form, row func(*line) migrate.Effect) error {
	t := r.tables[f]
	if t == nil {
		return nil
	}
	r.result.Headers[t.Sheet] = t.Header
	return t.Each(func(rec sheet.Record) error {
		l := &line{Record: rec}
		effect := row(l)
		slices.SortStableFunc(l.faults, func(a, b sheet.Fault) int { return a.Col - b.Col })
		r.result.Row(l.faults, effect)
		r.seen++
		if r.in.Progress != nil {
			if err := r.in.Progress(r.seen); err != nil {
				return err
			}
		}
		if f == flatForm { // whole rooms only: flatRow writes between them
			return r.failed
		}
		return r.w.full(r.ctx, r.source.Fees)
	})
}

func (r *run) note(zh, en string) {
	r.result.Notes = append(r.result.Notes, migrate.Note{Zh: zh, En: en})
}

func (r *run) householdNote() {
	if r.shared > 0 {
		n := strconv.Itoa(r.shared)
		r.note(n+" 人与他人共用手机号，已标记为共用号码。", n+" people share a phone with somebody else and were marked so.")
	}
}

// again finds the earlier row of the file with the same key, or enters this one.
func (r *run) again(row int, parts ...string) (earlier int, ok bool) {
	k := r.key(parts...)
	earlier, ok = r.rows[k]
	if !ok {
		r.rows[k] = row
	}
	return earlier, ok
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
