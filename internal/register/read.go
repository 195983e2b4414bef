package register

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// batchSize is how many rows are read at a time when everything is read.
const batchSize = 1000

type page struct {
	rows  []row
	total int64
	sums  map[string]int64
}

func (tb *table) list(ctx context.Context, q db.Queryer, query url.Values) (page, error) {
	s, err := tb.parse(ctx, "read", query)
	if err != nil {
		return page{}, err
	}
	found := page{sums: map[string]int64{}}
	if err := tb.totals(ctx, q, s, &found); err != nil {
		return page{}, err
	}
	offset := (s.page - 1) * s.size
	if int64(offset) >= found.total {
		return found, nil
	}
	tail := " LIMIT " + s.arg(s.size) + " OFFSET " + s.arg(offset)
	found.rows, err = tb.query(ctx, q, s, tail)
	return found, err
}

// totals counts and sums over all matches, whatever the page. Turning pages over a
// table that nobody writes meanwhile counts once.
func (tb *table) totals(ctx context.Context, q db.Queryer, s *selection, p *page) error {
	columns := []string{"COUNT(*)"}
	var summed []*field
	for _, f := range tb.fields {
		if f.sum {
			columns = append(columns, "CAST(COALESCE(SUM(t."+f.name+"), 0) AS BIGINT)")
			summed = append(summed, f)
		}
	}
	count := func() ([]int64, error) {
		figures := make([]int64, len(columns))
		targets := make([]any, len(columns))
		for i := range figures {
			targets[i] = &figures[i]
		}
		err := q.QueryRowContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+tb.source+" WHERE "+s.where(), s.args...).Scan(targets...)
		return figures, err
	}
	var figures []int64
	var err error
	if tb.from == "" {
		figures, err = db.Memo(q, tb.table, tb.name+s.where()+fmt.Sprintf("%#v", s.args), count)
	} else {
		figures, err = count() // reads other tables as well
	}
	if err != nil {
		return err
	}
	p.total = figures[0]
	for i, f := range summed {
		p.sums[f.name] = figures[i+1]
	}
	return nil
}

// query reads the rows of a selection in its order and fills in what is computed.
func (tb *table) query(ctx context.Context, q db.Queryer, s *selection, tail string) ([]row, error) {
	cursor, err := q.QueryContext(ctx, tb.statement(s, tail), s.args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = cursor.Close() }()
	var rows []row
	targets := make([]any, len(tb.all))
	for cursor.Next() {
		r := tb.hooks.make()
		if err := scan(cursor, tb.all, r, targets); err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	if err := errors.Join(cursor.Err(), cursor.Close()); err != nil {
		return nil, err
	}
	return rows, tb.hooks.fill(ctx, q, rows)
}

func (tb *table) statement(s *selection, tail string) string {
	return "SELECT " + tb.columns + " FROM " + tb.source + " WHERE " + s.where() + " ORDER BY " + orderBy(s.order) + tail
}

// each reads all matches in batches, each starting after the last row of the one
// before: rows that others add or archive meanwhile do not shift it.
func (tb *table) each(ctx context.Context, q db.Queryer, query url.Values, fn func([]row) error) error {
	s, err := tb.parse(ctx, "read", query)
	if err != nil {
		return err
	}
	return tb.batches(ctx, q, s, fn)
}

func (tb *table) batches(ctx context.Context, q db.Queryer, s *selection, fn func([]row) error) error {
	conditions, args := s.conditions, s.args
	var last row
	for {
		s.conditions, s.args = conditions[:len(conditions):len(conditions)], args[:len(args):len(args)]
		if last != nil {
			s.add(s.beyond(last))
		}
		rows, err := tb.query(ctx, q, s, " LIMIT "+s.arg(batchSize))
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			if err := fn(rows); err != nil {
				return err
			}
			last = rows[len(rows)-1]
		}
		if len(rows) < batchSize {
			return nil
		}
	}
}

func (tb *table) selectWhere(ctx context.Context, q db.Queryer, condition string, args []any) ([]row, error) {
	s := &selection{args: args[:len(args):len(args)], order: tb.order}
	s.add("(" + condition + ")")
	if err := tb.restrict(ctx, "read", s); err != nil {
		return nil, err
	}
	return tb.query(ctx, q, s, "")
}

func (tb *table) get(ctx context.Context, q db.Queryer, id db.ID) (row, error) {
	return tb.getFor(ctx, q, id, "read")
}

// getFor reads one row with which the principal may do the action.
func (tb *table) getFor(ctx context.Context, q db.Queryer, id db.ID, action string) (row, error) {
	s := &selection{}
	s.add("t.id = " + s.arg(int64(id)))
	if err := tb.restrict(ctx, action, s); err != nil {
		return nil, err
	}
	r := tb.hooks.make()
	cells := q.QueryRowContext(ctx, "SELECT "+tb.columns+" FROM "+tb.source+" WHERE "+s.where(), s.args...)
	switch err := scan(cells, tb.all, r, make([]any, len(tb.all))); {
	case errors.Is(err, db.ErrNotFound):
		return nil, problem.NotFound("没有找到该"+tb.zh+",或不在您的管理范围内", "Not found in "+tb.en+", or outside the range you look after")
	case err != nil:
		return nil, err
	}
	return r, tb.hooks.fill(ctx, q, []row{r})
}
