package fees

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
)

var errChargeReversed = problem.Conflict("charge_reversed", "该费用已冲销", "This charge is already reversed")

// ReverseCharge takes an unpaid charge back by its exact negative, dated today, and returns the negative
// line (F-13.1). The original stays. It needs CorrectBills in the project; 409 charge_paid when money lies on
// it (reverse the receipt first), charge_reversed when it was taken back before.
func (f *Fees) ReverseCharge(ctx context.Context, tx *db.Tx, id db.ID, reason string) (Charge, error) {
	if err := reasonGiven(reason); err != nil {
		return Charge{}, err
	}
	var project, voucher db.ID
	var status string
	var amount money.Fen
	err := tx.QueryRowContext(ctx, `SELECT project_id, voucher_id, status, amount FROM charge WHERE id = $1`, id).
		Scan(&project, &voucher, &status, &amount)
	if err != nil {
		return Charge{}, notThere(err, "没有这笔费用", "There is no such charge")
	}
	if err := access.From(ctx).Require(CorrectBills, project); err != nil {
		return Charge{}, err
	}
	if status == ReversedLine {
		return Charge{}, errChargeReversed
	}
	if amount == 0 {
		return Charge{}, problem.Conflict("nothing_to_reverse", "零金额的费用无需冲销", "A charge of zero needs no reversal")
	}
	if err := db.ExecOne(ctx, tx, `UPDATE charge SET credited = amount, owed = 0, status = 'reversed', reason = $1, version = version + 1,
		updated_at = $2 WHERE id = $3 AND paid = 0 AND status <> 'reversed'`, reason, tx.Now(), id); err != nil {
		return Charge{}, stale(err, problem.Conflict("charge_paid", "该费用已有收款，请先冲销收据", "Money was received for this charge; reverse the receipt first"))
	}
	return f.insertReversal(ctx, tx, id, project, voucher, reason)
}

func (f *Fees) insertReversal(ctx context.Context, tx *db.Tx, id, project, voucher db.ID, reason string) (Charge, error) {
	var red db.ID
	var err error
	if voucher != 0 {
		if red, err = f.books.Reverse(ctx, tx, voucher, calendar.DateOf(tx.Now()), reason); err != nil {
			return Charge{}, err
		}
	}
	negative := tx.NewID()
	if _, err := tx.ExecContext(ctx, `INSERT INTO charge (id, project_id, version, archived_at, created_at, updated_at, batch_id, no,
		room_id, payer_id, item_id, month, amount, credited, paid, owed, due_on, effective_due_on, priority, status, explanation,
		source_case_id, source_key, voucher_id, reverses_id, reason, binding_id)
		SELECT $1, project_id, 1, 0, $2, $2, 0, no || '-R', room_id, payer_id, item_id, month, -amount, -amount, 0, 0, due_on,
		effective_due_on, priority, 'reversed', explanation, source_case_id, source_key || '/reversed', $3, id, $4, binding_id
		FROM charge WHERE id = $5`, negative, tx.Now(), red, reason, id); err != nil {
		return Charge{}, err
	}
	charge, err := chargeByID(ctx, tx, negative)
	if err != nil {
		return Charge{}, err
	}
	return charge, audit.Record(ctx, tx, audit.Entry{Action: "reverse", Object: "charges", ObjectID: id, ProjectID: project, After: charge, Note: reason})
}

// reasonGiven refuses a correction without a reason of 2 to 200 characters.
func reasonGiven(reason string) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(reason)); n < 2 || n > 200 {
		return problem.Invalid().At("/reason", "请填写原因（2 到 200 字）", "Give a reason of 2 to 200 characters")
	}
	return nil
}

// notThere turns a missing row into a 404 for people.
func notThere(err error, zh, en string) error {
	if errors.Is(err, db.ErrNotFound) {
		return problem.NotFound(zh, en)
	}
	return err
}

// stale turns a lost race into the conflict that people read.
func stale(err error, conflict *problem.Error) error {
	if errors.Is(err, db.ErrStale) {
		return conflict
	}
	return err
}
