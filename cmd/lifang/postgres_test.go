package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
)

// The same commands on PostgreSQL: demo, verify, backup, restore into another
// database.
func TestDemoBackupRestoreOnPostgreSQL(t *testing.T) {
	from := dbtest.Options(t, db.PostgreSQL).URL
	dir := filepath.Join(t.TempDir(), "files")
	must(t, "demo", "--dir", dir, "--db", from, "--rooms", "40", "--lang", "en")
	before := must(t, "verify", "--dir", dir, "--db", from, "--lang", "en")
	saved := filepath.Join(t.TempDir(), "saved.lifang")
	must(t, "backup", saved, "--dir", dir, "--db", from)
	if code, _, errs := lifang(t, "restore", saved, "--dir", filepath.Join(t.TempDir(), "x"), "--db", from); code == 0 || !strings.Contains(errs, "empty") {
		t.Errorf("restored over data: %d %s", code, errs)
	}
	if code, _, _ := lifang(t, "restore", saved, "--dir", filepath.Join(t.TempDir(), "y")); code == 0 {
		t.Error("a PostgreSQL backup was restored into SQLite")
	}
	after := must(t, "restore", saved, "--dir", filepath.Join(t.TempDir(), "restored"), "--db", emptied(t), "--lang", "en")
	if strings.Contains(before, "✗") || !strings.HasSuffix(after, before) {
		t.Errorf("restored:\n%swant\n%s", after, before)
	}
}

// emptied is the address of a database without tables.
func emptied(t *testing.T) string {
	t.Helper()
	address := dbtest.Options(t, db.PostgreSQL).URL
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(t.Context(), `DROP SCHEMA public CASCADE; CREATE SCHEMA public`)
	if closing := conn.Close(t.Context()); err != nil || closing != nil {
		t.Fatal(err, closing)
	}
	return address
}
