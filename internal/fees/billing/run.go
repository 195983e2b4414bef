package billing

import (
	"context"
	"errors"
	"fmt"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/job"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// What a person needs to bill. Approving needs another person than preparing (F-3.4).
const (
	Prepare = "fin.bill.write"
	Approve = "fin.bill.approve"
)

// States of a run.
const (
	Prepared  = "prepared"
	Approved  = "approved" // being posted, or about to be
	Posted    = "posted"
	Cancelled = "cancelled"
)

// Run is one billing run.
type Run struct {
	register.Row
	Name       string        `zh:"名称" en:"Name" lf:"primary,search"`
	Month      string        `zh:"费用所属月" en:"Charge month" lf:"filter=in,sort"`
	DueOn      calendar.Date `zh:"到期日" en:"Due on" lf:"filter=range"`
	Status     string        `zh:"状态" en:"Status" opts:"prepared=待审核/To approve/warn|approved=出账中/Posting/info|posted=已出账/Posted/ok|cancelled=已取消/Cancelled" lf:"filter=in"`
	Lines      int64         `zh:"费用行数" en:"Lines" lf:"sum"`
	Amount     money.Fen     `zh:"应收合计" en:"Amount" lf:"format=money,sum"`
	Held       int64         `zh:"暂不出账" en:"Held back" lf:"sum"`
	Posted     int64         `zh:"已出账行数" en:"Lines posted" lf:"sum"`
	PreparerID db.ID         `zh:"试算账号" en:"Prepared by" lf:"hidden"`
	ApproverID db.ID         `zh:"审核账号" en:"Approved or cancelled by" lf:"hidden"`
}

// BillRuns are the runs of all projects.
var BillRuns = register.New(register.Def[Run]{
	Name: "bill-runs", Table: "bill_run", Zh: "出账批次", En: "Billing runs", Permission: "fin.bill", Sort: "-month", ReadOnly: true,
	Views: []register.View{{Key: "open", Zh: "未完成", En: "Open", Query: "status=prepared,approved"}},
})

// Runs prepares and posts billing runs. Make it with New; it is safe for concurrent use.
type Runs struct {
	desk  *fees.Fees
	queue *job.Queue
}

// New makes the billing of a fee desk; approved runs are posted by jobs of the queue.
func New(desk *fees.Fees, d *db.DB, queue *job.Queue) *Runs {
	r := &Runs{desk: desk, queue: queue}
	job.Handle(queue, postKind, job.Long, func(ctx context.Context, attempt *job.Run, args postArgs) error {
		return r.Post(access.With(ctx, access.System("billing")), d, args.Run, func(done, total int64) error {
			return attempt.Report(ctx, job.Progress{Done: done, Total: total})
		})
	})
	return r
}

// Prepare computes what is missing in a month of a project and stores it as a run to be approved. Nothing
// is owed by it yet. It needs the permission Prepare in the project.
//
// Errors: 422 for a month that has not begun (F-16.2), a due date before it or an unknown project; 409 run_open when another
// run of the month is not finished.
func (r *Runs) Prepare(ctx context.Context, tx *db.Tx, project db.ID, month calendar.Period, due calendar.Date) (*Run, error) {
	if err := access.From(ctx).Require(Prepare, project); err != nil {
		return nil, err
	}
	p := problem.Invalid()
	if !month.Valid() || month > calendar.DateOf(tx.Now()).Period() {
		p = p.At("/month", "该费用所属月尚未开始，开始后再出账", "This month has not begun; bill it when it has")
	} else if due < month.First() {
		p = p.At("/due_on", "到期日不能早于费用所属月", "The due date cannot lie before the month")
	}
	var known int64
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM project WHERE id = $1 AND archived_at = 0`, project).Scan(&known); err != nil {
		return nil, err
	}
	if known == 0 {
		p = p.At("/project_id", "没有这个项目", "There is no such project")
	}
	if err := p.OrNil(); err != nil {
		return nil, err
	}
	run := &Run{Name: "出账 " + month.String(), Month: month.String(), DueOn: due, Status: Prepared, PreparerID: access.From(ctx).AccountID}
	run.ID, run.ProjectID, run.Version, run.CreatedAt, run.UpdatedAt = tx.NewID(), project, 1, tx.Now(), tx.Now()
	result, err := tx.ExecContext(ctx, `INSERT INTO bill_run (id, project_id, version, archived_at, created_at, updated_at, batch_id, name, month,
		due_on, status, lines, amount, held, posted, preparer_id, approver_id)
		VALUES ($1, $2, 1, 0, $3, $3, 0, $4, $5, $6, 'prepared', 0, 0, 0, 0, $7, 0)
		ON CONFLICT (project_id, month) WHERE status IN ('prepared', 'approved') DO NOTHING`,
		run.ID, project, tx.Now(), run.Name, run.Month, string(due), run.PreparerID)
	if err != nil {
		return nil, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return nil, errors.Join(err, problem.Conflict("run_open", "该月还有未完成的出账批次，请先完成或取消", "A run of this month is not finished; finish or cancel it first"))
	}
	if err := r.compute(ctx, tx, run.ID, project, month); err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE bill_run SET lines = (SELECT COUNT(*) FROM bill_line WHERE run_id = $1),
		amount = (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM bill_line WHERE run_id = $1),
		held = (SELECT COUNT(*) FROM bill_held WHERE run_id = $1) WHERE id = $1`, run.ID); err != nil {
		return nil, err
	}
	if err := tx.QueryRowContext(ctx, `SELECT lines, amount, held FROM bill_run WHERE id = $1`, run.ID).Scan(&run.Lines, &run.Amount, &run.Held); err != nil {
		return nil, err
	}
	return run, audit.Record(ctx, tx, audit.Entry{Action: "create", Object: "bill-runs", ObjectID: run.ID, ProjectID: project, After: run})
}

// Approve releases a prepared run; a job posts it once the transaction is committed. It needs the permission
// Approve in the project and another account than the one that prepared the run.
//
// Errors: 404; 403 and 409 same_person; 409 run_state when the run is not waiting for approval.
func (r *Runs) Approve(ctx context.Context, tx *db.Tx, id db.ID) (*Run, error) {
	run, err := r.turn(ctx, tx, id, Approve, Prepared, Approved, "approve")
	if err != nil {
		return nil, err
	}
	_, err = r.queue.Enqueue(ctx, tx, job.Job{Kind: postKind, Key: id.String(), Args: postArgs{Run: id}})
	return run, err
}

// Cancel ends a run that is not approved yet; the month can be prepared again. It needs the permission Prepare.
func (r *Runs) Cancel(ctx context.Context, tx *db.Tx, id db.ID) (*Run, error) {
	return r.turn(ctx, tx, id, Prepare, Prepared, Cancelled, "cancel")
}

func (r *Runs) turn(ctx context.Context, tx *db.Tx, id db.ID, permission, from, to, action string) (*Run, error) {
	run, err := byID(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	who := access.From(ctx)
	if err := who.Require(permission, run.ProjectID); err != nil {
		return nil, err
	}
	if to == Approved && who.AccountID == run.PreparerID {
		return nil, problem.Conflict("same_person", "试算和审核须由不同的人完成", "Somebody else than the preparer approves a run")
	}
	err = db.ExecOne(ctx, tx, `UPDATE bill_run SET status = $1, approver_id = $2, version = version + 1, updated_at = $3 WHERE id = $4 AND status = $5`,
		to, who.AccountID, tx.Now(), id, from)
	if errors.Is(err, db.ErrStale) {
		return nil, problem.Conflict("run_state", "该批次不在待审核状态，请刷新", "The run is not waiting for approval; reload it")
	}
	if err != nil {
		return nil, err
	}
	if run, err = byID(ctx, tx, id); err != nil {
		return nil, err
	}
	return run, audit.Record(ctx, tx, audit.Entry{Action: action, Object: "bill-runs", ObjectID: id, ProjectID: run.ProjectID, After: run})
}

func byID(ctx context.Context, q db.Queryer, id db.ID) (*Run, error) {
	run := &Run{}
	err := q.QueryRowContext(ctx, `SELECT id, project_id, version, name, month, due_on, status, lines, amount, held, posted, preparer_id, approver_id
		FROM bill_run WHERE id = $1`, id).Scan(&run.ID, &run.ProjectID, &run.Version, &run.Name, &run.Month, &run.DueOn, &run.Status, &run.Lines,
		&run.Amount, &run.Held, &run.Posted, &run.PreparerID, &run.ApproverID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, problem.NotFound("没有这个出账批次", "There is no such billing run")
	}
	if err != nil {
		return nil, fmt.Errorf("billing run %s: %w", id, err)
	}
	return run, nil
}
