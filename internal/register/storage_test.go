package register_test

import (
	"context"
	"fmt"
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
