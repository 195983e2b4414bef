package calendar

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyDate draws dates around the years that the product meets.
var anyDate = rapid.Custom(func(t *rapid.T) Date {
	return NewDate(1990, 1, 1).AddDays(rapid.IntRange(0, 40_000).Draw(t, "day"))
})

func TestParseDate(t *testing.T) {
	for _, text := range []string{"2026-02-28", "2024-02-29", "1000-01-01", "9999-12-31"} {
		if d, err := ParseDate(text); err != nil || string(d) != text {
			t.Errorf("ParseDate(%q) = %q, %v", text, d, err)
		}
	}
	for _, text := range []string{"", "2026-02-29", "2026-13-01", "2026-1-1", "20260101", "0999-12-31", "2026/01/01", "2026-01-01 ", "２０２６-01-01"} {
		if d, err := ParseDate(text); err == nil || d != "" {
			t.Errorf("ParseDate(%q) = %q, taken", text, d)
		}
	}
}

func TestDateInJSON(t *testing.T) {
	var in struct{ From, To Date }
	if err := json.Unmarshal([]byte(`{"From":"2026-01-31","To":""}`), &in); err != nil || in.From != "2026-01-31" || in.To != "" {
		t.Errorf("read %+v, %v", in, err)
	}
	if err := json.Unmarshal([]byte(`{"From":"2026-02-31"}`), &in); err == nil {
		t.Error("31 February was taken")
	}
	if out, err := json.Marshal(in); err != nil || string(out) != `{"From":"2026-01-31","To":""}` {
		t.Errorf("wrote %s, %v", out, err)
	}
}

func TestMonthsAreCountedFromTheAnchor(t *testing.T) {
	for n, want := range map[int]Date{0: "2026-01-31", 1: "2026-02-28", 2: "2026-03-31", 13: "2027-02-28", 25: "2028-02-29", -2: "2025-11-30", -11: "2025-02-28"} {
		if got := Date("2026-01-31").AddMonths(n); got != want {
			t.Errorf("%d months: %s, want %s", n, got, want)
		}
	}
	if got := Date("2024-02-29").AddYears(1); got != "2025-02-28" {
		t.Errorf("a year after leap day: %s", got)
	}
}

func TestDatesKeepTheirLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate.Draw(t, "date"), rapid.IntRange(-3000, 3000).Draw(t, "n")
		later := d.AddDays(n)
		if later.Sub(d) != n || later.AddDays(-n) != d || (later > d) != (n > 0) {
			t.Fatalf("%s and %d days is %s", d, n, later)
		}
		months := d.AddMonths(n)
		if months.Period() != d.Period().Add(n) || months.Day() != min(d.Day(), months.Period().Days()) {
			t.Fatalf("%s and %d months is %s", d, n, months)
		}
		if p := d.Period(); p.Add(n).Sub(p) != n || d < p.First() || d > p.Last() || p.Last().Sub(p.First())+1 != p.Days() {
			t.Fatalf("%s lies in %s", d, p)
		}
		if again, err := ParsePeriod(d.Period().String()); err != nil || again != d.Period() {
			t.Fatalf("%s reads as %d, %v", d.Period(), again, err)
		}
		if !d.Valid() || DateOf(d.Start()) != d || DateOf(d.End()-1) != d || DateOf(d.End()) != d.AddDays(1) {
			t.Fatalf("%s runs from %d to %d", d, d.Start(), d.End())
		}
		tod := TimeOfDay(rapid.IntRange(0, 1440).Draw(t, "time"))
		if ms, err := ParseLocal(string(d) + "T" + tod.String()); err != nil || ms != d.At(tod) {
			t.Fatalf("%sT%s is %d, %v", d, tod, ms, err)
		}
	})
}

func TestShanghaiIsEightHoursAhead(t *testing.T) {
	ms := time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC).UnixMilli()
	if DateOf(ms) != "2026-03-01" || DateOf(ms-1) != "2026-02-28" || FormatLocal(ms) != "2026-03-01T00:00" {
		t.Errorf("16:00 UTC is %s", FormatLocal(ms))
	}
	summer := time.Date(1988, 7, 1, 16, 0, 0, 0, time.UTC).UnixMilli() // daylight saving was law then; it is ignored
	if FormatLocal(summer) != "1988-07-02T00:00" {
		t.Errorf("summer 1988: %s", FormatLocal(summer))
	}
}

func TestNoDate(t *testing.T) {
	var none Date
	if none.AddDays(1) != "" || none.AddMonths(1) != "" || none.Period() != 0 || none.Year() != 0 || none.Valid() {
		t.Error("no date became a date")
	}
	defer func() {
		if recover() == nil {
			t.Error("text that is no date was computed with")
		}
	}()
	Date("tomorrow").AddDays(1)
}

func TestParsePeriodRefuses(t *testing.T) {
	for _, text := range []string{"", "2026", "2026-13", "2026-00", "2026-1", "20261", "2026/01", "-12601", "999999", "2026-01-01", "+02601"} {
		if p, err := ParsePeriod(text); err == nil {
			t.Errorf("ParsePeriod(%q) = %d", text, p)
		}
	}
}

func FuzzParseLocal(f *testing.F) {
	for _, seed := range []string{"2026-03-01T24:00", "2026-03-01 09:30", "2026-03-01T9:30", "2026-02-30T00:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ms, err := ParseLocal(text)
		if err != nil {
			return
		}
		if again, err := ParseLocal(FormatLocal(ms)); DateOf(ms).Year() <= 9999 && (err != nil || again != ms) {
			t.Errorf("%q is %s, which reads as %d, %v", text, FormatLocal(ms), again, err)
		}
	})
}

func FuzzParsePeriod(f *testing.F) {
	f.Add("2026-01")
	f.Add("202613")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePeriod(text)
		if err == nil && (!p.Valid() || p.First().Period() != p) {
			t.Errorf("%q is %d", text, p)
		}
	})
}
