package register_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/register"
	"github.com/lifang/lifang/internal/register/registertest"
)

func TestTablesFit(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		registertest.CheckTable(t, d, blocks, flats, register.Trail)
		registertest.CheckPlan(t, d, blocks)
		registertest.CheckPlan(t, d, flats, "", "sort=area", "sort=-area")
		registertest.CheckPlan(t, d, register.Trail)
	})
}

// complaints stands in for a test and keeps what the checks say.
type complaints struct {
	testing.TB
	said []string
}

func (c *complaints) Helper() {}
func (c *complaints) Errorf(format string, args ...any) {
	c.said = append(c.said, fmt.Sprintf(format, args...))
}

func TestChecksComplain(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		alter := func(statements ...string) {
			for _, statement := range statements {
				write(t, d, func(tx *db.Tx) error { _, err := tx.ExecContext(context.Background(), statement); return err })
			}
		}
		c := &complaints{TB: t}
		alter(`DROP INDEX test_flat_area`, `DROP INDEX test_flat_serial`)
		registertest.CheckPlan(c, d, flats, "sort=area")
		alter(`ALTER TABLE test_flat ADD COLUMN colour TEXT`, `ALTER TABLE test_flat RENAME COLUMN sold TO bought`)
		registertest.CheckTable(c, d, flats)
		all := strings.Join(c.said, "\n")
		for _, want := range []string{"lacks column sold BIGINT", "column test_flat.colour is not", "column test_flat.bought is not",
			"no unique index on (project_id, serial)", "would not use an index"} {
			if !strings.Contains(all, want) {
				t.Errorf("nobody complains %q:\n%s", want, all)
			}
		}
	})
}

func TestCatalogue(t *testing.T) {
	if err := register.CheckRefs(); err != nil {
		t.Error(err)
	}
	found, ok := register.Lookup("test-flats")
	if zh, en := found.Titles(); !ok || zh != "房屋" || en != "Flats" || found.Permission() != "test.flat" || found.TableName() != "test_flat" || found.Company() {
		t.Errorf("found %v", found)
	}
	if _, ok := register.Lookup("castles"); ok {
		t.Error("there are no castles")
	}
	var names []string
	for _, r := range register.All() {
		names = append(names, r.Name())
	}
	if !slices.IsSorted(names) || !slices.Contains(names, "audit-trail") {
		t.Errorf("registers %v", names)
	}
}
