package main

import (
	"context"

	"github.com/lifang/lifang/internal/app"
)

type backupCommand struct {
	File string `arg:"" help:"${help_file}" type:"path"`
}

// Run writes a backup; the server may go on meanwhile.
func (b *backupCommand) Run(ctx context.Context, c *Common, t *terminal) error {
	m, err := app.Backup(ctx, c.config(), b.File)
	if err != nil {
		return err
	}
	t.say("已备份 %d 个文件到 %s", "Backed up %d files to %s", len(m.Members), b.File)
	return nil
}

type restoreCommand struct {
	File string `arg:"" help:"${help_file}" type:"existingfile"`
}

// Run restores a backup into an empty folder and verifies what it restored.
func (r *restoreCommand) Run(ctx context.Context, c *Common, t *terminal) error {
	m, err := app.Restore(ctx, c.config(), r.File)
	if err != nil {
		return err
	}
	t.say("已恢复 %d 个文件（备份于 %s）", "Restored %d files (backed up at %s)", len(m.Members), m.MadeAt)
	return inHouse(ctx, c, func(ctx context.Context, a *app.App) error { return verify(ctx, a, t) })
}
