package app

import (
	"context"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/job"
)

// background declares what runs by itself. It is declared always and started by
// Start, so that commands that only read start nothing.
func (a *App) background() {
	job.Handle(a.Jobs, "night.replays", job.Long, func(ctx context.Context, _ *job.Run, _ struct{}) error {
		return api.ForgetReplays(ctx, a.DB)
	})
	a.Jobs.Schedule("night.replays", "20 3 * * *", job.Job{Kind: "night.replays"})
	job.Handle(a.Jobs, "night.estate", job.Long, func(ctx context.Context, _ *job.Run, _ struct{}) error {
		_, err := estate.RunChecks(ctx, a.DB)
		return err
	})
	a.Jobs.Schedule("night.estate", "10 2 * * *", job.Job{Kind: "night.estate"})
	a.Jobs.Singleton("audit.seal", 5*time.Second, func(ctx context.Context) error {
		_, err := audit.Seal(ctx, a.DB)
		return err
	})
}

// Start begins the background work; Close ends it.
func (a *App) Start(ctx context.Context) {
	ctx, a.stop = context.WithCancel(context.WithoutCancel(ctx))
	a.Jobs.Start(access.With(ctx, access.System("job")))
	a.running.Go(func() { a.Hub.Run(ctx) })
	a.running.Go(func() {
		if err := a.Flow.Run(access.With(ctx, access.System("flow"))); err != nil && ctx.Err() == nil {
			a.Config.Log.Error("the flow dispatcher ended", "error", err)
		}
	})
}

// drainTime is how long requests in progress may take after a stop was asked for.
const drainTime = 20 * time.Second
