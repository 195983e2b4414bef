package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/migrate"
	"github.com/lifang/lifang/internal/organisation"
	"github.com/lifang/lifang/internal/sheet"
)

// Measurement is one result of Bench. Ratio compares it with the Against of the
// same run, so that it means the same on any machine; 0 when there is nothing to
// compare with.
type Measurement struct {
	Name    string  `json:"name"`
	Rate    float64 `json:"rate"` // per second
	Against string  `json:"against,omitempty"`
	Ratio   float64 `json:"ratio,omitempty"`
	P50     int64   `json:"p50_us,omitempty"`
	P99     int64   `json:"p99_us,omitempty"`
}

const benchCallers = 64

// Bench measures the house in process, on a database that is thrown away
// afterwards: raw commits, register rows, flows, import.
func (a *App) Bench(ctx context.Context, each time.Duration, tell func(Measurement)) error {
	ctx = access.With(ctx, access.System("bench"))
	var project *estate.Project
	err := a.DB.Write(ctx, func(tx *db.Tx) error {
		if err := organisation.Units.Create(ctx, tx, &organisation.Unit{Code: "BENCH", Name: "测速", Kind: "company"}); err != nil {
			return err
		}
		project = &estate.Project{Code: "BENCH", Name: "测速", Region: "无", Type: "home", ServiceStage: "regular"}
		return estate.Projects.Create(ctx, tx, project)
	})
	if err != nil {
		return err
	}
	raw, err := a.benchRaw(ctx, each)
	if err != nil {
		return err
	}
	tell(raw)
	created, err := many(each, func(n int64) error {
		return a.DB.Write(ctx, func(tx *db.Tx) error {
			b := &estate.Building{Code: fmt.Sprintf("B%d", n), Name: "测速楼", Structure: "frame", FloorsUp: 18}
			b.ProjectID = project.ID
			return estate.Buildings.Create(ctx, tx, b)
		})
	})
	if err != nil {
		return err
	}
	tell(created.against("register: create with check and trail", raw))
	listed, err := many(each, func(int64) error {
		_, err := estate.Buildings.ListJSON(ctx, a.DB.Reader(), map[string][]string{"size": {"30"}, "sort": {"code"}, "project": {project.ID.String()}})
		return err
	})
	if err != nil {
		return err
	}
	tell(listed.against("register: list of 30 with total", Measurement{}))
	// An engine of its own: its cases are no project's.
	engine := flow.New(a.DB, flow.Options{Directory: benchDirectory{a.Directory}, Calendar: a.Calendar})
	speed, err := engine.Measure(ctx, benchCallers, each)
	if err != nil {
		return err
	}
	tell(Measurement{Name: "flow: three-step cases", Rate: speed.Instances, Against: "their writes with nothing around them", Ratio: speed.Ratio(),
		P50: speed.P50.Microseconds(), P99: speed.P99.Microseconds()})
	return a.benchImport(ctx, tell)
}

// benchDirectory is the organisation with a code for every unit.
type benchDirectory struct{ *organisation.Directory }

func (benchDirectory) OrgCode(context.Context, db.Queryer, db.ID) (string, error) {
	return "BENCH", nil
}

// benchRaw is the limit: transactions that write one small row.
func (a *App) benchRaw(ctx context.Context, each time.Duration) (Measurement, error) {
	r, err := many(each, func(n int64) error {
		return a.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO setting (name, project_id, value, updated_at, updated_by) VALUES ($1, 0, 'x', $2, 0)`,
				fmt.Sprintf("bench.%d", n), tx.Now())
			return err
		})
	})
	return r.against("database: durable commits of one row", Measurement{}), err
}

// timing is what many found.
type timing struct {
	rate     float64
	p50, p99 time.Duration
}

func (t timing) against(name string, other Measurement) Measurement {
	m := Measurement{Name: name, Rate: t.rate, P50: t.p50.Microseconds(), P99: t.p99.Microseconds()}
	if other.Rate > 0 {
		m.Against, m.Ratio = other.Name, t.rate/other.Rate
	}
	return m
}

// many calls fn from many callers until the time is over; n is different each time.
func many(each time.Duration, fn func(n int64) error) (timing, error) {
	var serial atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	var failed error
	began := time.Now()
	var callers sync.WaitGroup
	for range benchCallers {
		callers.Go(func() {
			var mine []time.Duration
			var err error
			for err == nil && time.Since(began) < each {
				start := time.Now()
				err = fn(serial.Add(1))
				mine = append(mine, time.Since(start))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			if err != nil {
				failed = err
			}
		})
	}
	callers.Wait()
	if failed != nil || len(took) == 0 {
		return timing{}, failed
	}
	rate := float64(len(took)) / time.Since(began).Seconds()
	slices.Sort(took)
	return timing{rate, took[len(took)/2], took[len(took)*99/100]}, nil
}

// benchImport brings in a flat workbook of rooms with their owners.
func (a *App) benchImport(ctx context.Context, tell func(Measurement)) error {
	const rows = 5000
	path := filepath.Join(a.Config.Dir, "tmp", "bench.xlsx")
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	book := sheet.NewWriter(file)
	var heads []sheet.Head
	for _, title := range []string{"楼栋号", "单元号", "房号", "楼层", "建筑面积", "用途"} {
		heads = append(heads, sheet.Head{Title: title})
	}
	if err := book.Sheet("房屋", heads, sheet.Layout{}); err != nil {
		return err
	}
	for i := range rows {
		if err := book.Row(fmt.Sprint(1+i/500), "1", fmt.Sprint(101+i%500), fmt.Sprint(1+i%500/20), "90.50", "住宅"); err != nil {
			return err
		}
	}
	if err := book.Close(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	began := time.Now()
	report, err := a.Imports.Now(ctx, migrate.Command{Path: path, Kind: "hc", Project: "BENCH"})
	if err != nil {
		return err
	}
	if report.OK == 0 {
		return fmt.Errorf("the import took none of %d rows: %+v", rows, report.Errors[:min(3, len(report.Errors))])
	}
	tell(Measurement{Name: "import: rows of rooms", Rate: float64(report.OK) / time.Since(began).Seconds()})
	return os.Remove(path)
}
