package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// xlsx is the part of an Office Open XML package that reading needs.
type xlsx struct {
	zip      *zip.Reader
	parts    map[string]*zip.File
	sheets   []string // part names, in the order of the tabs
	styles   string   // part name, "" if none
	shared   sharedText
	dates    []bool // by cell format: shows a date
	base1904 bool
	lim      Limits
}

// isMalformed tells damage of the file from errors of the caller's own function.
func isMalformed(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, errXML) || errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrChecksum) ||
		errors.Is(err, zip.ErrAlgorithm) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &corrupt)
}

func openXLSX(r io.ReaderAt, size int64, lim Limits) (*Book, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, errBroken
	}
	x := &xlsx{zip: z, parts: map[string]*zip.File{}, lim: lim}
	if err := x.weigh(size); err != nil {
		return nil, err
	}
	names, err := x.workbook()
	if err != nil {
		return nil, err
	}
	if err := x.loadStyles(); err != nil {
		return nil, err
	}
	return &Book{names: names, rows: x.rows, xlsx: x}, nil
}

// weigh refuses bombs by what the directory claims; a part that unpacks to more than it claims fails when read.
func (x *xlsx) weigh(size int64) error {
	if len(x.zip.File) > x.lim.Entries {
		return errBomb
	}
	var packed, unpacked uint64
	for _, f := range x.zip.File {
		if f.UncompressedSize64 > uint64(x.lim.TotalBytes) || f.CompressedSize64 > uint64(size) {
			return errBomb
		}
		packed += f.CompressedSize64
		unpacked += f.UncompressedSize64
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > uint64(x.lim.Ratio) {
			return errBomb
		}
		x.parts[strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/")] = f
	}
	if packed > uint64(size) || unpacked > uint64(x.lim.TotalBytes) {
		return errBomb // overlapping entries, or simply too much
	}
	return nil
}

// each reads a part and calls fn for every token.
func (x *xlsx) each(part string, fn func(*scanner, token) error) error {
	f := x.parts[part]
	if f == nil {
		return errXML
	}
	rc, err := f.Open()
	if err != nil {
		return err
	}
	defer rc.Close() //nolint:errcheck // a reader
	s := newScanner(rc)
	for {
		t, err := s.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := fn(s, t); err != nil {
			return err
		}
	}
}

// relations maps relation ids of a part to the part names they point at, and types to part names.
func (x *xlsx) relations(of string) (byID, byType map[string]string, err error) {
	byID, byType = map[string]string{}, map[string]string{}
	dir, base := path.Split(of)
	part := dir + "_rels/" + base + ".rels"
	if x.parts[part] == nil {
		return byID, byType, nil
	}
	err = x.each(part, func(_ *scanner, t token) error {
		if string(t.name) != "Relationship" || t.kind == tokEnd {
			return nil
		}
		target := string(unescape(nil, t.attr("Target")))
		if strings.HasPrefix(target, "/") {
			target = target[1:]
		} else {
			target = path.Join(dir, target)
		}
		byID[string(t.attr("Id"))] = target
		kind := string(t.attr("Type"))
		byType[kind[strings.LastIndexByte(kind, '/')+1:]] = target
		return nil
	})
	return byID, byType, err
}

func (x *xlsx) workbook() ([]string, error) {
	_, root, err := x.relations("")
	if err != nil {
		return nil, err
	}
	main := root["officeDocument"]
	if main == "" {
		main = "xl/workbook.xml"
	}
	if x.parts[main] == nil {
		return nil, errKind // some other zip file
	}
	byID, byType, err := x.relations(main)
	if err != nil {
		return nil, err
	}
	var names []string
	err = x.each(main, func(_ *scanner, t token) error {
		switch {
		case t.kind == tokEnd:
		case string(t.name) == "sheet":
			part := byID[string(t.attr("id"))]
			if x.parts[part] == nil || strings.Contains(part, "chartsheet") {
				return nil
			}
			names = append(names, string(unescape(nil, t.attr("name"))))
			x.sheets = append(x.sheets, part)
		case string(t.name) == "workbookPr":
			v := string(t.attr("date1904"))
			x.base1904 = v == "1" || v == "true"
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errBroken
	}
	x.styles = byType["styles"]
	if part := byType["sharedStrings"]; x.parts[part] != nil {
		err = x.loadShared(part)
	}
	return names, err
}

// sharedText is the shared string table in one block, so that a large one costs its text and four bytes each.
type sharedText struct {
	text []byte
	ends []uint32
}

func (s *sharedText) at(i int) (string, bool) {
	if i < 0 || i >= len(s.ends) {
		return "", false
	}
	from := uint32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	return string(s.text[from:s.ends[i]]), true
}

func (x *xlsx) loadShared(part string) error {
	inText, phonetic := false, false
	return x.each(part, func(_ *scanner, t token) error {
		switch string(t.name) {
		case "si":
			if t.kind != tokStart {
				if len(x.shared.text) > int(x.lim.SharedBytes) || len(x.shared.ends) > 4*int(x.lim.SharedBytes)/16 {
					return errBomb
				}
				x.shared.ends = append(x.shared.ends, uint32(len(x.shared.text)))
			}
		case "rPh": // how to read the characters aloud, not part of the text
			phonetic = t.kind == tokStart
		case "t":
			inText = t.kind == tokStart
		}
		if inText && !phonetic {
			x.shared.text = appendText(x.shared.text, t)
		}
		return nil
	})
}

func appendText(dst []byte, t token) []byte {
	switch t.kind {
	case tokText:
		return unescape(dst, t.raw)
	case tokCDATA:
		return append(dst, bytes.TrimSuffix(bytes.TrimPrefix(t.raw, []byte("<![CDATA[")), []byte("]]>"))...)
	}
	return dst
}

// loadStyles learns which cell formats show dates.
func (x *xlsx) loadStyles() error {
	if x.parts[x.styles] == nil {
		return nil
	}
	custom := map[int]bool{}
	in := false
	return x.each(x.styles, func(_ *scanner, t token) error {
		switch string(t.name) {
		case "numFmt":
			if t.kind != tokEnd {
				custom[number(string(t.attr("numFmtId")))] = showsDate(string(unescape(nil, t.attr("formatCode"))))
			}
		case "cellXfs":
			in = t.kind == tokStart
		case "xf":
			if in && t.kind != tokEnd {
				if len(x.dates) > 1<<16 {
					return errXML
				}
				id := number(string(t.attr("numFmtId")))
				date, ok := custom[id]
				x.dates = append(x.dates, ok && date || !ok && builtinDate(id))
			}
		}
		return nil
	})
}

// builtinDate: 14–17, 22 are dates everywhere, 27–36 and 50–58 in Chinese Excel; 18–21, 45–47 are times of day.
func builtinDate(id int) bool {
	return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id == 57 || id == 58
}

// showsDate: a format code with a year or day outside of quotes and brackets.
func showsDate(code string) bool {
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case bracket:
		case c == 'y' || c == 'Y' || c == 'd' || c == 'D':
			return true
		}
	}
	return false
}

// rows streams one sheet.
func (x *xlsx) rows(sheet int, fn func(Row) error) error {
	r := rowReader{x: x, fn: fn}
	return x.each(x.sheets[sheet], r.token)
}

// rowReader turns the tokens of a sheet into rows.
type rowReader struct {
	x  *xlsx
	fn func(Row) error

	in      bool // inside sheetData
	row     int
	cells   []Cell
	filled  bool
	col     int // column of the next cell without a reference
	inCell  bool
	typ     string
	style   int
	text    []byte
	collect bool // inside v, or t of an inline string
	skip    bool // inside rPh
}

func (r *rowReader) token(_ *scanner, t token) error {
	if r.collect && (t.kind == tokText || t.kind == tokCDATA) {
		if !r.skip {
			r.text = appendText(r.text, t)
		}
		return nil
	}
	switch string(t.name) {
	case "sheetData":
		r.in = t.kind == tokStart
	case "row":
		if !r.in {
			return nil
		}
		if t.kind == tokEnd {
			return r.endRow()
		}
		return r.startRow(t)
	case "c":
		if !r.in || r.row == 0 {
			return nil
		}
		if t.kind == tokEnd {
			return r.endCell()
		}
		return r.startCell(t)
	case "v", "t":
		r.collect = r.inCell && t.kind == tokStart
	case "rPh":
		r.skip = t.kind == tokStart
	}
	return nil
}

func (r *rowReader) startRow(t token) error {
	n := r.row + 1
	if a := t.attr("r"); a != nil {
		n = number(string(a))
		if n <= r.row {
			return errXML
		}
	}
	if n > r.x.lim.Rows {
		return errTooMany
	}
	r.row, r.col, r.filled = n, 0, false
	r.cells = r.cells[:0]
	return nil
}

func (r *rowReader) endRow() error {
	if !r.filled {
		return nil
	}
	return r.fn(Row{Number: r.row, Cells: r.cells})
}

func (r *rowReader) startCell(t token) error {
	if a := t.attr("r"); a != nil {
		col, ok := columnIndex(a)
		if !ok {
			return errXML
		}
		r.col = col
	}
	if r.col >= maxColumns {
		return errXML
	}
	r.typ = string(t.attr("t"))
	r.style = 0
	if a := t.attr("s"); a != nil {
		r.style = number(string(a))
	}
	r.text = r.text[:0]
	r.inCell = t.kind == tokStart
	if t.kind == tokEmpty {
		r.col++
	}
	return nil
}

func (r *rowReader) endCell() error {
	r.inCell, r.collect = false, false
	col := r.col
	r.col++
	if len(r.text) == 0 {
		return nil
	}
	c, err := r.cell()
	if err != nil || c.Kind == Empty {
		return err
	}
	for len(r.cells) <= col {
		r.cells = append(r.cells, Cell{})
	}
	r.cells[col] = c
	r.filled = true
	return nil
}

func (r *rowReader) cell() (Cell, error) {
	switch r.typ {
	case "s":
		text, ok := r.x.shared.at(number(string(r.text)))
		if !ok {
			return Cell{}, errXML
		}
		return TextCell(text), nil
	case "str", "inlineStr", "d":
		return TextCell(string(r.text)), nil
	case "b":
		return Cell{Kind: Bool, Raw: string(r.text)}, nil
	case "e":
		return Cell{Kind: Broken, Raw: string(r.text)}, nil
	}
	c := Cell{Kind: Number, Raw: string(bytes.TrimSpace(r.text))}
	if _, ok := parseDecimal(c.Raw); !ok {
		return Cell{}, errXML
	}
	if r.style >= 0 && r.style < len(r.x.dates) && r.x.dates[r.style] {
		c.Kind = Date
	}
	c.base1904 = r.x.base1904
	return c, nil
}

// columnIndex reads the letters of B12: 1.
func columnIndex(ref []byte) (int, bool) {
	n := 0
	for i, c := range ref {
		switch {
		case c >= 'A' && c <= 'Z':
			n = n*26 + int(c-'A') + 1
		case c >= 'a' && c <= 'z':
			n = n*26 + int(c-'a') + 1
		case c >= '0' && c <= '9' && i > 0:
			return n - 1, n <= maxColumns
		default:
			return 0, false
		}
		if n > maxColumns {
			return 0, false
		}
	}
	return n - 1, n > 0
}

// ColumnName is the letters of a column counted from 0: 0 is A, 26 is AA.
func ColumnName(col int) string {
	s := ""
	for col++; col > 0; col = (col - 1) / 26 {
		s = string(rune('A'+(col-1)%26)) + s
	}
	return s
}

// CellName is the address of a cell: column counted from 0, row from 1.
func CellName(col, row int) string { return ColumnName(col) + strconv.Itoa(row) }
