package tariff

import (
	"fmt"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/money"
)

// Reading is what a meter showed at the beginning and at the end of an interval.
type Reading struct {
	Previous, Current money.Exact
	Ratio             money.Exact  // units per unit of the dial
	Dial              money.Exact  // largest reading of the dial; 0 when it is not known
	Estimated         bool         // the previous reading was an estimate, so this one may lie below it (F-5.6)
	Replaced          *Replacement // nil when the meter stayed
}

// Replacement is a change of the meter inside the interval (F-5.3).
type Replacement struct {
	OldFinal, NewStart money.Exact
	OldRatio           money.Exact // of the meter that was taken down
}

// Usage returns what was used, in units of supply (F-5.1 to F-5.3, F-5.6). It returns ErrReading when the
// meter seems to run backwards and has neither passed its largest reading nor corrects an estimate.
func (r Reading) Usage() (money.Exact, error) {
	if r.Replaced == nil {
		used, err := r.step(r.Previous, r.Current)
		return used.Times(r.Ratio), err
	}
	old, err := r.step(r.Previous, r.Replaced.OldFinal)
	if err != nil {
		return money.Exact{}, err
	}
	fresh := r.Current.Minus(r.Replaced.NewStart)
	if fresh.Sign() < 0 {
		return money.Exact{}, fmt.Errorf("%w: the new meter shows less than at its start", ErrReading)
	}
	return old.Times(r.Replaced.OldRatio).Plus(fresh.Times(r.Ratio)), nil
}

// step is the way of the dial from one reading to another.
func (r Reading) step(from, to money.Exact) (money.Exact, error) {
	used := to.Minus(from)
	if used.Sign() >= 0 || r.Estimated && !r.rolled(from, to) {
		return used, nil
	}
	if !r.rolled(from, to) {
		return money.Exact{}, fmt.Errorf("%w: %s after %s", ErrReading, plain(to, 0), plain(from, 0))
	}
	return used.Plus(r.Dial).Plus(money.Int(1)), nil
}

// rolled reports whether the dial has passed its largest reading: from its last tenth into its first (F-5.2).
func (r Reading) rolled(from, to money.Exact) bool {
	return r.Dial.Sign() > 0 && from.Cmp(r.Dial.Times(money.Scaled(9, 1))) > 0 && to.Cmp(r.Dial.Times(money.Scaled(1, 1))) < 0
}

// Tier is one step of a tiered price: up to a cumulative usage in the tier year. The last has no UpTo.
type Tier struct {
	UpTo  *money.Exact // units in the tier year; nil is open
	Price money.Exact  // yuan per unit
}

// TierPart is what fell into one tier.
type TierPart struct {
	Quantity, Price money.Exact
}

// Extended returns the tiers with the bounds approved for a larger household (F-5.4), one per closed tier.
func Extended(tiers []Tier, bounds []money.Exact) ([]Tier, error) {
	if len(bounds) != len(tiers)-1 {
		return nil, fmt.Errorf("%w: %d bounds for %d tiers", ErrQuantity, len(bounds), len(tiers))
	}
	wider := append([]Tier{}, tiers...)
	for i := range bounds {
		wider[i].UpTo = &bounds[i]
	}
	return wider, checkTiers(wider)
}

// OneTier is a price without tiers.
func OneTier(price money.Exact) []Tier { return []Tier{{Price: price}} }

func checkTiers(tiers []Tier) error {
	before := money.Int(0)
	for i, t := range tiers {
		if (t.UpTo == nil) != (i == len(tiers)-1) || t.UpTo != nil && t.UpTo.Cmp(before) <= 0 {
			return fmt.Errorf("%w: tiers must rise, and only the last is open", ErrQuantity)
		}
		if t.UpTo != nil {
			before = *t.UpTo
		}
	}
	if len(tiers) == 0 {
		return ErrNoPrice
	}
	return nil
}

// Metered charges a usage over the tiers, given what the room used before in the tier year, with one
// rounding (F-5.1, F-5.4). A negative usage takes back from the tiers it had been charged in, the highest
// first. Usage that falls below zero is charged at the price of the first tier.
func Metered(used, before money.Exact, tiers []Tier) ([]TierPart, Line, error) {
	if err := checkTiers(tiers); err != nil {
		return nil, Line{}, err
	}
	low, high, sign := before, before.Plus(used), money.Int(1)
	if used.Sign() < 0 {
		low, high, sign = high, low, money.Int(-1)
	}
	var parts []TierPart
	sum := money.Int(0)
	for _, t := range tiers {
		to := high
		if t.UpTo != nil && t.UpTo.Cmp(high) < 0 {
			to = *t.UpTo
		}
		quantity := to.Minus(low)
		if quantity.Sign() <= 0 {
			continue
		}
		quantity = quantity.Times(sign)
		parts = append(parts, TierPart{Quantity: quantity, Price: t.Price})
		sum = sum.Plus(quantity.Times(t.Price))
		low = to
	}
	amount, err := sum.Fen()
	if err != nil {
		return nil, Line{}, err
	}
	return parts, Line{Amount: amount, Explanation: metered("F-5.4", used, parts, amount)}, nil
}

func metered(rule string, used money.Exact, parts []TierPart, amount money.Fen) Explanation {
	e := Explanation{Rule: rule}
	if len(parts) == 1 && rule == "F-5.4" {
		e.Rule = "F-5.1"
	}
	for _, p := range parts {
		e.Add("用量 × 单价", "Usage × price", fmt.Sprintf("%s × ¥%s = ¥%s", plain(p.Quantity, 0), plain(p.Price, 2), plain(p.Quantity.Times(p.Price), 2)))
	}
	e.Add("合计四舍五入到分一次", "Sum, rounded once to the fen", yuan(amount))
	e.Zh = fmt.Sprintf("用量 %s，应收 %s", plain(used, 0), yuan(amount))
	e.En = fmt.Sprintf("%s used, %s due", plain(used, 0), yuan(amount))
	return e
}

// UsagePart is the share of a usage that fell into some of the days of an interval.
type UsagePart struct {
	From     calendar.Date // first day of the part
	Days     int
	Quantity money.Exact
}

// SplitUsage divides a usage by days over the stretches of an interval that begin at the given days. The
// interval runs from the day after one reading to the day of the next. Quantities are rounded to the places
// of the meter; the last takes the remainder (F-5.4, F-5.5). Days outside the interval are ignored.
func SplitUsage(used money.Exact, readFrom, readTo calendar.Date, places int, begins ...calendar.Date) ([]UsagePart, error) {
	days := readTo.Sub(readFrom)
	if days <= 0 {
		return nil, fmt.Errorf("%w: read on %s and on %s", ErrReading, readFrom, readTo)
	}
	first := readFrom.AddDays(1)
	starts := []calendar.Date{first}
	for _, day := range begins {
		if day > starts[len(starts)-1] && day <= readTo {
			starts = append(starts, day)
		}
	}
	var parts []UsagePart
	rest := used
	for i, from := range starts {
		end := readTo.AddDays(1)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		part := UsagePart{From: from, Days: end.Sub(from), Quantity: rest}
		if i+1 < len(starts) {
			part.Quantity = used.Times(money.Int(int64(part.Days))).Over(money.Int(int64(days))).Round(places)
			rest = rest.Minus(part.Quantity)
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// MeteredByYear charges a usage whose interval crosses the end of the tier year: one line per year, the
// later years from an empty counter (F-5.4).
func MeteredByYear(used, before money.Exact, readFrom, readTo calendar.Date, places int, tiers []Tier) ([]UsagePart, []Line, error) {
	var begins []calendar.Date
	for year := readFrom.Year() + 1; year <= readTo.Year(); year++ {
		begins = append(begins, calendar.NewDate(year, 1, 1))
	}
	parts, err := SplitUsage(used, readFrom, readTo, places, begins...)
	if err != nil {
		return nil, nil, err
	}
	var lines []Line
	for _, part := range parts {
		if part.From.Year() > readFrom.Year() {
			before = money.Int(0)
		}
		_, line, err := Metered(part.Quantity, before, tiers)
		if err != nil {
			return nil, nil, err
		}
		line.Month = part.From.AddDays(part.Days - 1).Period()
		lines = append(lines, line)
	}
	return parts, lines, nil
}

// MeteredByPrice charges a usage whose price changed inside the interval, by days and with one rounding
// (F-5.5). Prices are in order of their days.
func MeteredByPrice(used money.Exact, readFrom, readTo calendar.Date, places int, prices []Price) ([]UsagePart, []TierPart, Line, error) {
	var begins []calendar.Date
	for _, p := range prices {
		begins = append(begins, p.From)
	}
	split, err := SplitUsage(used, readFrom, readTo, places, begins...)
	if err != nil {
		return nil, nil, Line{}, err
	}
	sum := money.Int(0)
	var parts []TierPart
	for _, part := range split {
		var price *Price
		for i := range prices {
			if prices[i].From <= part.From {
				price = &prices[i]
			}
		}
		if price == nil {
			return nil, nil, Line{}, fmt.Errorf("%w on %s", ErrNoPrice, part.From)
		}
		parts = append(parts, TierPart{Quantity: part.Quantity, Price: price.Amount})
		sum = sum.Plus(part.Quantity.Times(price.Amount))
	}
	amount, err := sum.Fen()
	return split, parts, Line{Amount: amount, Explanation: metered("F-5.5", used, parts, amount)}, err
}
