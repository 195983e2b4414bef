package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/app"
	"github.com/lifang/lifang/internal/migrate"
)

type importCommand struct {
	HC       importHC       `cmd:"" name:"hc" help:"${help_import_hc}"`
	Register importRegister `cmd:"" help:"${help_import_register}"`
}

// importOptions are those of every kind of import.
type importOptions struct {
	Project string `help:"${help_project}"`
	DryRun  bool   `help:"${help_dry_run}"`
	JSON    bool   `help:"${help_json}"`
}

type importHC struct {
	File string `arg:"" help:"${help_file}" type:"existingfile"`
	importOptions
}

// Run imports a workbook of the former system. Bad rows are not a failure: they
// are listed, and the exit code is 0.
func (i *importHC) Run(ctx context.Context, c *Common, t *terminal) error {
	return i.run(ctx, c, t, "hc", i.File)
}

type importRegister struct {
	Register string `arg:"" help:"${help_register}"`
	File     string `arg:"" help:"${help_file}" type:"existingfile"`
	importOptions
}

// Run imports the filled-in template of a register.
func (i *importRegister) Run(ctx context.Context, c *Common, t *terminal) error {
	return i.run(ctx, c, t, i.Register, i.File)
}

func (o importOptions) run(ctx context.Context, c *Common, t *terminal, kind, file string) error {
	return inHouse(ctx, c, func(ctx context.Context, a *app.App) error {
		who := access.System("command line")
		who.Lang = t.lang
		command := migrate.Command{Path: file, Kind: kind, Project: o.Project, DryRun: o.DryRun}
		if !o.JSON {
			command.Progress = func(done, total int) {
				if done%500 == 0 {
					fmt.Fprintf(t.err, "\r%d / %d", done, total)
				}
			}
		}
		report, err := a.Imports.Now(access.With(ctx, who), command)
		if err != nil {
			return err
		}
		if o.JSON {
			encoder := json.NewEncoder(t.out)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			return encoder.Encode(report)
		}
		fmt.Fprint(t.err, "\r")
		show(t, report)
		return nil
	})
}

func show(t *terminal, r *migrate.Report) {
	if r.DryRun {
		t.say("检查完成，没有写入。项目 %s：共 %d 行，可写入 %d 行（其中更新 %d 行）", "Checked, nothing was written. Project %s: %d rows, %d can be written (%d of them updates)",
			r.Project, r.Total, r.OK, r.Updates)
	} else {
		t.say("导入完成。项目 %s：共 %d 行，写入 %d 行（其中更新 %d 行）", "Imported. Project %s: %d rows, %d written (%d of them updates)",
			r.Project, r.Total, r.OK, r.Updates)
	}
	for _, cell := range r.Errors {
		t.say("  %s 第 %d 行 %s「%s」：%s", "  %s row %d %s “%s”: %s", cell.Sheet, cell.Row, cell.Column, cell.Value, cell.Detail)
	}
	if r.More > 0 {
		t.say("  还有 %d 处", "  and %d more", r.More)
	}
}
