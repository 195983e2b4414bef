// Package app puts the house together: it opens the database, makes every
// service, hands each what it needs from the others, publishes the rule book and
// mounts the API. It is the only place that knows everybody.
//
//	a, err := app.Open(ctx, app.Config{Dir: "data", Demo: true})
//	defer a.Close()
//	err = a.Serve(ctx, listener) // until ctx ends, then drains
//
// It must hold wiring only: a rule found here is in the wrong place.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/blob"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/facility"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/fees/billing"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/identity"
	"github.com/lifang/lifang/internal/job"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/migrate"
	"github.com/lifang/lifang/internal/migrate/hc"
	"github.com/lifang/lifang/internal/notify"
	"github.com/lifang/lifang/internal/organisation"
	"github.com/lifang/lifang/internal/paper"
	"github.com/lifang/lifang/internal/register"
	"github.com/lifang/lifang/internal/webui"
	"github.com/lifang/lifang/rulebook"
)

// Config says where the data is and how to run.
type Config struct {
	// Dir holds the database (SQLite) and the files.
	Dir string
	// URL of a PostgreSQL database; empty means SQLite in Dir.
	URL string
	// Demo shows demo accounts on the login page and one-time codes on screen.
	Demo bool
	// Rate limits requests a second of one caller; see api.Config.
	Rate int
	// Proxies whose X-Forwarded-* headers are believed.
	Proxies []netip.Prefix
	// Version of the program.
	Version string
	Log     *slog.Logger
	// Now gives the time in unix milliseconds; nil means the machine's clock.
	Now func() int64
}

// App is the running house.
type App struct {
	Config   Config
	DB       *db.DB
	Jobs     *job.Queue
	Identity *identity.Service
	Calendar *calendar.Book
	// Directory knows who works where as what.
	Directory *organisation.Directory
	Flow      *flow.Engine
	Ledger    *ledger.Ledger
	Fees      *fees.Fees
	Billing   *billing.Runs
	Facility  *facility.Service
	Press     *paper.Press
	Files     *blob.Store
	Hub       *notify.Hub
	Notifier  *notify.Notifier
	Imports   *migrate.Service
	Server    *api.Server

	callers *callers
	stop    context.CancelFunc // ends what Start began
	running sync.WaitGroup
}

// Open opens everything and publishes the rule book. Nothing runs in the
// background before Start or Serve.
func Open(ctx context.Context, config Config) (a *App, err error) {
	if config.Log == nil {
		config.Log = slog.Default()
	}
	a = &App{Config: config}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
			a = nil
		}
	}()
	if config.Dir == "" {
		return a, errors.New("name a data folder")
	}
	temp := filepath.Join(config.Dir, "tmp")
	if err := os.MkdirAll(temp, 0o750); err != nil {
		return a, fmt.Errorf("data folder: %w", err)
	}
	if a.DB, err = db.Open(ctx, db.Options{Dir: config.Dir, URL: config.URL, Now: config.Now, Log: config.Log}); err != nil {
		return a, err
	}
	ctx = access.With(ctx, access.System("start"))
	made, err := demoHouse.Get(ctx, a.DB.Reader(), 0)
	if err != nil {
		return a, err
	}
	a.Config.Demo = config.Demo || made
	a.Jobs = job.NewQueue(a.DB, job.Options{Log: config.Log})
	a.callers = newCallers(a)
	a.Identity = identity.New(a.DB, identity.Options{
		Residents: a.residentByPhone, ShowCode: a.Config.Demo, Changed: a.callers.forget,
	})
	if a.Files, err = blob.Open(a.DB, filepath.Join(config.Dir, FilesFolder)); err != nil {
		return a, err
	}
	if err := a.assemble(); err != nil {
		return a, err
	}
	if err := a.publish(ctx); err != nil {
		return a, err
	}
	a.background()
	a.Server = api.New(api.Config{
		DB: a.DB, Log: config.Log, Caller: a.callers.find, TempDir: temp, Version: config.Version,
		Web: webui.New(), Rate: config.Rate, Proxies: config.Proxies, Ready: a.ready,
	}, a.modules()...)
	return a, nil
}

// assemble makes the services of the company from the rule book.
func (a *App) assemble() (err error) {
	if a.Calendar, err = calendar.Load(rulebook.Files); err != nil {
		return fmt.Errorf("rule book: %w", err)
	}
	positions, err := organisation.Load(rulebook.Files)
	if err != nil {
		return fmt.Errorf("rule book: %w", err)
	}
	a.Directory = organisation.NewDirectory(a.DB, positions)
	a.Directory.Others = customerNames
	if a.Ledger, err = ledger.Load(rulebook.Files); err != nil {
		return fmt.Errorf("rule book: %w", err)
	}
	a.Fees = fees.New(a.Ledger, a.Calendar.Workdays, fees.Homes{})
	a.Billing = billing.New(a.Fees, a.DB, a.Jobs)
	if a.Press, err = paper.Load(rulebook.Files); err != nil {
		return fmt.Errorf("rule book: %w", err)
	}
	templates, err := notify.LoadTemplates(rulebook.Files)
	if err != nil {
		return fmt.Errorf("rule book: %w", err)
	}
	a.Hub = notify.NewHub(a.DB, a.Config.URL != "", a.Config.Log)
	a.Notifier = notify.New(a.DB, a.Jobs, a.Hub, templates, notify.Options{Names: a.Directory.Names})
	a.Flow = flow.New(a.DB, flow.Options{Directory: directory{a.Directory}, Calendar: a.Calendar, Notify: a.caseChanged, Log: a.Config.Log, Admin: "SYS_ADMIN"})
	if a.Facility, err = facility.New(rulebook.Files, a.Calendar, repairCharger{a.Fees}); err != nil {
		return fmt.Errorf("rule book: %w", err)
	}
	a.Facility.Holders = a.Directory.Holders
	a.Facility.Register(a.Flow)
	a.Imports = migrate.New(migrate.Options{DB: a.DB, Files: a.Files, Jobs: a.Jobs, Sources: map[string]migrate.Source{"hc": hc.Source{}}, Log: a.Config.Log,
		Changed: func(batch db.ID) { a.Hub.Publish(notify.Event{Topic: "import:" + batch.String()}) }})
	watch(a)
	return register.CheckRefs()
}

// Close stops what runs and closes the database.
func (a *App) Close() error {
	unwatch(a)
	if a.stop != nil {
		a.Jobs.Stop()
		a.stop()
		a.running.Wait()
		a.stop = nil
	}
	if a.DB == nil {
		return nil
	}
	// What was done since the last seal must not wait for the next start.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := audit.Seal(ctx, a.DB)
	return errors.Join(err, a.DB.Close())
}

func (a *App) ready(ctx context.Context) error {
	var one int64
	return a.DB.Reader().QueryRowContext(ctx, `SELECT 1`).Scan(&one)
}
