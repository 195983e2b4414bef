package ledger_test

import (
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/register"
	"github.com/lifang/lifang/internal/register/registertest"
)

func TestRegisters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		all := []register.Any{ledger.Accounts, ledger.Vouchers, ledger.Entries}
		registertest.CheckTable(t, d, all...)
		for _, r := range all {
			registertest.CheckPlan(t, d, r)
		}
	})
}
