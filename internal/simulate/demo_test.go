package simulate_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/app"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/simulate"
)

// A demo company is whole: every case folds again to its state, the books balance, nothing stands in a wrong place.
func TestDemoCompanyIsWhole(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			o := dbtest.Options(t, engine)
			config := app.Config{Dir: o.Dir, URL: o.URL, Demo: true, Version: "test", Log: slog.New(slog.DiscardHandler)}
			ctx := context.Background()
			began := time.Now()
			report, err := app.Demo(ctx, config, 60, 7)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%+v in %s", report, time.Since(began))
			if report.Rooms != 60 || report.Requests < 50 || report.Charges < 120 || report.Receipts < 20 || report.Employees < 50 {
				t.Errorf("made %+v", report)
			}
			if _, err := app.Demo(ctx, config, 60, 7); !errors.Is(err, simulate.ErrInUse) {
				t.Errorf("a second demo company was put into the same folder: %v", err)
			}
			a, err := app.Open(ctx, config)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			findings, err := a.Verify(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				t.Log(f.En)
				if len(f.Faults) > 0 {
					t.Errorf("%s: %v", f.En, f.Faults)
				}
			}
			accounts, err := simulate.Accounts(ctx, a.DB.Reader())
			if err != nil {
				t.Fatal(err)
			}
			apps := map[string]string{}
			for _, one := range accounts {
				apps[one.Account] = one.App
			}
			for account, want := range map[string]string{"gm": "console", "cs_officer": "console", "cashier": "console", "technician": "staff", "13800000001": "owner"} {
				if apps[account] != want {
					t.Errorf("%s logs in to %q, want %q", account, apps[account], want)
				}
			}
			for _, state := range []string{"accepted", "dispatched", "taken", "on_site", "quoting", "working", "done", "closed"} {
				var n int
				if err := a.DB.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM work_order WHERE state = $1`, state).Scan(&n); err != nil || n == 0 {
					t.Errorf("no work order is %s (%v)", state, err)
				}
			}
		})
	}
}
