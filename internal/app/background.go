package app

import (
	"context"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/job"
)

// background declares what runs by itself. It is declared always and started by
// Start, so that commands that only read start nothing.
func (a *App) background() {
	job.Handle(a.Jobs, "night.replays", job.Long, func(ctx context.Context, _ *job.Run, _ struct{}) error {
		return api.ForgetReplays(ctx, a.DB)
	})
	a.Jobs.Schedule("night.replays", "20 3 * * *", job.Job{Kind: "night.replays"})
}

// Start begins the background work; Close ends it.
func (a *App) Start(ctx context.Context) {
	a.Jobs.Start(access.With(context.WithoutCancel(ctx), access.System("job")))
	a.started = true
}

// drainTime is how long requests in progress may take after a stop was asked for.
const drainTime = 20 * time.Second
