package billing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/fees/tariff"
	"github.com/lifang/lifang/internal/job"
	"github.com/lifang/lifang/internal/money"
)

// postKind is the job that posts a run.
const postKind = "fees.bill"

// chunk is how many lines are posted in one transaction: few enough for others to get in between.
const chunk = 100

type postArgs struct {
	Run db.ID `json:"run"`
}

// Post posts what is left of an approved run: charges and vouchers of a chunk in one transaction each, so
// that it can be cut off anywhere and called again. A run that is posted already is left alone. report may
// be nil. It asks for no permission: the run was approved.
func (r *Runs) Post(ctx context.Context, d *db.DB, id db.ID, report func(done, total int64) error) error {
	for {
		var run *Run
		if err := d.Write(ctx, func(tx *db.Tx) (err error) {
			// first, so that of two who post the same run one waits here
			err = db.ExecOne(ctx, tx, `UPDATE bill_run SET version = version + 1, updated_at = $1 WHERE id = $2 AND status = 'approved'`, tx.Now(), id)
			if err != nil && !errors.Is(err, db.ErrStale) {
				return err
			}
			if run, err = byID(ctx, tx, id); err != nil || run.Status != Approved {
				return err
			}
			return r.postChunk(ctx, tx, run)
		}); err != nil {
			return err
		}
		if report != nil {
			if err := report(run.Posted, run.Lines); err != nil {
				return err
			}
		}
		switch run.Status {
		case Posted:
			return nil
		case Approved:
			continue
		}
		return job.Fail(fmt.Errorf("billing run %s is %s and cannot be posted", id, run.Status))
	}
}

// line is a stored line of a run.
type line struct {
	binding, payer, room, item db.ID
	code                       string
	amount                     money.Fen
	quantity, price            int64
	from                       calendar.Date
	text                       string
}

func (r *Runs) postChunk(ctx context.Context, tx *db.Tx, run *Run) error {
	lines, err := rows(ctx, tx, `SELECT l.binding_id, l.payer_id, l.room_id, l.item_id, i.code, l.amount, l.quantity, l.price, l.price_from, l.explanation
		FROM bill_line l JOIN fee_item i ON i.id = l.item_id WHERE l.run_id = $1 AND l.charge_id = 0 ORDER BY l.binding_id, l.payer_id LIMIT $2`,
		[]any{run.ID, chunk}, func(l *line) []any {
			return []any{&l.binding, &l.payer, &l.room, &l.item, &l.code, &l.amount, &l.quantity, &l.price, &l.from, &l.text}
		})
	if err != nil {
		return err
	}
	month, err := calendar.ParsePeriod(run.Month)
	if err != nil {
		return err
	}
	for _, l := range lines {
		explanation, err := l.explain(month)
		if err != nil {
			return err
		}
		charge, err := r.desk.AddCharge(ctx, tx, fees.NewCharge{ProjectID: run.ProjectID, RoomID: l.room, PayerID: l.payer, Item: l.code, Month: month,
			Amount: l.amount, DueOn: run.DueOn, Explanation: explanation, BindingID: l.binding, SourceKey: fmt.Sprintf("bill:%s:%s:%s", run.ID, l.binding, l.payer)})
		if err != nil {
			return err
		}
		if err := db.ExecOne(ctx, tx, `UPDATE bill_line SET charge_id = $1 WHERE run_id = $2 AND binding_id = $3 AND payer_id = $4 AND charge_id = 0`,
			charge.ID, run.ID, l.binding, l.payer); err != nil {
			return err
		}
	}
	run.Posted += int64(len(lines))
	if run.Posted == run.Lines {
		run.Status = Posted
	}
	return db.ExecOne(ctx, tx, `UPDATE bill_run SET posted = $1, status = $2 WHERE id = $3`, run.Posted, run.Status, run.ID)
}

// explain returns the reasons of a line. A plain one is worked out again from what it was computed from, so
// that what the database rounded is checked against package tariff before anybody owes it.
func (l line) explain(month calendar.Period) (e fees.Explanation, err error) {
	if l.text != "" {
		err = json.Unmarshal([]byte(l.text), &e)
		return e, err
	}
	m := tariff.Monthly{Quantity: money.Scaled(l.quantity, 2), Unit: "㎡", Prices: []tariff.Price{{From: l.from, Amount: money.Scaled(l.price, 6)}},
		Payers: []tariff.Payer{{ID: l.payer, From: month.First()}}}
	lines, err := m.Lines(month)
	if err != nil {
		return e, err
	}
	if len(lines) != 1 || lines[0].Amount != l.amount {
		return e, job.Fail(fmt.Errorf("binding %s: %s was computed where %d × %d is due", l.binding, l.amount, l.quantity, l.price))
	}
	return lines[0].Explanation, nil
}
