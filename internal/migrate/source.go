package migrate

import (
	"context"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/sheet"
)

// Source reads one kind of workbook into the registers. It must be able to run again: after a crash the rows of the
// same batch that are there already count as written.
type Source interface {
	// Run goes through the whole workbook once and judges every row. With In.Write it also writes the good ones, in
	// many small transactions. Faults of rows are in the result; an error is about the file, the rights or the machine.
	Run(ctx context.Context, in In) (*Result, error)
}

// In is what a source works on.
type In struct {
	DB       *db.DB
	Book     *sheet.Book
	Project  db.ID // 0 only when checking for a project that does not exist yet
	Batch    db.ID
	Write    bool
	Progress func(rows int) error // called for every row or so; its error stops the run

	// Resume is how many rows an earlier, interrupted run has written for certain, and Mark stores that number in the
	// transaction that writes them. Sources whose rows find themselves again by their keys need neither.
	Resume int
	Mark   func(ctx context.Context, tx *db.Tx, rows int) error
}

// MaxFaults is how many bad cells are kept by name; beyond it they are only counted.
const MaxFaults = 5000

// Result counts rows of the file, not rows of registers.
type Result struct {
	Total   int // rows with content below the titles of known sheets
	OK      int // rows that can be (or were) written, updates included
	Updates int // of those, rows that change something existing
	Same    int // of those, rows that are there already, unchanged
	Bad     int // rows refused
	Faults  []sheet.Fault
	More    int            // bad cells beyond MaxFaults
	Headers map[string]int // sheet → row of the titles
	Counts  map[string]int // register → new rows
	Notes   []Note
}

// Note tells the person who imports something that is not about a single cell.
type Note struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// NewResult returns an empty result.
func NewResult() *Result {
	return &Result{Headers: map[string]int{}, Counts: map[string]int{}, Faults: []sheet.Fault{}, Notes: []Note{}}
}

// Row enters the verdict on one row: its faults, and what it does if it has none but warnings.
func (r *Result) Row(faults []sheet.Fault, effect Effect) {
	r.Total++
	bad := false
	for _, f := range faults {
		bad = bad || !f.Warning
		if len(r.Faults) < MaxFaults {
			r.Faults = append(r.Faults, f)
		} else {
			r.More++
		}
	}
	if bad {
		r.Bad++
		return
	}
	r.OK++
	switch effect {
	case Changes:
		r.Updates++
	case Nothing:
		r.Same++
	}
}

// Effect is what a good row does.
type Effect int

// Effects of a row.
const (
	Creates Effect = iota
	Changes
	Nothing
)
