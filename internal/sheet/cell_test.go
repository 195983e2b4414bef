package sheet

import (
	"errors"
	"testing"
)

func TestNumbers(t *testing.T) {
	num := func(raw string) Cell { return Cell{Kind: Number, Raw: raw} }
	for _, tc := range []struct {
		cell  Cell
		scale int
		want  int64
		bad   string // English reason
	}{
		{num("94.56"), 2, 9456, ""},
		{num("94.560000000000002"), 2, 9456, ""},
		{num("94.559999999999999"), 2, 9456, ""},
		{num("94.567"), 2, 0, "at most 2 decimals"},
		{num("1.8999999991E10"), 0, 18999999991, ""},
		{num("1E-2"), 2, 1, ""},
		{num("-0.5"), 1, -5, ""},
		{num("0"), 2, 0, ""},
		{num("9.3E18"), 0, 0, "the number is too large"},
		{TextCell(" 94.56 "), 2, 9456, ""},
		{TextCell("９４．５６"), 2, 9456, ""},
		{TextCell("1,234.50"), 2, 123450, ""},
		{TextCell("1,23"), 2, 0, "not a number"},
		{TextCell("94.56㎡"), 2, 0, "not a number"},
		{TextCell("约90"), 2, 0, "not a number"},
		{TextCell("1e5"), 0, 100000, ""},
		{TextCell("NaN"), 0, 0, "not a number"},
		{Cell{Kind: Broken, Raw: "#N/A"}, 0, 0, "the cell holds a formula error"},
		{Cell{Kind: Bool, Raw: "1"}, 0, 0, "not a number"},
	} {
		got, err := tc.cell.Scaled(tc.scale)
		checkReason(t, tc.cell, err, tc.bad)
		if got != tc.want {
			t.Errorf("%+v at scale %d = %d, want %d", tc.cell, tc.scale, got, tc.want)
		}
	}
	if _, err := num("3.5").Int(); !errors.Is(err, notInteger) {
		t.Errorf("3.5 as integer: %v", err)
	}
	if n, err := num("3.0").Int(); n != 3 || err != nil {
		t.Errorf("3.0 as integer: %d %v", n, err)
	}
}

func checkReason(t *testing.T, c Cell, err error, want string) {
	t.Helper()
	var r *Reason
	switch {
	case want == "" && err != nil:
		t.Errorf("%+v: %v", c, err)
	case want != "" && (!errors.As(err, &r) || r.En != want || r.Zh == ""):
		t.Errorf("%+v: error %v, want %q", c, err, want)
	}
}

func TestStr(t *testing.T) {
	for want, c := range map[string]Cell{
		"18999999991":        {Kind: Number, Raw: "1.8999999991E10"},
		"1011":               {Kind: Number, Raw: "1011.0"},
		"110101199001010000": {Kind: Number, Raw: "1.1010119900101E+17"},
		"张三":                 {Kind: Text, Raw: "\u00a0 张三\u3000\n"},
		"0012":               {Kind: Text, Raw: `="0012"`},
		"=1+2":               {Kind: Text, Raw: "'=1+2"},
		"2020-06-10":         {Kind: Date, Raw: "43992"},
		"#N/A":               {Kind: Broken, Raw: "#N/A"},
	} {
		if got := c.Str(); got != want {
			t.Errorf("%+v reads %q, want %q", c, got, want)
		}
	}
	if !(Cell{Kind: Number, Raw: "1.1010119900101E+17"}).LostDigits() || (Cell{Kind: Number, Raw: "18999999991"}).LostDigits() {
		t.Error("an 18-digit number has lost its last digits, an 11-digit one has not")
	}
}

func TestDates(t *testing.T) {
	for _, tc := range []struct {
		cell Cell
		want string
	}{
		{Cell{Kind: Date, Raw: "43992"}, "2020-06-10"},
		{Cell{Kind: Number, Raw: "43992"}, "2020-06-10"},
		{Cell{Kind: Number, Raw: "43992.75"}, "2020-06-10"},
		{Cell{Kind: Number, Raw: "20200610"}, "2020-06-10"},
		{Cell{Kind: Date, Raw: "42530", base1904: true}, "2020-06-10"},
		{Cell{Kind: Number, Raw: "1"}, "1900-01-01"},
		{Cell{Kind: Number, Raw: "59"}, "1900-02-28"},
		{Cell{Kind: Number, Raw: "61"}, "1900-03-01"},
		{Cell{Kind: Number, Raw: "60"}, ""},
		{Cell{Kind: Number, Raw: "0"}, ""},
		{Cell{Kind: Number, Raw: "-5"}, ""},
		{TextCell("2020-6-10"), "2020-06-10"},
		{TextCell("2037-1-1"), "2037-01-01"},
		{TextCell("2020/06/10"), "2020-06-10"},
		{TextCell("2020.6.10"), "2020-06-10"},
		{TextCell("2020年6月10日"), "2020-06-10"},
		{TextCell("２０２０－６－１０"), "2020-06-10"},
		{TextCell("20200610"), "2020-06-10"},
		{TextCell("2020-06-10 00:00:00"), "2020-06-10"},
		{TextCell("2020-06-10T08:30:00Z"), "2020-06-10"},
		{TextCell("2020-02-30"), ""},
		{TextCell("2020-13-01"), ""},
		{TextCell("20-6-10"), ""},
		{TextCell("10/6/2020"), ""},
		{TextCell("2020-6-100"), ""},
		{TextCell("2020-6"), ""},
		{TextCell("长期"), ""},
		{Cell{}, ""},
	} {
		got, err := tc.cell.Date()
		if got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%+v = %q %v, want %q", tc.cell, got, err, tc.want)
		}
	}
}

func TestBool(t *testing.T) {
	for s, want := range map[string]bool{"是": true, "有": true, "Y": true, "１": true, "否": false, "无": false, "no": false} {
		if got, err := TextCell(s).Bool(); got != want || err != nil {
			t.Errorf("%q = %v %v", s, got, err)
		}
	}
	if _, err := TextCell("也许").Bool(); !errors.Is(err, notBool) {
		t.Errorf("也许: %v", err)
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"2020年6月10日", "1,234.5", "-1.5e-3", `="0"`, "99999999999999999999", "2020-06-10 1:2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, k := range []Kind{Text, Number, Date, Bool, Broken} {
			c := Cell{Kind: k, Raw: s}
			_ = c.Str()
			if d, err := c.Date(); err == nil && len(d) != 10 {
				t.Fatalf("%q gives the date %q", s, d)
			}
			n, err := c.Scaled(2)
			if err == nil && k == Text {
				if back, err := TextCell(string(AppendScaled(nil, n, 2))).Scaled(2); back != n || err != nil {
					t.Fatalf("%q = %d, written and read again %d %v", s, n, back, err)
				}
			}
		}
	})
}
