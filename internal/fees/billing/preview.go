package billing

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/money"
)

// Preview is what an approver looks at before anything is owed (F-3.4).
type Preview struct {
	Run       *Run
	Items     []Total
	Buildings []Total
	Findings  []Finding // held bindings first, then jumps; at most 500
}

// Total is what a run charges for one item or building, and what billing charged there the month before.
type Total struct {
	ID     db.ID     `json:"id"`
	Name   string    `json:"name"`
	Lines  int64     `json:"lines"`
	Amount money.Fen `json:"amount"`
	Last   money.Fen `json:"last"`
}

// Change is the difference to the month before as a share of it; nil where nothing was charged then.
func (t Total) Change() *money.Exact {
	if t.Last == 0 {
		return nil
	}
	x := (t.Amount - t.Last).Yuan().Over(t.Last.Yuan())
	return &x
}

// Jump is the finding of a binding charged more than half again as much as the month before.
const Jump = "jump"

// Finding is something to look at: why a binding is held, or a jump of its amount.
type Finding struct {
	BindingID db.ID     `json:"binding_id"`
	RoomID    db.ID     `json:"room_id"`
	Room      string    `json:"room"`
	Item      string    `json:"item"`
	Reason    string    `json:"reason"`
	Detail    string    `json:"detail"`
	Amount    money.Fen `json:"amount"`
	Last      money.Fen `json:"last"`
}

// Preview sums a run up. It needs fees.ReadBills in the project.
func (r *Runs) Preview(ctx context.Context, q db.Queryer, id db.ID) (*Preview, error) {
	run, err := byID(ctx, q, id)
	if err != nil {
		return nil, err
	}
	if err := access.From(ctx).Require(fees.ReadBills, run.ProjectID); err != nil {
		return nil, err
	}
	month, err := calendar.ParsePeriod(run.Month)
	if err != nil {
		return nil, err
	}
	p := &Preview{Run: run}
	args := []any{id, run.ProjectID, month.Add(-1).String()}
	total := func(t *Total) []any { return []any{&t.ID, &t.Name, &t.Lines, &t.Amount, &t.Last} }
	if p.Items, err = rows(ctx, q, totals("l.item_id", "c.item_id", "fee_item", "name_zh"), args, total); err != nil {
		return nil, err
	}
	if p.Buildings, err = rows(ctx, q, totals("l.building_id", "r.building_id", "building", "name"), args, total); err != nil {
		return nil, err
	}
	if p.Findings, err = rows(ctx, q, findings, args, func(f *Finding) []any {
		return []any{&f.BindingID, &f.RoomID, &f.Room, &f.Item, &f.Reason, &f.Detail, &f.Amount, &f.Last}
	}); err != nil {
		return nil, err
	}
	return p, nil
}

// totals sums the run ($1) by a group, beside what billing charged in the project ($2) the month before ($3).
func totals(group, before, table, name string) string {
	return `SELECT t.id, COALESCE(n.` + name + `, ''), CAST(SUM(t.lines) AS BIGINT), CAST(SUM(t.amount) AS BIGINT), CAST(SUM(t.last) AS BIGINT) FROM (
		SELECT ` + group + ` AS id, COUNT(*) AS lines, SUM(l.amount) AS amount, 0 AS last FROM bill_line l WHERE l.run_id = $1 GROUP BY ` + group + `
		UNION ALL SELECT ` + before + `, 0, 0, SUM(c.amount) FROM charge c JOIN room r ON r.id = c.room_id
		WHERE c.project_id = $2 AND c.month = $3 AND c.binding_id <> 0 AND c.status <> 'reversed' GROUP BY ` + before + `) t
		LEFT JOIN ` + table + ` n ON n.id = t.id GROUP BY t.id, n.` + name + ` ORDER BY n.` + name + `, t.id`
}

const findings = `SELECT f.binding, f.room, r.label, i.name_zh, f.reason, f.detail, f.amount, f.last FROM (
	SELECT binding_id AS binding, room_id AS room, item_id AS item, reason, detail, 0 AS amount, 0 AS last, 0 AS later FROM bill_held WHERE run_id = $1
	UNION ALL SELECT n.binding, n.room, n.item, 'jump', '', n.amount, b.amount, 1 FROM
		(SELECT binding_id AS binding, room_id AS room, item_id AS item, CAST(SUM(amount) AS BIGINT) AS amount FROM bill_line WHERE run_id = $1 GROUP BY binding_id, room_id, item_id) n
		JOIN (SELECT binding_id AS binding, CAST(SUM(amount) AS BIGINT) AS amount FROM charge WHERE project_id = $2 AND month = $3 AND binding_id <> 0
			AND status <> 'reversed' GROUP BY binding_id) b ON b.binding = n.binding WHERE n.amount * 2 > b.amount * 3) f
	JOIN room r ON r.id = f.room JOIN fee_item i ON i.id = f.item ORDER BY f.later, r.label, f.binding LIMIT 500`
