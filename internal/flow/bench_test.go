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
