package sheet

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
)

// CSVWriter writes a csv file in a stream: UTF-8 with a byte order mark, so that Excel shows Chinese; text that looks
// like a formula gets a leading apostrophe, which our own reader takes away again.
type CSVWriter struct {
	out   *bufio.Writer
	heads []Head
}

// NewCSVWriter writes the titles and returns the writer.
func NewCSVWriter(out io.Writer, heads []Head) (*CSVWriter, error) {
	w := &CSVWriter{out: bufio.NewWriterSize(out, 64<<10), heads: heads}
	if _, err := w.out.WriteString("\uFEFF"); err != nil {
		return nil, err
	}
	titles := make([]any, len(heads))
	for i, h := range heads {
		titles[i] = h.Title
	}
	return w, w.write(titles, func(int) Head { return Head{} })
}

// Row writes one row; values as for Writer.Row.
func (w *CSVWriter) Row(values ...any) error {
	return w.write(values, func(i int) Head {
		if i < len(w.heads) {
			return w.heads[i]
		}
		return Head{}
	})
}

// Close flushes; it does not close the underlying writer.
func (w *CSVWriter) Close() error { return w.out.Flush() }

func (w *CSVWriter) write(values []any, head func(int) Head) error {
	for i, v := range values {
		if i > 0 {
			if err := w.out.WriteByte(','); err != nil {
				return err
			}
		}
		if _, err := w.out.WriteString(csvField(csvText(head(i), v))); err != nil {
			return err
		}
	}
	_, err := w.out.WriteString("\r\n")
	return err
}

func csvText(h Head, v any) string {
	switch v := v.(type) {
	case string:
		if RiskyText(v) {
			return "'" + v
		}
		return v
	case Marked:
		return csvText(h, string(v))
	case bool:
		if v {
			return "是"
		}
		return "否"
	case int:
		return csvText(h, int64(v))
	case int64:
		switch {
		case h.Format == AsBool:
			return csvText(h, v != 0)
		case h.Format == AsInstant && v == 0:
			return ""
		case h.Format == AsInstant:
			return time.UnixMilli(v + chinaOffset).UTC().Format("2006-01-02 15:04")
		case h.Format == AsDecimal:
			return string(AppendScaled(nil, v, h.Scale))
		}
		return strconv.FormatInt(v, 10)
	}
	return ""
}

func csvField(s string) string {
	if !strings.ContainsAny(s, ",\"\r\n") {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
