package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lifang/lifang/internal/app"
)

type flowCommand struct {
	Check flowCheck `cmd:"" help:"${help_flow_check}"`
	List  flowList  `cmd:"" help:"${help_flow_list}"`
	SVG   flowSVG   `cmd:"" name:"svg" help:"${help_flow_svg}"`
}

type flowCheck struct {
	File string `arg:"" help:"${help_file}" type:"existingfile"`
}

// Run checks one flow file against the forms, positions and actions of this program.
func (f *flowCheck) Run(ctx context.Context, c *Common, t *terminal) error {
	text, err := os.ReadFile(f.File)
	if err != nil {
		return err
	}
	return withoutData(ctx, c, func(a *app.App) error {
		def, err := a.CheckFlow(ctx, text, os.DirFS(filepath.Join(filepath.Dir(f.File), "..")))
		if err != nil {
			fmt.Fprintln(t.out, err)
			return silent{f.File + " 有误", f.File + " has faults"}
		}
		t.say("✓ %s「%s」：%d 个节点", "✓ %s “%s”: %d nodes", def.Key, map[bool]string{false: def.Zh, true: def.En}[t.lang == "en"], len(def.Nodes))
		return nil
	})
}

type flowList struct{}

// Run lists the flows of this program.
func (flowList) Run(ctx context.Context, c *Common, t *terminal) error {
	return withoutData(ctx, c, func(a *app.App) error {
		defs, err := a.Flows(ctx)
		if err != nil {
			return err
		}
		for _, def := range defs {
			fmt.Fprintf(t.out, "%-20s %s / %s\n", def.Key, def.Zh, def.En)
		}
		return nil
	})
}

type flowSVG struct {
	Key string `arg:"" help:"${help_flow_key}"`
}

// Run prints the diagram of a flow.
func (f *flowSVG) Run(ctx context.Context, c *Common, t *terminal) error {
	return withoutData(ctx, c, func(a *app.App) error {
		svg, err := a.FlowDiagram(ctx, f.Key, t.lang)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(t.out, svg)
		return err
	})
}
