package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// openCSV opens a text table. Chinese Excel writes csv in GBK: what is not UTF-8 is read as GB18030.
func openCSV(r io.ReaderAt, size int64, name string, lim Limits) (*Book, error) {
	code, err := textEncoding(r, size)
	if err != nil {
		return nil, err
	}
	open := func() *bufio.Reader {
		return bufio.NewReaderSize(code.NewDecoder().Reader(io.NewSectionReader(r, 0, size)), 64<<10)
	}
	comma := delimiter(open())
	rows := func(_ int, fn func(Row) error) error { return csvRows(open(), comma, lim, fn) }
	return &Book{names: []string{name}, rows: rows}, nil
}

// textEncoding looks at the whole file once: a byte order mark, else valid UTF-8, else GB18030.
func textEncoding(r io.ReaderAt, size int64) (encoding.Encoding, error) {
	in := bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 64<<10)
	head, err := in.Peek(int(min(size, 4)))
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasPrefix(string(head), "\xEF\xBB\xBF"):
		return unicode.UTF8BOM, nil
	case strings.HasPrefix(string(head), "\xFF\xFE"), strings.HasPrefix(string(head), "\xFE\xFF"):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	}
	valid := true
	for {
		c, n, err := in.ReadRune()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if c == 0 {
			return nil, errKind // binary
		}
		if c == utf8.RuneError && n == 1 {
			valid = false
		}
	}
	if valid {
		return encoding.Nop, nil
	}
	return simplifiedchinese.GB18030, nil
}

// delimiter is the most frequent of , ; and tab in the first lines.
func delimiter(in *bufio.Reader) rune {
	head, _ := in.Peek(4096) //nolint:errcheck // shorter files give what they have
	best, most := ',', 0
	for _, c := range []rune{',', '\t', ';'} {
		if n := strings.Count(string(head), string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

func csvRows(in io.Reader, comma rune, lim Limits, fn func(Row) error) error {
	r := csv.NewReader(in)
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = comma, -1, true, true
	row, endLine := 0, 0
	var cells []Cell
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			var bad *csv.ParseError
			if errors.As(err, &bad) {
				return errBroken
			}
			return err
		}
		// The csv reader skips blank lines, Excel counts them; a line break inside quotes is still one row.
		line, _ := r.FieldPos(0)
		row += line - endLine
		last := len(fields) - 1
		lastLine, _ := r.FieldPos(last)
		endLine = lastLine + strings.Count(fields[last], "\n")
		if row > lim.Rows {
			return errTooMany
		}
		cells = cells[:0]
		filled := false
		for i, f := range fields {
			if i >= maxColumns || len(f) > maxToken {
				return errBroken
			}
			cells = append(cells, TextCell(strings.Clone(f)))
			filled = filled || f != ""
		}
		if filled {
			if err := fn(Row{Number: row, Cells: cells}); err != nil {
				return err
			}
		}
	}
}
