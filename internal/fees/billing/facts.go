package billing

import (
	"context"
	"errors"
	"slices"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/fees/tariff"
	"github.com/lifang/lifang/internal/money"
)

// binding is a fee binding with its room.
type binding struct {
	id, project, room, building, item, fixed db.ID
	standard, rule, calcType                 string
	from, to                                 calendar.Date
	delivered                                bool // handed to its owner
	deliveredOn                              calendar.Date
	areas                                    map[string]int64 // of the room, by quantity
}

// rows reads a list, one scan per row.
func rows[T any](ctx context.Context, q db.Queryer, query string, args []any, scan func(*T) []any) ([]T, error) {
	found, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	var list []T
	for found.Next() {
		var one T
		if err := found.Scan(scan(&one)...); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, found.Err()
}

func bindings(ctx context.Context, q db.Queryer, condition string, args ...any) ([]binding, error) {
	type row struct {
		binding
		status              string
		build, inner, using int64
	}
	found, err := rows(ctx, q, `SELECT b.id, b.project_id, b.room_id, r.building_id, b.item_id, b.payer_id, b.standard, b.payer_rule, i.calc_type,
		b.valid_from, b.valid_to, r.status, r.delivered_on, r.build_area, r.inner_area, r.usable_area
		FROM fee_binding b JOIN room r ON r.id = b.room_id JOIN fee_item i ON i.id = b.item_id WHERE r.archived_at = 0 AND `+condition+` ORDER BY b.id`, args,
		func(o *row) []any {
			return []any{&o.id, &o.project, &o.room, &o.building, &o.item, &o.fixed, &o.standard, &o.rule, &o.calcType, &o.from, &o.to,
				&o.status, &o.deliveredOn, &o.build, &o.inner, &o.using}
		})
	list := make([]binding, len(found))
	for i, o := range found {
		o.delivered = estate.Delivered(o.status)
		o.areas = map[string]int64{"build_area": o.build, "inner_area": o.inner, "usable_area": o.using}
		list[i] = o.binding
	}
	return list, err
}

// facts collects what the month of a binding is computed from.
func (b binding) facts(ctx context.Context, q db.Queryer, month calendar.Period) (tariff.Monthly, error) {
	type standard struct {
		quantity, handover string
		price              int64
		from, to           calendar.Date
	}
	var m tariff.Monthly
	standards, err := rows(ctx, q, `SELECT quantity, handover_rule, price, effective_from, effective_to FROM price_standard
		WHERE project_id = $1 AND item_id = $2 AND code = $3 AND archived_at = 0 AND effective_from <= $4 AND (effective_to = '' OR effective_to >= $5)
		ORDER BY effective_from`, []any{b.project, b.item, b.standard, string(month.Last()), string(month.First())},
		func(s *standard) []any { return []any{&s.quantity, &s.handover, &s.price, &s.from, &s.to} })
	if err != nil || len(standards) == 0 {
		m.Payers, m.Quantity = []tariff.Payer{{ID: b.fixed, From: month.First()}}, money.Int(1)
		return m, err // without a price the payer does not matter
	}
	handover := tariff.HandoverRule(standards[0].handover)
	for i, s := range standards {
		if i > 0 && standards[i-1].to.AddDays(1) != s.from { // a gap: nothing is in force until this one
			m.Prices = nil
		}
		m.Prices = append(m.Prices, tariff.Price{From: s.from, Amount: money.Scaled(s.price, 6)})
	}
	if m.Payers, err = b.payers(ctx, q, month, handover); err != nil {
		return m, err
	}
	m.Payers = clip(m.Payers, b.from, b.to)
	last := month.Last()
	if b.to != "" {
		last = min(b.to, last)
	}
	if end := standards[len(standards)-1].to; end != "" && end < last {
		m.Prices = nil // the last days have no price
	}
	if err := b.quantities(ctx, q, month, standards[0].quantity, &m); err != nil {
		return m, err
	}
	m.Factors, err = b.factors(ctx, q, month)
	return m, err
}

// quantities sets what the month is charged by: 1, or the room's area day by day.
func (b binding) quantities(ctx context.Context, q db.Queryer, month calendar.Period, quantity string, m *tariff.Monthly) error {
	if quantity == "one" {
		m.Quantity = money.Int(1)
		return nil
	}
	m.Unit = "㎡"
	type area struct {
		from               calendar.Date
		build, inner, used int64
	}
	areas, err := rows(ctx, q, `SELECT valid_from, build_area, inner_area, usable_area FROM room_area WHERE room_id = $1 AND archived_at = 0
		AND valid_from <= $2 ORDER BY valid_from, id`, []any{b.room, string(month.Last())},
		func(a *area) []any { return []any{&a.from, &a.build, &a.inner, &a.used} })
	if err != nil {
		return err
	}
	m.Quantity = money.Scaled(b.areas[quantity], 2)
	for _, a := range areas {
		n := map[string]int64{"build_area": a.build, "inner_area": a.inner, "usable_area": a.used}[quantity]
		if a.from <= month.First() {
			m.Quantity = money.Scaled(n, 2) // the newest before the month holds at its beginning
			continue
		}
		if last := len(m.Changes) - 1; last >= 0 && m.Changes[last].From == a.from {
			m.Changes = m.Changes[:last]
		}
		m.Changes = append(m.Changes, tariff.Quantity{From: a.from, Amount: money.Scaled(n, 2)})
	}
	if len(m.Changes) > 0 {
		m.Changes = slices.Insert(m.Changes, 0, tariff.Quantity{From: month.First(), Amount: m.Quantity})
	}
	return nil
}

func (b binding) factors(ctx context.Context, q db.Queryer, month calendar.Period) ([]tariff.Factor, error) {
	type discount struct {
		kind     string
		factor   int64
		from, to calendar.Date
	}
	found, err := rows(ctx, q, `SELECT kind, factor, valid_from, valid_to FROM fee_discount WHERE room_id = $1 AND item_id = $2 AND archived_at = 0
		AND valid_from <= $3 AND (valid_to = '' OR valid_to >= $4) ORDER BY valid_from, id`, []any{b.room, b.item, string(month.Last()), string(month.First())},
		func(d *discount) []any { return []any{&d.kind, &d.factor, &d.from, &d.to} })
	var list []tariff.Factor
	for _, d := range found {
		title := map[string][2]string{"vacancy": {"空置", "vacancy"}, "promotion": {"优惠活动", "promotion"}, "policy": {"政策减免", "policy"}}[d.kind]
		list = append(list, tariff.Factor{From: d.from, To: d.to, Factor: money.Scaled(d.factor, 4), Zh: title[0], En: title[1]})
	}
	return list, err
}

// payers says who owes the days of a month (F-2.4, F-4.1, F-4.2). Days that nobody owes have no payer.
func (b binding) payers(ctx context.Context, q db.Queryer, month calendar.Period, handover tariff.HandoverRule) ([]tariff.Payer, error) {
	switch b.rule {
	case fees.PayerFixed:
		return []tariff.Payer{{ID: b.fixed, From: month.First()}}, nil
	case fees.PayerDeveloper:
		return b.developer(ctx, q, month.First(), "")
	}
	begins := month.First()
	var payers []tariff.Payer
	var err error
	if b.delivered && b.deliveredOn != "" {
		if begins, err = handover.Begins(b.deliveredOn); err != nil {
			return nil, err
		}
	}
	if !b.delivered {
		return b.developer(ctx, q, month.First(), "")
	}
	if begins > month.First() {
		if payers, err = b.developer(ctx, q, month.First(), begins.AddDays(-1)); err != nil {
			return nil, err
		}
	}
	item, leased := estate.PropertyFee, b.rule == fees.PayerLease
	if b.calcType == "park_month" {
		item = estate.ParkingFee
	}
	for day := max(begins, month.First()); day <= month.Last(); day = day.AddDays(1) {
		var id db.ID
		if leased {
			p, err := estate.PayerOf(ctx, q, b.room, item, day)
			if err != nil {
				return nil, err
			}
			if id = p.CustomerID; p.Role == "developer" { // delivered, but the rule lets the owner pay the whole month
				id = 0
			}
		}
		if id == 0 {
			if id, err = owner(ctx, q, b.room, day); err != nil {
				return nil, err
			}
		}
		if id == 0 {
			continue
		}
		if last := len(payers) - 1; last >= 0 && payers[last].ID == id && payers[last].To.AddDays(1) == day {
			payers[last].To = day
			continue
		}
		payers = append(payers, tariff.Payer{ID: id, From: day, To: day})
	}
	return payers, nil
}

// owner is the main owner of a day; 0 when nobody is registered.
func owner(ctx context.Context, q db.Queryer, room db.ID, day calendar.Date) (id db.ID, err error) {
	err = q.QueryRowContext(ctx, `SELECT customer_id FROM ownership WHERE room_id = $1 AND archived_at = 0 AND valid_from <= $2
		AND (valid_to = '' OR valid_to >= $2) ORDER BY is_main DESC, share DESC, id LIMIT 1`, room, string(day)).Scan(&id)
	if errors.Is(err, db.ErrNotFound) {
		return 0, nil
	}
	return id, err
}

// developer pays some days; without one in the register nobody does.
func (b binding) developer(ctx context.Context, q db.Queryer, from, to calendar.Date) ([]tariff.Payer, error) {
	var id db.ID
	err := q.QueryRowContext(ctx, `SELECT id FROM customer WHERE project_id = $1 AND kind = 'developer' AND archived_at = 0 ORDER BY id LIMIT 1`, b.project).Scan(&id)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	return []tariff.Payer{{ID: id, From: from, To: to}}, err
}

// clip limits payers to the days of a binding.
func clip(payers []tariff.Payer, from, to calendar.Date) []tariff.Payer {
	var kept []tariff.Payer
	for _, p := range payers {
		p.From = max(p.From, from)
		if to != "" && (p.To == "" || p.To > to) {
			p.To = to
		}
		if p.To == "" || p.From <= p.To {
			kept = append(kept, p)
		}
	}
	return kept
}
