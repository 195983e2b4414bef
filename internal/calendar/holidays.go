package calendar

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// DayType says what kind of day a date is for work and pay (organisation-and-hr.md C1).
type DayType string

// The three day types. A statutory holiday is one of the 13 days of the national regulation; the other
// days off of the yearly notice, and ordinary weekends, are rest days.
const (
	Workday          DayType = "workday"
	RestDay          DayType = "rest_day"
	StatutoryHoliday DayType = "statutory_holiday"
)

// Year is the holiday notice of one year, as written in holidays-<year>.yaml.
type Year struct {
	Year     int       `yaml:"year"`
	Source   string    `yaml:"source"`
	Holidays []Holiday `yaml:"holidays"`
	MakeUp   []Date    `yaml:"makeup_workdays"` // weekend days that are worked instead
}

// Holiday is one block of days off.
type Holiday struct {
	Zh        string `yaml:"zh"`
	En        string `yaml:"en"`
	From      Date   `yaml:"from"`
	To        Date   `yaml:"to"`        // included
	Statutory []Date `yaml:"statutory"` // those of the block on which work is paid threefold
}

// ParseYear reads and checks a holiday file: dates inside the year, blocks in order and apart from each
// other and from the make-up workdays, statutory days inside their block.
func ParseYear(text []byte) (Year, error) {
	var y Year
	dec := yaml.NewDecoder(strings.NewReader(string(text)))
	dec.KnownFields(true)
	if err := dec.Decode(&y); err != nil {
		return Year{}, fmt.Errorf("holiday file: %w", err)
	}
	fail := func(d Date, why string) (Year, error) {
		return Year{}, fmt.Errorf("holiday file of %d: %q %s", y.Year, string(d), why)
	}
	days := map[Date]bool{}
	for _, h := range y.Holidays {
		if !h.From.Valid() || !h.To.Valid() || h.To < h.From || h.To.Sub(h.From) > 30 {
			return fail(h.From, "does not begin a block of days off")
		}
		for d := h.From; d <= h.To; d = d.AddDays(1) {
			if days[d] {
				return fail(d, "is listed twice")
			}
			days[d] = true
		}
		for _, d := range h.Statutory {
			if d < h.From || d > h.To {
				return fail(d, "is statutory but outside its block")
			}
		}
	}
	for _, d := range y.MakeUp {
		if !d.Valid() || days[d] {
			return fail(d, "cannot be a make-up workday")
		}
		days[d] = true
	}
	for d := range days {
		if d.Year() != y.Year {
			return fail(d, "lies in another year")
		}
	}
	return y, nil
}

// Workdays answers what kind of day a date is, from the yearly notices that it was given. In a year
// without notice Monday to Friday are workdays; Missing names such a year so that someone can be told.
type Workdays struct {
	years   map[int]Year
	special map[Date]DayType
}

// NewWorkdays builds the table from yearly notices; a later one replaces an earlier one of its year.
func NewWorkdays(years ...Year) *Workdays {
	w := &Workdays{years: map[int]Year{}, special: map[Date]DayType{}}
	for _, y := range years {
		w.years[y.Year] = y
	}
	for _, y := range w.years {
		for _, h := range y.Holidays {
			for d := h.From; d <= h.To; d = d.AddDays(1) {
				w.special[d] = RestDay
			}
			for _, d := range h.Statutory {
				w.special[d] = StatutoryHoliday
			}
		}
		for _, d := range y.MakeUp {
			w.special[d] = Workday
		}
	}
	return w
}

// LoadWorkdays reads calendars/holidays-*.yaml of the rule book.
func LoadWorkdays(files fs.FS) (*Workdays, error) {
	names, err := fs.Glob(files, "calendars/holidays-*.yaml")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var years []Year
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		year, err := ParseYear(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		years = append(years, year)
	}
	return NewWorkdays(years...), nil
}

// Missing reports that the notice of a year is not known, so that weekdays are used instead.
func (w *Workdays) Missing(year int) bool { _, known := w.years[year]; return !known }

// DayType returns what kind of day the date is.
func (w *Workdays) DayType(d Date) DayType {
	if special, ok := w.special[d]; ok {
		return special
	}
	if day := d.Weekday(); day == time.Saturday || day == time.Sunday {
		return RestDay
	}
	return Workday
}

// IsWorkday reports whether the date is a legal workday.
func (w *Workdays) IsWorkday(d Date) bool { return w.DayType(d) == Workday }

// CountWorkdays returns the workdays from a to b, both included.
func (w *Workdays) CountWorkdays(a, b Date) int {
	n := 0
	for d := a; d <= b; d = d.AddDays(1) {
		if w.IsWorkday(d) {
			n++
		}
	}
	return n
}

// CountRostered returns the days of leave that rostered staff take from a to b, both included: their
// rostered days replace the legal workdays, and a statutory holiday is never taken from leave
// (organisation-and-hr.md C12.4).
func (w *Workdays) CountRostered(a, b Date, roster []Date) int {
	n := 0
	for _, d := range roster {
		if d >= a && d <= b && w.DayType(d) != StatutoryHoliday {
			n++
		}
	}
	return n
}

// AddWorkdays returns the n-th workday after the date, or before it for a negative n. With n = 0 it is the date
// itself, workday or not.
func (w *Workdays) AddWorkdays(d Date, n int) Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d = d.AddDays(step)
		if w.IsWorkday(d) {
			n--
		}
	}
	return d
}

// NextWorkday returns the date if it is a workday, else the first workday after it: how a due date on a rest
// day moves (Civil Code art. 203).
func (w *Workdays) NextWorkday(d Date) Date {
	for !w.IsWorkday(d) {
		d = d.AddDays(1)
	}
	return d
}

// PrevWorkday returns the date if it is a workday, else the last workday before it: how a pay day moves.
func (w *Workdays) PrevWorkday(d Date) Date {
	for !w.IsWorkday(d) {
		d = d.AddDays(-1)
	}
	return d
}
