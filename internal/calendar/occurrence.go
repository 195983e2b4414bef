package calendar

import "slices"

// Occurrence is one time at which a rule falls.
type Occurrence struct {
	Nominal Date      // the date that the rule names: the key, which no move for holidays changes
	Date    Date      // the date after the move; usually the same
	Time    TimeOfDay // AllDay when the rule names no time
}

// AllDay is the time of an occurrence that has none.
const AllDay TimeOfDay = -1

// At returns the instant (unix ms) of the occurrence, the start of its date when it lasts all day.
func (o Occurrence) At() int64 {
	return o.Date.At(max(0, o.Time))
}

// String writes 2026-03-01T09:00, or only the date when it lasts all day.
func (o Occurrence) String() string {
	if o.Time == AllDay {
		return string(o.Date)
	}
	return string(o.Date) + "T" + o.Time.String()
}

// Occurrences returns the occurrences of a rule whose nominal dates lie from a to b, both included, in
// order of nominal date and time. Asking again, or in pieces, gives the same occurrences with the same
// keys. It returns an error for a rule that Check refuses and for an unknown calendar.
func (b *Book) Occurrences(r Rule, from, to Date) ([]Occurrence, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	off, err := b.dayOff(r)
	if err != nil {
		return nil, err
	}
	times := slices.Sorted(slices.Values(r.Times))
	if len(times) == 0 {
		times = []TimeOfDay{AllDay}
	}
	var all []Occurrence
	for _, nominal := range r.nominal(from, to) {
		date := nominal
		for off(date) && r.Holiday == MoveNext {
			date = date.AddDays(1)
		}
		for off(date) && r.Holiday == MovePrev {
			date = date.AddDays(-1)
		}
		if off(date) && r.Holiday == Drop {
			continue
		}
		for _, t := range slices.Compact(times) {
			all = append(all, Occurrence{Nominal: nominal, Date: date, Time: t})
		}
	}
	return all, nil
}

// dayOff returns the test for days off of the rule's calendar, legal workdays when it names none.
func (b *Book) dayOff(r Rule) (func(Date) bool, error) {
	if r.Holiday == "" || r.Holiday == Keep {
		return func(Date) bool { return false }, nil
	}
	clock := Clock{Days: LegalWorkdays}
	if r.Calendar != "" {
		var err error
		if clock, err = b.Clock(r.Calendar); err != nil {
			return nil, err
		}
	}
	return func(d Date) bool { return !clock.runs(b.Workdays, d) }, nil
}

// Upcoming returns the occurrences to be prepared on a day: those due today or later whose window, which
// opens early days before the date, opens not later than horizon days from today (engineering.md 8.5).
func (b *Book) Upcoming(r Rule, today Date, horizon, early int) ([]Occurrence, error) {
	last := today.AddDays(horizon + early)
	const moved = 31 // no move for holidays is longer
	all, err := b.Occurrences(r, today.AddDays(-moved), last.AddDays(moved))
	return slices.DeleteFunc(all, func(o Occurrence) bool { return o.Date < today || o.Date > last }), err
}
