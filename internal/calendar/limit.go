package calendar

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Limit is how long something may take: 30m, 2h work, 3wd, 2d.
//
//	30m, 24h      minutes or hours by the clock on the wall
//	2h work       minutes or hours of working time
//	3wd           work days: the start day is day 0, due at the last closing of the 3rd day after it
//	2d            civil days: due at 24:00 of the 2nd day after the start day
//
// Working time and work days run on the calendar of whoever asks; a limit can name its own instead, in
// place of work or after wd: "30m CAL-SERVICE", "2wd CAL-OFFICE".
type Limit struct {
	N        int64 // minutes or days
	Unit     Unit
	Calendar string // the calendar named by the limit, usually ""
}

// Unit is what a limit counts.
type Unit int

// The units of a limit.
const (
	ClockMinutes Unit = iota
	WorkMinutes
	WorkDays
	CivilDays
)

// most is the longest limit of the unit, about a hundred years: it keeps arithmetic on instants exact.
func (u Unit) most() int64 {
	const days = 36_600
	if u == WorkDays || u == CivilDays {
		return days
	}
	return days * 24 * 60
}

var limitForm = regexp.MustCompile(`^([0-9]{1,9})(m|h|wd|d)(?: (work|CAL-[A-Z0-9-]+))?$`)

// ParseLimit reads a limit as written above. Errors say what was wrong and show the forms.
func ParseLimit(text string) (Limit, error) {
	bad := func(why string) (Limit, error) {
		return Limit{}, fmt.Errorf("the time limit %q %s; write it like 30m, 2h work, 3wd or 2d", text, why)
	}
	parts := limitForm.FindStringSubmatch(strings.Join(strings.Fields(text), " "))
	if parts == nil {
		return bad("cannot be read")
	}
	n, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return bad("cannot be read")
	}
	l := Limit{N: n}
	if parts[3] != "work" {
		l.Calendar = parts[3]
	}
	switch unit := parts[2]; {
	case unit == "wd":
		l.Unit = WorkDays
	case unit == "d" && parts[3] != "":
		return bad("counts civil days, which have no working calendar")
	case unit == "d":
		l.Unit = CivilDays
	default:
		if unit == "h" {
			l.N *= 60
		}
		if parts[3] != "" {
			l.Unit = WorkMinutes
		}
	}
	if l.N > l.Unit.most() {
		return bad("is longer than a hundred years")
	}
	return l, nil
}

// String writes the limit as ParseLimit reads it, in hours when they are whole.
func (l Limit) String() string {
	suffix := ""
	if l.Calendar != "" {
		suffix = " " + l.Calendar
	}
	switch l.Unit {
	case WorkDays:
		return fmt.Sprintf("%dwd%s", l.N, suffix)
	case CivilDays:
		return fmt.Sprintf("%dd", l.N)
	case WorkMinutes:
		if suffix == "" {
			suffix = " work"
		}
	}
	if l.N != 0 && l.N%60 == 0 {
		return fmt.Sprintf("%dh%s", l.N/60, suffix)
	}
	return fmt.Sprintf("%dm%s", l.N, suffix)
}

// UnmarshalText reads a limit.
func (l *Limit) UnmarshalText(text []byte) error {
	parsed, err := ParseLimit(string(text))
	if err == nil {
		*l = parsed
	}
	return err
}

// MarshalText writes a limit.
func (l Limit) MarshalText() ([]byte, error) { return []byte(l.String()), nil }
