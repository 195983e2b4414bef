package api

import (
	"context"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/fees/billing"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
)

// BillDesk is what the operations on billing runs need. The list of runs is the register bill-runs.
type BillDesk struct {
	DB   *db.DB
	Runs *billing.Runs
}

// Bills is what can be done with billing runs: prepare, look at, approve, cancel.
func Bills(desk BillDesk) Module {
	return func(s *Server) {
		Add(s, Op{Method: "POST", Path: "/api/bill-runs", Permission: billing.Prepare, Zh: "出账试算", En: "Prepare a billing run", Tag: "bill-runs"}, desk.prepare)
		Add(s, Op{Method: "GET", Path: "/api/bill-runs/{id}/preview", Permission: fees.ReadBills, Zh: "试算结果", En: "What a billing run will charge", Tag: "bill-runs"}, desk.preview)
		Add(s, Op{Method: "POST", Path: "/api/bill-runs/{id}/approve", Permission: billing.Approve, Zh: "复核出账", En: "Approve a billing run", Tag: "bill-runs"}, desk.approve)
		Add(s, Op{Method: "POST", Path: "/api/bill-runs/{id}/cancel", Permission: billing.Prepare, Zh: "取消试算", En: "Cancel a billing run", Tag: "bill-runs"}, desk.cancel)
	}
}

type prepareIn struct {
	Body struct {
		ProjectID db.ID         `json:"project_id"`
		Month     string        `json:"month" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"charge month, 2026-11; it must have begun"`
		DueOn     calendar.Date `json:"due_on" doc:"when the charges are due"`
	}
}

// billRun is a run and how far it is.
type billRun struct {
	ID     db.ID         `json:"id"`
	Month  string        `json:"month"`
	DueOn  calendar.Date `json:"due_on"`
	Status string        `json:"status" enum:"prepared,approved,posted,cancelled"`
	Lines  int64         `json:"lines"`
	Amount money.Fen     `json:"amount"`
	Held   int64         `json:"held" doc:"bindings that cannot be charged yet; the preview says why"`
	Posted int64         `json:"posted" doc:"lines posted so far"`
}

func asAnswer(r *billing.Run) billRun {
	return billRun{ID: r.ID, Month: r.Month, DueOn: r.DueOn, Status: r.Status, Lines: r.Lines, Amount: r.Amount, Held: r.Held, Posted: r.Posted}
}

func (d BillDesk) prepare(ctx context.Context, in *prepareIn) (*billRun, error) {
	month, err := calendar.ParsePeriod(in.Body.Month)
	if err != nil {
		return nil, problem.Invalid().At("/month", "请按 2026-11 的格式填写月份", "Write the month like 2026-11")
	}
	var run *billing.Run
	if err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		run, err = d.Runs.Prepare(ctx, tx, in.Body.ProjectID, month, in.Body.DueOn)
		return err
	}); err != nil {
		return nil, err
	}
	answer := asAnswer(run)
	return &answer, nil
}

type billRunIn struct {
	ID db.ID `path:"id"`
}

type billPreview struct {
	Run       billRun           `json:"run"`
	Items     []billing.Total   `json:"items" doc:"by fee item, with the month before"`
	Buildings []billing.Total   `json:"buildings" doc:"by building, with the month before"`
	Findings  []billing.Finding `json:"findings" doc:"what is held back and why, then jumps of more than half; at most 500"`
}

func (d BillDesk) preview(ctx context.Context, in *billRunIn) (*billPreview, error) {
	p, err := d.Runs.Preview(ctx, d.DB.Reader(), in.ID)
	if err != nil {
		return nil, err
	}
	return &billPreview{Run: asAnswer(p.Run), Items: append([]billing.Total{}, p.Items...), Buildings: append([]billing.Total{}, p.Buildings...),
		Findings: append([]billing.Finding{}, p.Findings...)}, nil
}

func (d BillDesk) approve(ctx context.Context, in *billRunIn) (*billRun, error) {
	return d.act(ctx, in.ID, d.Runs.Approve)
}

func (d BillDesk) cancel(ctx context.Context, in *billRunIn) (*billRun, error) {
	return d.act(ctx, in.ID, d.Runs.Cancel)
}

func (d BillDesk) act(ctx context.Context, id db.ID, turn func(context.Context, *db.Tx, db.ID) (*billing.Run, error)) (*billRun, error) {
	var run *billing.Run
	if err := d.DB.Write(ctx, func(tx *db.Tx) (err error) { run, err = turn(ctx, tx, id); return err }); err != nil {
		return nil, err
	}
	answer := asAnswer(run)
	return &answer, nil
}
