package billing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees/tariff"
	"github.com/lifang/lifang/internal/money"
)

// Reasons for which a binding is held back.
const (
	NoPayer  = "no_payer"  // nobody owes some day of the month
	NoPrice  = "no_price"  // no price is in force on some day
	NoArea   = "no_area"   // the area that it is charged by is not known
	Conflict = "conflict"  // two values on one day
	OutOfAll = "too_large" // the amount is beyond all bounds
)

// due are the bindings that a run looks at: in force on some day of the month, of a room in use, and
// without a charge of the month that stands (F-3.4). $1 run, $2 project, $3 and $4 first and last day, $5 month.
const due = `b.project_id = $2 AND b.archived_at = 0 AND b.valid_from <= $4 AND (b.valid_to = '' OR b.valid_to >= $3)
	AND NOT EXISTS (SELECT 1 FROM charge c WHERE c.binding_id = b.id AND c.binding_id <> 0 AND c.month = $5 AND c.status <> 'reversed')`

// plain are the bindings whose month is of one piece: bound, priced and of one area throughout, delivered
// before it, one main owner, no lease that could change the payer, no discount.
const plain = due + ` AND b.valid_from <= $3 AND (b.valid_to = '' OR b.valid_to >= $4)
	AND s.project_id = b.project_id AND s.item_id = b.item_id AND s.code = b.standard AND s.archived_at = 0
	AND s.effective_from <= $3 AND (s.effective_to = '' OR s.effective_to >= $4)
	AND r.status NOT IN ('unsold', 'sold') AND r.delivered_on < $3 AND r.archived_at = 0
	AND o.room_id = r.id AND o.is_main = 1 AND o.archived_at = 0 AND o.valid_from <= $3 AND (o.valid_to = '' OR o.valid_to >= $4)
	AND NOT EXISTS (SELECT 1 FROM ownership x WHERE x.room_id = r.id AND x.id <> o.id AND x.is_main = 1 AND x.archived_at = 0
		AND x.valid_from <= $4 AND (x.valid_to = '' OR x.valid_to >= $3))
	AND (b.payer_rule = 'owner' OR b.payer_rule = 'lease' AND NOT EXISTS (SELECT 1 FROM lease_registration l WHERE l.room_id = r.id AND l.archived_at = 0
		AND l.valid_from <= $4 AND CASE WHEN l.ended_on <> '' THEN l.ended_on ELSE l.valid_to END >= $3))
	AND NOT EXISTS (SELECT 1 FROM room_area a WHERE a.room_id = r.id AND a.archived_at = 0 AND a.valid_from > $3 AND a.valid_from <= $4)
	AND NOT EXISTS (SELECT 1 FROM fee_discount f WHERE f.room_id = r.id AND f.item_id = b.item_id AND f.archived_at = 0
		AND f.valid_from <= $4 AND (f.valid_to = '' OR f.valid_to >= $3))`

// areaOn is the area in force at the beginning of the month: the newest row of the history, or the room
// itself where there is no history.
func areaOn(column string) string {
	return `COALESCE((SELECT a.` + column + ` FROM room_area a WHERE a.room_id = r.id AND a.archived_at = 0 AND a.valid_from <= $3
		ORDER BY a.valid_from DESC, a.id DESC LIMIT 1), r.` + column + `)`
}

// computePlain charges all plain months in one statement: quantity (0.01) × price (0.000001 yuan), rounded
// half-up to the fen once. Lines of nothing are left to package tariff, which knows why.
func computePlain() string {
	quantity := `CASE s.quantity WHEN 'one' THEN 100 WHEN 'inner_area' THEN ` + areaOn("inner_area") + ` WHEN 'usable_area' THEN ` +
		areaOn("usable_area") + ` ELSE ` + areaOn("build_area") + ` END`
	return `INSERT INTO bill_line (run_id, binding_id, payer_id, room_id, building_id, item_id, amount, quantity, price, price_from, explanation, charge_id)
		SELECT $1, t.binding, t.payer, t.room, t.building, t.item, ` + money.HalfUpSQL("t.quantity * t.price", 1_000_000) + `, t.quantity, t.price, t.price_from, '', 0
		FROM (SELECT b.id AS binding, o.customer_id AS payer, r.id AS room, r.building_id AS building, b.item_id AS item, ` + quantity + ` AS quantity,
			s.price AS price, s.effective_from AS price_from
			FROM fee_binding b JOIN room r ON r.id = b.room_id JOIN ownership o ON o.room_id = r.id
			JOIN price_standard s ON s.project_id = b.project_id WHERE ` + plain + `) t
		WHERE t.quantity * t.price >= 500000`
}

// compute fills the run: the plain months by one statement, the others one by one.
func (r *Runs) compute(ctx context.Context, tx *db.Tx, run, project db.ID, month calendar.Period) error {
	args := []any{run, project, string(month.First()), string(month.Last()), month.String()}
	if _, err := tx.ExecContext(ctx, computePlain(), args...); err != nil {
		return err
	}
	others, err := bindings(ctx, tx, due+` AND NOT EXISTS (SELECT 1 FROM bill_line x WHERE x.run_id = $1 AND x.binding_id = b.id)`, args...)
	if err != nil {
		return err
	}
	for _, b := range others {
		if err := charge(ctx, tx, run, b, month); err != nil {
			return fmt.Errorf("binding %s: %w", b.id, err)
		}
	}
	return nil
}

// charge computes one binding by package tariff and stores its lines, or why it is held.
func charge(ctx context.Context, tx *db.Tx, run db.ID, b binding, month calendar.Period) error {
	lines, hold, detail, err := b.lines(ctx, tx, month)
	if err != nil {
		return err
	}
	if hold != "" {
		_, err := tx.ExecContext(ctx, `INSERT INTO bill_held (run_id, binding_id, room_id, item_id, reason, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
			run, b.id, b.room, b.item, hold, detail)
		return err
	}
	for _, line := range lines {
		text, err := json.Marshal(line.Explanation)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO bill_line (run_id, binding_id, payer_id, room_id, building_id, item_id, amount, quantity, price,
			price_from, explanation, charge_id) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, '', $8, 0)`,
			run, b.id, line.Payer, b.room, b.building, b.item, line.Amount, string(text)); err != nil {
			return err
		}
	}
	return nil
}

// lines works a month of a binding out; hold says why it cannot be charged.
func (b binding) lines(ctx context.Context, q db.Queryer, month calendar.Period) (lines []tariff.Line, hold, detail string, err error) {
	m, err := b.facts(ctx, q, month)
	if err != nil {
		return nil, "", "", err
	}
	first, last := max(b.from, month.First()), month.Last()
	if b.to != "" {
		last = min(b.to, last)
	}
	days := 0
	for _, p := range m.Payers {
		to := last
		if p.To != "" {
			to = min(to, p.To)
		}
		if from := max(first, p.From); from <= to {
			days += calendar.DaysInclusive(from, to)
		}
	}
	if days < calendar.DaysInclusive(first, last) {
		return nil, NoPayer, fmt.Sprintf("%d/%d", days, calendar.DaysInclusive(first, last)), nil
	}
	for _, c := range m.Changes {
		if c.Amount.Sign() == 0 && c.From <= last {
			return nil, NoArea, string(c.From), nil
		}
	}
	if m.Quantity.Sign() == 0 && len(m.Changes) == 0 {
		return nil, NoArea, "", nil
	}
	lines, err = m.Lines(month)
	switch {
	case errors.Is(err, tariff.ErrNoPrice):
		return nil, NoPrice, err.Error(), nil
	case errors.Is(err, tariff.ErrOverlap):
		return nil, Conflict, err.Error(), nil
	case errors.Is(err, money.ErrRange):
		return nil, OutOfAll, err.Error(), nil
	}
	return lines, "", "", err
}
