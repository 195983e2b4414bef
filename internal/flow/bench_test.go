package flow_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/flow"
)

// BenchmarkThreeStepFlow reports instances per second against the raw limit of the same database.
func BenchmarkThreeStepFlow(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		for _, callers := range []int{64, 1} {
			b.Run(fmt.Sprintf("%s/%d-callers", engine, callers), func(b *testing.B) {
				e := flow.New(dbtest.Open(b, engine), flow.Options{Directory: staff(), Calendar: book(b)})
				s, err := e.Measure(b.Context(), callers, 2*time.Second)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(s.Instances, "instances/s")
				b.ReportMetric(s.Raw, "raw/s")
				b.ReportMetric(s.Ratio(), "of-raw")
				b.ReportMetric(float64(s.P50.Microseconds()), "p50-µs")
				b.ReportMetric(float64(s.P99.Microseconds()), "p99-µs")
			})
		}
	}
}

func TestMeasuringGivesARatio(t *testing.T) {
	t.Parallel()
	e := flow.New(dbtest.Open(t, db.SQLite), flow.Options{Directory: staff(), Calendar: book(t)})
	s, err := e.Measure(t.Context(), 4, 50*time.Millisecond)
	if err != nil || s.Instances <= 0 || s.Raw <= 0 || s.Ratio() <= 0 || s.P99 < s.P50 {
		t.Errorf("%+v %v", s, err)
	}
}

// BenchmarkTodoPage reads the first page and the badge of a person with three pools among many open tasks.
func BenchmarkTodoPage(b *testing.B) {
	const cases = 300_000
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		d := dbtest.Open(b, engine)
		e := flow.New(d, flow.Options{Directory: staff(), Calendar: book(b)})
		ctx := b.Context()
		def, err := e.Publish(ctx, flow.Source{XML: wrap(`<startEvent id="s"/><userTask id="a" lf:role="TECH"/><endEvent id="e"/>
			<sequenceFlow id="f" sourceRef="s" targetRef="a"/><sequenceFlow id="g" sourceRef="a" targetRef="e"/>`)})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := e.Start(ctx, flow.Start{Command: "x", Flow: "p", Org: project, Actor: owner}); err != nil {
			b.Fatal(err)
		}
		err = d.Write(ctx, func(tx *db.Tx) error {
			for _, sql := range []string{
				`INSERT INTO flow_inst (id, def_id, key, no, title, org_id, subject, starter, state, rev, hash, doc, parent_id, parent_token, started_at, ended_at)
					WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i, $2, 'p', 'N' || i, 'x', 9001, '', 1, 0, 1, '', (SELECT MIN(doc) FROM flow_inst), 0, 0, i, 0 FROM n`,
				`INSERT INTO flow_task (id, inst_id, slot, node, kind, who, pool, state, org_id, def_id, key, title, priority, urges, opened_at, read_at, due_at, done_by, done_at, outcome)
					WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i, i, '2.1.1', 'a', 0, CASE WHEN i % 1000 = 7 THEN 301 ELSE 10000 + i % 5000 END, 0, CASE WHEN i % 2 = 0 THEN 1 ELSE 0 END,
					9001, $2, 'p', 'x', 0, 0, i, 0, 0, 0, 0, '' FROM n`} {
				if _, err := tx.ExecContext(ctx, sql, cases, def.ID); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(engine.String()+"/page", func(b *testing.B) {
			for range b.N {
				page, err := e.List(ctx, tech, flow.Query{Box: "todo"})
				if err != nil || page.Count != cases/1000+1 || len(page.Items) != 20 {
					b.Fatalf("%+v %v", page, err)
				}
			}
		})
		b.Run(engine.String()+"/badge", func(b *testing.B) {
			for range b.N {
				if n, err := e.Badge(ctx, tech); err != nil || n != cases/1000+1 {
					b.Fatal(n, err)
				}
			}
		})
	}
}
