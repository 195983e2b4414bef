package main

import (
	"context"
	"fmt"

	"github.com/lifang/lifang/internal/app"
)

type verifyCommand struct{}

// Run recomputes everything and prints a line for each check.
func (verifyCommand) Run(ctx context.Context, c *Common, t *terminal) error {
	return inHouse(ctx, c, func(ctx context.Context, a *app.App) error { return verify(ctx, a, t) })
}

func verify(ctx context.Context, a *app.App, t *terminal) error {
	found, err := a.Verify(ctx)
	if err != nil {
		return err
	}
	bad := 0
	for _, f := range found {
		mark := "✓"
		if len(f.Faults) > 0 {
			mark = "✗"
		}
		t.say(mark+" "+escape(f.Zh), mark+" "+escape(f.En))
		for _, fault := range f.Faults {
			fmt.Fprintln(t.out, "    "+fault)
		}
		bad += len(f.Faults)
	}
	if bad > 0 {
		return silent{fmt.Sprintf("发现 %d 处不符", bad), fmt.Sprintf("%d faults found", bad)}
	}
	return nil
}
