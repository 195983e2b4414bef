package calendar

import (
	"fmt"
	"time"
)

// Date is a civil date in Shanghai, written YYYY-MM-DD; the zero value "" means no date.
//
// Being text it is stored, sent and compared as it stands: a < b means earlier. Make one with ParseDate,
// NewDate or DateOf, or by decoding JSON, YAML or a form, all of which refuse what is not a date of the
// years 1000–9999. The methods panic on text that is not a date; on "" they return the zero value.
type Date string

const dateLayout = "2006-01-02"

// ParseDate reads YYYY-MM-DD. Anything else, also 2026-02-30, is an error.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(dateLayout, text)
	if err != nil || t.Year() < 1000 {
		return "", fmt.Errorf("%q is not a date; write it as YYYY-MM-DD, for example 2026-02-28", text)
	}
	return Date(text), nil
}

// NewDate makes a date of its parts; a day past the end of its month counts on into the next, as in
// time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return dateOfTime(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// dateOfTime returns the date that the time shows in its own zone.
func dateOfTime(t time.Time) Date { return Date(t.Format(dateLayout)) }

// UnmarshalText reads a date, or no date from empty text, for JSON, YAML and forms.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = ""
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// midnight is the date as a time in UTC, where every day has 24 hours.
func (d Date) midnight() time.Time {
	t, err := time.Parse(dateLayout, string(d))
	if err != nil {
		panic(fmt.Sprintf("calendar: %q is not a date", string(d)))
	}
	return t
}

// Valid reports whether d is a date; "" is not.
func (d Date) Valid() bool { _, err := ParseDate(string(d)); return err == nil }

// Year returns the year, 0 for no date.
func (d Date) Year() int {
	if d == "" {
		return 0
	}
	return d.midnight().Year()
}

// Month returns the month, 0 for no date.
func (d Date) Month() time.Month {
	if d == "" {
		return 0
	}
	return d.midnight().Month()
}

// Day returns the day of the month, 0 for no date.
func (d Date) Day() int {
	if d == "" {
		return 0
	}
	return d.midnight().Day()
}

// Weekday returns the day of the week; no date panics.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// AddDays returns the date n days later, or earlier for a negative n.
func (d Date) AddDays(n int) Date {
	if d == "" {
		return ""
	}
	return dateOfTime(d.midnight().AddDate(0, 0, n))
}

// AddMonths returns the same day n months later, or the last day of that month where it is shorter
// (Civil Code art. 202). Count from one anchor, never from the result: 31 January plus one month is
// 28 February, plus two months 31 March.
func (d Date) AddMonths(n int) Date {
	if d == "" {
		return ""
	}
	t := d.midnight()
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return dateOfTime(first.AddDate(0, 0, min(t.Day(), last)-1))
}

// AddYears returns the same day n years later; 29 February becomes 28 February in a common year.
func (d Date) AddYears(n int) Date { return d.AddMonths(12 * n) }

// Sub returns the days from e to d: tomorrow.Sub(today) is 1. Both must be dates.
func (d Date) Sub(e Date) int {
	return int(d.midnight().Sub(e.midnight()) / (24 * time.Hour))
}

// Period returns the month that the date lies in, 0 for no date.
func (d Date) Period() Period {
	if d == "" {
		return 0
	}
	t := d.midnight()
	return Period(t.Year()*100 + int(t.Month()))
}

// DaysInclusive counts the days from a to b, both included; 0 when b is before a.
func DaysInclusive(a, b Date) int { return max(0, b.Sub(a)+1) }
