package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lifang/lifang/internal/app"
	"github.com/lifang/lifang/internal/db"
)

type verifyCommand struct{}

// Run recomputes everything and prints a line for each check. Beside a running
// server it checks a consistent copy of the database.
func (verifyCommand) Run(ctx context.Context, c *Common, t *terminal) error {
	check := func(ctx context.Context, a *app.App) error { return verify(ctx, a, t) }
	err := inHouse(ctx, c, check)
	if !errors.Is(err, db.ErrLocked) {
		return err
	}
	t.say("服务正在运行，核对当前数据的一份副本", "The server is running; checking a copy of the data as it is now")
	return onCopy(ctx, c, check)
}

// onCopy runs fn on a copy of the database, with the files where they are.
func onCopy(ctx context.Context, c *Common, fn func(ctx context.Context, a *app.App) error) error {
	dir, err := os.MkdirTemp("", "lifang-verify-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	taken := filepath.Join(dir, "taken")
	if err := db.Copy(ctx, db.Options{Dir: c.Dir}, taken); err != nil {
		return err
	}
	if err := db.Place(ctx, db.Options{Dir: dir}, taken); err != nil {
		return err
	}
	files, err := filepath.Abs(filepath.Join(c.Dir, app.FilesFolder))
	if err != nil {
		return err
	}
	if err := os.Symlink(files, filepath.Join(dir, app.FilesFolder)); err != nil {
		return err
	}
	copied := *c
	copied.Dir = dir
	return inHouse(ctx, &copied, fn)
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
