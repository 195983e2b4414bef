package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/lifang/lifang/internal/problem"
)

func open(t testing.TB, data []byte) *Book {
	t.Helper()
	b, err := Open(bytes.NewReader(data), int64(len(data)), "t.csv", DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// dump gives the rows of a sheet as "row: a|b|c".
func dump(t testing.TB, b *Book, sheet string) []string {
	t.Helper()
	var out []string
	err := b.Rows(sheet, func(r Row) error {
		s := make([]string, len(r.Cells))
		for i, c := range r.Cells {
			s[i] = c.Str()
		}
		out = append(out, fmt.Sprintf("%d: %s", r.Number, strings.Join(s, "|")))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func byExcelize(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // in memory
	fill(f)
	buf, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestReadsWorkbooksOfOthers(t *testing.T) {
	data := byExcelize(t, func(f *excelize.File) {
		style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, err,
			f.SetCellValue("Sheet1", "A1", "房号 <&>"), f.SetCellValue("Sheet1", "C3", 94.56),
			f.SetCellValue("Sheet1", "D3", true), f.SetCellValue("Sheet1", "E3", 43992), f.SetCellStyle("Sheet1", "E3", "E3", style),
			f.SetCellRichText("Sheet1", "F3", []excelize.RichTextRun{{Text: "张"}, {Text: "三", Font: &excelize.Font{Bold: true}}}))
		_, err = f.NewSheet("第二")
		must(t, err, f.SetCellValue("第二", "B2", "x"))
	})
	b := open(t, data)
	if got := b.Sheets(); !reflect.DeepEqual(got, []string{"Sheet1", "第二"}) {
		t.Fatalf("sheets %v", got)
	}
	if got, want := dump(t, b, "Sheet1"), []string{"1: 房号 <&>", "3: ||94.56|1|2020-06-10|张三"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q want %q", got, want)
	}
	if got, want := dump(t, b, "第二"), []string{"2: |x"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q want %q", got, want)
	}
}

// rawXLSX packs a minimal workbook around the given sheet and shared strings.
func rawXLSX(t testing.TB, sheet, shared string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	parts := packageParts([]string{"S"}, 1)
	for i := range parts {
		if parts[i].name == "xl/_rels/workbook.xml.rels" {
			parts[i].body = strings.Replace(parts[i].body, "</Rel", `<Relationship Id="rIdT" Type="`+nsOffice+`/sharedStrings" Target="/xl/sharedStrings.xml"/></Rel`, 1)
		}
	}
	for _, p := range append(parts, packagePart{"xl/worksheets/sheet1.xml", sheet}, packagePart{"xl/sharedStrings.xml", shared}) {
		w, err := z.Create(p.name)
		must(t, err)
		_, err = io.WriteString(w, p.body)
		must(t, err)
	}
	must(t, z.Close())
	return buf.Bytes()
}

func TestReadsUnusualXML(t *testing.T) {
	sheet := `<?xml version="1.0"?><!-- a > b --><x:worksheet xmlns:x="m"><x:sheetData>` +
		`<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t='inlineStr' note="a>b"><x:is><x:t><![CDATA[<二>]]></x:t></x:is></x:c></x:row>` +
		`<x:row r="5"/><x:row r="9"><x:c r="C9"><x:f>1+1</x:f><x:v>2</x:v></x:c><x:c r="D9" t="e"><x:v>#N/A</x:v></x:c><x:c/><x:c t="str"><x:v>a_x000D_b&#x4E8C;</x:v></x:c></x:row>` +
		`</x:sheetData></x:worksheet>`
	shared := `<sst><si><r><t>东</t></r><r><t>京</t></r><rPh sb="0"><t>とうきょう</t></rPh></si></sst>`
	got := dump(t, open(t, rawXLSX(t, sheet, shared)), "S")
	want := []string{"1: 东京|<二>", "9: ||2|#N/A||a\rb二"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q want %q", got, want)
	}
}

func TestCSV(t *testing.T) {
	text := "房号,业主\r\n\r\n\"1-1\n东\",张三\r\n1-2,李四\r\n"
	want := []string{"1: 房号|业主", "3: 1-1\n东|张三", "4: 1-2|李四"}
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	must(t, err)
	for name, data := range map[string][]byte{
		"utf8": []byte(text), "bom": []byte("\xEF\xBB\xBF" + text), "gbk": gbk,
		"semicolon": []byte(strings.ReplaceAll(text, ",", ";")), "tab": []byte(strings.ReplaceAll(text, ",", "\t")),
	} {
		if got := dump(t, open(t, data), "t"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q want %q", name, got, want)
		}
	}
}

func code(err error) string {
	if p, ok := problem.As(err); ok {
		return p.Code
	}
	return fmt.Sprint(err)
}

func TestRefusesBadFiles(t *testing.T) {
	good := byExcelize(t, func(f *excelize.File) { must(t, f.SetCellValue("Sheet1", "A1", strings.Repeat("长", 3000))) })
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	for _, p := range packageParts([]string{"S"}, 1) {
		w, err := z.Create(p.name)
		must(t, err)
		_, err = io.WriteString(w, p.body)
		must(t, err)
	}
	w, err := z.Create("xl/worksheets/sheet1.xml")
	must(t, err)
	zeros := make([]byte, 1<<20)
	for range 64 {
		_, err = w.Write(zeros)
		must(t, err)
	}
	must(t, z.Close())
	var other bytes.Buffer
	z = zip.NewWriter(&other)
	_, err = z.Create("readme.txt")
	must(t, err, z.Close())

	for name, tc := range map[string]struct {
		data []byte
		code string
	}{
		"empty":   {nil, "file_empty"},
		"cut":     {good[:len(good)/2], "file_broken"},
		"bomb":    {bomb.Bytes(), "file_bomb"},
		"zip":     {other.Bytes(), "file_kind"},
		"xls":     {[]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1xxxx"), "file_old_or_locked"},
		"html":    {[]byte("<html><table>"), "file_kind"},
		"binary":  {[]byte("abc\x00\x01"), "file_kind"},
		"pdf":     {[]byte("%PDF-1.7"), "file_kind"},
		"no part": {rawXLSX(t, "<worksheet><sheetData><row><c t=\"s\"><v>9</v></c></row></sheetData></worksheet>", "<sst/>"), "file_broken"},
		"entity":  {rawXLSX(t, "<!DOCTYPE a [<!ENTITY b \"c\">]><worksheet/>", "<sst/>"), "file_broken"},
		"number":  {rawXLSX(t, "<worksheet><sheetData><row><c><v>x</v></c></row></sheetData></worksheet>", "<sst/>"), "file_broken"},
		"order":   {rawXLSX(t, `<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>`, "<sst/>"), "file_broken"},
		"far":     {rawXLSX(t, `<worksheet><sheetData><row r="1048577"/></sheetData></worksheet>`, "<sst/>"), "file_too_many_rows"},
	} {
		b, err := Open(bytes.NewReader(tc.data), int64(len(tc.data)), "t", DefaultLimits)
		if err == nil {
			err = b.Rows(b.Sheets()[0], func(Row) error { return nil })
		}
		if code(err) != tc.code {
			t.Errorf("%s: %v, want %s", name, err, tc.code)
		}
	}
}

func TestRefusesPartsThatLieAboutTheirSize(t *testing.T) {
	body := []byte("<worksheet>" + strings.Repeat(" ", 4096) + "</worksheet>")
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, p := range packageParts([]string{"S"}, 1) {
		w, err := z.Create(p.name)
		must(t, err)
		_, err = io.WriteString(w, p.body)
		must(t, err)
	}
	w, err := z.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Store, CRC32: crc32.ChecksumIEEE(body),
		CompressedSize64: uint64(len(body)), UncompressedSize64: 100})
	must(t, err)
	_, err = w.Write(body)
	must(t, err, z.Close())
	b := open(t, buf.Bytes())
	if err := b.Rows("S", func(Row) error { return nil }); code(err) != "file_broken" {
		t.Errorf("got %v", err)
	}
}

func TestFindsHeaderAnywhere(t *testing.T) {
	b := open(t, []byte("云河公寓房屋清单,,\n说明：请勿改动,,\n房 号*,建筑面积（㎡）,备注\n101,94.56,好\n,,只有备注\n102,x,\n"))
	table, err := b.Find("t", []Column{{Key: "code", Titles: []string{"房间", "房号"}, Required: true}, {Key: "area", Titles: []string{"建筑面积"}}, {Key: "layout", Titles: []string{"户型"}}})
	must(t, err)
	if table.Header != 3 || !table.Has("area") || table.Has("layout") || table.Title("area") != "建筑面积（㎡）" {
		t.Fatalf("table %+v", table)
	}
	var got []string
	must(t, table.Each(func(r Record) error {
		f := r.Fault("area", notNumber)
		got = append(got, fmt.Sprint(r.Number, r.Cell("code").Str(), f.Cell, f.Column))
		return nil
	}))
	if want := []string{"4101B4建筑面积（㎡）", "6102B6建筑面积（㎡）"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q want %q", got, want)
	}
	_, err = b.Find("t", []Column{{Key: "phone", Titles: []string{"手机号"}, Required: true}})
	if code(err) != "sheet_columns" || !strings.Contains(err.Error(), "手机号") {
		t.Errorf("missing column: %v", err)
	}
}

// TestMemoryIsFlat reads 100 000 rows of 17 columns, most of them distinct text.
func TestMemoryIsFlat(t *testing.T) {
	data := bigWorkbook(t, 100_000)
	b := open(t, data)
	var peak uint64
	rows := 0
	must(t, b.Rows("S", func(Row) error {
		if rows++; rows%10_000 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}
		return nil
	}))
	if rows != 100_001 || peak > 60<<20+uint64(len(data)) {
		t.Errorf("%d rows, peak heap %d MB beside a file of %d MB", rows, peak>>20, len(data)>>20)
	}
}

func bigWorkbook(t testing.TB, rows int) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := NewWriter(&buf)
	heads := make([]Head, 17)
	for i := range heads {
		heads[i] = Head{Title: fmt.Sprint("列", i), Format: AsText}
	}
	heads[8] = Head{Title: "面积", Format: AsDecimal, Scale: 2}
	must(t, w.Sheet("S", heads, Layout{}))
	for i := range rows {
		v := make([]any, 17)
		for j := range v {
			v[j] = fmt.Sprintf("业主%d-%d", i, j)
		}
		v[8], v[9] = int64(9456), int64(i)
		must(t, w.Row(v...))
	}
	must(t, w.Close())
	return buf.Bytes()
}

func BenchmarkRead(b *testing.B) {
	data := bigWorkbook(b, 20_000)
	b.ResetTimer()
	n := 0
	for b.Loop() {
		must(b, open(b, data).Rows("S", func(Row) error { n++; return nil }))
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"))
	f.Add(rawXLSX(f, `<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>`, "<sst><si><t>a</t></si></sst>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lim := DefaultLimits
		lim.TotalBytes, lim.SharedBytes = 16<<20, 1<<20
		b, err := Open(bytes.NewReader(data), int64(len(data)), "t", lim)
		if err != nil {
			return
		}
		for _, s := range b.Sheets() {
			_ = b.Rows(s, func(Row) error { return nil })
			_ = Annotate(io.Discard, b, Marks{Faults: []Fault{{Sheet: s, Row: 1, Col: 0, Zh: "错"}}})
		}
	})
}

// FuzzSheetXML throws XML at the tokens, behind a well-formed package.
func FuzzSheetXML(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`)
	f.Add(`<row><c r="ZZZ1"/><c r="" s="-1"><v>&#xFFFFFFFF;</v></c>`)
	f.Fuzz(func(t *testing.T, xml string) {
		data := rawXLSX(t, xml, "<sst><si><t>a</t></si></sst>")
		b, err := Open(bytes.NewReader(data), int64(len(data)), "t", DefaultLimits)
		if err != nil {
			return
		}
		last := 0
		_ = b.Rows("S", func(r Row) error {
			if r.Number <= last {
				t.Fatalf("row %d after %d", r.Number, last)
			}
			last = r.Number
			return nil
		})
		_ = Annotate(io.Discard, b, Marks{Faults: []Fault{{Sheet: "S", Row: 1, Col: 2, Zh: "错"}}})
	})
}
