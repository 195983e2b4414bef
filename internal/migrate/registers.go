package migrate

import (
	"context"
	"slices"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
	"github.com/lifang/lifang/internal/sheet"
)

// Registers imports the filled-in template of any register; Name says which. Titles may be Chinese or English.
type Registers struct{ Name string }

// lineChunk is how many lines are judged and written at a time.
const lineChunk = 500

// Run judges and writes the first sheet of the workbook.
func (s Registers) Run(ctx context.Context, in In) (*Result, error) {
	r, ok := register.Lookup(s.Name)
	if !ok {
		return nil, problem.Invalid().At("/kind", "没有这种导入", "There is no such kind of import")
	}
	table, err := findTable(in.Book, r)
	if err != nil {
		return nil, err
	}
	im, err := r.Importer(ctx, in.Project, table.Titles())
	if err != nil {
		return nil, err
	}
	result := NewResult()
	result.Headers[table.Sheet] = table.Header
	p := &lines{in: in, im: im, register: r, titles: table.Titles(), sheet: table.Sheet, result: result}
	err = table.Each(func(rec sheet.Record) error {
		p.texts = append(p.texts, rec.Texts(len(p.titles)))
		p.rows = append(p.rows, rec.Number)
		if len(p.rows) < lineChunk {
			return nil
		}
		return p.flush(ctx)
	})
	if err != nil {
		return nil, err
	}
	return result, p.flush(ctx)
}

// findTable searches the titles in the first sheet that has any.
func findTable(book *sheet.Book, r register.Any) (*sheet.Table, error) {
	var columns []sheet.Column
	for _, c := range r.Columns() {
		columns = append(columns, sheet.Column{Key: c.Field, Titles: []string{c.Zh, c.En, c.Field}})
	}
	var first error
	for _, name := range book.Sheets() {
		t, err := book.Find(name, columns)
		if err == nil {
			return t, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// lines are the rows that are judged next.
type lines struct {
	in       In
	im       *register.Importer
	register register.Any
	titles   []string
	sheet    string
	result   *Result
	texts    [][]string
	rows     []int
	seen     int
}

func (p *lines) flush(ctx context.Context) error {
	if len(p.rows) == 0 {
		return nil
	}
	judged, err := p.im.Judge(ctx, p.in.DB.Reader(), p.texts)
	if err != nil {
		return err
	}
	if p.in.Write && p.seen+len(p.rows) > p.in.Resume {
		if err := p.write(ctx, judged); err != nil {
			return err
		}
	}
	for i, l := range judged {
		effect := Creates
		if l.ID != 0 {
			effect = Changes
		}
		var faults []sheet.Fault
		for _, f := range l.Faults {
			col := slices.Index(p.titles, f.Column)
			fault := sheet.Fault{Sheet: p.sheet, Row: p.rows[i], Column: f.Column, Col: col, Value: f.Value, Zh: f.Zh, En: f.En, Allowed: f.Allowed}
			if col >= 0 {
				fault.Cell = sheet.CellName(col, p.rows[i])
			}
			faults = append(faults, fault)
		}
		p.result.Row(faults, effect)
		if len(faults) == 0 && effect == Creates {
			p.result.Counts[p.register.Name()]++
		}
	}
	p.seen += len(p.rows)
	p.texts, p.rows = p.texts[:0], p.rows[:0]
	if p.in.Progress == nil {
		return nil
	}
	return p.in.Progress(p.seen)
}

// write writes a chunk at once; if something in it is refused only now, line by line, so that one line does not cost
// the others.
func (p *lines) write(ctx context.Context, judged []register.Line) error {
	from := max(0, p.in.Resume-p.seen) // lines of this chunk that an earlier run has written
	save := func(lines []register.Line, upTo int) error {
		return p.in.DB.Write(ctx, func(tx *db.Tx) error {
			if _, _, err := p.im.Write(ctx, tx, p.in.Batch, lines); err != nil || p.in.Mark == nil {
				return err
			}
			return p.in.Mark(ctx, tx, p.seen+upTo)
		})
	}
	err := save(judged[from:], len(judged))
	if _, refused := problem.As(err); !refused {
		return err
	}
	for i := from; i < len(judged); i++ {
		if len(judged[i].Faults) > 0 {
			continue
		}
		err := save(judged[i:i+1], i+1)
		refusal, refused := problem.As(err)
		if err != nil && !refused {
			return err
		}
		if err == nil {
			continue
		}
		zh, en := refusal.Zh, refusal.En
		for _, f := range refusal.Fields {
			zh, en = f.Zh, f.En
		}
		judged[i].Faults = append(judged[i].Faults, register.CellFault{Zh: zh, En: en})
	}
	return nil
}
