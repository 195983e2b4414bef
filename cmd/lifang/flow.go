package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lifang/lifang/internal/app"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow/bpmn"
	"github.com/lifang/lifang/internal/flow/rehearse"
)

type flowCommand struct {
	Check     flowCheck     `cmd:"" help:"${help_flow_check}"`
	List      flowList      `cmd:"" help:"${help_flow_list}"`
	SVG       flowSVG       `cmd:"" name:"svg" help:"${help_flow_svg}"`
	Roundtrip flowRoundtrip `cmd:"" help:"${help_flow_roundtrip}"`
	Export    flowExport    `cmd:"" help:"${help_flow_export}"`
	Simulate  flowSimulate  `cmd:"" help:"${help_flow_simulate}"`
}

type flowCheck struct {
	File string `arg:"" help:"${help_file}" type:"existingfile"`
}

// Run checks one flow file against the forms, positions and actions of this program; a plain BPMN file, without any word of
// Lifang's, only for what can be run.
func (f *flowCheck) Run(ctx context.Context, c *Common, t *terminal) error {
	text, err := os.ReadFile(f.File)
	if err != nil {
		return err
	}
	faulty := silent{f.File + " 有误", f.File + " has faults"}
	doc, err := bpmn.Parse(text)
	if err == nil && !doc.Extended() {
		err = rehearse.Check(text)
		if err == nil {
			t.say("✓ %s", "✓ %s", f.File)
			return nil
		}
	}
	if err != nil {
		fmt.Fprintln(t.out, err)
		return faulty
	}
	return withoutData(ctx, c, func(a *app.App) error {
		def, err := a.CheckFlow(ctx, text, os.DirFS(filepath.Join(filepath.Dir(f.File), "..")))
		if err != nil {
			fmt.Fprintln(t.out, err)
			return faulty
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

type flowRoundtrip struct {
	File string `arg:"" help:"${help_file}" type:"existingfile"`
}

// Run reads a file and writes it again, and fails when anything was lost.
func (f *flowRoundtrip) Run(t *terminal) error {
	text, err := os.ReadFile(f.File)
	if err != nil {
		return err
	}
	if _, err := bpmn.Roundtrip(text); err != nil {
		fmt.Fprintln(t.out, err)
		return silent{f.File + " 读写后有变化", f.File + " is not the same after reading and writing"}
	}
	t.say("✓ %s：读写后没有任何变化", "✓ %s: nothing is lost in reading and writing", f.File)
	return nil
}

type flowExport struct {
	Flow string `arg:"" help:"${help_flow_or_file}"`
}

// Run prints the exchange form of a file, or of the published version of a flow.
func (f *flowExport) Run(ctx context.Context, c *Common, t *terminal) error {
	text, err := os.ReadFile(f.Flow)
	if errors.Is(err, os.ErrNotExist) {
		err = withoutData(ctx, c, func(a *app.App) error {
			def, err := a.Flow.Current(ctx, a.DB.Reader(), f.Flow)
			if errors.Is(err, db.ErrNotFound) {
				return silent{"没有流程或文件 " + f.Flow, "There is no flow or file " + f.Flow}
			}
			if err == nil {
				text = def.XML
			}
			return err
		})
	}
	if err != nil {
		return err
	}
	out, err := bpmn.Exchange(text)
	if err != nil {
		return err
	}
	_, err = t.out.Write(out)
	return err
}

type flowSimulate struct {
	File   string   `arg:"" help:"${help_file}" type:"existingfile"`
	Var    []string `help:"${help_flow_var}" placeholder:"NAME=VALUE" sep:"none"`
	Decide []string `help:"${help_flow_decide}" placeholder:"TASK=OUTCOME" sep:"none"`
	JSON   bool     `name:"json" help:"${help_flow_json}"`
}

// Run runs a file in memory and prints every visited node and the state at the end.
func (f *flowSimulate) Run(t *terminal) error {
	text, err := os.ReadFile(f.File)
	if err != nil {
		return err
	}
	o := rehearse.Options{Vars: map[string]any{}, Decide: map[string][]string{}}
	for _, pair := range f.Var {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return silent{"--var 应写成 名称=值", "--var is written NAME=VALUE"}
		}
		var v any
		if json.Unmarshal([]byte(value), &v) != nil {
			v = value // a word without quotes
		}
		o.Vars[name] = v
	}
	for _, pair := range f.Decide {
		task, outcome, ok := strings.Cut(pair, "=")
		if !ok {
			return silent{"--decide 应写成 任务=结果", "--decide is written TASK=OUTCOME"}
		}
		o.Decide[task] = append(o.Decide[task], outcome)
	}
	result, err := rehearse.Run(text, o)
	if err != nil {
		fmt.Fprintln(t.err, err)
		return silent{f.File + " 不能运行", f.File + " cannot be run"}
	}
	if f.JSON {
		return json.NewEncoder(t.out).Encode(result)
	}
	for _, v := range result.Visited {
		fmt.Fprintln(t.out, v.ID, v.Kind)
	}
	_, err = fmt.Fprintln(t.out, result.State)
	return err
}
