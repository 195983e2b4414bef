package migrate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/sheet"
)

// Command is an import from the command line: done while the caller waits, without jobs.
type Command struct {
	Path    string
	Kind    string
	Project string // code; empty: the only project, or a new one called HC
	DryRun  bool
	// Progress is told how many rows have been gone through, of how many at most.
	Progress func(done, total int)
}

// Report is the outcome of a Command. Errors are bad cells whose rows were left out; Warnings' rows were taken.
type Report struct {
	Batch    db.ID          `json:"batch,omitempty"`
	Project  string         `json:"project"`
	DryRun   bool           `json:"dry_run"`
	Total    int            `json:"total"`
	OK       int            `json:"ok"`
	Updates  int            `json:"updates"`
	Same     int            `json:"same"`
	Errors   []Cell         `json:"errors"`
	Warnings []Cell         `json:"warnings"`
	More     int            `json:"more,omitempty"` // bad cells beyond those listed
	Counts   map[string]int `json:"counts"`
	Notes    []Note         `json:"notes"`
	Millis   int64          `json:"millis"`
}

// Cell is a fault with its reason in one language as well as in both.
type Cell struct {
	sheet.Fault
	Detail string `json:"detail"`
}

// Cells splits faults into errors and warnings, in the language asked for.
func Cells(faults []sheet.Fault, lang string) (bad, warnings []Cell) {
	bad, warnings = []Cell{}, []Cell{}
	for _, f := range faults {
		c := Cell{Fault: f, Detail: f.Detail(lang)}
		if f.Warning {
			warnings = append(warnings, c)
		} else {
			bad = append(bad, c)
		}
	}
	return bad, warnings
}

// Now runs a command. The error is about the file, the rights or the machine; bad rows are in the report.
func (s *Service) Now(ctx context.Context, c Command) (*Report, error) {
	began := time.Now()
	project, code, err := s.project(ctx, c)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(c.Path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	name := filepath.Base(c.Path)
	book, err := sheet.Open(f, info.Size(), name, sheet.DefaultLimits)
	if err != nil {
		return nil, err
	}
	rows, err := Rows(book)
	if err != nil {
		return nil, err
	}
	in := In{DB: s.db, Book: book, Project: project, Write: !c.DryRun, Progress: func(done int) error {
		if c.Progress != nil {
			c.Progress(done, max(rows, done))
		}
		return ctx.Err()
	}}
	if !c.DryRun {
		if in.Batch, err = s.keep(ctx, Request{Kind: c.Kind, Project: project, Name: name, Size: info.Size(), File: f}, Writing, func(*db.Tx, db.ID) error { return nil }); err != nil {
			return nil, err
		}
	}
	result, err := s.source(c.Kind).Run(ctx, in)
	if err != nil {
		if in.Batch != 0 {
			err = errors.Join(err, s.fail(ctx, in.Batch, err))
		}
		return nil, err
	}
	if !c.DryRun {
		if result.Counts, err = Created(ctx, s.db.Reader(), in.Batch); err != nil {
			return nil, err
		}
		if err := s.db.Write(ctx, func(tx *db.Tx) error {
			if err := s.save(ctx, tx, in.Batch, result); err != nil {
				return err
			}
			return s.move(ctx, tx, in.Batch, Written, Writing)
		}); err != nil {
			return nil, err
		}
	}
	r := &Report{Batch: in.Batch, Project: code, DryRun: c.DryRun, Total: result.Total, OK: result.OK, Updates: result.Updates, Same: result.Same,
		More: result.More, Counts: result.Counts, Notes: result.Notes, Millis: time.Since(began).Milliseconds()}
	r.Errors, r.Warnings = Cells(result.Faults, access.From(ctx).Lang)
	return r, nil
}

// project finds the project of a command by its code. A code that does not exist is created, unless this is a dry run;
// without a code the only project there is serves, and where there are none or several a project called HC.
func (s *Service) project(ctx context.Context, c Command) (db.ID, string, error) {
	code := strings.ToUpper(strings.TrimSpace(c.Project))
	if code == "" {
		var id db.ID
		n := 0
		if err := s.db.Reader().QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(MIN(id), 0), COALESCE(MIN(code), '') FROM project WHERE archived_at = 0").Scan(&n, &id, &code); err != nil {
			return 0, "", err
		}
		if n == 1 {
			return id, code, nil
		}
		code = "HC"
	}
	var id db.ID
	err := s.db.Reader().QueryRowContext(ctx, "SELECT id FROM project WHERE code = $1 AND archived_at = 0", code).Scan(&id)
	if err == nil || !errors.Is(err, db.ErrNotFound) || c.DryRun {
		if errors.Is(err, db.ErrNotFound) {
			err = nil
		}
		return id, code, err
	}
	p := &estate.Project{Code: code, Name: "导入项目 " + code, Region: "未填写", Type: "home", ServiceStage: "regular"}
	err = s.db.Write(ctx, func(tx *db.Tx) error { p.ID = 0; return estate.Projects.Create(ctx, tx, p) })
	return p.ID, code, err
}
