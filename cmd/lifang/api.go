package main

import (
	"context"
	"os"

	"github.com/lifang/lifang/internal/app"
)

type apiCommand struct {
	Types    apiTypes    `cmd:"" help:"${help_api_types}"`
	Document apiDocument `cmd:"" help:"${help_api_doc}"`
}

// withoutData opens the house on a throw-away folder: the document does not
// depend on data.
func withoutData(ctx context.Context, c *Common, fn func(a *app.App) error) error {
	dir, err := os.MkdirTemp("", "lifang-api-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	empty := *c
	empty.Dir, empty.DB = dir, ""
	return inHouse(ctx, &empty, func(_ context.Context, a *app.App) error { return fn(a) })
}

type apiTypes struct{}

// Run prints the types of the web client.
func (apiTypes) Run(ctx context.Context, c *Common, t *terminal) error {
	return withoutData(ctx, c, func(a *app.App) error {
		types, err := a.Server.TypeScript()
		if err != nil {
			return err
		}
		_, err = t.out.Write(types)
		return err
	})
}

type apiDocument struct{}

// Run prints the OpenAPI document.
func (apiDocument) Run(ctx context.Context, c *Common, t *terminal) error {
	return withoutData(ctx, c, func(a *app.App) error {
		_, err := t.out.Write(append(a.Server.Document(), '\n'))
		return err
	})
}
