package app

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/rulebook"
)

// CheckFlow publishes a flow file in this house, with the forms of the rule book,
// and returns its definition or everything that is wrong with it. It is for a
// house on a throw-away folder.
func (a *App) CheckFlow(ctx context.Context, text []byte, more fs.FS) (*flow.Definition, error) {
	forms := map[string][]byte{}
	for _, files := range []fs.FS{rulebook.Files, more} {
		if files == nil {
			continue
		}
		for _, pattern := range []string{"*/forms/*.json", "forms/*.json"} {
			names, err := fs.Glob(files, pattern)
			if err != nil {
				return nil, err
			}
			for _, name := range names {
				raw, err := fs.ReadFile(files, name)
				if err != nil {
					return nil, err
				}
				forms[strings.TrimSuffix(path.Base(name), ".json")] = raw
			}
		}
	}
	return a.Flow.Publish(ctx, flow.Source{XML: text, Forms: forms})
}

// Flows lists the published flows that a form opens or another flow calls.
func (a *App) Flows(ctx context.Context) ([]*flow.Definition, error) {
	rows, err := a.DB.Reader().QueryContext(ctx, `SELECT DISTINCT key FROM flow_def WHERE state = 1 ORDER BY key`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var found []*flow.Definition
	for _, key := range keys {
		def, err := a.Flow.Current(ctx, a.DB.Reader(), key)
		if err != nil {
			return nil, err
		}
		found = append(found, def)
	}
	return found, nil
}

// FlowDiagram draws the published version of a flow as SVG.
func (a *App) FlowDiagram(ctx context.Context, key, lang string) (string, error) {
	def, err := a.Flow.Current(ctx, a.DB.Reader(), key)
	if errors.Is(err, db.ErrNotFound) {
		return "", problem.NotFound("没有流程 "+key, "There is no flow "+key)
	}
	if err != nil {
		return "", err
	}
	return def.SVG(nil, lang), nil
}
