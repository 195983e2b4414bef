package register

import (
	"context"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
)

// candidate is a row a label may mean, with the further columns of its unique key: the
// unit "1单元" exists in every building, and the line's building says which is meant.
type candidate struct {
	id   db.ID
	with []int64
}

// resolve turns labels in cells into ids, one statement per ref column and chunk. Refs
// whose labels are only unique together with another ref come after that one.
func (im *Importer) resolve(ctx context.Context, q db.Queryer, judged []Line, refs map[*field]map[int]string) error {
	for _, dependent := range []bool{false, true} {
		for _, f := range im.fields {
			if refs[f] == nil {
				continue
			}
			target, err := catalogue.find(f.ref)
			if err != nil {
				return err
			}
			if (len(target.primary.with) > 0) != dependent {
				continue
			}
			if err := im.learn(ctx, q, f, target, refs[f]); err != nil {
				return err
			}
			for n, label := range refs[f] {
				im.pick(&judged[n], f, target, label)
			}
		}
	}
	return nil
}

// learn looks up the labels that this importer has not met before.
func (im *Importer) learn(ctx context.Context, q db.Queryer, f *field, target *table, wanted map[int]string) error {
	if im.known[f] == nil {
		im.known[f] = map[string][]candidate{}
	}
	var missing []string
	for _, label := range wanted {
		if _, known := im.known[f][label]; !known {
			im.known[f][label] = nil
			missing = append(missing, label)
		}
	}
	columns := []string{"t.id", "t." + target.primary.name}
	for _, name := range target.primary.with {
		columns = append(columns, "t."+name)
	}
	for len(missing) > 0 {
		n := min(len(missing), maxChoices)
		s := &selection{}
		s.add("t.archived_at = 0 AND " + access.In("t."+target.primary.name, missing[:n], &s.args))
		missing = missing[n:]
		if target.scope == ByProject && !f.anywhere {
			s.add("t.project_id IN (0, " + s.arg(int64(im.project)) + ")")
		}
		err := eachRow(ctx, q, "SELECT "+strings.Join(columns, ", ")+" FROM "+target.source+" WHERE "+s.where(), s.args, func(scan func(...any) error) error {
			c := candidate{with: make([]int64, len(target.primary.with))}
			var label string
			targets := []any{&c.id, &label}
			for i := range c.with {
				targets = append(targets, &c.with[i])
			}
			err := scan(targets...)
			im.known[f][label] = append(im.known[f][label], c)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (im *Importer) pick(l *Line, f *field, target *table, label string) {
	var fitting []candidate
	for _, c := range im.known[f][label] {
		fits := true
		for i, name := range target.primary.with {
			own := im.tb.byName[name]
			if given, ok := l.given[own].(int64); ok && given != c.with[i] {
				fits = false
			}
		}
		if fits {
			fitting = append(fitting, c)
		}
	}
	switch len(fitting) {
	case 0:
		l.given[f] = nil
		im.blame(l, f, label, refuse("没有找到该"+target.zh, "There is no such entry in "+target.en))
	case 1:
		l.given[f] = int64(fitting[0].id)
	default:
		l.given[f] = nil
		im.blame(l, f, label, refuse("有多个同名的"+target.zh+",请先消除重名", "Several entries of "+target.en+" have this name; make the names distinct first"))
	}
}
