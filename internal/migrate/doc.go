// Package migrate runs imports: a file is staged, checked without writing anything, written in the background with
// progress, and can be undone as a whole.
//
// The main type is [Service]; what a file means is decided by a [Source], one per kind: package hc for the workbooks of
// that system, and [Registers] for the template of any register.
//
//	batch, err := service.Start(ctx, migrate.Request{Kind: "hc", Project: project, Name: "hc.xlsx", File: f})
//	batch, err = service.Commit(ctx, batch.ID)
//	batch, err = service.Undo(ctx, batch.ID)
//
// The states of a batch are checking → checked → writing → written → undoing → undone, or failed. It must never write
// before somebody has seen the check, and never delete: undoing archives what the batch has created.
package migrate
