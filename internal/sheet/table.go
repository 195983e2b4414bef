package sheet

import (
	"errors"
	"strings"
	"unicode"

	"github.com/lifang/lifang/internal/problem"
)

// Column is a column that a reader looks for. Titles are its names in the workbooks that exist; letter case, spaces,
// a star, and anything in brackets are ignored.
type Column struct {
	Key      string
	Titles   []string
	Required bool
}

// Table is a sheet whose header row was found.
type Table struct {
	Sheet  string
	Header int // row number of the titles

	book    *Book
	columns map[string]int
	titles  map[string]string
	all     []string
}

// headerDepth is how many rows that are not empty may stand above the titles.
const headerDepth = 30

var errFound = errors.New("found")

// Find searches the row of titles in the first rows of a sheet: the row with the most known titles that has all the
// required ones. Unknown columns (remarks, explanations) are ignored. Without such a row the error names the titles
// that are missing from the best row.
func (b *Book) Find(sheet string, columns []Column) (*Table, error) {
	known := map[string]string{}
	for _, c := range columns {
		for _, t := range c.Titles {
			known[plainTitle(t)] = c.Key
		}
	}
	best := &Table{Sheet: sheet, book: b}
	depth := 0
	err := b.Rows(sheet, func(r Row) error {
		t := &Table{Sheet: sheet, Header: r.Number, book: b, columns: map[string]int{}, titles: map[string]string{}}
		for i, c := range r.Cells {
			t.all = append(t.all, c.Str())
			key, ok := known[plainTitle(c.Str())]
			if _, seen := t.columns[key]; ok && !seen && c.Kind == Text {
				t.columns[key], t.titles[key] = i, c.Str()
			}
		}
		if score(t, columns) > score(best, columns) {
			best = t
		}
		if depth++; depth >= headerDepth || len(best.columns) == len(columns) {
			return errFound
		}
		return nil
	})
	if err != nil && !errors.Is(err, errFound) {
		return nil, err
	}
	var missing []string
	for _, c := range columns {
		if _, ok := best.columns[c.Key]; c.Required && !ok {
			missing = append(missing, c.Titles[0])
		}
	}
	if len(missing) > 0 || len(best.columns) == 0 {
		names := strings.Join(missing, "、")
		return nil, problem.New(422, "sheet_columns",
			"工作表“"+sheet+"”里没有找到这些列："+names+"。请保留表头行，列名不要改动。",
			"Sheet “"+sheet+"” lacks these columns: "+names+". Keep the header row and the column titles.")
	}
	return best, nil
}

// score prefers rows with the required titles, then rows with more titles.
func score(t *Table, columns []Column) int {
	n := len(t.columns)
	for _, c := range columns {
		if _, ok := t.columns[c.Key]; ok && c.Required {
			n += 100
		}
	}
	return n
}

// plainTitle reduces a title to what makes it recognisable: no brackets, stars, spaces, case.
func plainTitle(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case r == '(' || r == '（' || r == '[' || r == '【':
			depth++
		case r == ')' || r == '）' || r == ']' || r == '】':
			depth = max(0, depth-1)
		case depth > 0, unicode.IsSpace(r), invisible(r), r == '*', r == '＊', r == ':', r == '：', r == '_':
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// Has reports whether the column is in the sheet.
func (t *Table) Has(key string) bool { _, ok := t.columns[key]; return ok }

// Title is the column's title as the sheet has it.
func (t *Table) Title(key string) string { return t.titles[key] }

// Titles are all cells of the row of titles, unknown ones too.
func (t *Table) Titles() []string { return t.all }

// Record is a row below the titles.
type Record struct {
	Number int // row as Excel counts
	table  *Table
	row    Row
}

// Each calls fn for every row below the titles that has something in a known column.
func (t *Table) Each(fn func(Record) error) error {
	return t.book.Rows(t.Sheet, func(r Row) error {
		if r.Number <= t.Header {
			return nil
		}
		for _, i := range t.columns {
			if !r.Cell(i).Blank() {
				return fn(Record{Number: r.Number, table: t, row: r})
			}
		}
		return nil
	})
}

// Cell is the cell under a known title; empty when the sheet lacks the column.
func (r Record) Cell(key string) Cell {
	i, ok := r.table.columns[key]
	if !ok {
		return Cell{}
	}
	return r.row.Cell(i)
}

// Texts are the cells below the first n titles as people read them.
func (r Record) Texts(n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = r.row.Cell(i).Str()
	}
	return texts
}

// Fault names a bad cell of this row. allowed may list the values that would be taken.
func (r Record) Fault(key string, why *Reason, allowed ...string) Fault {
	f := Fault{Sheet: r.table.Sheet, Row: r.Number, Column: r.table.titles[key], Col: -1,
		Value: r.Cell(key).Str(), Zh: why.Zh, En: why.En, Allowed: allowed}
	if i, ok := r.table.columns[key]; ok {
		f.Col, f.Cell = i, CellName(i, r.Number)
	}
	return f
}

// Fault is one bad cell, or one bad row when Column is empty.
type Fault struct {
	Sheet   string   `json:"sheet"`
	Row     int      `json:"row"`    // as Excel counts
	Column  string   `json:"column"` // the title
	Cell    string   `json:"cell,omitempty"`
	Value   string   `json:"value"`
	Zh      string   `json:"detail_zh"`
	En      string   `json:"detail_en"`
	Allowed []string `json:"allowed,omitempty"`
	Warning bool     `json:"warning,omitempty"` // the row is taken nevertheless
	Col     int      `json:"-"`                 // column from 0, -1 for the whole row
}

// Detail is the reason in the language asked for, Chinese unless en.
func (f Fault) Detail(lang string) string {
	if strings.HasPrefix(lang, "en") {
		return f.En
	}
	return f.Zh
}
