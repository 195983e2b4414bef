package calendar

import (
	"fmt"
	"strconv"
	"time"
)

// Period is a calendar month, year × 100 + month: 202601 is January 2026. It is stored and sent as that
// number; 0 means none.
type Period int64

// ParsePeriod reads 2026-01 or 202601.
func ParsePeriod(text string) (Period, error) {
	digits := text
	if len(text) == 7 && text[4] == '-' {
		digits = text[:4] + text[5:]
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if p := Period(n); err == nil && len(digits) == 6 && p.Valid() {
		return p, nil
	}
	return 0, fmt.Errorf("%q is not a month; write it as YYYY-MM, for example 2026-01", text)
}

// Valid reports whether p is a month of the years 1000–9999.
func (p Period) Valid() bool {
	return p >= 100001 && p <= 999912 && p%100 >= 1 && p%100 <= 12
}

// String writes 2026-01.
func (p Period) String() string { return fmt.Sprintf("%04d-%02d", p/100, p%100) }

// Year returns the year.
func (p Period) Year() int { return int(p / 100) }

// Month returns the month.
func (p Period) Month() time.Month { return time.Month(p % 100) }

// First returns the first day of the month.
func (p Period) First() Date { return NewDate(p.Year(), p.Month(), 1) }

// Last returns the last day of the month.
func (p Period) Last() Date { return NewDate(p.Year(), p.Month()+1, 0) }

// Days returns how many days the month has.
func (p Period) Days() int { return p.Last().Day() }

// Add returns the month n months later, or earlier for a negative n.
func (p Period) Add(n int) Period {
	months := p.Year()*12 + int(p.Month()) - 1 + n
	return Period(months/12*100 + months%12 + 1)
}

// Sub returns the months from q to p.
func (p Period) Sub(q Period) int {
	return (p.Year()-q.Year())*12 + int(p.Month()) - int(q.Month())
}
