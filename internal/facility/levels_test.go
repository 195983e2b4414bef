package facility

import (
	"encoding/json"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/cases"
	"github.com/lifang/lifang/rulebook"
)

var book = must(calendar.Load(rulebook.Files))
var levels = must(LoadLevels(rulebook.Files))
var catalogue = must(LoadCatalogue(rulebook.Files))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestCases works the limits of work orders from the shipped service levels.
func TestCases(t *testing.T) {
	cases.Run(t, "planning-cases.yaml", cases.Sections{"work_order_sla_cases": func(t *testing.T, c *cases.Case) {
		u := Urgency{Priority: c.Text("priority"), Reported: local(t, c.Text("reported"))}
		if c.Has("slot") {
			u.Slot = local(t, c.Text("slot"))
		}
		for _, step := range c.Keys("expected") {
			due, err := levels.Due(book, Step(step), u)
			if err != nil {
				t.Fatal(err)
			}
			if want := local(t, c.Text("expected/"+step)); due != want {
				t.Errorf("%s: got %s, want %s", step, calendar.FormatLocal(due), calendar.FormatLocal(want))
			}
		}
	}})
}

func local(t testing.TB, text string) int64 {
	t.Helper()
	at, err := calendar.ParseLocal(text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// What remains of a limit, counted from a later moment, ends when the limit does, to the minute.
func TestRemainingEndsWhenTheLimitDoes(t *testing.T) {
	start := local(t, "2026-03-01T00:00")
	rapid.Check(t, func(t *rapid.T) {
		u := Urgency{
			Priority: rapid.SampledFrom([]string{"P0", "P1", "P2", "P3", "P4"}).Draw(t, "priority"),
			Reported: start + rapid.Int64Range(0, 40*24*60).Draw(t, "reported")*60_000,
		}
		step := rapid.SampledFrom([]Step{Dispatch, Take, OnSite, Finish}).Draw(t, "step")
		now := u.Reported + rapid.Int64Range(0, 3*24*60).Draw(t, "later")*60_000
		due := must(levels.Due(book, step, u))
		text := must(levels.Remaining(book, step, u, now))
		if due == 0 || text == "" {
			if due != 0 || text != "" {
				t.Fatalf("due %d but remaining %q", due, text)
			}
			return
		}
		limit := must(calendar.ParseLimit(text))
		got := must(book.Due(calendar.Service, now, limit))
		if now+60_000 <= due && got != due {
			t.Fatalf("%s %s at %s: %q ends %s, want %s", u.Priority, step, calendar.FormatLocal(now), text, calendar.FormatLocal(got), calendar.FormatLocal(due))
		}
	})
}

func TestBookedSlotAndVulnerableHome(t *testing.T) {
	u := Urgency{Priority: "P2", Reported: local(t, "2026-03-10T09:00"), Slot: local(t, "2026-03-12T14:00")}
	for step, want := range map[Step]string{Dispatch: "2026-03-10T09:15", OnSite: "2026-03-12T14:15", Finish: "2026-03-13T14:00"} {
		if got := must(levels.Due(book, step, u)); got != local(t, want) {
			t.Errorf("%s: %s, want %s", step, calendar.FormatLocal(got), want)
		}
	}
	u.Slot, u.Vulnerable = 0, true
	if got := must(levels.Due(book, OnSite, u)); got != local(t, "2026-03-10T09:15") {
		t.Errorf("a vulnerable home waits until %s, want the 15 minutes of P1", calendar.FormatLocal(got))
	}
}

// The choices of the forms are those of the catalogue and the levels.
func TestFormsOfferTheCatalogue(t *testing.T) {
	for _, c := range []struct {
		form, field string
		want        []string
	}{
		{"intake_report", "category", keys(catalogue.Categories)},
		{"intake_grade", "fault_code", keys(catalogue.Faults)},
		{"repair_order", "fault_code", keys(catalogue.Faults)},
		{"intake_grade", "priority", keys(levels.Levels)},
	} {
		raw, err := fs.ReadFile(rulebook.Files, "service/forms/"+c.form+".json")
		if err != nil {
			t.Fatal(err)
		}
		var form struct {
			Properties map[string]struct {
				OneOf []struct {
					Const any `json:"const"`
				} `json:"oneOf"`
			} `json:"properties"`
		}
		if err := json.Unmarshal(raw, &form); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range form.Properties[c.field].OneOf {
			got = append(got, o.Const.(string))
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s.%s offers %v, the catalogue has %v", c.form, c.field, got, c.want)
		}
	}
}

// The registers offer the faults of the catalogue, with their names.
func TestRegistersOfferTheCatalogue(t *testing.T) {
	for _, sample := range []any{Request{}, Order{}} {
		f, _ := reflect.TypeOf(sample).FieldByName("FaultCode")
		var want []string
		for code, fault := range catalogue.Faults {
			want = append(want, code+"="+code+" "+fault.Zh+"/"+code+" "+fault.En)
		}
		got := strings.Split(f.Tag.Get("opts"), "|")
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%T offers %v, the catalogue has %v", sample, got, want)
		}
	}
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
