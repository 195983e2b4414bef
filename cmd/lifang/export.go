package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/app"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

type exportCommand struct {
	Register string `arg:"" help:"${help_register}"`
	Output   string `help:"${help_output}" required:"" short:"o" type:"path"`
	Query    string `help:"${help_query}"`
}

// Run exports a register to an xlsx or csv file.
func (e *exportCommand) Run(ctx context.Context, c *Common, t *terminal) error {
	query, err := url.ParseQuery(e.Query)
	if err != nil {
		return err
	}
	if !query.Has("lang") {
		query.Set("lang", t.lang)
	}
	return inHouse(ctx, c, func(ctx context.Context, a *app.App) error {
		r, ok := register.Lookup(e.Register)
		if !ok {
			return problem.NotFound("没有台账 "+e.Register, "There is no register "+e.Register)
		}
		part, err := os.CreateTemp(filepath.Dir(e.Output), ".lifang-export-*")
		if err != nil {
			return err
		}
		defer os.Remove(part.Name()) // gone already when all went well
		err = api.Export(ctx, a.DB, r, query, part, strings.HasSuffix(strings.ToLower(e.Output), ".csv"), func() {})
		if closing := part.Close(); err == nil {
			err = closing
		}
		if err != nil {
			return err
		}
		return os.Rename(part.Name(), e.Output)
	})
}
