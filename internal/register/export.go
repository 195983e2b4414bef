package register

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// Column is one column of a sheet: of an export, or of an import's template.
type Column struct {
	Field    string
	Zh, En   string
	Unit     string
	Format   string
	Ref      string
	Required bool
	Number   bool     // cells are decimal numbers
	Scale    int      // decimals of the numbers
	Allowed  []string // Chinese titles of the options
}

// Cell is one value of an export. Number cells hold a plain decimal such as "-90.50";
// the text of others is safe to open in a spreadsheet program.
type Cell struct {
	Text   string
	Number bool
}

// Columns lists what a client may set, in the struct's order: the import template.
func (tb *table) Columns() []Column {
	var columns []Column
	for _, f := range tb.fields {
		if !f.readonly {
			columns = append(columns, f.column())
		}
	}
	return columns
}

func (f *field) column() Column {
	c := Column{Field: f.name, Zh: f.zh, En: f.en, Unit: f.unit, Format: f.format, Ref: f.ref, Required: f.required,
		Number: (f.kind == whole || f.kind == optional) && f.format != "datetime" && f.format != "month", Scale: f.scale}
	for _, o := range f.options {
		c.Allowed = append(c.Allowed, o.zh)
	}
	if f.kind == flag {
		c.Allowed = []string{"是", "否"}
	}
	return c
}

// Export calls header once and line for every match of the query, in its order, in a
// stream. It needs the export permission and is recorded before the first row leaves.
// Besides the words of lists it knows columns=code,area (otherwise all), lang=en, and
// reveal=1, which shows masked values and needs the Reveal permission everywhere the
// rows may come from.
func (tb *table) Export(ctx context.Context, d *db.DB, query url.Values, header func([]Column) error, line func([]Cell) error) error {
	s, err := tb.parse(ctx, "export", query)
	if err != nil {
		return err
	}
	fields, err := tb.exported(query.Get("columns"))
	if err != nil {
		return err
	}
	reveal := query.Get("reveal") == "1"
	if reveal {
		if err := tb.revealAll(ctx, s); err != nil {
			return err
		}
	}
	if err := d.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{Action: "export", Object: tb.name, Note: query.Encode()})
	}); err != nil {
		return err
	}
	columns := make([]Column, len(fields))
	for i, f := range fields {
		columns[i] = f.column()
	}
	if err := header(columns); err != nil {
		return err
	}
	language := query.Get("lang")
	return tb.batches(ctx, d.Reader(), s, func(rows []row) error {
		names, err := tb.labelsOf(ctx, d.Reader(), rows)
		if err != nil {
			return err
		}
		for _, r := range rows {
			cells := make([]Cell, len(fields))
			for i, f := range fields {
				cells[i] = f.cell(r, names, reveal, language)
			}
			if err := line(cells); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tb *table) exported(columns string) ([]*field, error) {
	if columns == "" {
		return tb.fields, nil
	}
	wrong := problem.BadRequest("导出的列有误", "The columns to export are wrong")
	var fields []*field
	for _, name := range strings.Split(columns, ",") {
		f := tb.byName[strings.TrimSpace(name)]
		if f == nil || slices.Contains(fields, f) {
			wrong = wrong.At("?columns", "没有这一列,或重复了:"+name, "There is no such column, or it is named twice: "+name)
			continue
		}
		fields = append(fields, f)
	}
	return fields, wrong.OrNil()
}

// revealAll narrows the selection to where masked values may be seen.
func (tb *table) revealAll(ctx context.Context, s *selection) error {
	scope := access.From(ctx).Scope(tb.reveal)
	if scope.Empty() {
		return problem.Forbidden()
	}
	if tb.scope == ByProject {
		s.add(scope.Where("t.project_id", &s.args))
	}
	return nil
}

func (f *field) cell(r row, names labels, reveal bool, language string) Cell {
	stored := f.value(r)
	if !reveal {
		stored = f.mask(stored)
	}
	switch {
	case f.ref != "":
		return Cell{Text: Guard(names[f][f.id(r)])}
	case stored == nil:
		return Cell{}
	case (f.kind == whole || f.kind == optional) && f.format != "datetime" && f.format != "month":
		return Cell{Text: f.display(stored, language), Number: true}
	}
	return Cell{Text: Guard(f.display(stored, language))}
}

// Guard makes text harmless in spreadsheet programs, which take text that begins with
// = + - @ or a control character for a formula: it gets an apostrophe in front, as people
// would type it. Importing takes the apostrophe away again.
func Guard(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n'", rune(text[0])) {
		return "'" + text
	}
	return text
}

func unguard(text string) string {
	if len(text) > 1 && text[0] == '\'' && strings.ContainsRune("=+-@\t\r\n'", rune(text[1])) {
		return text[1:]
	}
	return text
}
