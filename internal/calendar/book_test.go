package calendar

import (
	"testing"
	"testing/fstest"

	"github.com/6tail/lunar-go/HolidayUtil"
	"pgregory.net/rapid"
)

// TestNoticesAgreeWithLunar compares the shipped holidays with an independent table.
func TestNoticesAgreeWithLunar(t *testing.T) {
	for _, year := range []int{2025, 2026} {
		if shipped.Missing(year) {
			t.Fatalf("the notice of %d is missing", year)
		}
		listed := map[Date]bool{}
		for e := HolidayUtil.GetHolidaysByYear(year).Front(); e != nil; e = e.Next() {
			h := e.Value.(interface {
				GetDay() string
				IsWork() bool
			})
			d := Date(h.GetDay())
			listed[d] = true
			if shipped.IsWorkday(d) != h.IsWork() {
				t.Errorf("%s: workday is %t here", d, shipped.IsWorkday(d))
			}
		}
		for d := NewDate(year, 1, 1); d.Year() == year; d = d.AddDays(1) {
			if _, special := shipped.special[d]; special != listed[d] {
				t.Errorf("%s: listed here %t, there %t", d, special, listed[d])
			}
		}
	}
}

func TestYearsWithoutNoticeUseWeekdays(t *testing.T) {
	if !shipped.Missing(2031) || shipped.Missing(2026) {
		t.Error("the wrong years are missing")
	}
	if shipped.DayType("2031-10-01") != Workday || shipped.DayType("2031-10-04") != RestDay {
		t.Error("a year without notice does not follow the week")
	}
}

func TestWorkdaysMove(t *testing.T) {
	for _, one := range []struct{ got, want Date }{
		{shipped.NextWorkday("2026-10-01"), "2026-10-08"},
		{shipped.NextWorkday("2026-10-10"), "2026-10-10"},
		{shipped.PrevWorkday("2026-10-05"), "2026-09-30"},
		{shipped.AddWorkdays("2026-09-30", 2), "2026-10-09"},
		{shipped.AddWorkdays("2026-10-08", -1), "2026-09-30"},
		{shipped.AddWorkdays("2026-10-03", 0), "2026-10-03"},
	} {
		if one.got != one.want {
			t.Errorf("got %s, want %s", one.got, one.want)
		}
	}
}

func TestParseYearRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"another year":      `{year: 2026, makeup_workdays: ["2025-01-04"]}`,
		"no date":           `{year: 2026, makeup_workdays: ["2026-02-30"]}`,
		"a worked day off":  `{year: 2026, holidays: [{from: "2026-01-01", to: "2026-01-03"}], makeup_workdays: ["2026-01-02"]}`,
		"an empty block":    `{year: 2026, holidays: [{from: "2026-01-03", to: "2026-01-01"}]}`,
		"a block overlaps":  `{year: 2026, holidays: [{from: "2026-01-01", to: "2026-01-03"}, {from: "2026-01-03", to: "2026-01-04"}]}`,
		"statutory outside": `{year: 2026, holidays: [{from: "2026-01-01", to: "2026-01-03", statutory: ["2026-01-04"]}]}`,
		"an unknown key":    `{year: 2026, days: []}`,
		"nothing":           ``,
	} {
		if y, err := ParseYear([]byte(text)); err == nil {
			t.Errorf("%s: %+v", name, y)
		}
	}
}

func TestLoadRefusesBrokenClocks(t *testing.T) {
	for name, clocks := range map[string]string{
		"no windows":        `{clocks: {X: {days: every_day}}}`,
		"an empty window":   `{clocks: {X: {days: every_day, windows: [["08:00", "08:00"]]}}}`,
		"windows overlap":   `{clocks: {X: {days: every_day, windows: [["08:00", "12:00"], ["11:00", "13:00"]]}}}`,
		"past midnight":     `{clocks: {X: {days: every_day, windows: [["20:00", "26:00"]]}}}`,
		"some days":         `{clocks: {X: {days: sundays, windows: [["08:00", "12:00"]]}}}`,
		"a misspelt window": `{clocks: {X: {days: every_day, window: [["08:00", "12:00"]]}}}`,
	} {
		files := fstest.MapFS{"calendars/clocks.yaml": {Data: []byte(clocks)}}
		if _, err := Load(files); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Error("a rule book without calendars was loaded")
	}
}

func TestDueRefuses(t *testing.T) {
	now := Date("2026-03-02").Start()
	for name, one := range map[string]struct {
		code  string
		start int64
		limit Limit
	}{
		"an unknown calendar":      {"CAL-NONE", now, Limit{N: 1, Unit: WorkMinutes}},
		"seconds for milliseconds": {Office, -1 << 60, Limit{N: 1}},
		"a negative limit":         {Office, now, Limit{N: -1}},
		"a limit without end":      {Office, now, Limit{N: 1 << 40, Unit: WorkDays}},
	} {
		if due, err := shipped.Due(one.code, one.start, one.limit); err == nil {
			t.Errorf("%s: due %s", name, FormatLocal(due))
		}
	}
	if _, err := shipped.DueWithPauses(Office, now, Limit{N: 60}, []Pause{{now + 10, now}}); err == nil {
		t.Error("a pause that ends before it begins was taken")
	}
	if _, err := shipped.Elapsed("CAL-NONE", now, now); err == nil {
		t.Error("time passed on an unknown calendar")
	}
	if _, err := shipped.Point(Office, now, Limit{N: 60}, -1, nil); err == nil {
		t.Error("a negative share was taken")
	}
}

// moments draws instants of 2026, to the second.
var moments = rapid.Custom(func(t *rapid.T) int64 {
	return Date("2026-01-01").Start() + rapid.Int64Range(0, 330*24*3600).Draw(t, "second")*1000
})

var codes = rapid.SampledFrom([]string{RoundTheClock, Service, Office})

// TestDueTakesTheLimit: exactly the limit passes until the due time, and no minute of it lies outside.
func TestDueTakesTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code, start := codes.Draw(t, "calendar"), moments.Draw(t, "start")
		n := rapid.Int64Range(1, 6000).Draw(t, "minutes")
		limit := Limit{N: n, Unit: WorkMinutes}
		due, err := shipped.Due(code, start, limit)
		if err != nil {
			t.Fatal(err)
		}
		if passed, err := shipped.Elapsed(code, start, due); err != nil || passed != n {
			t.Fatalf("%d of %d minutes pass from %s to %s, %v", passed, n, FormatLocal(start), FormatLocal(due), err)
		}
		if passed, err := shipped.Elapsed(code, start, due-minuteMs); err != nil || passed != n-1 {
			t.Fatalf("the due time %s lies outside working time: %d", FormatLocal(due), passed)
		}
		if whole, err := shipped.Point(code, start, limit, 100, nil); err != nil || whole != due {
			t.Fatalf("all of the limit ends %s, due %s, %v", FormatLocal(whole), FormatLocal(due), err)
		}
		half, err := shipped.Point(code, start, limit, 50, nil)
		if err != nil || half >= due || half <= start {
			t.Fatalf("half of the limit ends %s, %v", FormatLocal(half), err)
		}
	})
}

// TestPausesStopTheClock compares with a clock that is read minute by minute.
func TestPausesStopTheClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := codes.Draw(t, "calendar")
		start := Date("2026-04-29").Start() + rapid.Int64Range(0, 3*1440).Draw(t, "start")*minuteMs
		n := rapid.Int64Range(1, 900).Draw(t, "minutes")
		var pauses []Pause
		for range rapid.IntRange(0, 4).Draw(t, "pauses") {
			from := start + rapid.Int64Range(-600, 3*1440).Draw(t, "from")*minuteMs
			pauses = append(pauses, Pause{from, from + rapid.Int64Range(0, 1440).Draw(t, "long")*minuteMs})
		}
		got, err := shipped.DueWithPauses(code, start, Limit{N: n, Unit: WorkMinutes}, pauses)
		if err != nil {
			t.Fatal(err)
		}
		clock, err := shipped.Clock(code)
		if err != nil {
			t.Fatal(err)
		}
		ms := start
		for left := n; left > 0; ms += minuteMs {
			runs := clock.elapsed(shipped.Workdays, ms, ms+minuteMs) > 0
			for _, p := range pauses {
				runs = runs && (ms < p.From || ms >= p.To)
			}
			if runs {
				left--
			}
		}
		if got != ms {
			t.Fatalf("%s from %s for %d minutes with pauses %v: got %s, want %s", code, FormatLocal(start), n, pauses, FormatLocal(got), FormatLocal(ms))
		}
	})
}

func TestLimitText(t *testing.T) {
	for text, want := range map[string]Limit{
		"30m": {N: 30}, "24h": {N: 1440}, "2h work": {N: 120, Unit: WorkMinutes}, "45m  work": {N: 45, Unit: WorkMinutes}, " 3wd ": {N: 3, Unit: WorkDays},
		"2d": {N: 2, Unit: CivilDays}, "30m CAL-SERVICE": {N: 30, Unit: WorkMinutes, Calendar: Service}, "2wd CAL-OFFICE": {N: 2, Unit: WorkDays, Calendar: Office}, "3wd work": {N: 3, Unit: WorkDays},
	} {
		if got, err := ParseLimit(text); err != nil || got != want {
			t.Errorf("ParseLimit(%q) = %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "30", "m", "-1m", "1.5h", "2 h", "2w", "2d work", "2d CAL-OFFICE", "2h office", "2h work CAL-OFFICE", "99999999h", "9999999d", "PT15M"} {
		if got, err := ParseLimit(text); err == nil {
			t.Errorf("ParseLimit(%q) = %+v", text, got)
		}
	}
}

func FuzzParseLimit(f *testing.F) {
	for _, seed := range []string{"30m", "2h work", "3wd", "2d", "2wd CAL-OFFICE", "0m"} {
		f.Add(seed)
	}
	start := Date("2026-04-30").At(16 * 60)
	f.Fuzz(func(t *testing.T, text string) {
		limit, err := ParseLimit(text)
		if err != nil {
			return
		}
		if again, err := ParseLimit(limit.String()); err != nil || again != limit {
			t.Errorf("%q is %s, which reads as %+v, %v", text, limit, again, err)
		}
		if limit.N > 3000 || limit.Calendar != "" {
			return
		}
		if due, err := shipped.Due(Office, start, limit); err != nil || due < start {
			t.Errorf("%q is due %d, %v", text, due, err)
		}
	})
}
