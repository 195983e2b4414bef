package register

import (
	"context"
	"errors"
	"strconv"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// labels are the names of referred rows: ref field → id → label, masked where the
// label is personal data.
type labels map[*field]map[db.ID]string

// labelsOf resolves the refs of many rows with one statement per ref column.
func (tb *table) labelsOf(ctx context.Context, q db.Queryer, rows []row) (labels, error) {
	found := labels{}
	for _, f := range tb.fields {
		if f.ref == "" {
			continue
		}
		names := map[db.ID]string{}
		for _, r := range rows {
			if id := f.id(r); id != 0 {
				names[id] = ""
			}
		}
		target, err := catalogue.find(f.ref)
		if err != nil {
			return nil, err
		}
		if err := target.names(ctx, q, names); err != nil {
			return nil, err
		}
		found[f] = names
	}
	return found, nil
}

// names fills in the labels of the ids that are the map's keys.
func (tb *table) names(ctx context.Context, q db.Queryer, names map[db.ID]string) error {
	if len(names) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(names))
	for id := range names {
		ids = append(ids, int64(id))
	}
	for len(ids) > 0 {
		n := min(len(ids), maxChoices)
		var args []any
		where := access.In("t.id", ids[:n], &args)
		ids = ids[n:]
		if err := eachRow(ctx, q, "SELECT t.id, t."+tb.primary.name+" FROM "+tb.source+" WHERE "+where, args, func(scan func(...any) error) error {
			var id db.ID
			var label string
			if err := scan(&id, &label); err != nil {
				return err
			}
			names[id], _ = tb.primary.mask(label).(string)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// verifyRefs checks the refs that were set: the row must exist, be in use and, where
// both belong to projects, belong to the same one.
func (tb *table) verifyRefs(ctx context.Context, q db.Queryer, old row, rows []row, wrong *problem.Error) (*problem.Error, error) {
	type found struct {
		project  db.ID
		archived int64
	}
	for _, f := range tb.fields {
		wanted := map[db.ID]bool{}
		for _, r := range rows {
			if f.hasRef(old, r) {
				wanted[f.id(r)] = true
			}
		}
		if len(wanted) == 0 {
			continue
		}
		target, err := catalogue.find(f.ref)
		if err != nil {
			return nil, err
		}
		ids := make([]int64, 0, len(wanted))
		for id := range wanted {
			ids = append(ids, int64(id))
		}
		targets := map[db.ID]found{}
		for len(ids) > 0 {
			n := min(len(ids), maxChoices)
			var args []any
			where := access.In("t.id", ids[:n], &args)
			ids = ids[n:]
			if err := eachRow(ctx, q, "SELECT t.id, t.project_id, t.archived_at FROM "+target.source+" WHERE "+where, args, func(scan func(...any) error) error {
				var id db.ID
				var one found
				err := scan(&id, &one.project, &one.archived)
				targets[id] = one
				return err
			}); err != nil {
				return nil, err
			}
		}
		for i, r := range rows {
			if !f.hasRef(old, r) {
				continue
			}
			pointer := "/" + f.name
			if len(rows) > 1 {
				pointer = "/" + strconv.Itoa(i) + pointer
			}
			switch to, exists := targets[f.id(r)]; {
			case !exists, !f.anywhere && target.scope == ByProject && to.project != 0 && head(r).ProjectID != 0 && to.project != head(r).ProjectID:
				wrong = wrong.At(pointer, "没有找到该"+target.zh, "There is no such entry in "+target.en)
			case to.archived != 0:
				wrong = wrong.At(pointer, "该"+target.zh+"已归档,不能再选用", "This entry of "+target.en+" is archived and can no longer be chosen")
			}
		}
	}
	return wrong, nil
}

// eachRow runs a query and calls fn on each row; fn must call scan.
func eachRow(ctx context.Context, q db.Queryer, query string, args []any, fn func(scan func(...any) error) error) error {
	cursor, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = cursor.Close() }()
	for cursor.Next() {
		if err := fn(cursor.Scan); err != nil {
			return err
		}
	}
	return errors.Join(cursor.Err(), cursor.Close())
}
