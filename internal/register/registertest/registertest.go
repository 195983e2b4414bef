// Package registertest checks that registers fit the database they run on. Every
// package that declares registers calls it from a test:
//
//	func TestTables(t *testing.T) {
//		dbtest.Each(t, func(t *testing.T, d *db.DB) {
//			registertest.CheckTable(t, d, estate.Rooms)
//			registertest.CheckPlan(t, d, estate.Rooms)
//		})
//	}
//
// It must never be imported by anything but tests.
package registertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/register"
)

// CheckTable compares the struct of each register with its migrated table: the same
// columns, types that fit, NOT NULL except for optional numbers, no column the struct
// does not know, and a unique index for each unique field.
func CheckTable(t testing.TB, d *db.DB, registers ...register.Any) {
	t.Helper()
	for _, r := range registers {
		if r.TableName() == "" {
			if _, err := r.ListJSON(access.With(context.Background(), access.System("test")), d.Reader(), nil); err != nil {
				t.Errorf("%s: %v", r.Name(), err)
			}
			continue
		}
		existing, err := columns(d, r.TableName())
		if err != nil {
			t.Fatalf("%s: %v", r.Name(), err)
		}
		if len(existing) == 0 {
			t.Errorf("%s: table %s does not exist", r.Name(), r.TableName())
			continue
		}
		for _, want := range r.Storage() {
			got, ok := existing[want.Column]
			delete(existing, want.Column)
			if !ok {
				t.Errorf("%s: table %s lacks column %s %s", r.Name(), r.TableName(), want.Column, want.Type)
				continue
			}
			if got.Type != want.Type {
				t.Errorf("%s: column %s is %s, the struct needs %s", r.Name(), want.Column, got.Type, want.Type)
			}
			if got.Nullable != want.Nullable {
				t.Errorf("%s: column %s nullable is %v, the struct needs %v", r.Name(), want.Column, got.Nullable, want.Nullable)
			}
			if len(want.Unique) > 0 {
				checkUnique(t, d, r, want.Unique)
			}
		}
		for name := range existing {
			t.Errorf("%s: column %s.%s is not in the struct", r.Name(), r.TableName(), name)
		}
	}
}

func checkUnique(t testing.TB, d *db.DB, r register.Any, want []string) {
	t.Helper()
	all, err := uniqueKeys(d, r.TableName())
	if err != nil {
		t.Fatalf("%s: %v", r.Name(), err)
	}
	for _, key := range all {
		wider := slices.DeleteFunc(slices.Clone(want), func(c string) bool { return c == "project_id" }) // unique in the whole company
		if sameColumns(key, want) || sameColumns(key, wider) {
			return
		}
	}
	t.Errorf("%s: no unique index on (%s); there are %v", r.Name(), strings.Join(want, ", "), all)
}

func sameColumns(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// CheckPlan checks that a page of each register in its default order, for one project
// where it belongs to projects, is read by an index without sorting. With a query such as
// "sort=-area" it checks that order instead.
func CheckPlan(t testing.TB, d *db.DB, r register.Any, queries ...string) {
	t.Helper()
	if len(queries) == 0 {
		queries = []string{""}
	}
	for _, query := range queries {
		statement, args, err := r.Plan(query)
		if err != nil {
			t.Fatalf("%s?%s: %v", r.Name(), query, err)
		}
		plan, err := explain(d, statement, args)
		if err != nil {
			t.Fatalf("%s?%s: %v\n%s", r.Name(), query, err, statement)
		}
		if bad := slow(plan, r.Company()); bad != "" {
			t.Errorf("%s?%s on %v would not use an index (%s):\n%s%s", r.Name(), query, d.Engine(), bad, plan, statement)
		}
	}
}

// slow finds what reads or sorts a whole table. Walking the primary key of a register
// that is not split by project is fine, and so is sorting rows that an index has
// already brought into groups.
func slow(plan string, company bool) string {
	for _, line := range strings.Split(plan, "\n") {
		switch {
		case strings.HasPrefix(line, "SCAN") && !strings.Contains(line, "USING INDEX") && !company,
			strings.Contains(line, "TEMP B-TREE FOR ORDER BY"),
			strings.Contains(line, "Seq Scan"),
			strings.Contains(line, "Sort ") && strings.Contains(line, "cost=") && !strings.Contains(line, "Incremental"):
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// explain is the plan the engine would follow on a large table.
func explain(d *db.DB, statement string, args []any) (string, error) {
	ctx := context.Background()
	var plan strings.Builder
	err := d.Write(ctx, func(tx *db.Tx) error {
		plan.Reset()
		prefix, width := "EXPLAIN QUERY PLAN ", 4
		if tx.Engine() == db.PostgreSQL {
			// Tables are empty in tests: without this every plan would be a scan and a sort.
			if _, err := tx.ExecContext(ctx, `SET LOCAL enable_seqscan = off`); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `SET LOCAL enable_bitmapscan = off`); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `SET LOCAL enable_sort = off`); err != nil {
				return err
			}
			prefix, width = "EXPLAIN ", 1
		}
		rows, err := tx.QueryContext(ctx, prefix+statement, args...)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			cells := make([]any, width)
			for i := range cells {
				cells[i] = new(any)
			}
			if err := rows.Scan(cells...); err != nil {
				return err
			}
			fmt.Fprintln(&plan, *cells[width-1].(*any))
		}
		return rows.Err()
	})
	return plan.String(), err
}

type column struct {
	Type     string
	Nullable bool
}

func columns(d *db.DB, table string) (map[string]column, error) {
	query := `SELECT name, type, CASE WHEN "notnull" = 1 OR pk > 0 THEN 0 ELSE 1 END FROM pragma_table_info($1)`
	if d.Engine() == db.PostgreSQL {
		query = `SELECT column_name, data_type, CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name = $1`
	}
	rows, err := d.Reader().QueryContext(context.Background(), query, table)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	found := map[string]column{}
	for rows.Next() {
		var name, kind string
		var c column
		if err := rows.Scan(&name, &kind, &c.Nullable); err != nil {
			return nil, err
		}
		c.Type = strings.ToUpper(kind)
		if c.Type == "INTEGER" && d.Engine() == db.SQLite {
			c.Type = "BIGINT"
		}
		found[name] = c
	}
	return found, rows.Err()
}

// uniqueKeys lists the columns of each unique index.
func uniqueKeys(d *db.DB, table string) ([][]string, error) {
	query := `SELECT l.name, i.name FROM pragma_index_list($1) l, pragma_index_info(l.name) i WHERE l."unique" = 1 ORDER BY l.name, i.seqno`
	if d.Engine() == db.PostgreSQL {
		query = `SELECT i.indexrelid::text, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
			WHERE i.indisunique AND c.relname = $1 AND c.relnamespace = current_schema()::regnamespace ORDER BY 1, 2`
	}
	rows, err := d.Reader().QueryContext(context.Background(), query, table)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var keys [][]string
	last := ""
	for rows.Next() {
		var index, name string
		if err := rows.Scan(&index, &name); err != nil {
			return nil, err
		}
		if index != last {
			keys, last = append(keys, nil), index
		}
		keys[len(keys)-1] = append(keys[len(keys)-1], name)
	}
	return keys, rows.Err()
}
