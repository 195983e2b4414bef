package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/lifang/lifang/internal/app"
)

type benchCommand struct {
	Seconds float64 `help:"${help_seconds}" default:"3"`
	JSON    bool    `help:"${help_json}"`
}

// Run measures on a throw-away folder, or on the PostgreSQL database named, which
// must be an empty one.
func (b *benchCommand) Run(ctx context.Context, c *Common, t *terminal) error {
	dir, err := os.MkdirTemp("", "lifang-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	thrown := *c
	thrown.Dir = dir
	began := time.Now()
	return inHouse(ctx, &thrown, func(ctx context.Context, a *app.App) error {
		found := []app.Measurement{{Name: "start-up with a new database (starts a second)", Rate: 1 / time.Since(began).Seconds()}}
		show := func(m app.Measurement) {
			found = append(found, m)
			if b.JSON {
				return
			}
			fmt.Fprintf(t.out, "%-48s %10.0f/s", m.Name, m.Rate)
			if m.P99 > 0 {
				fmt.Fprintf(t.out, "  p50 %6d µs  p99 %7d µs", m.P50, m.P99)
			}
			if m.Ratio > 0 {
				fmt.Fprintf(t.out, "  %.2f × %s", m.Ratio, m.Against)
			}
			fmt.Fprintln(t.out)
		}
		if err := a.Bench(ctx, time.Duration(b.Seconds*float64(time.Second)), show); err != nil {
			return err
		}
		if b.JSON {
			encoder := json.NewEncoder(t.out)
			encoder.SetIndent("", "  ")
			return encoder.Encode(found)
		}
		return nil
	})
}
