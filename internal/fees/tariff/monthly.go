package tariff

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
)

// What can be wrong with the facts behind a charge. Errors wrap one of them.
var (
	ErrNoPrice  = errors.New("no price is in force")
	ErrOverlap  = errors.New("two values on one day")
	ErrReading  = errors.New("the reading cannot be right")
	ErrQuantity = errors.New("the quantity cannot be right")
)

// Price is what one unit costs per month from a day on, until the next price. Yuan, tax included.
type Price struct {
	From   calendar.Date
	Amount money.Exact
}

// Quantity is what is charged from a day on, until the next one: the area of a room after a correction.
type Quantity struct {
	From   calendar.Date
	Amount money.Exact
}

// Payer owes what accrues from one day to another, both included; To "" is open.
type Payer struct {
	ID       db.ID
	From, To calendar.Date
}

// Factor is a discount that a contract or local rule grants for some days: 0.70 of the price. Where it
// makes a line nothing, the line is kept as a line of zero (F-1.6).
type Factor struct {
	From, To calendar.Date // To "" is open
	Factor   money.Exact
	Zh, En   string // why: 空置, vacancy
}

// Monthly is a fee by the month: quantity × price × factor, by days where any of them changes
// (F-3.1, F-4). Area fees, flat fees and monthly parking (F-8.1) are all of this kind.
type Monthly struct {
	Quantity money.Exact // m², or 1 for a flat fee
	Changes  []Quantity  // other quantities from a day on (F-4.6)
	Unit     string      // of the quantity, "㎡"; may be ""
	Prices   []Price
	Payers   []Payer
	Factors  []Factor
}

// segment is a stretch of a month with one quantity, payer, price and factor.
type segment struct {
	from, to calendar.Date
	quantity money.Exact
	payer    db.ID
	price    Price
	factor   Factor // its Factor is 1 where nothing is granted
	granted  bool
}

func (s segment) days() int { return calendar.DaysInclusive(s.from, s.to) }

// Lines returns the charge lines of a month, in the order in which the payers first owe. Each but the last
// payer's line is rounded; the last takes what is left of the rounded month (F-1.5, F-4.2). Days without a
// payer are not charged. A line of zero is left out unless a factor caused it (F-1.6).
//
// Errors: ErrNoPrice for a day with a payer and no price, ErrOverlap for a day with two payers or factors.
func (m Monthly) Lines(month calendar.Period) ([]Line, error) {
	segments, err := m.segments(month)
	if err != nil || len(segments) == 0 {
		return nil, err
	}
	var order []db.ID
	sums := map[db.ID]money.Exact{}
	whole := money.Int(0)
	for _, s := range segments {
		if !slices.Contains(order, s.payer) {
			order = append(order, s.payer)
		}
		part := s.part(month)
		sums[s.payer] = sums[s.payer].Plus(part)
		whole = whole.Plus(part)
	}
	total, err := whole.Fen()
	if err != nil {
		return nil, err
	}
	last := segments[len(segments)-1].payer
	rest := total
	amounts := map[db.ID]money.Fen{}
	for _, payer := range order {
		if payer == last {
			continue
		}
		if amounts[payer], err = sums[payer].Fen(); err != nil {
			return nil, err
		}
		rest -= amounts[payer]
	}
	amounts[last] = rest
	var lines []Line
	for _, payer := range order {
		own := slices.DeleteFunc(slices.Clone(segments), func(s segment) bool { return s.payer != payer })
		if amounts[payer] == 0 && !slices.ContainsFunc(own, func(s segment) bool { return s.granted }) {
			continue
		}
		line := Line{Month: month, Payer: payer, Amount: amounts[payer]}
		line.Explanation = m.explain(month, own, line.Amount, total, len(order) > 1 && payer == last)
		lines = append(lines, line)
	}
	return lines, nil
}

// part is the exact amount of a segment in yuan.
func (s segment) part(month calendar.Period) money.Exact {
	full := s.quantity.Times(s.price.Amount).Times(s.factor.Factor)
	return full.Times(money.Int(int64(s.days()))).Over(money.Int(int64(month.Days())))
}

// segments cuts the month wherever quantity, payer, price or factor changes.
func (m Monthly) segments(month calendar.Period) ([]segment, error) {
	first, last := month.First(), month.Last()
	cuts := []calendar.Date{first}
	cut := func(day calendar.Date) {
		if day > first && day <= last {
			cuts = append(cuts, day)
		}
	}
	ends := func(from, to calendar.Date) {
		cut(from)
		if to != "" {
			cut(to.AddDays(1))
		}
	}
	for _, p := range m.Prices {
		cut(p.From)
	}
	for _, q := range m.Changes {
		cut(q.From)
	}
	for _, p := range m.Payers {
		ends(p.From, p.To)
	}
	for _, f := range m.Factors {
		ends(f.From, f.To)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var segments []segment
	for i, from := range cuts {
		to := last
		if i+1 < len(cuts) {
			to = cuts[i+1].AddDays(-1)
		}
		s, due, err := m.on(from)
		if err != nil {
			return nil, err
		}
		if due {
			s.from, s.to = from, to
			segments = append(segments, s)
		}
	}
	return segments, nil
}

// on finds what holds on a day; due is false when nobody owes it.
func (m Monthly) on(day calendar.Date) (s segment, due bool, err error) {
	for _, p := range m.Payers {
		if !within(day, p.From, p.To) {
			continue
		}
		if due && p.ID != s.payer {
			return s, false, fmt.Errorf("%w: two payers on %s", ErrOverlap, day)
		}
		s.payer, due = p.ID, true
	}
	if !due {
		return s, false, nil
	}
	priced := false
	for _, p := range m.Prices {
		if p.From <= day && (!priced || p.From > s.price.From) {
			s.price, priced = p, true
		}
	}
	if !priced {
		return s, false, fmt.Errorf("%w on %s", ErrNoPrice, day)
	}
	s.quantity = m.Quantity
	var since calendar.Date
	for _, q := range m.Changes {
		if q.From <= day && q.From > since {
			s.quantity, since = q.Amount, q.From
		}
	}
	s.factor.Factor = money.Int(1)
	for _, f := range m.Factors {
		if !within(day, f.From, f.To) {
			continue
		}
		if s.granted {
			return s, false, fmt.Errorf("%w: two discounts on %s", ErrOverlap, day)
		}
		s.factor, s.granted = f, true
	}
	return s, true, nil
}

func within(day, from, to calendar.Date) bool { return from <= day && (to == "" || day <= to) }

func (m Monthly) explain(month calendar.Period, own []segment, amount, total money.Fen, rest bool) Explanation {
	e := Explanation{Rule: rule(month, own, rest), Version: string(own[len(own)-1].price.From)}
	var terms []string
	for _, s := range own {
		term := plain(s.quantity, 0) + m.Unit + " × ¥" + plain(s.price.Amount, 2)
		if s.granted {
			term += " × " + plain(s.factor.Factor, 2)
			e.Add("折扣："+s.factor.Zh, "Discount: "+s.factor.En, plain(s.factor.Factor, 2))
		}
		if s.days() != month.Days() {
			term += fmt.Sprintf(" × %d/%d", s.days(), month.Days())
		}
		e.Add(fmt.Sprintf("%s 至 %s 共 %d 天", s.from, s.to, s.days()), fmt.Sprintf("%s to %s, %d days", s.from, s.to, s.days()),
			term+" = ¥"+plain(s.part(month), 2))
		terms = append(terms, term)
	}
	sum := strings.Join(terms, " + ")
	if rest {
		e.Add("本月合计减去其他付款人的部分", "The month less what the other payers owe", yuan(total)+" → "+yuan(amount))
	} else {
		e.Add("合计四舍五入到分一次", "Sum, rounded once to the fen", yuan(amount))
	}
	e.Zh = fmt.Sprintf("%s：%s = %s", month, sum, yuan(amount))
	e.En = e.Zh
	return e
}

// rule names the most special rule that shaped a line.
func rule(month calendar.Period, own []segment, rest bool) string {
	part := own[0].from != month.First() || own[len(own)-1].to != month.Last()
	switch {
	case slices.ContainsFunc(own, func(s segment) bool { return s.granted }):
		return "F-4.3"
	case rest || part:
		return "F-4.2"
	case len(own) > 1:
		return "F-4.4"
	}
	return "F-3.1"
}

// HandoverRule says who pays the month in which a room is delivered (F-4.1).
type HandoverRule string

// The hand-over rules. NextMonth is the usual one.
const (
	NextMonth    HandoverRule = "NEXT_MONTH"    // the developer pays the whole month
	DeliveryDate HandoverRule = "DELIVERY_DATE" // the owner pays from the day of delivery
	WholeMonth   HandoverRule = "WHOLE_MONTH"   // the owner pays the whole month
)

// Begins is the first day that the owner pays.
func (r HandoverRule) Begins(delivered calendar.Date) (calendar.Date, error) {
	switch r {
	case NextMonth:
		return delivered.Period().Add(1).First(), nil
	case DeliveryDate:
		return delivered, nil
	case WholeMonth:
		return delivered.Period().First(), nil
	}
	return "", fmt.Errorf("there is no hand-over rule %q", string(r))
}

// Handover returns the payers of a room: the developer until the owner begins to pay.
func Handover(rule HandoverRule, delivered calendar.Date, developer, owner db.ID) ([]Payer, error) {
	begins, err := rule.Begins(delivered)
	if err != nil {
		return nil, err
	}
	return []Payer{{ID: developer, From: "1000-01-01", To: begins.AddDays(-1)}, {ID: owner, From: begins}}, nil
}
