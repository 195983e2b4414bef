package calendar

import "fmt"

// Clock is a working calendar on which a deadline runs: which days, and which windows of the day
// (engineering.md 1.3).
type Clock struct {
	Code    string   `yaml:"-"` // CAL-OFFICE
	Zh      string   `yaml:"zh"`
	En      string   `yaml:"en"`
	Days    Days     `yaml:"days"`
	Windows []Window `yaml:"windows"` // in order, apart from each other, at least one
}

// Days says on which days a clock runs.
type Days string

// The two kinds of days.
const (
	EveryDay      Days = "every_day"
	LegalWorkdays Days = "legal_workdays"
)

// Window is a stretch of working time within a day; the second time may be 24:00.
type Window [2]TimeOfDay

func (c Clock) check() error {
	if c.Days != EveryDay && c.Days != LegalWorkdays {
		return fmt.Errorf("calendar %s: days must be %s or %s, not %q", c.Code, EveryDay, LegalWorkdays, c.Days)
	}
	if len(c.Windows) == 0 {
		return fmt.Errorf("calendar %s: it has no working window", c.Code)
	}
	end := TimeOfDay(0)
	for _, w := range c.Windows {
		if w[0] < end || w[1] <= w[0] {
			return fmt.Errorf("calendar %s: the window %s–%s is empty or out of order", c.Code, w[0], w[1])
		}
		end = w[1]
	}
	return nil
}

// runs reports whether the clock runs on the date.
func (c Clock) runs(w *Workdays, d Date) bool { return c.Days == EveryDay || w.IsWorkday(d) }

// close returns the instant at which the last window of the date ends.
func (c Clock) close(d Date) int64 { return d.At(c.Windows[len(c.Windows)-1][1]) }

// advance returns the instant at which ms of working time have passed since start. A start outside the
// windows, or exactly at a closing, counts from the next opening; the result may equal a closing.
func (c Clock) advance(w *Workdays, start, ms int64) int64 {
	for d := DateOf(start); ; d = d.AddDays(1) {
		if !c.runs(w, d) {
			continue
		}
		for _, window := range c.Windows {
			from, to := max(start, d.At(window[0])), d.At(window[1])
			if from >= to {
				continue
			}
			if ms <= to-from {
				return from + ms
			}
			ms -= to - from
		}
	}
}

// elapsed returns the working time between two instants, 0 when to is not after from.
func (c Clock) elapsed(w *Workdays, from, to int64) int64 {
	var sum int64
	for d := DateOf(from); d.Start() < to; d = d.AddDays(1) {
		if !c.runs(w, d) {
			continue
		}
		for _, window := range c.Windows {
			sum += max(0, min(to, d.At(window[1]))-max(from, d.At(window[0])))
		}
	}
	return sum
}

// addDays returns the n-th day after d on which the clock runs; n ≥ 0.
func (c Clock) addDays(w *Workdays, d Date, n int) Date {
	for n > 0 {
		d = d.AddDays(1)
		if c.runs(w, d) {
			n--
		}
	}
	return d
}
