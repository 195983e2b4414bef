// Package dbtest runs a test on both engines, each time on a fresh, migrated,
// empty database.
//
//	dbtest.Each(t, func(t *testing.T, d *db.DB) { … })
//
// SQLite gets a folder of its own. PostgreSQL gets a database of its own in one
// throw-away cluster, which the first test starts from the installed PostgreSQL
// and which `make test` stops at its end. LIFANG_TEST_POSTGRES names another
// server instead. It must never be imported by anything but tests.
package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5"

	"github.com/lifang/lifang/internal/db"
)

// Each runs fn twice, as subtests "sqlite" and "postgres".
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) { fn(t, Open(t, engine)) })
	}
}

// Open returns a fresh database of one engine, closed and dropped with the test.
func Open(t testing.TB, engine db.Engine) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), Options(t, engine))
	if err != nil {
		t.Fatalf("open %v: %v", engine, err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close %v: %v", engine, err)
		}
	})
	return d
}

// Options returns the options of a fresh database for tests that open it
// themselves, perhaps more than once.
func Options(t testing.TB, engine db.Engine) db.Options {
	t.Helper()
	o := db.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	if engine == db.PostgreSQL {
		o.URL = freshDatabase(t)
	}
	return o
}

var serial atomic.Int64

func freshDatabase(t testing.TB) string {
	t.Helper()
	ctx := context.Background()
	server := Server(t)
	template, err := templateOnce(ctx, server)
	if err != nil {
		t.Fatalf("prepare the PostgreSQL template: %v", err)
	}
	name := fmt.Sprintf("lifang_test_%d_%d", time.Now().UnixNano(), serial.Add(1))
	if err := execute(ctx, server, `CREATE DATABASE `+name+` TEMPLATE `+template+` STRATEGY file_copy`); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := execute(ctx, server, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	return withDatabase(server, name)
}

var template struct {
	once sync.Once
	name string
	err  error
}

// templateOnce migrates one template per set of migrations, so that a test pays
// for a file copy and not for the migrations.
func templateOnce(ctx context.Context, server string) (string, error) {
	template.once.Do(func() { template.name, template.err = makeTemplate(ctx, server) })
	return template.name, template.err
}

func makeTemplate(ctx context.Context, server string) (string, error) {
	files, err := db.Migrations(db.PostgreSQL)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	err = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		hash.Write([]byte(path))
		hash.Write(text)
		return err
	})
	if err != nil {
		return "", err
	}
	name := "lifang_template_" + hex.EncodeToString(hash.Sum(nil))[:16]
	guard := flock.New(clusterPath(name + ".lock"))
	if err := guard.Lock(); err != nil {
		return "", err
	}
	defer func() { _ = guard.Unlock() }()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	var exists bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name).Scan(&exists)
	if closeErr := conn.Close(ctx); err != nil || closeErr != nil || exists {
		return name, err
	}
	draft := name + "_draft"
	if err := execute(ctx, server, `DROP DATABASE IF EXISTS `+draft); err != nil {
		return "", err
	}
	if err := execute(ctx, server, `CREATE DATABASE `+draft); err != nil {
		return "", err
	}
	d, err := db.Open(ctx, db.Options{URL: withDatabase(server, draft), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return "", err
	}
	if err := d.Close(); err != nil {
		return "", err
	}
	return name, execute(ctx, server, `ALTER DATABASE `+draft+` RENAME TO `+name)
}

func execute(ctx context.Context, server, statement string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	if closeErr := conn.Close(ctx); err == nil {
		err = closeErr
	}
	return err
}

func withDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return strings.Replace(server, "/postgres", "/"+name, 1)
	}
	u.Path = "/" + name
	return u.String()
}
