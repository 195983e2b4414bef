// Package calendar knows dates, working time and recurrence as a Chinese company counts them: legal
// workdays with their make-up days, office and service hours, deadlines that stop overnight, months that
// end early.
//
// The main type is Book, the company's calendars together. It turns a start and a limit into a due time:
//
//	book, err := calendar.Load(rulebook.Files)
//	limit, err := calendar.ParseLimit("2h work")
//	due, err := book.Due("CAL-OFFICE", startMs, limit) // Friday 16:30 → Monday 09:30
//
// Beside it stand Date (a civil date as text), Period (a month), Workdays (what kind of day a date is)
// and Rule (what recurs when). Instants are unix milliseconds everywhere; the zone is Shanghai, always.
//
// The package is pure. It must never read the clock, and never know what a deadline or a plan is for.
package calendar

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// The calendars that every company has (engineering.md 1.3); others may be added in clocks.yaml.
const (
	RoundTheClock = "CAL-24X7"
	Service       = "CAL-SERVICE"
	Office        = "CAL-OFFICE"
)

// Book holds a company's calendars: its workdays and the clocks that run on them. It does not change
// after it was made and may be used from many goroutines.
type Book struct {
	*Workdays
	clocks map[string]Clock
}

// Load reads calendars/clocks.yaml and calendars/holidays-*.yaml of the rule book.
func Load(files fs.FS) (*Book, error) {
	workdays, err := LoadWorkdays(files)
	if err != nil {
		return nil, err
	}
	const name = "calendars/clocks.yaml"
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	var file struct {
		Clocks map[string]Clock `yaml:"clocks"`
	}
	dec := yaml.NewDecoder(strings.NewReader(string(text)))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var clocks []Clock
	for code, clock := range file.Clocks {
		clock.Code = code
		clocks = append(clocks, clock)
	}
	return NewBook(workdays, clocks...)
}

// NewBook puts calendars together. A clock without windows or with windows out of order is refused.
func NewBook(workdays *Workdays, clocks ...Clock) (*Book, error) {
	b := &Book{Workdays: workdays, clocks: map[string]Clock{}}
	for _, clock := range clocks {
		if err := clock.check(); err != nil {
			return nil, err
		}
		b.clocks[clock.Code] = clock
	}
	return b, nil
}

// Clock returns the calendar with this code.
func (b *Book) Clock(code string) (Clock, error) {
	clock, ok := b.clocks[code]
	if !ok {
		return Clock{}, fmt.Errorf("there is no working calendar %q", code)
	}
	return clock, nil
}

// checkInstants refuses unix milliseconds outside 1900–2900, which are seconds or worse by mistake.
func checkInstants(instants ...int64) error {
	for _, ms := range instants {
		if ms < Date("1900-01-01").Start() || ms > Date("2900-01-01").Start() {
			return fmt.Errorf("the instant %d ms lies outside the years 1900–2900", ms)
		}
	}
	return nil
}

// wall runs every minute of every day.
var wall = Clock{Code: RoundTheClock, Days: EveryDay, Windows: []Window{{0, 24 * 60}}}

// clockFor returns the clock on which a limit runs: its own, the one asked for, or the wall clock for
// limits that know no working time.
func (b *Book) clockFor(code string, start int64, l Limit) (Clock, error) {
	if err := checkInstants(start); err != nil {
		return Clock{}, err
	}
	if l.N < 0 || l.N > l.Unit.most() {
		return Clock{}, fmt.Errorf("the time limit %s is out of range", l)
	}
	if l.Unit == ClockMinutes || l.Unit == CivilDays {
		return wall, nil
	}
	return b.Clock(cmp.Or(l.Calendar, code))
}

// Due returns when the limit ends (unix ms) for something that started at start (unix ms). code names
// the calendar for working time and work days; a limit by the wall clock or in civil days ignores it.
// An unknown calendar is an error. Rules: engineering.md 1.3, Civil Code art. 200–204.
func (b *Book) Due(code string, start int64, limit Limit) (int64, error) {
	clock, err := b.clockFor(code, start, limit)
	if err != nil {
		return 0, err
	}
	return b.due(clock, start, limit), nil
}

func (b *Book) due(clock Clock, start int64, limit Limit) int64 {
	switch limit.Unit {
	case WorkDays:
		return clock.close(clock.addDays(b.Workdays, DateOf(start), int(limit.N)))
	case CivilDays:
		return DateOf(start).AddDays(int(limit.N)).End()
	}
	return clock.advance(b.Workdays, start, limit.N*minuteMs)
}

// Elapsed returns the whole minutes of working time between two instants (unix ms), 0 when to is not
// after from.
func (b *Book) Elapsed(code string, from, to int64) (minutes int64, err error) {
	if err := checkInstants(from, to); err != nil {
		return 0, err
	}
	clock, err := b.Clock(code)
	if err != nil {
		return 0, err
	}
	return clock.elapsed(b.Workdays, from, to) / minuteMs, nil
}

// Pause is a stretch of time during which a limit stands still (unix ms); To must not be before From.
type Pause struct{ From, To int64 }

// DueWithPauses is Due lengthened by the working time that lies inside the pauses, each minute once
// however many pauses cover it. A pause that begins at or after the due time changes nothing.
func (b *Book) DueWithPauses(code string, start int64, limit Limit, pauses []Pause) (int64, error) {
	clock, err := b.clockFor(code, start, limit)
	if err != nil {
		return 0, err
	}
	return b.lengthen(clock, start, b.due(clock, start, limit), pauses)
}

// lengthen moves a due time by the working time inside the pauses.
func (b *Book) lengthen(clock Clock, start, due int64, pauses []Pause) (int64, error) {
	for _, p := range pauses {
		if err := checkInstants(p.From, p.To); err != nil {
			return 0, err
		}
		if p.To < p.From {
			return 0, fmt.Errorf("the pause from %s ends before it begins, at %s", FormatLocal(p.From), FormatLocal(p.To))
		}
	}
	counted := start
	for _, p := range slices.SortedFunc(slices.Values(pauses), func(p, q Pause) int { return cmp.Compare(p.From, q.From) }) {
		if p.From >= due {
			break
		}
		if stood := clock.elapsed(b.Workdays, max(p.From, counted), p.To); stood > 0 {
			due = clock.advance(b.Workdays, due, stood)
		}
		counted = max(counted, p.To)
	}
	return due, nil
}

// Point returns when a share of the limit has passed (unix ms): 50 for half of it, 100 for its end, 150
// for half as long again. Shares are taken of the limit's working time (engineering.md 1.3 rule 5), so
// half of four office hours from Friday 16:00 ends on Monday. Pauses lengthen the way there as they do
// for DueWithPauses; pass nil when there were none.
func (b *Book) Point(code string, start int64, limit Limit, percent int64, pauses []Pause) (int64, error) {
	clock, err := b.clockFor(code, start, limit)
	if err != nil {
		return 0, err
	}
	if percent < 0 || percent > 1000 {
		return 0, fmt.Errorf("%d percent of a time limit is out of range", percent)
	}
	whole := clock.elapsed(b.Workdays, start, b.due(clock, start, limit))
	point := clock.advance(b.Workdays, start, whole*percent/100)
	return b.lengthen(clock, start, point, pauses)
}
