package audit_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
)

var ctx = access.With(context.Background(), &access.Principal{
	Kind: access.Staff, AccountID: 5, PersonID: 6, Name: "王芳", IP: "10.1.2.3", Device: "Firefox", Lang: "en"})

func record(t *testing.T, d *db.DB, n int) {
	t.Helper()
	if err := d.Write(ctx, func(tx *db.Tx) error {
		for range n {
			if err := audit.Record(ctx, tx, audit.Entry{Action: "update", Object: "rooms", ObjectID: 9, ProjectID: 3,
				Before: map[string]int{"area": 1}, After: map[string]int{"area": 2}, Note: "why"}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func exec(t *testing.T, d *db.DB, statement string, args ...any) {
	t.Helper()
	if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, statement, args...); return err }); err != nil {
		t.Fatal(err)
	}
}

func verify(t *testing.T, d *db.DB) audit.Report {
	t.Helper()
	r, err := audit.Verify(ctx, d.Reader())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sealAll(t *testing.T, d *db.DB) int {
	t.Helper()
	n, err := audit.Seal(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRecordKeepsWhoWhereAndWhat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		record(t, d, 1)
		var actor, person, at int64
		var kind, name, ip, device, language, before, after string
		if err := d.Reader().QueryRowContext(ctx, `SELECT actor_id, person_id, at, actor_kind, actor, ip, device, language, before, after FROM audit_entry`).
			Scan(&actor, &person, &at, &kind, &name, &ip, &device, &language, &before, &after); err != nil {
			t.Fatal(err)
		}
		if actor != 5 || person != 6 || at == 0 || kind != "staff" || name != "王芳" || ip != "10.1.2.3" || device != "Firefox" || language != "en" {
			t.Errorf("actor kept as %d %d %s %s %s %s %s", actor, person, kind, name, ip, device, language)
		}
		if !json.Valid([]byte(before)) || after != `{"area":2}` {
			t.Errorf("before %s after %s", before, after)
		}
	})
}

func TestRolledBackWorkLeavesNoTrail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := audit.Record(ctx, tx, audit.Entry{Action: "create", Object: "rooms"}); err != nil {
				return err
			}
			return db.ErrStale
		})
		if err == nil {
			t.Fatal("the write should have failed")
		}
		if r := verify(t, d); r.Pending != 0 || r.Broken != nil {
			t.Errorf("%+v", r)
		}
	})
}

func TestSealAndVerify(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if r := verify(t, d); r.Broken != nil || r.Seals != 0 {
			t.Fatalf("an empty trail is whole: %+v", r)
		}
		record(t, d, 1300) // three seals
		if r := verify(t, d); r.Broken != nil || r.Pending != 1300 {
			t.Fatalf("before sealing: %+v", r)
		}
		if n := sealAll(t, d); n != 1300 {
			t.Fatalf("sealed %d", n)
		}
		first := verify(t, d)
		if first.Broken != nil || first.Seals != 3 || first.Entries != 1300 || first.Pending != 0 {
			t.Fatalf("%+v", first)
		}
		record(t, d, 2)
		sealAll(t, d)
		if r := verify(t, d); r.Broken != nil || r.Seals != 4 || r.Head == first.Head {
			t.Fatalf("%+v", r)
		}
	})
}

func TestVerifyNamesTheBreak(t *testing.T) {
	tampering := map[string]struct{ statement, want string }{
		"entry changed":  {`UPDATE audit_entry SET after = '{"area":3}' WHERE id = $1`, "entry was changed"},
		"actor changed":  {`UPDATE audit_entry SET actor = '李四' WHERE id = $1`, "entry was changed"},
		"entry removed":  {`DELETE FROM audit_entry WHERE id = $1`, "entry was removed"},
		"seal changed":   {`UPDATE audit_seal SET sealed_at = sealed_at + 1 WHERE seq = 2 AND CAST($1 AS BIGINT) > 0`, "seal 2: the seal was changed"},
		"seal removed":   {`DELETE FROM audit_seal WHERE seq = 1 AND CAST($1 AS BIGINT) > 0`, "seal 1: the seal is missing"},
		"entry smuggled": {`INSERT INTO audit_entry SELECT id + 1, at, actor_id, person_id, actor_kind, actor, ip, device, language, action, object, object_id, project_id, before, after, note FROM audit_entry WHERE id = $1`, "without a seal"},
		"last seal cut":  {`DELETE FROM audit_seal WHERE seq = (SELECT MAX(seq) FROM audit_seal) AND CAST($1 AS BIGINT) > 0`, "without a seal"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		record(t, d, 600)
		record(t, d, 1)
		sealAll(t, d)
		var last int64
		if err := d.Reader().QueryRowContext(ctx, `SELECT MAX(id) FROM audit_entry`).Scan(&last); err != nil {
			t.Fatal(err)
		}
		for name, c := range tampering {
			t.Run(name, func(t *testing.T) {
				restore := snapshot(t, d)
				defer restore()
				exec(t, d, c.statement, last)
				r := verify(t, d)
				if r.Broken == nil || !strings.Contains(r.Broken.String(), c.want) {
					t.Fatalf("want %q, got %v", c.want, r.Broken)
				}
				if strings.Contains(name, "entry c") && r.Broken.Entry != db.ID(last) {
					t.Errorf("names entry %v, want %d", r.Broken.Entry, last)
				}
			})
		}
		if r := verify(t, d); r.Broken != nil {
			t.Errorf("restored trail: %v", r.Broken)
		}
	})
}

// snapshot copies the trail's tables and gives a function that puts them back.
func snapshot(t *testing.T, d *db.DB) func() {
	t.Helper()
	for _, table := range []string{"audit_entry", "audit_seal"} {
		exec(t, d, `CREATE TABLE copy_`+table+` AS SELECT * FROM `+table)
	}
	return func() {
		for _, table := range []string{"audit_entry", "audit_seal"} {
			exec(t, d, `DELETE FROM `+table)
			exec(t, d, `INSERT INTO `+table+` SELECT * FROM copy_`+table)
			exec(t, d, `DROP TABLE copy_`+table)
		}
	}
}

func TestSealingWhileWriting(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var writers, sealers sync.WaitGroup
		stop := make(chan struct{})
		for range 3 { // several nodes seal at once
			sealers.Go(func() {
				for {
					if _, err := audit.Seal(ctx, d); err != nil {
						t.Error(err)
						return
					}
					if r, err := audit.Verify(ctx, d.Reader()); err != nil || r.Broken != nil {
						t.Errorf("while writing: %v %v", r.Broken, err)
						return
					}
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		for range 4 {
			writers.Go(func() {
				for range 25 {
					record(t, d, 3)
				}
			})
		}
		writers.Wait()
		close(stop)
		sealers.Wait()
		sealAll(t, d)
		if r := verify(t, d); r.Broken != nil || r.Entries != 300 || r.Pending != 0 {
			t.Errorf("%+v", r)
		}
	})
}
