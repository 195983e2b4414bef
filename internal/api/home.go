package api

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/facility"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/money"
)

// OwnerDesk is what the owner's app needs. Everything is limited to the rooms of the caller.
type OwnerDesk struct {
	DB       *db.DB
	Fees     *fees.Fees
	Facility *facility.Service
	// Rooms are the rooms a resident belongs to.
	Rooms func(ctx context.Context, who *access.Principal) ([]estate.ResidentRoom, error)
}

const (
	homeCaseLimit = 50
	homeBillLimit = 200
)

// HomePage is the owner's app: own rooms, what they owe, own requests.
func HomePage(desk OwnerDesk) Module {
	return func(s *Server) {
		Add(s, Op{Method: "GET", Path: "/api/home", ID: "home", Permission: Resident, Tag: "home", Zh: "业主首页", En: "The owner's home page"}, desk.home)
		Add(s, Op{Method: "GET", Path: "/api/home/charges", ID: "homeCharges", Permission: Resident, Tag: "home", Zh: "我的账单", En: "My charges"}, desk.charges)
		Add(s, Op{Method: "GET", Path: "/api/home/receipts", ID: "homeReceipts", Permission: Resident, Tag: "home", Zh: "我的收据", En: "My receipts"}, desk.receipts)
	}
}

// HomeCase is a request as its requester sees it; step and next are in his language.
type HomeCase struct {
	ID    db.ID  `json:"id" doc:"the case to open: that of the repair while it is in progress"`
	No    string `json:"no"`
	Title string `json:"title"`
	Step  string `json:"step"`
	Steps struct {
		Now   int `json:"now"`
		Total int `json:"total"`
	} `json:"steps"`
	Next     string `json:"next"`
	NextAt   int64  `json:"next_at" doc:"unix ms; 0 when unknown"`
	State    string `json:"state" enum:"registered,processing,done,closed,withdrawn"`
	Priority string `json:"priority"`
	RoomID   db.ID  `json:"room_id"`
	OpenedAt int64  `json:"opened_at"`
}

// Home is the first page of the owner's app.
type Home struct {
	Rooms        []MyRoom      `json:"rooms"`
	Owed         money.Fen     `json:"owed"`
	ChargesCount int64         `json:"charges_count"`
	DueOn        calendar.Date `json:"due_on"`
	Cases        []HomeCase    `json:"cases"`
	Notices      []HomeNotice  `json:"notices"`
}

// HomeNotice is an announcement to the residents of a project.
type HomeNotice struct {
	ID    db.ID  `json:"id"`
	Title string `json:"title"`
	At    int64  `json:"at"`
	Body  string `json:"body,omitempty"`
}

func homeCases(ctx context.Context, threads []facility.Thread) []HomeCase {
	english := access.From(ctx).Lang == "en"
	out := make([]HomeCase, 0, len(threads))
	for _, t := range threads {
		c := HomeCase{ID: t.CaseID, No: t.No, Title: t.Title, Step: t.Step.Zh, Next: t.Next.Zh, NextAt: t.NextAt, State: t.State,
			Priority: t.Priority, RoomID: t.RoomID, OpenedAt: t.OpenedAt}
		if english {
			c.Title, c.Step, c.Next = t.TitleEn, t.Step.En, t.Next.En
		}
		c.Steps.Now, c.Steps.Total = t.Now, t.Total
		out = append(out, c)
	}
	return out
}

// own gives the caller's rooms, the ids of those whose bills he may see and the customers through which they are his.
func (d OwnerDesk) own(ctx context.Context) (rooms []estate.ResidentRoom, billed, persons []db.ID, err error) {
	who := access.From(ctx)
	rooms, err = d.Rooms(ctx, who)
	persons = []db.ID{who.PersonID}
	for _, r := range rooms {
		if r.Owned() {
			billed = append(billed, r.ID)
		}
		persons = append(persons, r.CustomerID)
	}
	return rooms, billed, persons, err
}

func (d OwnerDesk) home(ctx context.Context, _ *Nothing) (*Home, error) {
	rooms, billed, persons, err := d.own(ctx)
	if err != nil {
		return nil, err
	}
	q := d.DB.Reader()
	owing, err := d.Fees.Owing(ctx, q, billed...)
	if err != nil {
		return nil, err
	}
	threads, err := d.Facility.ThreadsOf(ctx, q, homeCaseLimit, persons...)
	if err != nil {
		return nil, err
	}
	h := &Home{Rooms: []MyRoom{}, Owed: owing.Owed, ChargesCount: owing.Count, DueOn: owing.DueOn, Cases: homeCases(ctx, threads), Notices: []HomeNotice{}}
	for _, r := range rooms {
		h.Rooms = append(h.Rooms, MyRoom{ID: r.ID, Code: r.Code, Label: r.Label, ProjectID: r.ProjectID, Relation: r.Relation})
	}
	return h, nil
}

type homeCharges struct {
	Items []fees.Charge `json:"items"`
}

func (d OwnerDesk) charges(ctx context.Context, _ *Nothing) (*homeCharges, error) {
	_, billed, _, err := d.own(ctx)
	if err != nil {
		return nil, err
	}
	list, err := d.Fees.Charges(ctx, d.DB.Reader(), d.DB.Now(), homeBillLimit, billed...)
	return &homeCharges{Items: list}, err
}

type homeReceipts struct {
	Items []fees.Receipt `json:"items"`
}

func (d OwnerDesk) receipts(ctx context.Context, _ *Nothing) (*homeReceipts, error) {
	_, billed, _, err := d.own(ctx)
	if err != nil {
		return nil, err
	}
	list, err := d.Fees.Receipts(ctx, d.DB.Reader(), homeBillLimit, billed...)
	return &homeReceipts{Items: list}, err
}
