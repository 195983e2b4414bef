package fees

import (
	"context"
	"errors"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/problem"
)

// What a person needs to do with money, as positions grant it. Taking money back needs another person
// than taking it (finance handbook SOD-02, SOD-08).
const (
	ReadBills      = "fin.bill.read"
	CorrectBills   = "fin.bill.approve"
	Collect        = "fin.receipt.execute"
	ReadReceipts   = "fin.receipt.read"
	ReverseReceipt = "fin.receipt.approve"
)

// Household is a room as the desk sees it.
type Household struct {
	RoomID      db.ID
	ProjectID   db.ID
	ProjectCode string // in receipt numbers, "JLHY"
	Project     string // its name
	Room        string // as people say it: 锦澜花园 3-1-502
	OwnerID     db.ID  // customer who pays; 0 when nobody is registered
	Owner       string
	Phone       string // masked
	Plates      []string
}

// Estate finds households. Homes is the one of the house; tests bring their own.
type Estate interface {
	// FindHouseholds searches by room, name, phone or plate within the caller's scope, best first, at most limit.
	FindHouseholds(ctx context.Context, q db.Queryer, text string, limit int) ([]Household, error)
	// Household returns one room, whatever the project; no such room is db.ErrNotFound.
	Household(ctx context.Context, q db.Queryer, room db.ID) (Household, error)
}

// Fees charges and collects. Make it once with New; it is safe for concurrent use.
type Fees struct {
	books    *ledger.Ledger
	workdays *calendar.Workdays
	estate   Estate
}

// New puts the fee desk together.
func New(books *ledger.Ledger, workdays *calendar.Workdays, estate Estate) *Fees {
	return &Fees{books: books, workdays: workdays, estate: estate}
}

func (f *Fees) household(ctx context.Context, q db.Queryer, room db.ID) (Household, error) {
	h, err := f.estate.Household(ctx, q, room)
	if errors.Is(err, db.ErrNotFound) {
		return h, problem.NotFound("没有这个房屋，请重新查找", "There is no such room; search again")
	}
	return h, err
}
