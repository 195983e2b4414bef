package sheet

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func readBack(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	must(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func cell(t *testing.T, f *excelize.File, sheet, name string) string {
	t.Helper()
	v, err := f.GetCellValue(sheet, name)
	must(t, err)
	return v
}

func TestWriterIsReadByOthersAndByUs(t *testing.T) {
	var buf bytes.Buffer
	w := NewWriter(&buf)
	heads := []Head{{Title: "房号", Note: "如 1-1-101", Required: true}, {Title: "面积", Format: AsDecimal, Scale: 2}, {Title: "交付", Format: AsDay},
		{Title: "用途", Options: []string{"住宅", "商铺"}}, {Title: "时刻", Format: AsInstant}, {Title: "电梯", Format: AsBool}}
	must(t, w.Sheet("房屋/清单", heads, Layout{Notes: true}),
		w.Row("=HYPERLINK(\"x\")", int64(9456), "2020-06-10", "住宅", int64(1591747200000), int64(1)),
		w.Row("a\x00<b>&\"c\"", int64(-5), "", nil, int64(0), false), w.Close())
	f := readBack(t, buf.Bytes())
	if got := f.GetSheetList(); !reflect.DeepEqual(got, []string{"房屋_清单", "_options"}) {
		t.Fatalf("sheets %v", got)
	}
	s := "房屋_清单"
	for name, want := range map[string]string{"A1": "如 1-1-101", "A2": "房号*", "A3": "=HYPERLINK(\"x\")", "B3": "94.56", "C3": "2020-06-10",
		"D3": "住宅", "E3": "2020-06-10 08:00", "F3": "是", "A4": "a<b>&\"c\"", "B4": "-0.05", "E4": "", "F4": "否"} {
		if got := cell(t, f, s, name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if formula, err := f.GetCellFormula(s, "A3"); formula != "" || err != nil {
		t.Errorf("text became the formula %q %v", formula, err)
	}
	lists, err := f.GetDataValidations(s)
	must(t, err)
	if len(lists) != 1 || lists[0].Sqref != "D5:D1048576" || lists[0].Formula1 != "_options!$A$1:$A$2" {
		t.Errorf("dropdowns %+v", lists)
	}
	if got := cell(t, f, "_options", "A2"); got != "商铺" {
		t.Errorf("second option %q", got)
	}
	if visible, err := f.GetSheetVisible("_options"); visible || err != nil {
		t.Error("the list of options must be hidden")
	}
	if got := dump(t, open(t, buf.Bytes()), s); got[2] != "3: =HYPERLINK(\"x\")|94.56|2020-06-10|住宅|2020-06-10|是" {
		t.Errorf("we read %q", got)
	}
}

func TestTemplateDropdownsBeginBelowTheTitles(t *testing.T) {
	var buf bytes.Buffer
	w := NewWriter(&buf)
	must(t, w.Sheet("模板", []Head{{Title: "用途", Options: []string{"住宅"}}}, Layout{Notes: true}), w.Close())
	lists, err := readBack(t, buf.Bytes()).GetDataValidations("模板")
	must(t, err)
	if len(lists) != 1 || lists[0].Sqref != "A3:A1048576" {
		t.Errorf("dropdowns %+v", lists)
	}
}

func TestCSVWriter(t *testing.T) {
	var buf bytes.Buffer
	w, err := NewCSVWriter(&buf, []Head{{Title: "房号"}, {Title: "面积", Format: AsDecimal, Scale: 2}})
	must(t, err, w.Row("=1+1", int64(9456)), w.Row("a,\"b\"\n", nil), w.Close())
	if want := "\uFEFF房号,面积\r\n'=1+1,94.56\r\n\"a,\"\"b\"\"\n\",\r\n"; buf.String() != want {
		t.Errorf("got %q", buf.String())
	}
	if got := dump(t, open(t, buf.Bytes()), "t"); got[1] != "2: =1+1|94.56" {
		t.Errorf("read back %q", got)
	}
}

func TestAnnotateKeepsTheWorkbook(t *testing.T) {
	data := byExcelize(t, func(f *excelize.File) {
		bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: 14})
		must(t, err, f.SetSheetRow("Sheet1", "A1", &[]any{"房号", "面积", "", "说明"}), f.SetSheetRow("Sheet1", "A2", &[]any{"101", "x"}),
			f.SetSheetRow("Sheet1", "A3", &[]any{"102", 94.56}), f.SetCellValue("Sheet1", "C4", "z"), f.SetColWidth("Sheet1", "A", "A", 33),
			f.SetCellStyle("Sheet1", "B2", "B2", bold), f.MergeCell("Sheet1", "D1", "D2"))
		_, err = f.NewSheet("别的")
		must(t, err, f.SetCellValue("别的", "A1", "原样"))
	})
	var buf bytes.Buffer
	must(t, Annotate(&buf, open(t, data), Marks{Headers: map[string]int{"Sheet1": 1}, Faults: []Fault{
		{Sheet: "Sheet1", Row: 4, Col: 0, Column: "房号", Zh: "不能为空"},
		{Sheet: "Sheet1", Row: 2, Col: 1, Column: "面积", Zh: "不是数字"},
		{Sheet: "Sheet1", Row: 2, Col: 0, Column: "房号", Zh: "已存在", Allowed: []string{"甲", "乙"}}}}))
	f := readBack(t, buf.Bytes())
	for name, want := range map[string]string{"A1": "房号", "E1": "错误说明", "E2": "面积: 不是数字\n房号: 已存在 [甲 / 乙]", "B3": "94.56", "E3": "",
		"C4": "z", "E4": "房号: 不能为空"} {
		if got := cell(t, f, "Sheet1", name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	red := func(name string) bool {
		id, err := f.GetCellStyle("Sheet1", name)
		must(t, err)
		style, err := f.GetStyle(id)
		must(t, err)
		return len(style.Fill.Color) > 0 && strings.HasSuffix(style.Fill.Color[0], "FFC7CE")
	}
	for name, want := range map[string]bool{"A2": true, "B2": true, "A4": true, "E2": true, "A1": false, "B3": false, "A3": false} {
		if red(name) != want {
			t.Errorf("%s red: %v", name, !want)
		}
	}
	id, err := f.GetCellStyle("Sheet1", "B2")
	must(t, err)
	style, err := f.GetStyle(id)
	must(t, err)
	if style.Font == nil || !style.Font.Bold || style.NumFmt != 14 {
		t.Errorf("the red cell lost its format: %+v", style)
	}
	if width, err := f.GetColWidth("Sheet1", "A"); width != 33 || err != nil {
		t.Errorf("width %v %v", width, err)
	}
	if merged, err := f.GetMergeCells("Sheet1"); len(merged) != 1 || err != nil {
		t.Errorf("merged %v %v", merged, err)
	}
	if got := cell(t, f, "别的", "A1"); got != "原样" {
		t.Errorf("other sheet %q", got)
	}
}

func TestAnnotateCSVGivesWorkbook(t *testing.T) {
	var buf bytes.Buffer
	must(t, Annotate(&buf, open(t, []byte("房号,面积\n\n101,x\n")), Marks{Lang: "en", Headers: map[string]int{"t": 1},
		Faults: []Fault{{Sheet: "t", Row: 3, Col: 1, Column: "面积", Value: "x", Zh: "不是数字", En: "not a number"}}}))
	f := readBack(t, buf.Bytes())
	for name, want := range map[string]string{"C1": "Errors", "A3": "101", "B3": "x", "C3": "面积: not a number"} {
		if got := cell(t, f, "t", name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}
