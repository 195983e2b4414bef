package calendar

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

func TestRuleChecks(t *testing.T) {
	good := Rule{Freq: Monthly, Anchor: "2026-01-01"}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*Rule){
		"freq":      func(r *Rule) { r.Freq = "hourly" },
		"interval":  func(r *Rule) { r.Interval = -1 },
		"anchor":    func(r *Rule) { r.Anchor = "" },
		"until":     func(r *Rule) { r.Until = "2025-12-31" },
		"month_end": func(r *Rule) { r.MonthEnd = "next" },
		"holiday":   func(r *Rule) { r.Holiday = "later" },
		"monthdays": func(r *Rule) { r.Monthdays = []int{0} },
		"months":    func(r *Rule) { r.Months = []int{13} },
		"nth":       func(r *Rule) { r.Nth = &Nth{Ordinal: 6} },
		"weekdays":  func(r *Rule) { r.Weekdays = []Weekday{"MO"} },
		"weekday":   func(r *Rule) { r.Nth = &Nth{Ordinal: 1} },
		"times":     func(r *Rule) { r.Times = []TimeOfDay{24 * 60} },
		"season":    func(r *Rule) { r.Season = &Season{From: "11-31", To: "03-15"} },
	} {
		r := good
		spoil(&r)
		if err := r.Check(); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
		if _, err := shipped.Occurrences(r, "2026-01-01", "2026-02-01"); err == nil {
			t.Errorf("%s: the rule ran", field)
		}
	}
	if _, err := shipped.Occurrences(Rule{Freq: Daily, Anchor: "2026-01-01", Holiday: Drop, Calendar: "CAL-NONE"}, "2026-01-01", "2026-01-02"); err == nil {
		t.Error("an unknown calendar was taken")
	}
}

func TestRulesInDetail(t *testing.T) {
	for text, want := range map[string]string{
		`{freq: weekly, interval: 2, anchor: "2026-03-05", weekdays: [MO, TH], until: "2026-04-05"}`:                     "2026-03-05 2026-03-16 2026-03-19 2026-03-30 2026-04-02",
		`{freq: weekly, anchor: "2026-03-21", until: "2026-04-04"}`:                                                      "2026-03-21 2026-03-28 2026-04-04",
		`{freq: monthly, anchor: "2026-01-31", month_end: skip}`:                                                         "2026-03-31",
		`{freq: monthly, anchor: "2026-01-01", nth: {ordinal: 5, weekday: MO}}`:                                          "2026-03-30",
		`{freq: monthly, anchor: "2026-01-01", nth: {ordinal: -5, weekday: TU}}`:                                         "2026-03-03",
		`{freq: monthly, anchor: "2026-01-01", monthdays: [-1, 31, 30]}`:                                                 "2026-03-30 2026-03-31 2026-04-30",
		`{freq: monthly, anchor: "2026-01-10", months: [4, 10]}`:                                                         "2026-04-10",
		`{freq: yearly, anchor: "2020-03-31", months: [3, 4]}`:                                                           "2026-03-31 2026-04-30",
		`{freq: yearly, interval: 4, anchor: "2022-04-01"}`:                                                              "2026-04-01",
		`{freq: yearly, interval: 4, anchor: "2023-04-01"}`:                                                              "",
		`{freq: yearly, anchor: "2020-01-01", months: [4], nth: {ordinal: 1, weekday: SU}}`:                              "2026-04-05",
		`{freq: daily, anchor: "2026-04-02", holiday: skip, calendar: CAL-OFFICE, until: "2026-04-08"}`:                  "2026-04-02 2026-04-03 2026-04-07 2026-04-08",
		`{freq: daily, anchor: "2026-04-25", weekdays: [SA, SU]}`:                                                        "2026-04-25 2026-04-26",
		`{freq: daily, anchor: "2026-04-04", holiday: skip, calendar: CAL-SERVICE, until: "2026-04-05"}`:                 "2026-04-04 2026-04-05",
		`{freq: monthly, anchor: "2026-03-01", monthdays: [1], times: ["14:00", "09:00", "14:00"], until: "2026-03-31"}`: "2026-03-01T09:00 2026-03-01T14:00",
		`{freq: daily, anchor: "2026-01-01", season: {from: "02-28", to: "03-02"}}`:                                      "2026-03-01 2026-03-02",
		`{freq: monthly, anchor: "2026-01-05", monthdays: [4], holiday: next, season: {from: "04-01", to: "04-04"}}`:     "2026-04-07",
	} {
		var r Rule
		if err := yaml.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(written(t, r, "2026-03-01", "2026-04-30"), " "); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
		out, err := json.Marshal(r)
		var back Rule
		if err != nil || json.Unmarshal(out, &back) != nil || !reflect.DeepEqual(r, back) {
			t.Errorf("%s\nis written %s and read %+v, %v", text, out, back, err)
		}
	}
}

var rules = rapid.Custom(func(t *rapid.T) Rule {
	r := Rule{
		Freq:     rapid.SampledFrom([]Freq{Daily, Weekly, Monthly, Yearly}).Draw(t, "freq"),
		Interval: rapid.IntRange(0, 9).Draw(t, "interval"),
		Anchor:   NewDate(2024, 1, 1).AddDays(rapid.IntRange(0, 800).Draw(t, "anchor")),
		MonthEnd: rapid.SampledFrom([]MonthEnd{"", MonthEndClip, MonthEndSkip}).Draw(t, "month end"),
		Holiday:  rapid.SampledFrom([]Move{"", Keep, MoveNext, MovePrev, Drop}).Draw(t, "holiday"),
		Months:   rapid.SliceOfN(rapid.IntRange(1, 12), 0, 3).Draw(t, "months"),
	}
	switch {
	case r.Freq == Daily || r.Freq == Weekly:
		r.Weekdays = rapid.SliceOfN(rapid.SampledFrom(weekdays), 0, 3).Draw(t, "weekdays")
	case rapid.Bool().Draw(t, "nth"):
		r.Nth = &Nth{rapid.SampledFrom([]int{-5, -2, -1, 1, 2, 5}).Draw(t, "ordinal"), rapid.SampledFrom(weekdays).Draw(t, "weekday")}
	default:
		r.Monthdays = rapid.SliceOfN(rapid.SampledFrom([]int{-1, 1, 15, 29, 30, 31}), 0, 3).Draw(t, "monthdays")
	}
	return r
})

// TestOccurrencesAreTheSameInPieces: however a stretch is cut, the same occurrences come, in order, once.
func TestOccurrencesAreTheSameInPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rules.Draw(t, "rule")
		from := Date("2024-01-01").AddDays(rapid.IntRange(0, 900).Draw(t, "from"))
		cut := from.AddDays(rapid.IntRange(0, 400).Draw(t, "cut"))
		to := cut.AddDays(rapid.IntRange(1, 400).Draw(t, "to"))
		between := func(a, b Date) []Occurrence {
			all, err := shipped.Occurrences(r, a, b)
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		whole := between(from, to)
		if pieces := append(between(from, cut), between(cut.AddDays(1), to)...); !slices.Equal(whole, pieces) {
			t.Fatalf("whole %v\npieces %v", whole, pieces)
		}
		for i, o := range whole {
			if o.Nominal < from || o.Nominal > to || o.Nominal < r.Anchor || i > 0 && o.Nominal <= whole[i-1].Nominal {
				t.Fatalf("%v does not belong in %s–%s", o, from, to)
			}
			if r.Holiday != "" && r.Holiday != Keep && !shipped.IsWorkday(o.Date) {
				t.Fatalf("%v was not moved to a workday", o)
			}
		}
	})
}

// TestDatesMatchTheRuleDayByDay compares with a reading of the rule one day at a time.
func TestDatesMatchTheRuleDayByDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rules.Draw(t, "rule")
		r.Holiday = Keep
		all, err := shipped.Occurrences(r, "2025-01-01", "2026-12-31")
		if err != nil {
			t.Fatal(err)
		}
		var got, want []Date
		for _, o := range all {
			got = append(got, o.Date)
		}
		for d := Date("2025-01-01"); d <= "2026-12-31"; d = d.AddDays(1) {
			if d >= r.Anchor && says(r, d) {
				want = append(want, d)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
	})
}

func says(r Rule, d Date) bool {
	step := max(1, r.Interval)
	a := r.Anchor
	named := r.Weekdays
	monthdays := r.Monthdays
	if len(r.Months) > 0 && !slices.Contains(r.Months, int(d.Month())) {
		return false
	}
	switch r.Freq {
	case Daily:
		return d.Sub(a)%step == 0 && (len(named) == 0 || slices.Contains(named, weekdayOf(d)))
	case Weekly:
		if len(named) == 0 {
			named = []Weekday{weekdayOf(a)}
		}
		epoch := Date("2023-12-25") // a Monday
		return (d.Sub(epoch)/7-a.Sub(epoch)/7)%step == 0 && slices.Contains(named, weekdayOf(d))
	case Yearly:
		if (d.Year()-a.Year())%step != 0 || len(r.Months) == 0 && d.Month() != a.Month() {
			return false
		}
	case Monthly:
		if d.Period().Sub(a.Period())%step != 0 {
			return false
		}
	}
	last := d.Period().Days()
	if r.Nth != nil {
		if weekdayOf(d) != r.Nth.Weekday {
			return false
		}
		return (d.Day()-1)/7+1 == r.Nth.Ordinal || -((last-d.Day())/7+1) == r.Nth.Ordinal
	}
	if len(monthdays) == 0 {
		monthdays = []int{a.Day()}
	}
	for _, m := range monthdays {
		if m == d.Day() || d.Day() == last && (m == -1 || m > last && r.MonthEnd != MonthEndSkip) {
			return true
		}
	}
	return false
}

// TestUpcomingSeesMovedOccurrences: what a move brings into the horizon belongs to it.
func TestUpcomingSeesMovedOccurrences(t *testing.T) {
	rule := Rule{Freq: Monthly, Anchor: "2026-01-05", Monthdays: []int{5}, Holiday: MovePrev, Calendar: Office}
	due, err := shipped.Upcoming(rule, "2026-04-20", 10, 0)
	if err != nil || len(due) != 1 || due[0].Nominal != "2026-05-05" || due[0].Date != "2026-04-30" || due[0].Time != AllDay {
		t.Errorf("upcoming %+v, %v", due, err)
	}
	if due[0].At() != Date("2026-04-30").Start() {
		t.Errorf("an all-day occurrence starts at %s", FormatLocal(due[0].At()))
	}
}

func FuzzRule(f *testing.F) {
	f.Add(`{freq: monthly, anchor: "2026-01-31", monthdays: [31], times: ["09:00"], holiday: next}`)
	f.Add(`{freq: weekly, interval: 2, anchor: "2026-03-02", weekdays: [MO], season: {from: "11-15", to: "03-15"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var r Rule
		if yaml.Unmarshal([]byte(text), &r) != nil || r.Check() != nil || r.Calendar != "" {
			return
		}
		if _, err := shipped.Occurrences(r, "2026-01-01", "2026-12-31"); err != nil {
			t.Errorf("a checked rule fails: %v", err)
		}
	})
}
