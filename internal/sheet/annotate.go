package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Marks are what Annotate writes into a copy of a workbook.
type Marks struct {
	Faults  []Fault
	Headers map[string]int // sheet → row of its titles
	Lang    string         // language of the reasons
}

// Annotate writes the same workbook with every bad cell red and, to the right of all content, a column with the
// reasons of each row. Everything else — formats, widths, other sheets — is copied as it is, in a stream.
// A csv file comes back as a workbook.
func Annotate(out io.Writer, b *Book, m Marks) error {
	bySheet := map[string][]Fault{}
	for _, f := range m.Faults {
		bySheet[f.Sheet] = append(bySheet[f.Sheet], f)
	}
	for _, l := range bySheet {
		slices.SortStableFunc(l, func(a, b Fault) int { return a.Row - b.Row })
	}
	if b.xlsx == nil {
		return annotateCSV(out, b, m, bySheet)
	}
	err := annotateXLSX(out, b, m, bySheet)
	if isMalformed(err) {
		return errBroken
	}
	return err
}

// errorTitle is a title that register imports ignore, so that a mended file can be sent again as it is.
func errorTitle(lang string) string {
	if strings.HasPrefix(lang, "en") {
		return "Errors"
	}
	return "错误说明"
}

func (m Marks) text(list []Fault) string {
	var b strings.Builder
	for i, f := range list {
		if i > 0 {
			b.WriteString("\n")
		}
		if f.Column != "" {
			b.WriteString(f.Column + ": ")
		}
		b.WriteString(f.Detail(m.Lang))
		if len(f.Allowed) > 0 && len(f.Allowed) <= 20 {
			b.WriteString(" [" + strings.Join(f.Allowed, " / ") + "]")
		}
	}
	return b.String()
}

// rowFaults hands out the faults of a sheet row by row, in order.
type rowFaults struct{ list []Fault }

// upTo takes the faults of all rows up to and including row: a fault of a row that the file lacks is not lost.
func (r *rowFaults) upTo(row int) []Fault {
	n := 0
	for n < len(r.list) && r.list[n].Row <= row {
		n++
	}
	taken := r.list[:n]
	r.list = r.list[n:]
	return taken
}

func annotateCSV(out io.Writer, b *Book, m Marks, bySheet map[string][]Fault) error {
	name := b.names[0]
	width := 0
	if err := b.Rows(name, func(r Row) error { width = max(width, len(r.Cells)); return nil }); err != nil {
		return err
	}
	w := NewWriter(out)
	if err := w.Sheet(name, nil, Layout{}); err != nil {
		return err
	}
	faults := rowFaults{bySheet[name]}
	err := b.Rows(name, func(r Row) error {
		w.row = r.Number - 1
		list := faults.upTo(r.Number)
		values := make([]any, width+1)
		for i, c := range r.Cells {
			values[i] = c.Raw
		}
		for _, f := range list {
			if f.Col >= 0 && f.Col < width && f.Row == r.Number {
				values[f.Col] = Marked(f.Value)
			}
		}
		switch {
		case r.Number == m.Headers[name]:
			values[width] = errorTitle(m.Lang)
		case len(list) > 0:
			values[width] = Marked(m.text(list))
		}
		return w.Row(values...)
	})
	if err != nil {
		return err
	}
	return w.Close()
}

func annotateXLSX(out io.Writer, b *Book, m Marks, bySheet map[string][]Fault) error {
	x := b.xlsx
	z := zip.NewWriter(out)
	styles, red, err := x.redStyles()
	if err != nil {
		return err
	}
	marked := map[string]int{} // part → sheet index
	for i, name := range b.names {
		if len(bySheet[name]) > 0 {
			marked[x.sheets[i]] = i
		}
	}
	for _, f := range x.zip.File {
		part := strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/")
		i, ok := marked[part]
		switch {
		case ok:
			name := b.names[i]
			err = x.annotateSheet(z, f.Name, i, m, bySheet[name], m.Headers[name], red)
		case part == x.styles && styles != nil:
			var w io.Writer
			if w, err = z.Create(f.Name); err == nil {
				_, err = w.Write(styles)
			}
		default:
			err = z.Copy(f)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// maxStyles bounds the part with cell formats that is rewritten in memory.
const maxStyles = 16 << 20

// redStyles returns the styles part with a red twin behind every cell format, and the number of formats: the twin of
// format s is s + red. Without a usable styles part cells keep their look (red = -1).
func (x *xlsx) redStyles() (part []byte, red int, err error) {
	f := x.parts[x.styles]
	if f == nil || f.UncompressedSize64 > maxStyles || len(x.dates) == 0 || len(x.dates) > 30000 {
		return nil, -1, nil
	}
	var out bytes.Buffer
	var twins []byte
	fills, inXfs, prefix := 0, false, ""
	err = x.each(x.styles, func(_ *scanner, t token) error {
		raw := t.raw
		switch name := string(t.name); {
		case name == "fills" && t.kind == tokStart:
			prefix = string(t.raw[1:bytes.Index(t.raw, []byte("fills"))])
			fills = number(string(t.attr("count")))
			raw = setAttr(t, "count", fills+1)
		case name == "fills" && t.kind == tokEnd:
			out.WriteString(prefixed(badFill, prefix))
		case name == "cellXfs" && t.kind == tokStart:
			inXfs = true
			raw = setAttr(t, "count", 2*len(x.dates))
		case name == "cellXfs" && t.kind == tokEnd:
			inXfs = false
			out.Write(twins)
		case inXfs && name == "xf" && t.kind != tokEnd:
			twin := setAttr(t, "fillId", fills)
			twins = append(twins, twin...)
			out.Write(raw)
			return nil
		}
		out.Write(raw)
		if inXfs && t.kind != tokText && string(t.name) != "cellXfs" {
			twins = append(twins, raw...)
		}
		return nil
	})
	if err != nil || fills <= 0 {
		return nil, -1, err
	}
	return out.Bytes(), len(x.dates), nil
}

func prefixed(xml, prefix string) string {
	if prefix == "" {
		return xml
	}
	xml = strings.ReplaceAll(xml, "<", "<"+prefix)
	return strings.ReplaceAll(xml, "<"+prefix+"/", "</"+prefix)
}

// setAttr returns the tag with one attribute changed or added; fillId also switches applyFill on.
func setAttr(t token, name string, value int) []byte {
	raw := slices.Clone(t.raw)
	text := strconv.Itoa(value)
	if from, to, ok := t.attrSpan(name); ok {
		raw = slices.Replace(raw, from, to, []byte(text)...)
	} else {
		raw = insertAttr(raw, name, text)
	}
	if name == "fillId" {
		t2 := token{kind: t.kind, raw: raw}
		if from, to, ok := t2.attrSpan("applyFill"); ok {
			raw = slices.Replace(raw, from, to, '1')
		} else {
			raw = insertAttr(raw, "applyFill", "1")
		}
	}
	return raw
}

func insertAttr(raw []byte, name, value string) []byte {
	end := len(raw) - 1
	if raw[end-1] == '/' {
		end--
	}
	return slices.Insert(raw, end, []byte(" "+name+`="`+value+`"`)...)
}

// annotateSheet copies one sheet with its marks.
func (x *xlsx) annotateSheet(z *zip.Writer, name string, sheet int, m Marks, list []Fault, header, red int) error {
	width := 0
	if err := x.rows(sheet, func(r Row) error { width = max(width, len(r.Cells)); return nil }); err != nil {
		return err
	}
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	c := &copier{out: bufio.NewWriterSize(w, 64<<10), marks: m, faults: rowFaults{list}, header: header, red: red,
		errCol: min(width, maxColumns-1)}
	if err := x.each(x.sheets[sheet], c.token); err != nil {
		return err
	}
	return c.out.Flush()
}

// copier copies the tokens of a sheet and changes rows that have faults.
type copier struct {
	out    *bufio.Writer
	marks  Marks
	faults rowFaults
	header int
	red    int
	errCol int

	in     bool
	row    int
	col    int
	prefix string // of the row tag, such as "x:"
	list   []Fault
	bad    []int // columns of the row that still need a red cell, ascending
}

func (c *copier) token(_ *scanner, t token) error {
	switch string(t.name) {
	case "sheetData":
		c.in = t.kind == tokStart
		if t.kind == tokEnd {
			c.in = false
		}
	case "row":
		if c.in {
			return c.rowTag(t)
		}
	case "c":
		if c.in && t.kind != tokEnd {
			return c.cellTag(t)
		}
	}
	_, err := c.out.Write(t.raw)
	return err
}

func (c *copier) rowTag(t token) error {
	if t.kind == tokEnd {
		if err := c.closeRow(); err != nil {
			return err
		}
		_, err := c.out.Write(t.raw)
		return err
	}
	c.row++
	if a := t.attr("r"); a != nil {
		c.row = number(string(a))
	}
	c.col = 0
	c.prefix = string(t.raw[1:bytes.Index(t.raw, []byte("row"))])
	c.list = c.faults.upTo(c.row)
	c.bad = c.bad[:0]
	for _, f := range c.list {
		if f.Col >= 0 && f.Row == c.row && c.red >= 0 {
			c.bad = append(c.bad, f.Col)
		}
	}
	slices.Sort(c.bad)
	c.bad = slices.Compact(c.bad)
	raw := t.raw
	if from, to, ok := t.attrSpan("spans"); ok && (len(c.list) > 0 || c.row == c.header) {
		raw = slices.Replace(slices.Clone(raw), from, to, []byte("1:"+strconv.Itoa(c.errCol+1))...)
	}
	if t.kind == tokEmpty && (len(c.list) > 0 || c.row == c.header) {
		raw = append(bytes.TrimRight(slices.Clone(raw[:len(raw)-1]), "/ "), '>')
		if _, err := c.out.Write(raw); err != nil {
			return err
		}
		if err := c.closeRow(); err != nil {
			return err
		}
		_, err := c.out.WriteString("</" + c.prefix + "row>")
		return err
	}
	_, err := c.out.Write(raw)
	return err
}

func (c *copier) cellTag(t token) error {
	if a := t.attr("r"); a != nil {
		col, ok := columnIndex(a)
		if !ok {
			return errXML
		}
		c.col = col
	}
	if err := c.redUpTo(c.col - 1); err != nil {
		return err
	}
	raw := t.raw
	if len(c.bad) > 0 && c.bad[0] == c.col {
		c.bad = c.bad[1:]
		style := 0
		if a := t.attr("s"); a != nil {
			style = max(0, number(string(a)))
		}
		raw = setAttr(t, "s", min(style, c.red-1)+c.red)
	}
	c.col++
	_, err := c.out.Write(raw)
	return err
}

// redUpTo inserts empty red cells for bad cells that the file does not have.
func (c *copier) redUpTo(col int) error {
	for len(c.bad) > 0 && c.bad[0] <= col {
		if err := c.cell(c.bad[0], c.red, ""); err != nil {
			return err
		}
		c.bad = c.bad[1:]
	}
	return nil
}

func (c *copier) closeRow() error {
	if err := c.redUpTo(c.errCol - 1); err != nil {
		return err
	}
	switch {
	case c.row == c.header && len(c.list) == 0:
		return c.cell(c.errCol, -1, errorTitle(c.marks.Lang))
	case len(c.list) > 0:
		return c.cell(c.errCol, c.red, c.marks.text(c.list))
	}
	return nil
}

func (c *copier) cell(col, style int, text string) error {
	b := []byte("<" + c.prefix + `c r="` + CellName(col, c.row) + `"`)
	if style >= 0 {
		b = append(b, ` s="`+strconv.Itoa(style)+`"`...)
	}
	if text == "" {
		b = append(b, "/>"...)
	} else {
		p := c.prefix
		b = append(b, ` t="inlineStr"><`+p+`is><`+p+`t xml:space="preserve">`...)
		b = escape(b, text)
		b = append(b, "</"+p+"t></"+p+"is></"+p+"c>"...)
	}
	_, err := c.out.Write(b)
	return err
}
