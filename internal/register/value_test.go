package register

import (
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

func testField(t testing.TB, typ any, lf string) *field {
	t.Helper()
	f, err := parseField(reflect.StructField{Name: "Value", Type: reflect.TypeOf(typ), Tag: reflect.StructTag(`zh:"值" en:"Value" lf:"` + lf + `"`)})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestDecimals(t *testing.T) {
	for scale, cases := range map[string]map[string]int64{
		"scale=2": {"90.5": 9050, "90.50": 9050, "90.5000": 9050, "1,234": 123400, "-0.01": -1, "¥12": 1200, "\uffe512.3": 1230, "0": 0, "-7": -700, "3.": 300},
		"":        {"12": 12, "12.0": 12, "-3": -3, "1\uff0c000": 1000},
		"scale=4": {"0.0001": 1, "1.5": 15000},
	} {
		f := testField(t, int64(0), scale)
		for text, want := range cases {
			got, bad := f.fromText(text)
			if bad != nil || got != want {
				t.Errorf("%s %q: %v %v, want %d", scale, text, got, bad, want)
			}
		}
	}
	f := testField(t, int64(0), "scale=2")
	for _, text := range []string{"1.234", "x", "1e5", "--1", "1.2.3", "", "-", ".5", "0x10", "99999999999999999999", "90071992547409.93", "1.2-", "+1", "٣"} {
		if got, bad := f.number(text); bad == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
	for n, want := range map[int64]string{9050: "90.50", -1: "-0.01", 0: "0.00", 100: "1.00", -12345: "-123.45"} {
		if got := f.decimal(n); got != want {
			t.Errorf("%d shown as %s, want %s", n, got, want)
		}
	}
}

func TestDatesAndTimesInCells(t *testing.T) {
	day := testField(t, calendar.Date(""), "")
	for text, want := range map[string]string{
		"2026-03-01": "2026-03-01", "2026/3/1": "2026-03-01", "2026.3.1": "2026-03-01", "2026年3月1日": "2026-03-01", "20260301": "2026-03-01", "2026-03-01 00:00:00": "2026-03-01",
	} {
		if got, bad := day.fromText(text); bad != nil || got != want {
			t.Errorf("%q: %v %v", text, got, bad)
		}
	}
	for _, text := range []string{"2026-02-30", "1/2/2026", "20261301", "tomorrow", "46082"} {
		if got, bad := day.fromText(text); bad == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
	at := testField(t, int64(0), "format=datetime")
	for text, want := range map[string]int64{"2026-03-01": 1772294400000, "2026-03-01 08:30": 1772325000000, "1772325000000": 1772325000000} {
		if got, bad := at.fromText(text); bad != nil || got != want {
			t.Errorf("%q: %v %v", text, got, bad)
		}
	}
}

func TestMasks(t *testing.T) {
	for format, cases := range map[string]map[string]string{
		"name":  {"张三": "张*", "张小三": "张*三", "欧阳小三": "欧**三", "A": "*", "": ""},
		"phone": {"13812345678": "138****5678", "010-12345678": "010*****5678", "12345": "1***5"},
		"idno":  {"11010519491231002X": "**************002X", "E12": "***"},
		"plate": {"京A12345": "京A***45"},
		"":      {"secret": "s*****", "x": "*"},
	} {
		lf := "masked"
		if format != "" {
			lf += ",format=" + format
		}
		f := testField(t, "", lf)
		for value, want := range cases {
			if got := f.mask(value); got != want {
				t.Errorf("%s %q: %q, want %q", format, value, got, want)
			}
		}
	}
}

func TestFormats(t *testing.T) {
	for format, cases := range map[string]map[string]bool{
		"phone": {"13812345678": true, "+8613812345678": true, "010-12345678": true, "0571-1234567": true, "400-123-4567": true, "12812345678": false, "138123456789": false, "abc": false, "110": false},
		"idno":  {"11010519491231002X": true, "110105194912310021": false, "E12345678": true, "H(12345)6": true, "1101051949123100": true, "12": false, "证件": false},
		"email": {"a@b.cn": true, "a@b": false, "a b@c.d": false},
		"plate": {"京A12345": true, "京AD12345": true, "粤Z1234港": true, "12345": false, "京A1": false},
		"url":   {"https://a.cn/x": true, "javascript:alert(1)": false},
	} {
		f := testField(t, "", "format="+format)
		for value, want := range cases {
			if bad := f.validate(value); (bad == nil) != want {
				t.Errorf("%s %q: %v, want accepted %v", format, value, bad, want)
			}
		}
	}
}

var fuzzed = []struct {
	of any
	lf string
}{
	{"", "max=20"}, {"", "format=textarea"}, {int64(0), "scale=2"}, {new(int64), ""}, {int64(0), "format=datetime"}, {false, ""},
	{db.ID(0), ""}, {calendar.Date(""), ""}, {[]string{}, ""}, {struct{ A []int }{}, "json"},
}

// Whatever stands in a cell or a body is refused or becomes a value that its own forms
// give back unchanged.
func FuzzCells(f *testing.F) {
	for _, seed := range []string{"90.5", "2026年3月1日", "是", "a,b", "13812345678", "'=x", `{"A":[1]}`, "2026-03-01 08:30", `"x\u0000"`, "null", `["a"]`} {
		f.Add(seed)
	}
	fields := make([]*field, len(fuzzed))
	for i, c := range fuzzed {
		fields[i] = testField(f, c.of, c.lf)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if got := unguard(Guard(cell)); got != cell {
			t.Errorf("%q came back as %q", cell, got)
		}
		for _, fd := range fields {
			if stored, bad := fd.fromText(cell); bad == nil && fd.validate(stored) == nil && fd.kind != ident {
				again, bad := fd.fromText(fd.display(stored, "zh"))
				if fd.kind == list || fd.format == "datetime" { // shown shorter than stored
					again, bad = stored, nil
				}
				if bad != nil || again != stored {
					t.Errorf("%s: %q stored as %#v shows %q, which reads %#v %v", fd.typ, cell, stored, fd.display(stored, "zh"), again, bad)
				}
			}
			if !json.Valid([]byte(cell)) {
				continue
			}
			stored, bad := fd.fromJSON(json.RawMessage(cell))
			if bad != nil {
				continue
			}
			body := fd.appendValue(nil, stored)
			if !json.Valid(body) || !utf8.Valid(body) {
				t.Fatalf("%s: %q became %q", fd.typ, cell, body)
			}
			if again, bad := fd.fromJSON(body); bad != nil || again != stored {
				t.Errorf("%s: %q stored as %#v, its JSON %s reads %#v %v", fd.typ, cell, stored, body, again, bad)
			}
		}
	})
}

func FuzzBodies(f *testing.F) {
	type thing struct {
		Row
		Name string            `zh:"名" en:"Name" lf:"primary"`
		Size *int64            `zh:"大小" en:"Size"`
		Tags []string          `zh:"标签" en:"Tags"`
		More map[string]string `zh:"更多" en:"More" lf:"json"`
		Of   db.ID             `zh:"属于" en:"Of"`
	}
	tb := newTable(reflect.TypeFor[thing](), tableDef{name: "fuzz", table: "fuzz", zh: "物", en: "Things", permission: "test.fuzz"})
	for _, seed := range []string{`{"name":"a","size":3,"version":1}`, `{"more":{"a":"b"},"of":"12"}`, `{"tags":["x"],"project_id":"5"}`, `[]`, `{"a":`, `{"size":null,"size":1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, creating := range []bool{true, false} {
			in, err := tb.decode(body, creating)
			if err != nil {
				if e, ok := problem.As(err); !ok || e.Status >= 500 {
					t.Errorf("%q: %v", body, err)
				}
				continue
			}
			r := row(new(thing))
			for fd, value := range in.given {
				if err := fd.set(r, value); err != nil {
					t.Errorf("%q: field %s does not hold %#v: %v", body, fd.name, value, err)
				} else if got := fd.value(r); got != value {
					t.Errorf("%q: field %s became %#v, want %#v", body, fd.name, got, value)
				}
			}
		}
	})
}
