package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings the schema up to date. On PostgreSQL a lock row keeps nodes
// that start together from migrating together; on SQLite the folder's lock does.
func migrate(ctx context.Context, engine Engine, pool *sql.DB) error {
	files, err := Migrations(engine)
	if err != nil {
		return err
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if engine == PostgreSQL {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(time.Second, 120))
		if err != nil {
			return err
		}
		options = append(options, goose.WithLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if pending, err := provider.HasPending(ctx); err != nil || !pending {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Migrations returns the migration files in the words of one engine. They are
// written once, with PostgreSQL's type names; SQLite gets its own names and
// STRICT tables, so that text can never end up in a number.
func Migrations(engine Engine) (fs.FS, error) {
	rendered := fstest.MapFS{}
	err := fs.WalkDir(migrationFiles, "migrations", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := migrationFiles.ReadFile(path)
		if err != nil {
			return err
		}
		rendered[entry.Name()] = &fstest.MapFile{Data: []byte(render(engine, string(text)))}
		return nil
	})
	return rendered, err
}

var (
	createTable = regexp.MustCompile(`(?s)(CREATE TABLE .*?\n?\))\s*;`)
	typeWord    = regexp.MustCompile(`\b(BIGINT|BYTEA)\b`)
)

func render(engine Engine, text string) string {
	if engine == PostgreSQL {
		return text
	}
	text = createTable.ReplaceAllString(text, "$1 STRICT;")
	return typeWord.ReplaceAllStringFunc(text, func(word string) string {
		return strings.NewReplacer("BIGINT", "INTEGER", "BYTEA", "BLOB").Replace(word)
	})
}
