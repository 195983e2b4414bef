package tariff

import (
	"fmt"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/money"
)

// Season is a heating season of a room (F-9). The area is the one that the local rule charges by.
type Season struct {
	From, To calendar.Date // both included
	Area     money.Exact   // m²
	Price    money.Exact   // yuan per m² and season
	Height   money.Exact   // storey height in m; 0 when it does not matter
	Over     money.Exact   // a storey above this height pays more; 0 for no such rule
	Divisor  money.Exact   // by height ÷ Divisor
}

// Days counts the days of the season.
func (s Season) Days() int { return calendar.DaysInclusive(s.From, s.To) }

func (s Season) exact() (money.Exact, Explanation) {
	e := Explanation{Rule: "F-9.1", Version: string(s.From)}
	fee := s.Area.Times(s.Price)
	e.Add("计费面积 × 季热价", "Heated area × season price", fmt.Sprintf("%s㎡ × ¥%s = ¥%s", plain(s.Area, 2), plain(s.Price, 2), plain(fee, 2)))
	if s.Over.Sign() > 0 && s.Height.Cmp(s.Over) > 0 {
		fee = fee.Times(s.Height).Over(s.Divisor)
		e.Rule = "F-9.2"
		e.Add("层高折算", "Storey height", plain(s.Height, 2)+" ÷ "+plain(s.Divisor, 2))
	}
	return fee, e
}

// Fee is the fee of a heated room for the whole season, one line (F-9.1, F-9.2).
func (s Season) Fee() (Line, error) { return s.Stopped(money.Int(1)) }

// Stopped is the basic fee of a room whose heating is stopped: a part of the season fee, 0.30 (F-9.3).
func (s Season) Stopped(ratio money.Exact) (Line, error) {
	fee, e := s.exact()
	if ratio.Sign() < 0 || ratio.Cmp(money.Int(1)) > 0 {
		return Line{}, fmt.Errorf("%w: a part of %s", ErrQuantity, plain(ratio, 2))
	}
	if ratio.Cmp(money.Int(1)) != 0 {
		fee = fee.Times(ratio)
		e.Rule = "F-9.3"
		e.Add("停供基础热费比例", "Basic part of a stopped household", plain(ratio, 2))
	}
	return heated(fee, e)
}

func heated(fee money.Exact, e Explanation) (Line, error) {
	amount, err := fee.Fen()
	if err != nil {
		return Line{}, err
	}
	e.Add("四舍五入到分一次", "Rounded once to the fen", yuan(amount))
	e.Zh, e.En = "采暖费 "+yuan(amount), "Heating "+yuan(amount)
	return Line{Amount: amount, Explanation: e}, nil
}

// TwoPart is the metered form: the basic part of the area fee and the heat used, two lines of one bill.
// With a most > 0 both together stay below area fee × most, the metered line giving way (F-9.6).
func (s Season) TwoPart(ratio, used, price, most money.Exact) (base, metered Line, err error) {
	if ratio.Cmp(money.Scaled(30, 2)) > 0 {
		return base, metered, fmt.Errorf("%w: the basic part may be at most 0.30 of the area fee", ErrQuantity)
	}
	if base, err = s.Stopped(ratio); err != nil {
		return base, metered, err
	}
	base.Explanation.Rule = "F-9.6"
	if _, metered, err = Metered(used, money.Int(0), OneTier(price)); err != nil {
		return base, metered, err
	}
	metered.Explanation.Rule = "F-9.6"
	if most.Sign() > 0 {
		area, _ := s.exact()
		limit, err := area.Times(most).Fen()
		if err != nil {
			return base, metered, err
		}
		if base.Amount+metered.Amount > limit {
			metered.Amount = max(0, limit-base.Amount)
			metered.Explanation.Add("按面积热费封顶", "Capped by the area fee", yuan(limit))
		}
	}
	return base, metered, nil
}

// Remaining is the fee of a room that joins inside the season: its remaining days, the first included
// (F-9.4). The season fee is in fen.
func (s Season) Remaining(fee money.Fen, start calendar.Date) (days int, line Line, err error) {
	if start < s.From {
		start = s.From
	}
	days = calendar.DaysInclusive(start, s.To)
	line, err = s.byDays(fee, days, "F-9.4", "剩余供热天数", "Remaining days of supply")
	return days, line, err
}

// ResumePolicy says what a stopped household pays that has its heating opened again (F-9.4).
type ResumePolicy string

// The policies.
const (
	FullSeason    ResumePolicy = "FULL_SEASON"    // the difference to the full fee
	RemainingDays ResumePolicy = "REMAINING_DAYS" // the difference for the days that are left
)

// Resume is what is added when a stopped household resumes; base is the basic fee it was charged (fen).
func (s Season) Resume(policy ResumePolicy, fee, base money.Fen, on calendar.Date) (Line, error) {
	switch policy {
	case FullSeason:
		e := Explanation{Rule: "F-9.4"}
		e.Add("全季采暖费", "Season fee", yuan(fee))
		e.Add("已收基础热费", "Basic fee charged", yuan(base))
		return heated((fee - base).Yuan(), e)
	case RemainingDays:
		_, line, err := s.Remaining(fee-base, on)
		return line, err
	}
	return Line{}, fmt.Errorf("there is no resume policy %q", string(policy))
}

// byDays is fee × days ÷ days of the season.
func (s Season) byDays(fee money.Fen, days int, rule, zh, en string) (Line, error) {
	if s.Days() == 0 || days < 0 || days > s.Days() {
		return Line{}, fmt.Errorf("%w: %d days of a season of %d", ErrQuantity, days, s.Days())
	}
	e := Explanation{Rule: rule, Version: string(s.From)}
	e.Add(zh, en, fmt.Sprintf("%s × %d/%d", yuan(fee), days, s.Days()))
	return heated(fee.Yuan().Times(money.Int(int64(days))).Over(money.Int(int64(s.Days()))), e)
}

// NoSupply is the refund, a negative line, for days without supply (F-9.5).
func (s Season) NoSupply(fee money.Fen, days int) (Line, error) {
	return s.byDays(-fee, days, "F-9.5", "停供天数退费", "Refund for days without supply")
}

// Band refunds a part of the daily fee below a temperature. Bands stand in rising order.
type Band struct {
	Below     money.Exact // °C
	Including bool        // the bound itself belongs to this band (some local rules)
	Ratio     money.Exact // of the daily fee
}

// Cold is a number of days at one measured temperature.
type Cold struct {
	Temperature money.Exact // °C
	Days        int
}

// TooCold is the refund, one negative line, for days below the promised temperature: daily fee × share of
// the area that was too cold × ratio of the band × days, rounded once (F-9.5).
func (s Season) TooCold(fee money.Fen, affected money.Exact, bands []Band, days []Cold) (Line, error) {
	e := Explanation{Rule: "F-9.5", Version: string(s.From)}
	weighted, all := money.Int(0), 0
	for _, cold := range days {
		ratio := money.Int(0)
		for _, b := range bands {
			if c := cold.Temperature.Cmp(b.Below); c < 0 || c == 0 && b.Including {
				ratio = b.Ratio
				break
			}
		}
		if cold.Days < 0 {
			return Line{}, fmt.Errorf("%w: %d days", ErrQuantity, cold.Days)
		}
		all += cold.Days
		weighted = weighted.Plus(ratio.Times(money.Int(int64(cold.Days))))
		e.Add(plain(cold.Temperature, 1)+" °C", plain(cold.Temperature, 1)+" °C", fmt.Sprintf("%d × %s", cold.Days, plain(ratio, 2)))
	}
	if s.Days() == 0 || all > s.Days() {
		return Line{}, fmt.Errorf("%w: %d cold days in a season of %d", ErrQuantity, all, s.Days())
	}
	e.Add("日热费 × 不达标面积比例", "Daily fee × share of the area", fmt.Sprintf("%s ÷ %d × %s", yuan(fee), s.Days(), plain(affected, 2)))
	return heated(fee.Yuan().Neg().Times(affected).Times(weighted).Over(money.Int(int64(s.Days()))), e)
}

// Spread divides a season fee over the months of the season by their days, by running totals (F-16.2).
func (s Season) Spread(fee money.Fen) ([]calendar.Period, []int64, []money.Fen, error) {
	var months []calendar.Period
	var days []int64
	for month := s.From.Period(); month <= s.To.Period(); month = month.Add(1) {
		months = append(months, month)
		days = append(days, int64(calendar.DaysInclusive(max(s.From, month.First()), min(s.To, month.Last()))))
	}
	amounts, err := money.Spread(fee, days)
	return months, days, amounts, err
}

// StopDeadline is the last day on which a household may ask to have its heating stopped, that day included:
// a number of days before the season, or a fixed day "10-15" of the season's year (F-9.3).
func StopDeadline(season calendar.Date, daysBefore int, monthDay string) (calendar.Date, error) {
	if monthDay == "" {
		return season.AddDays(-daysBefore), nil
	}
	day, err := calendar.ParseDate(fmt.Sprintf("%04d-%s", season.Year(), monthDay))
	if err != nil {
		return "", err
	}
	if day > season { // a season that begins in January is asked for the year before
		day = day.AddYears(-1)
	}
	return day, nil
}
