package fees

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
)

// settled is a charge that a payment has just paid, with what posting needs of it.
type settled struct {
	id, payer, item db.ID
	receivable      string
	pay             money.Fen
}

// settle pays the charges by conditional updates, each of which must hit its row: of two clerks who race
// for one bill exactly one wins. Rows are locked in the order of their ids, so that nobody deadlocks.
func settle(ctx context.Context, tx *db.Tx, room db.ID, pays []Pay) ([]settled, error) {
	pointers := map[db.ID]string{}
	var ids []db.ID
	for i, p := range pays {
		pointers[p.ChargeID] = fmt.Sprintf("/lines/%d", i)
		ids = append(ids, p.ChargeID)
	}
	found, err := chargesOf(ctx, tx, room, ids)
	if err != nil {
		return nil, err
	}
	pays = slices.SortedFunc(slices.Values(pays), func(a, b Pay) int { return int(a.ChargeID - b.ChargeID) })
	var done []settled
	for _, p := range pays {
		c, known := found[p.ChargeID]
		switch {
		case !known:
			return nil, problem.Invalid().At(pointers[p.ChargeID]+"/charge_id", "该房屋没有这笔费用", "This room has no such charge")
		case p.Amount > c.net:
			return nil, overPayment(pointers[p.ChargeID] + "/amount")
		}
		err := db.ExecOne(ctx, tx, `UPDATE charge SET paid = paid + $1, owed = owed - $1,
			status = CASE WHEN owed = $1 THEN 'paid' ELSE 'part_paid' END, version = version + 1, updated_at = $2
			WHERE id = $3 AND owed >= $1 AND status <> 'reversed'`, p.Amount, tx.Now(), p.ChargeID)
		if errors.Is(err, db.ErrStale) {
			return nil, outrun(ctx, tx, p.ChargeID, pointers[p.ChargeID])
		}
		if err != nil {
			return nil, err
		}
		c.pay = p.Amount
		done = append(done, c.settled)
	}
	return done, nil
}

// outrun says what has become of a charge that somebody else was faster with.
func outrun(ctx context.Context, tx *db.Tx, id db.ID, pointer string) error {
	now, err := chargeByID(ctx, tx, id)
	if err != nil {
		return err
	}
	refusal := problem.Conflict("charge_changed", "这笔费用刚刚收过一部分，请按剩余欠费收取", "Part of this charge has just been received; take what is still owed")
	switch {
	case now.Status == ReversedLine:
		refusal = errChargeReversed
	case now.Owed == 0:
		refusal = problem.Conflict("charge_settled", "这笔费用刚刚已由他人收讫，请刷新后再收", "Somebody else has just received this charge; reload before going on")
	}
	refusal = refusal.At(pointer, refusal.Zh, refusal.En)
	refusal.Current = now
	return refusal
}

// open is a charge before it is paid; net is what was charged.
type open struct {
	settled
	net money.Fen
}

func chargesOf(ctx context.Context, tx *db.Tx, room db.ID, ids []db.ID) (map[db.ID]open, error) {
	args := []any{room}
	rows, err := tx.QueryContext(ctx, `SELECT c.id, c.payer_id, c.item_id, i.receivable_account, c.amount
		FROM charge c JOIN fee_item i ON i.id = c.item_id WHERE c.room_id = $1 AND c.amount > 0 AND `+access.In("c.id", ids, &args), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	found := map[db.ID]open{}
	for rows.Next() {
		var c open
		if err := rows.Scan(&c.id, &c.payer, &c.item, &c.receivable, &c.net); err != nil {
			return nil, err
		}
		found[c.id] = c
	}
	return found, rows.Err()
}
