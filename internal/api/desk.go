package api

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/facility"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/paper"
)

// ServiceDesk is what the workbench and the service desk need.
type ServiceDesk struct {
	DB       *db.DB
	Flow     *flow.Engine
	Facility *facility.Service
	Press    *paper.Press
	// Company is its name on papers.
	Company func(ctx context.Context) (string, error)
}

// readOrders shows requests; whoever holds it works at the desk or above it.
const readOrders = "svc.order.read"

const trendDays = 14

// Desk is the workbench: what waits, how things stand, who calls.
func Desk(desk ServiceDesk) Module {
	return func(s *Server) {
		Add(s, Op{Method: "GET", Path: "/api/desk/summary", ID: "deskSummary", Permission: Staff, Tag: "desk", Zh: "工作台", En: "Workbench"}, desk.summary)
		Add(s, Op{Method: "GET", Path: "/api/desk/find", ID: "deskFind", Permission: readOrders, Tag: "desk",
			Zh: "来电查找住户与在办单", En: "Find who calls, with open requests"}, desk.find)
		Add(s, Op{Method: "GET", Path: "/api/work-orders/{id}/print", ID: "printWorkOrder", Permission: "eng.repair.read", Tag: "desk", Produces: "text/html",
			Zh: "打印维修派工单", En: "Print a work slip"}, desk.slip)
	}
}

// DeskSummary are the figures of the workbench, each within the caller's scope; what he may not see is zero.
type DeskSummary struct {
	Todo          int64          `json:"todo" doc:"tasks that wait for the caller"`
	Overdue       int64          `json:"overdue" doc:"open tasks past their limit"`
	OpenCases     int64          `json:"open_cases" doc:"requests not closed"`
	TodayReceived money.Fen      `json:"today_received" doc:"fen received today"`
	OwedTotal     money.Fen      `json:"owed_total" doc:"fen owed"`
	Trend         []facility.Day `json:"trend" doc:"requests of the last 14 days, oldest first"`
}

func (d ServiceDesk) summary(ctx context.Context, _ *Nothing) (*DeskSummary, error) {
	who, q, now := access.From(ctx), d.DB.Reader(), d.DB.Now()
	orders := who.Scope(readOrders)
	var s DeskSummary
	for _, figure := range []func() error{
		func() (err error) { s.Todo, err = d.Flow.Badge(ctx, who.PersonID); return err },
		func() (err error) { s.Overdue, err = d.Flow.Overdue(ctx, orders); return err },
		func() (err error) { s.OpenCases, err = facility.OpenRequests(ctx, q, orders); return err },
		func() (err error) { s.Trend, err = facility.Trend(ctx, q, orders, now, trendDays); return err },
		func() (err error) { s.OwedTotal, err = fees.OwedIn(ctx, q, who.Scope(fees.ReadBills)); return err },
		func() (err error) {
			s.TodayReceived, err = fees.ReceivedIn(ctx, q, who.Scope(fees.ReadReceipts), calendar.DateOf(now))
			return err
		},
	} {
		if err := figure(); err != nil {
			return nil, err
		}
	}
	return &s, nil
}

type deskFindIn struct {
	Q     string `query:"q" maxLength:"60" doc:"room, name, phone or plate, or a part of one"`
	Limit int64  `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

// DeskHousehold is a household with its open requests.
type DeskHousehold struct {
	estate.FoundHousehold
	OpenCases []HomeCase `json:"open_cases"`
}

type deskFound struct {
	Items []DeskHousehold `json:"items"`
}

func (d ServiceDesk) find(ctx context.Context, in *deskFindIn) (*deskFound, error) {
	if in.Limit == 0 {
		in.Limit = 10
	}
	q := d.DB.Reader()
	homes, err := estate.FindHouseholds(ctx, q, in.Q, int(in.Limit))
	if err != nil {
		return nil, err
	}
	out := &deskFound{Items: []DeskHousehold{}}
	orders := access.From(ctx).Scope(readOrders)
	for _, h := range homes {
		one := DeskHousehold{FoundHousehold: h, OpenCases: []HomeCase{}}
		if orders.Covers(h.ProjectID) {
			open, err := d.Facility.ThreadsIn(ctx, q, h.RoomID)
			if err != nil {
				return nil, err
			}
			one.OpenCases = homeCases(ctx, open)
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}

type workOrderIn struct {
	ID db.ID `path:"id"`
}

// slip prints the work slip of an order; every print is recorded.
func (d ServiceDesk) slip(ctx context.Context, in *workOrderIn) (*page, error) {
	company, err := d.Company(ctx)
	if err != nil {
		return nil, err
	}
	data, order, err := d.Facility.Slip(ctx, d.DB.Reader(), in.ID, company)
	if err != nil {
		return nil, err
	}
	if err := d.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{Action: "print", Object: "work-orders", ObjectID: order.ID, ProjectID: order.ProjectID, Note: "work-slip"})
	}); err != nil {
		return nil, err
	}
	return printed(ctx, d.Press, "work-slip", data)
}
