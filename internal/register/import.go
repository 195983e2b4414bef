package register

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// Importer turns the lines of one sheet into rows: first it judges them, a chunk at a
// time and without writing, then it writes the good ones.
//
//	im, err := rooms.Importer(ctx, project, titles)
//	judged, err := im.Judge(ctx, d.Reader(), lines)       // every fault with column, value, reason
//	created, updated, err := im.Write(ctx, tx, batch, judged)
//
// A line whose key (see table.key) exists already updates that row;
// only the columns of the sheet are touched, and empty cells of an update leave the
// value alone. An importer remembers the keys it has seen, so one is used per sheet.
type Importer struct {
	tb      *table
	project db.ID
	fields  []*field // per column of the sheet; nil for a column that is ignored
	titles  []string
	seen    map[string]bool
	known   map[*field]map[string][]candidate
}

// Line is a judged line of a sheet.
type Line struct {
	ID      db.ID       // the row it updates; 0 when it is new
	Version int64       // of that row
	Faults  []CellFault // empty: it can be written
	row     row
	given   map[*field]any
}

// CellFault says what is wrong with one cell, in the words of the sheet.
type CellFault struct {
	Column  string   // title as it stands in the sheet
	Value   string   // as it stands in the cell
	Zh, En  string   // why it is refused
	Allowed []string // what would be accepted, where there are few choices
}

// ignoredTitles are columns the product itself adds to sheets it hands back.
var ignoredTitles = map[string]bool{"": true, "错误说明": true, "errors": true, "序号": true}

// decoration is what people and templates put around titles: 面积(㎡)*, 【必填】.
var decoration = regexp.MustCompile(`[(\x{ff08}【\[].*?[)\x{ff09}】\]]|[*\x{ff0a}:\x{ff1a}\s]`)

// Importer maps the titles of a sheet to fields, by either title, alias or name. Titles
// nobody knows are a problem that names them. The rows will belong to the project.
func (tb *table) Importer(ctx context.Context, project db.ID, titles []string) (*Importer, error) {
	if tb.readOnly {
		return nil, tb.prepare(ctx, nil, nil, nil, 0)
	}
	if tb.scope == Company {
		project = 0
	}
	if err := access.From(ctx).Require(tb.permission+".write", project); err != nil {
		return nil, err
	}
	im := &Importer{tb: tb, project: project, titles: titles, fields: make([]*field, len(titles)), seen: map[string]bool{}, known: map[*field]map[string][]candidate{}}
	wrong := problem.Invalid()
	used := map[*field]bool{}
	for i, title := range titles {
		f := tb.titled(title)
		switch {
		case f == nil && ignoredTitles[strings.ToLower(decoration.ReplaceAllString(title, ""))]:
		case f == nil || f.readonly:
			wrong = wrong.At("/columns/"+escapePointer(title), "没有“"+title+"”这一列,请使用模板", "There is no column “"+title+"”, please use the template")
		case used[f]:
			wrong = wrong.At("/columns/"+escapePointer(title), "“"+title+"”列重复", "The column “"+title+"” appears twice")
		default:
			im.fields[i], used[f] = f, true
		}
	}
	if len(used) == 0 {
		wrong = wrong.At("/columns", "没有可识别的列,请使用模板", "No known column, please use the template")
	}
	return im, wrong.OrNil()
}

func (tb *table) titled(title string) *field {
	plain := strings.ToLower(decoration.ReplaceAllString(title, ""))
	for _, f := range tb.fields {
		for _, name := range append([]string{f.zh, f.en, f.name}, f.aliases...) {
			if strings.ToLower(decoration.ReplaceAllString(name, "")) == plain {
				return f
			}
		}
	}
	return nil
}

// Judge reads lines (cells in the order of the titles) and says for each whether it can
// be written and what it would do. It writes nothing.
func (im *Importer) Judge(ctx context.Context, q db.Queryer, lines [][]string) ([]Line, error) {
	judged := make([]Line, len(lines))
	refs := map[*field]map[int]string{}
	for n, cells := range lines {
		judged[n].given = map[*field]any{}
		for i, f := range im.fields {
			cell := ""
			if i < len(cells) {
				cell = unguard(strings.TrimSpace(cells[i]))
			}
			switch {
			case f == nil || cell == "":
			case f.ref != "":
				if refs[f] == nil {
					refs[f] = map[int]string{}
				}
				refs[f][n] = cell
			default:
				value, bad := f.fromText(cell)
				if bad != nil {
					im.blame(&judged[n], f, cell, bad)
					value = nil
				}
				judged[n].given[f] = value
			}
		}
	}
	if err := im.resolve(ctx, q, judged, refs); err != nil {
		return nil, err
	}
	if err := im.match(ctx, q, judged); err != nil {
		return nil, err
	}
	for n := range judged {
		if err := im.complete(ctx, q, &judged[n]); err != nil {
			return nil, err
		}
	}
	return judged, nil
}

func (im *Importer) blame(l *Line, f *field, value string, bad *fault) {
	title := f.zh
	for i, column := range im.fields {
		if column == f {
			title = im.titles[i]
		}
	}
	l.Faults = append(l.Faults, CellFault{Column: title, Value: value, Zh: bad.zh, En: bad.en, Allowed: bad.allowed})
}

// key is the field by which a line finds its row: the primary one if it is unique and
// can stand in a sheet, otherwise the first such field.
func (tb *table) key() *field {
	for _, f := range append([]*field{tb.primary}, tb.fields...) {
		if f.unique && !f.readonly {
			return f
		}
	}
	return nil
}

// match finds the rows that lines would update and the lines that repeat a key.
func (im *Importer) match(ctx context.Context, q db.Queryer, judged []Line) error {
	key := im.tb.key()
	if key == nil {
		return nil
	}
	lines := map[string]*Line{}
	var values []any
	for n := range judged {
		l := &judged[n]
		value := l.given[key]
		if value == nil || value == key.empty() {
			continue
		}
		id := fmt.Sprint(value)
		for _, name := range key.with {
			id += "\x00" + fmt.Sprint(l.given[im.tb.byName[name]])
		}
		if im.seen[id] {
			im.blame(l, key, key.display(value, "zh"), refuse("在文件中重复", "Appears more than once in the file"))
			continue
		}
		im.seen[id] = true
		lines[id] = l
		values = append(values, value)
	}
	for len(values) > 0 {
		n := min(len(values), maxChoices)
		s := &selection{order: im.tb.order}
		s.add("t.archived_at = 0 AND " + access.In("t."+key.name, values[:n], &s.args))
		values = values[n:]
		if im.tb.scope == ByProject {
			s.add("t.project_id = " + s.arg(int64(im.project)))
		}
		rows, err := im.tb.query(ctx, q, s, "")
		if err != nil {
			return err
		}
		for _, r := range rows {
			id := fmt.Sprint(key.value(r))
			for _, name := range key.with {
				id += "\x00" + fmt.Sprint(im.tb.byName[name].value(r))
			}
			if l := lines[id]; l != nil {
				l.ID, l.Version, l.row = head(r).ID, head(r).Version, r
			}
		}
	}
	return nil
}

// complete applies a line's cells to its row and judges the result by the field rules
// and the Check hook.
func (im *Importer) complete(ctx context.Context, q db.Queryer, l *Line) error {
	old := l.row
	var err error
	if old == nil {
		if l.row, err = im.tb.fresh(); err != nil {
			return err
		}
		head(l.row).ProjectID = im.project
	} else if l.row, err = im.tb.copyRow(old); err != nil {
		return err
	}
	blamed := map[string]bool{}
	for _, bad := range l.Faults {
		blamed[bad.Column] = true
	}
	if old == nil {
		for f, value := range l.given {
			if value != nil {
				if err := f.set(l.row, value); err != nil {
					return err
				}
			}
		}
	} else if err := im.tb.apply(present(l.given), old, l.row); err != nil {
		im.blameProblem(l, err)
	}
	for i, f := range im.fields {
		if f == nil || blamed[im.titles[i]] {
			continue
		}
		if bad := f.validate(f.value(l.row)); bad != nil {
			im.blame(l, f, f.display(f.value(l.row), "zh"), bad)
		}
	}
	for _, f := range im.tb.fields { // columns the sheet does not have; code fills in the readonly ones
		if bad := f.validate(f.value(l.row)); bad != nil && !f.readonly && !im.has(f) {
			im.blame(l, f, "", bad)
		}
	}
	if len(l.Faults) > 0 {
		return nil
	}
	if err := im.tb.hooks.check(ctx, q, old, l.row); err != nil {
		if _, refused := problem.As(err); !refused {
			return err
		}
		im.blameProblem(l, err)
	}
	return nil
}

func present(given map[*field]any) map[*field]any {
	values := map[*field]any{}
	for f, v := range given {
		if v != nil {
			values[f] = v
		}
	}
	return values
}

func (im *Importer) has(f *field) bool {
	for _, column := range im.fields {
		if column == f {
			return true
		}
	}
	return false
}

// blameProblem turns the pointers of a hook's problem into columns.
func (im *Importer) blameProblem(l *Line, err error) {
	e, _ := problem.As(err)
	for _, one := range e.Fields {
		if f := im.tb.byName[strings.TrimPrefix(one.Pointer, "/")]; f != nil {
			im.blame(l, f, f.display(f.value(l.row), "zh"), refuse(one.Zh, one.En))
		} else {
			l.Faults = append(l.Faults, CellFault{Column: one.Pointer, Zh: one.Zh, En: one.En})
		}
	}
	if len(e.Fields) == 0 {
		l.Faults = append(l.Faults, CellFault{Zh: e.Zh, En: e.En})
	}
}

// Write writes the lines without faults: new rows with few statements, updates one by
// one, refused with 409 if somebody has changed the row since it was judged.
func (im *Importer) Write(ctx context.Context, tx *db.Tx, batch db.ID, lines []Line) (created, updated int, err error) {
	var fresh []row
	for _, l := range lines {
		switch {
		case len(l.Faults) > 0:
		case l.ID == 0:
			head(l.row).ID = 0
			fresh = append(fresh, l.row)
		default:
			if _, err := im.tb.update(ctx, tx, l.ID, l.Version, func(old, draft row) error {
				return im.tb.apply(present(l.given), old, draft)
			}); err != nil {
				return 0, 0, err
			}
			updated++
		}
	}
	return len(fresh), updated, im.tb.createAll(ctx, tx, batch, fresh)
}

// UndoBatch archives the rows an import created that nobody has changed since, and says
// how many rows of it were changed and therefore stay. One statement; one line in the trail.
func (tb *table) UndoBatch(ctx context.Context, tx *db.Tx, batch, project db.ID) (archived, kept int64, err error) {
	if err := access.From(ctx).Require(tb.permission+".write", project); err != nil {
		return 0, 0, err
	}
	result, err := tx.ExecContext(ctx, `UPDATE `+tb.table+` SET archived_at = $1, updated_at = $1, version = version + 1
		WHERE batch_id = $2 AND project_id = $3 AND archived_at = 0 AND version = 1`, tx.Now(), int64(batch), int64(project))
	if err != nil {
		return 0, 0, err
	}
	if archived, err = result.RowsAffected(); err != nil {
		return 0, 0, err
	}
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+tb.table+` WHERE batch_id = $1 AND project_id = $2 AND archived_at = 0`,
		int64(batch), int64(project)).Scan(&kept); err != nil {
		return 0, 0, err
	}
	tb.announce(tx, project)
	return archived, kept, audit.Record(ctx, tx, audit.Entry{Action: "undo", Object: tb.name, ObjectID: batch, ProjectID: project,
		After: map[string]int64{"archived": archived, "kept": kept}})
}
