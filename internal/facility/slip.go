package facility

import (
	"context"
	"errors"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/money"
)

// Slip is what the paper "work-slip" (维修派工单) shows; before the work it leaves room to write.
type Slip struct {
	Company     string
	Project     string
	No          string
	Room        string
	Reporter    string
	Phone       string // masked: the technician calls from the app
	ReportedAt  int64
	FaultZh     string
	FaultEn     string
	PriorityZh  string
	PriorityEn  string
	Description string
	Slot        string
	Technician  string
	DueAt       int64
	Needs       string
	ChargeZh    string
	ChargeEn    string
	Lines       []SlipLine
	Labour      money.Fen
	Total       money.Fen
}

// SlipLine is one material on the slip.
type SlipLine struct {
	Name     string
	Quantity string
	Price    money.Fen
	Amount   money.Fen
}

var chargeNames = map[string]Title{"free": {"免费", "Free"}, "paid": {"有偿", "Paid"}, "warranty": {"保修", "Warranty"}, "third": {"第三方责任", "Third party"}}

// Slip puts the work slip of an order together. The order is read within the caller's scope.
func (s *Service) Slip(ctx context.Context, q db.Queryer, order db.ID, company string) (Slip, *Order, error) {
	o, err := Orders.Get(ctx, q, order)
	if err != nil {
		return Slip{}, nil, err
	}
	fault, level := s.faults.Faults[o.FaultCode], s.levels.Levels[o.Priority]
	p := Slip{Company: company, No: o.No, Room: o.Place, ReportedAt: o.OpenedAt, FaultZh: fault.Zh, FaultEn: fault.En, PriorityZh: o.Priority + " " + level.Zh,
		PriorityEn: o.Priority + " " + level.En, Description: o.Description, DueAt: o.DueAt, Needs: o.Needs, ChargeZh: chargeNames[o.ChargeKind].Zh,
		ChargeEn: chargeNames[o.ChargeKind].En, Labour: money.Fen(o.LabourFee), Total: money.Fen(o.QuoteFee)}
	if o.FinishedAt != 0 {
		p.Total = money.Fen(o.Cost)
	}
	for _, l := range o.Lines {
		amount, err := money.Scaled(l.Qty, 2).Times(l.UnitPrice.Yuan()).Fen()
		if err != nil {
			return Slip{}, nil, err
		}
		p.Lines = append(p.Lines, SlipLine{Name: l.Item, Quantity: quantity(l.Qty), Price: l.UnitPrice, Amount: amount})
	}
	var slot int64
	for _, part := range []struct {
		query string
		id    db.ID
		into  []any
	}{
		{`SELECT name FROM project WHERE id = $1`, o.ProjectID, []any{&p.Project}},
		{`SELECT requester_name, phone, slot_from FROM service_request WHERE id = $1`, o.RequestID, []any{&p.Reporter, &p.Phone, &slot}},
		{`SELECT name FROM employee WHERE id = $1`, o.AssigneeID, []any{&p.Technician}},
	} {
		if err := q.QueryRowContext(ctx, part.query, part.id).Scan(part.into...); err != nil && !errors.Is(err, db.ErrNotFound) {
			return Slip{}, nil, err
		}
	}
	p.Phone = estate.MaskPhone(p.Phone)
	if slot != 0 {
		p.Slot = calendar.FormatLocal(slot)
	}
	return p, o, nil
}
