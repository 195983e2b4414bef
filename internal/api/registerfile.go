package api

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/register"
	"github.com/lifang/lifang/internal/sheet"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// registerFile is an export that is written while it is read.
type registerFile struct {
	register register.Any
	db       *db.DB
	query    url.Values
	csv      bool
}

type rowWriter interface {
	Row(values ...any) error
	Close() error
}

// Respond streams the file. Once the first byte is out a failure can only break
// the connection, so that nobody takes half a file for the whole.
func (f *registerFile) Respond(w http.ResponseWriter, r *http.Request) error {
	query := url.Values{}
	for word, values := range f.query {
		if word != "format" {
			query[word] = values
		}
	}
	if !query.Has("lang") {
		query.Set("lang", Language(r.Context()))
	}
	begun := false
	err := Export(r.Context(), f.db, f.register, query, w, f.csv, func() {
		begun = true
		kind, suffix := xlsxType, ".xlsx"
		if f.csv {
			kind, suffix = "text/csv; charset=utf-8", ".csv"
		}
		attach(w, title(f.register, query.Get("lang"))+suffix, kind)
	})
	if err != nil && begun {
		panic(http.ErrAbortHandler)
	}
	return err
}

func title(r register.Any, lang string) string {
	zh, en := r.Titles()
	if lang == "en" {
		return en
	}
	return zh
}

// Export writes the rows of a register that match a query to out, as a workbook or
// as csv. begin is called before the first byte, when nothing can be refused any more.
func Export(ctx context.Context, d *db.DB, r register.Any, query url.Values, out io.Writer, csv bool, begin func()) error {
	var to rowWriter
	var heads []sheet.Head
	var values []any
	lang := query.Get("lang")
	err := r.Export(ctx, d, query, func(columns []register.Column) (err error) {
		for _, c := range columns {
			heads = append(heads, head(c, lang == "en"))
		}
		begin()
		if csv {
			to, err = sheet.NewCSVWriter(out, heads)
			return err
		}
		book := sheet.NewWriter(out)
		to = book
		return book.Sheet(title(r, lang), heads, sheet.Layout{})
	}, func(cells []register.Cell) error {
		values = values[:0]
		for i, c := range cells {
			values = append(values, cellValue(c, heads[i]))
		}
		return to.Row(values...)
	})
	if err != nil {
		return err
	}
	return to.Close()
}

// attach sets the headers of a file to be saved.
func attach(w http.ResponseWriter, name, kind string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

func head(c register.Column, english bool) sheet.Head {
	h := sheet.Head{Title: c.Zh, Required: c.Required, Options: c.Allowed}
	if english {
		h.Title = c.En
	}
	if c.Unit != "" {
		h.Title += "(" + c.Unit + ")"
	}
	switch {
	case c.Number && c.Scale > 0:
		h.Format, h.Scale = sheet.AsDecimal, c.Scale
	case c.Number:
		h.Format = sheet.AsInteger
	}
	return h
}

// cellValue turns an exported cell into what the sheet writer takes: numbers as
// integers in the column's scale.
func cellValue(c register.Cell, h sheet.Head) any {
	if !c.Number {
		return c.Text
	}
	whole, fraction, _ := strings.Cut(c.Text, ".")
	if len(fraction) > h.Scale {
		return c.Text
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", h.Scale-len(fraction)), 10, 64)
	if err != nil {
		return c.Text
	}
	return n
}

// templateFile is an empty workbook with a register's columns and their notes.
type templateFile struct{ register register.Any }

// Respond writes the workbook.
func (t *templateFile) Respond(w http.ResponseWriter, r *http.Request) error {
	english := Language(r.Context()) == "en"
	name, _ := t.register.Titles()
	var heads []sheet.Head
	for _, c := range t.register.Columns() {
		h := head(c, false) // imports read Chinese titles; English ones are in the note
		h.Note = c.Zh
		if english {
			h.Note = c.En
		}
		if c.Required {
			h.Note += map[bool]string{false: "，必填", true: ", required"}[english]
		}
		if c.Ref != "" {
			if target, ok := register.Lookup(c.Ref); ok {
				zh, en := target.Titles()
				h.Note += map[bool]string{false: fmt.Sprintf("，填「%s」中已有的名称", zh), true: fmt.Sprintf(", a name from %q", en)}[english]
			}
		}
		heads = append(heads, h)
	}
	attach(w, name+".xlsx", xlsxType)
	book := sheet.NewWriter(w)
	if err := book.Sheet(name, heads, sheet.Layout{Notes: true}); err != nil {
		return err
	}
	return book.Close()
}
