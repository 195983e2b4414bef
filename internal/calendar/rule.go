package calendar

import (
	"fmt"
	"slices"
)

// Rule says what recurs when: every second Tuesday, the last day of each quarter, Mondays of the heating
// season at 09:00 (engineering.md 8.2). Its text form, in YAML or JSON:
//
//	{freq: monthly, interval: 3, anchor: "2026-01-15", monthdays: [15], times: ["09:00"], holiday: next, calendar: CAL-OFFICE}
//
// Every occurrence is computed from the anchor, never from the one before, so the 31st clips to
// 28 February and is the 31st again in March. What a rule leaves open it takes from its anchor: a weekly
// rule without weekdays recurs on the anchor's, a monthly one on its day, a yearly one in its month.
type Rule struct {
	Freq      Freq        `yaml:"freq" json:"freq"`
	Interval  int         `yaml:"interval,omitempty" json:"interval,omitempty"` // every n-th day, week, month, year; 0 is 1
	Anchor    Date        `yaml:"anchor" json:"anchor"`                         // nothing occurs before it
	Until     Date        `yaml:"until,omitempty" json:"until,omitempty"`       // nothing occurs after it
	Weekdays  []Weekday   `yaml:"weekdays,omitempty" json:"weekdays,omitempty"` // which days of a week; a filter for daily
	Monthdays []int       `yaml:"monthdays,omitempty" json:"monthdays,omitempty"`
	Nth       *Nth        `yaml:"nth,omitempty" json:"nth,omitempty"`
	Months    []int       `yaml:"months,omitempty" json:"months,omitempty"` // only in these months, 1–12
	Times     []TimeOfDay `yaml:"times,omitempty" json:"times,omitempty"`   // none: the whole day
	MonthEnd  MonthEnd    `yaml:"month_end,omitempty" json:"month_end,omitempty"`
	Holiday   Move        `yaml:"holiday,omitempty" json:"holiday,omitempty"`
	Calendar  string      `yaml:"calendar,omitempty" json:"calendar,omitempty"` // whose days off Holiday looks at
	Season    *Season     `yaml:"season,omitempty" json:"season,omitempty"`
}

// Freq is the period that a rule steps by.
type Freq string

// The frequencies. Quarterly is monthly with interval 3, half-yearly with 6.
const (
	Daily   Freq = "daily"
	Weekly  Freq = "weekly"
	Monthly Freq = "monthly"
	Yearly  Freq = "yearly"
)

// MonthEnd says what a month that lacks the day does; "" is MonthEndClip.
type MonthEnd string

// The month-end policies.
const (
	MonthEndClip MonthEnd = "clip" // its last day instead (Civil Code art. 202)
	MonthEndSkip MonthEnd = "skip" // no occurrence
)

// Move says what happens to an occurrence on a day off; "" is Keep.
type Move string

// The moves. A moved occurrence may leave its month; its nominal date stays.
const (
	Keep     Move = "keep"
	MoveNext Move = "next" // the first working day after
	MovePrev Move = "prev" // the last working day before
	Drop     Move = "skip" // no occurrence
)

// Nth is the n-th such weekday of a month: 2 TU, −1 FR. A fifth one that is missing does not occur.
type Nth struct {
	Ordinal int     `yaml:"ordinal" json:"ordinal"` // ±1 to ±5
	Weekday Weekday `yaml:"weekday" json:"weekday"`
}

// Season limits a rule to part of the year, both days included, as MM-DD. It may run over the new year:
// 11-15 to 03-15.
type Season struct {
	From string `yaml:"from" json:"from"`
	To   string `yaml:"to" json:"to"`
}

func (s *Season) includes(d Date) bool {
	if s == nil {
		return true
	}
	day := string(d[5:])
	if s.From <= s.To {
		return s.From <= day && day <= s.To
	}
	return s.From <= day || day <= s.To
}

// Weekday is a day of the week, written MO, TU, WE, TH, FR, SA or SU.
type Weekday string

// weekdays are in the order of time.Weekday.
var weekdays = []Weekday{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// weekdayOf returns the day of the week of a date.
func weekdayOf(d Date) Weekday { return weekdays[d.Weekday()] }

// since returns how many days w comes after v, 0 to 6.
func (w Weekday) since(v Weekday) int {
	return (slices.Index(weekdays, w) - slices.Index(weekdays, v) + 7) % 7
}

// Check refuses a rule that says something impossible or nothing at all; the error names the field. A
// rule is checked where it enters (a plan file, a form).
func (r Rule) Check() error {
	bad := func(field string, value any, want string) error {
		return fmt.Errorf("recurrence: %s %v: %s", field, value, want)
	}
	switch {
	case !slices.Contains([]Freq{Daily, Weekly, Monthly, Yearly}, r.Freq):
		return bad("freq", r.Freq, "use daily, weekly, monthly or yearly")
	case r.Interval < 0 || r.Interval > 1000:
		return bad("interval", r.Interval, "use 1 to 1000")
	case !r.Anchor.Valid():
		return bad("anchor", r.Anchor, "use a date")
	case r.Until != "" && (!r.Until.Valid() || r.Until < r.Anchor):
		return bad("until", r.Until, "use a date not before the anchor")
	case !slices.Contains([]MonthEnd{"", MonthEndClip, MonthEndSkip}, r.MonthEnd):
		return bad("month_end", r.MonthEnd, "use clip or skip")
	case !slices.Contains([]Move{"", Keep, MoveNext, MovePrev, Drop}, r.Holiday):
		return bad("holiday", r.Holiday, "use keep, next, prev or skip")
	case (len(r.Monthdays) > 0 || r.Nth != nil) && r.Freq != Monthly && r.Freq != Yearly:
		return bad("freq", r.Freq, "days of the month need monthly or yearly")
	case len(r.Monthdays) > 0 && r.Nth != nil:
		return bad("nth", *r.Nth, "use it without monthdays")
	case len(r.Weekdays) > 0 && r.Freq != Daily && r.Freq != Weekly:
		return bad("weekdays", r.Weekdays, "use nth for the weekday of a month")
	case r.Nth != nil && (r.Nth.Ordinal == 0 || r.Nth.Ordinal < -5 || r.Nth.Ordinal > 5):
		return bad("nth", r.Nth.Ordinal, "use 1 to 5 or −1 to −5")
	}
	named := r.Weekdays
	if r.Nth != nil {
		named = append(slices.Clone(named), r.Nth.Weekday)
	}
	for _, day := range named {
		if !slices.Contains(weekdays, day) {
			return bad("weekday", day, "use MO, TU, WE, TH, FR, SA or SU")
		}
	}
	for _, day := range r.Monthdays {
		if day != -1 && (day < 1 || day > 31) {
			return bad("monthdays", day, "use 1 to 31, or −1 for the last day")
		}
	}
	for _, month := range r.Months {
		if month < 1 || month > 12 {
			return bad("months", month, "use 1 to 12")
		}
	}
	for _, t := range r.Times {
		if t < 0 || t >= 24*60 {
			return bad("times", t, "use 00:00 to 23:59")
		}
	}
	if s := r.Season; s != nil {
		for _, day := range []string{s.From, s.To} {
			if _, err := ParseDate("2024-" + day); err != nil { // a leap year knows every day
				return bad("season", day, "use MM-DD")
			}
		}
	}
	return nil
}

// matches reports whether the rule names the date at all, by the fields that filter.
func (r Rule) matches(d Date) bool {
	return d >= r.Anchor && (r.Until == "" || d <= r.Until) &&
		(len(r.Months) == 0 || slices.Contains(r.Months, int(d.Month()))) && r.Season.includes(d)
}

// nominal returns the dates that the rule names from a to b, both included, in order and without
// repeats, before any move for holidays.
func (r Rule) nominal(a, b Date) []Date {
	var dates []Date
	a = max(a, r.Anchor)
	step := max(1, r.Interval)
	add := func(d Date) {
		if d >= a && d <= b && r.matches(d) {
			dates = append(dates, d)
		}
	}
	switch r.Freq {
	case Daily:
		late := a.Sub(r.Anchor) % step
		for d := a.AddDays((step - late) % step); d <= b; d = d.AddDays(step) {
			if len(r.Weekdays) == 0 || slices.Contains(r.Weekdays, weekdayOf(d)) {
				add(d)
			}
		}
	case Weekly:
		named := r.Weekdays
		if len(named) == 0 {
			named = []Weekday{weekdayOf(r.Anchor)}
		}
		first := monday(r.Anchor)
		weeks := monday(a).Sub(first) / 7
		for week := first.AddDays((weeks - weeks%step) * 7); week <= b; week = week.AddDays(7 * step) {
			for day := range 7 {
				if d := week.AddDays(day); slices.Contains(named, weekdayOf(d)) {
					add(d)
				}
			}
		}
	case Monthly, Yearly:
		if r.Freq == Yearly {
			step *= 12
		}
		for _, start := range r.startMonths() {
			months := max(0, a.Period().Sub(start))
			for p := start.Add(months - months%step); p <= b.Period(); p = p.Add(step) {
				for _, d := range r.daysOf(p) {
					add(d)
				}
			}
		}
	}
	slices.Sort(dates)
	return slices.Compact(dates)
}

// startMonths returns the month or months from which a monthly or yearly rule counts: the anchor's, or
// for a yearly rule that names months, each of them in the anchor's year.
func (r Rule) startMonths() []Period {
	if r.Freq == Monthly || len(r.Months) == 0 {
		return []Period{r.Anchor.Period()}
	}
	var starts []Period
	for _, month := range r.Months {
		starts = append(starts, Period(r.Anchor.Year()*100+month))
	}
	return starts
}

// daysOf returns the days of one month that a monthly or yearly rule names.
func (r Rule) daysOf(p Period) []Date {
	if r.Nth != nil {
		if d := r.Nth.in(p); d != "" {
			return []Date{d}
		}
		return nil
	}
	monthdays := r.Monthdays
	if len(monthdays) == 0 {
		monthdays = []int{r.Anchor.Day()}
	}
	var days []Date
	for _, day := range monthdays {
		switch last := p.Days(); {
		case day == -1, day > last && r.MonthEnd != MonthEndSkip:
			days = append(days, p.Last())
		case day <= last:
			days = append(days, p.First().AddDays(day-1))
		}
	}
	return days
}

// in returns the weekday within the month, or no date when the month has no fifth one.
func (n Nth) in(p Period) Date {
	first := p.First()
	var away int
	if n.Ordinal > 0 {
		away = n.Weekday.since(weekdayOf(first)) + 7*(n.Ordinal-1)
	} else {
		away = p.Days() - 1 - weekdayOf(p.Last()).since(n.Weekday) + 7*(n.Ordinal+1)
	}
	if away < 0 || away >= p.Days() {
		return ""
	}
	return first.AddDays(away)
}

// monday returns the Monday of the date's week.
func monday(d Date) Date { return d.AddDays(-weekdayOf(d).since("MO")) }
