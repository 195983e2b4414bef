package sheet

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
)

// Row is one row that is not empty. Cells are valid only during the call that hands them over.
type Row struct {
	Number int // as Excel counts, from 1
	Cells  []Cell
}

// Cell returns the cell of a column counted from 0, empty beyond the end.
func (r Row) Cell(col int) Cell {
	if col < 0 || col >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[col]
}

// Book is an opened workbook or csv file.
type Book struct {
	names  []string
	rows   func(sheet int, fn func(Row) error) error
	xlsx   *xlsx // nil for csv
	closer io.Closer
}

// Sheets are the names of the sheets in the order of the tabs; a csv file has one, named after the file.
func (b *Book) Sheets() []string { return slices.Clone(b.names) }

// Rows calls fn for every row of a sheet that is not empty, in order. An error of fn stops it and is returned.
func (b *Book) Rows(sheet string, fn func(Row) error) error {
	i := slices.Index(b.names, sheet)
	if i < 0 {
		return errBroken
	}
	err := b.rows(i, fn)
	if isMalformed(err) {
		return errBroken
	}
	return err
}

// Close closes the file that OpenFile opened.
func (b *Book) Close() error {
	if b.closer == nil {
		return nil
	}
	return b.closer.Close()
}

// OpenFile opens a file on disk. Close it afterwards.
func OpenFile(path string, lim Limits) (*Book, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	b, err := Open(f, info.Size(), info.Name(), lim)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	b.closer = f
	return b, nil
}

// Open reads the structure of a file; what it is follows from its first bytes, not from its name. Errors are
// problem errors that say what to do.
func Open(r io.ReaderAt, size int64, name string, lim Limits) (*Book, error) {
	if size == 0 {
		return nil, errEmpty
	}
	if size > lim.FileBytes {
		return nil, errTooBig
	}
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	low := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))))
	switch {
	case bytes.HasPrefix(head, []byte("PK")):
		b, err := openXLSX(r, size, lim)
		if isMalformed(err) {
			return nil, errBroken
		}
		return b, err
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")):
		return nil, errOld
	case bytes.HasPrefix(low, []byte("<")), bytes.HasPrefix(head, []byte("%PDF")), bytes.HasPrefix(head, []byte("Rar!")):
		return nil, errKind
	}
	return openCSV(r, size, strings.TrimSuffix(name, ".csv"), lim)
}
