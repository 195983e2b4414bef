package cases

import (
	"reflect"
	"strings"
	"testing"
)

func TestRunWorksEverySection(t *testing.T) {
	t.Setenv("LIFANG_CASES", "")
	var ran []string
	note := func(c *Case) { ran = append(ran, c.ID) }
	Run(t, "sample.yaml", Sections{
		"sums": func(t *testing.T, c *Case) {
			note(c)
			c.Check("expect", c.Int("a")+c.Int("b"))
		},
		"mixed/list/kind=twice": func(t *testing.T, c *Case) {
			note(c)
			c.Check("expect", map[string]any{"odd": nil, "result": 2 * c.Int("value")})
		},
		"single_case": func(t *testing.T, c *Case) {
			note(c)
			c.Check("expect", []int{1, 2, 3})
		},
	})
	if want := []string{"S-1", "sums-02", "M-1", "ONE"}; !reflect.DeepEqual(ran, want) {
		t.Errorf("ran %v, want %v", ran, want)
	}
}

func TestMoreCasesComeFromTheEnvironment(t *testing.T) {
	t.Setenv("LIFANG_CASES", "testdata/cases")
	count := 0
	Run(t, "sample.yaml", Sections{"sums": func(t *testing.T, c *Case) {
		count++
		c.Ignore("a", "b", "expect")
	}})
	if count != 4 {
		t.Errorf("ran %d cases, want the 2 own ones and 2 from the environment", count)
	}
}

func TestFilesThatProveNothingAreRefused(t *testing.T) {
	sections := Sections{"a": nil, "b": nil}
	for name, text := range map[string]string{
		"empty file":      "",
		"other sections":  "c: [{id: 1}]",
		"empty section":   "a: []",
		"section missing": "a: [{id: 1}]",
	} {
		found, err := load([]byte(text), sections)
		if err != nil {
			t.Fatal(err)
		}
		if enough(found, sections, true) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	found, err := load([]byte("a: [{id: 1}]"), sections)
	if err != nil || enough(found, sections, false) != nil {
		t.Error("a file from outside may hold only some of the sections")
	}
}

func TestFieldsNobodyLookedAtAreNamed(t *testing.T) {
	found, err := load([]byte(`a: [{id: 1, why: x, rule: F-1, in: {x: 1, y: 2}, expect: {net: 1, tax: 2}, expected_due: 3}]`), Sections{"a": nil})
	if err != nil {
		t.Fatal(err)
	}
	c := found[0]
	c.t = t
	c.Int("in/x")
	c.Check("expect/net", 1)
	if got, want := strings.Join(c.unread(), " "), "in/y expect/tax expected_due"; got != want {
		t.Errorf("unread %q, want %q", got, want)
	}
	c.Ignore("in", "expect", "expected_due")
	if left := c.unread(); len(left) != 0 {
		t.Errorf("unread %v after everything was used", left)
	}
}

// report records failures instead of failing.
type report struct {
	testing.TB
	failures int
}

func (r *report) Helper()               {}
func (r *report) Errorf(string, ...any) { r.failures++ }

func TestCheckComparesByText(t *testing.T) {
	for _, one := range []struct {
		want string
		got  any
		ok   bool
	}{
		{`"2.35"`, "2.35", true},
		{`2.350`, "2.35", false},
		{`null`, nil, true},
		{`null`, "", false},
		{`""`, nil, false},
		{`0`, nil, false},
		{`[1, 2]`, []int{1, 2}, true},
		{`[1, 2]`, []int{2, 1}, false},
		{`[1, 2]`, []int{1}, false},
		{`{a: 1, b: {c: x}}`, map[string]any{"b": map[string]string{"c": "x"}, "a": 1}, true},
		{`{a: 1}`, map[string]any{"a": 1, "b": 2}, false},
		{`{a: 1}`, map[string]any{"b": 1}, false},
	} {
		found, err := load([]byte("a: [{expect: "+one.want+"}]"), Sections{"a": nil})
		if err != nil {
			t.Fatal(err)
		}
		r := &report{TB: t}
		found[0].t = r
		found[0].Check("expect", one.got)
		if (r.failures == 0) != one.ok {
			t.Errorf("Check(%s, %#v) gave %d failures", one.want, one.got, r.failures)
		}
	}
}
