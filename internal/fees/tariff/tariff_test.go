package tariff_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees/tariff"
	"github.com/lifang/lifang/internal/money"
)

const april = calendar.Period(202504)

// drawMonthly draws a fee with up to four payers without gaps, up to three prices and perhaps a discount.
func drawMonthly(t *rapid.T) tariff.Monthly {
	day := func(name string) calendar.Date {
		return april.First().AddDays(rapid.IntRange(-5, 35).Draw(t, name))
	}
	m := tariff.Monthly{Quantity: money.Scaled(rapid.Int64Range(1, 5_000_000).Draw(t, "area"), 2),
		Prices: []tariff.Price{{From: "2020-01-01", Amount: money.Scaled(rapid.Int64Range(0, 99_999_999).Draw(t, "price"), 6)}}}
	for range rapid.IntRange(0, 2).Draw(t, "changes") {
		m.Prices = append(m.Prices, tariff.Price{From: day("change"), Amount: money.Scaled(rapid.Int64Range(0, 99_999_999).Draw(t, "later price"), 6)})
	}
	var starts []calendar.Date
	for range rapid.IntRange(0, 3).Draw(t, "transfers") {
		starts = append(starts, day("transfer"))
	}
	slices.Sort(starts)
	from := calendar.Date("2020-01-01")
	for i, next := range append(slices.Compact(starts), "") {
		p := tariff.Payer{ID: db.ID(i + 1), From: from}
		if next != "" {
			p.To = next.AddDays(-1)
		}
		m.Payers, from = append(m.Payers, p), next
	}
	if rapid.Bool().Draw(t, "correction") {
		m.Changes = []tariff.Quantity{{From: day("corrected"), Amount: money.Scaled(rapid.Int64Range(1, 5_000_000).Draw(t, "other area"), 2)}}
	}
	if rapid.Bool().Draw(t, "discount") {
		from := day("discount from")
		m.Factors = []tariff.Factor{{From: from, To: from.AddDays(rapid.IntRange(0, 20).Draw(t, "discount days")),
			Factor: money.Scaled(rapid.Int64Range(0, 10_000).Draw(t, "factor"), 4)}}
	}
	return m
}

// I-3: what the payers of a month owe is the rounded month, and a reversal would be its exact negative.
func TestPayersOweTheMonth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMonthly(t)
		lines, err := m.Lines(april)
		if err != nil {
			t.Fatal(err)
		}
		whole := m
		whole.Payers = []tariff.Payer{{ID: 9, From: "2020-01-01"}}
		one, err := whole.Lines(april)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tariff.Total(lines)
		if err != nil {
			t.Fatal(err)
		}
		want, err := tariff.Total(one)
		if err != nil || got != want {
			t.Fatalf("the payers owe %s, the month is %s, %v", got, want, err)
		}
		negative := m
		negative.Quantity = m.Quantity.Neg()
		negative.Changes = nil
		for _, q := range m.Changes {
			negative.Changes = append(negative.Changes, tariff.Quantity{From: q.From, Amount: q.Amount.Neg()})
		}
		back, err := negative.Lines(april)
		if err != nil || len(back) != len(lines) {
			t.Fatalf("%d lines back of %d, %v", len(back), len(lines), err)
		}
		for i := range back {
			if back[i].Amount != -lines[i].Amount {
				t.Fatalf("%s taken back as %s", lines[i].Amount, back[i].Amount)
			}
		}
	})
}

// The amount of a month does not depend on how the days are cut: counting day by day gives the same.
func TestSegmentsAreDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMonthly(t)
		m.Payers = []tariff.Payer{{ID: 1, From: "2020-01-01"}}
		sum := money.Int(0)
		for day := april.First(); day <= april.Last(); day = day.AddDays(1) {
			price, from := money.Int(0), calendar.Date("")
			for _, p := range m.Prices {
				if p.From <= day && p.From > from {
					price, from = p.Amount, p.From
				}
			}
			quantity := m.Quantity
			if len(m.Changes) > 0 && m.Changes[0].From <= day {
				quantity = m.Changes[0].Amount
			}
			part := quantity.Times(price)
			for _, f := range m.Factors {
				if f.From <= day && day <= f.To {
					part = part.Times(f.Factor)
				}
			}
			sum = sum.Plus(part)
		}
		want, err := sum.Over(money.Int(30)).Fen()
		if err != nil {
			t.Fatal(err)
		}
		lines, err := m.Lines(april)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := tariff.Total(lines); got != want || err != nil {
			t.Fatalf("%s by segments, %s by days, %v", got, want, err)
		}
	})
}

func TestFactsThatCannotBe(t *testing.T) {
	one := []tariff.Payer{{ID: 1, From: "2020-01-01"}}
	price := []tariff.Price{{From: "2025-04-10", Amount: money.Int(1)}}
	half := money.Scaled(5, 1)
	for name, c := range map[string]struct {
		m    tariff.Monthly
		want error
	}{
		"no price yet": {tariff.Monthly{Quantity: money.Int(1), Prices: price, Payers: one}, tariff.ErrNoPrice},

		"two discounts": {tariff.Monthly{Quantity: money.Int(1), Prices: []tariff.Price{{From: "2020-01-01"}}, Payers: one,
			Factors: []tariff.Factor{{From: "2025-04-01", Factor: half}, {From: "2025-04-30", Factor: half}}}, tariff.ErrOverlap},
		"payers overlap": {tariff.Monthly{Quantity: money.Int(1), Prices: []tariff.Price{{From: "2020-01-01"}},
			Payers: append(one, tariff.Payer{ID: 2, From: "2025-04-30"})}, tariff.ErrOverlap},
	} {
		if _, err := c.m.Lines(april); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// F-1.6: nothing is a line only where a rule made it nothing.
func TestLinesOfZero(t *testing.T) {
	m := tariff.Monthly{Quantity: money.Int(100), Prices: []tariff.Price{{From: "2020-01-01"}}, Payers: []tariff.Payer{{ID: 1, From: "2020-01-01"}}}
	if lines, err := m.Lines(april); err != nil || len(lines) != 0 {
		t.Errorf("a price of zero makes %d lines, %v", len(lines), err)
	}
	m.Prices[0].Amount = money.Int(2)
	m.Factors = []tariff.Factor{{From: "2025-04-01", Zh: "赠送一个月", En: "a month free"}}
	lines, err := m.Lines(april)
	if err != nil || len(lines) != 1 || lines[0].Amount != 0 {
		t.Errorf("a free month makes %v, %v", lines, err)
	}
}

func TestMetersTurnOver(t *testing.T) {
	dial := money.Int(99999)
	for _, c := range []struct {
		previous, current int64
		estimated         bool
		want              int64
		ok                bool
	}{
		{99990, 15, false, 25, true},
		{99990, 15, true, 25, true},
		{90000, 9999, false, 20000 - 1, true},
		{89999, 15, false, 0, false},
		{99990, 10000, false, 0, false},
		{520, 515, false, 0, false},
		{520, 515, true, -5, true},
	} {
		used, err := tariff.Reading{Previous: money.Int(c.previous), Current: money.Int(c.current), Ratio: money.Int(1), Dial: dial, Estimated: c.estimated}.Usage()
		if (err == nil) != c.ok || c.ok && used.Cmp(money.Int(c.want)) != 0 {
			t.Errorf("%d to %d: %s, %v", c.previous, c.current, used.Text(0), err)
		}
	}
}

// A usage charged in pieces over the tiers comes to the same quantities as in one, and taking it back gives
// back exactly what it cost.
func TestTiersAddUp(t *testing.T) {
	bound := func(n int64) *money.Exact { x := money.Int(n); return &x }
	tiers := []tariff.Tier{{UpTo: bound(180), Price: money.Int(5)}, {UpTo: bound(260), Price: money.Int(7)}, {Price: money.Int(9)}}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) money.Exact { return money.Int(rapid.Int64Range(0, 400).Draw(t, name)) }
		before, first, second := draw("before"), draw("first"), draw("second")
		charge := func(used, before money.Exact) money.Fen {
			parts, line, err := tariff.Metered(used, before, tiers)
			if err != nil {
				t.Fatal(err)
			}
			sum := money.Int(0)
			for _, p := range parts {
				sum = sum.Plus(p.Quantity)
			}
			if sum.Cmp(used) != 0 {
				t.Fatalf("%s of %s is charged", sum.Text(0), used.Text(0))
			}
			return line.Amount
		}
		both := charge(first.Plus(second), before)
		if pieces := charge(first, before) + charge(second, before.Plus(first)); pieces != both {
			t.Fatalf("%s in pieces, %s in one", pieces, both)
		}
		if back := charge(first.Neg(), before.Plus(first)); back != -charge(first, before) {
			t.Fatalf("%s taken back", back)
		}
	})
	if _, err := tariff.Extended(tiers, []money.Exact{money.Int(320), money.Int(210)}); err == nil {
		t.Error("bounds that fall are accepted")
	}
	if wider, err := tariff.Extended(tiers, []money.Exact{money.Int(210), money.Int(320)}); err != nil || wider[0].UpTo.Cmp(money.Int(210)) != 0 || tiers[0].UpTo.Cmp(money.Int(180)) != 0 {
		t.Errorf("extended tiers %v, %v", wider, err)
	}
}

func TestDaysDivideWithoutLoss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := money.Fen(rapid.Int64Range(-100_000, 100_000).Draw(t, "amount"))
		turn := april.First().AddDays(rapid.IntRange(1, 29).Draw(t, "turn"))
		lines, err := tariff.SplitByDays(amount, april.First(), april.Last(), []tariff.Payer{{ID: 1, From: "2020-01-01", To: turn.AddDays(-1)}, {ID: 2, From: turn}})
		if err != nil || len(lines) != 2 || lines[0].Amount+lines[1].Amount != amount {
			t.Fatalf("%s divided as %v, %v", amount, lines, err)
		}
	})
	if _, err := tariff.SplitByDays(100, april.First(), april.Last(), []tariff.Payer{{ID: 1, From: "2025-04-02"}}); err == nil {
		t.Error("a day that nobody pays is accepted")
	}
}

func TestHeatingOfTwoParts(t *testing.T) {
	s := tariff.Season{From: "2024-11-15", To: "2025-03-15", Area: money.Int(100), Price: money.Int(30)}
	base, used, err := s.TwoPart(money.Scaled(30, 2), money.Int(5000), money.Scaled(5, 1), money.Int(0))
	if err != nil || base.Amount != 90_000 || used.Amount != 250_000 {
		t.Errorf("%s and %s, %v", base.Amount, used.Amount, err)
	}
	if _, used, err = s.TwoPart(money.Scaled(30, 2), money.Int(5000), money.Scaled(5, 1), money.Scaled(11, 1)); err != nil || used.Amount != 240_000 {
		t.Errorf("capped to %s, %v; want 3,300 yuan together", used.Amount, err)
	}
	if _, _, err = s.TwoPart(money.Scaled(31, 2), money.Int(1), money.Int(1), money.Int(0)); err == nil {
		t.Error("a basic part above 30 % is accepted")
	}
}

// Late fees by days, whatever is paid in between: the same as adding up day after day; held days are free.
func TestLateFeesAreDays(t *testing.T) {
	rate := money.Scaled(5, 4)
	rapid.Check(t, func(t *rapid.T) {
		l := tariff.Late{Principal: 100_000, Due: "2025-01-15", Grace: rapid.IntRange(0, 10).Draw(t, "grace"), Rates: []tariff.Rate{{From: "2020-01-01", Daily: rate}}}
		for range rapid.IntRange(0, 3).Draw(t, "payments") {
			l.Repaid = append(l.Repaid, tariff.Repaid{On: l.Due.AddDays(rapid.IntRange(-3, 90).Draw(t, "paid")), Amount: money.Fen(rapid.Int64Range(1, 33_333).Draw(t, "amount"))})
		}
		from := l.Due.AddDays(rapid.IntRange(0, 60).Draw(t, "held"))
		l.Holds = []tariff.Hold{{From: from, To: from.AddDays(9)}}
		asOf := l.Due.AddDays(rapid.IntRange(0, 100).Draw(t, "as of"))
		sum, days := money.Int(0), 0
		for day := l.Due.AddDays(l.Grace + 1); day <= asOf; day = day.AddDays(1) {
			if day >= from && day <= from.AddDays(9) {
				continue
			}
			open := l.Principal
			for _, r := range l.Repaid {
				if r.On < day {
					open -= r.Amount
				}
			}
			if open > 0 {
				sum, days = sum.Plus(open.Yuan().Times(rate)), days+1
			}
		}
		want, err := sum.Fen()
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.On(asOf)
		if err != nil || got.Amount != want || got.Days != days {
			t.Fatalf("%s in %d days, want %s in %d, %v", got.Amount, got.Days, want, days, err)
		}
	})
}
