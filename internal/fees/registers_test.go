package fees_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/register"
	"github.com/lifang/lifang/internal/register/registertest"
)

func TestRegisters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		all := []register.Any{fees.FeeItems, fees.Charges, fees.Receipts, fees.PriceStandards, fees.Bindings, fees.Discounts}
		registertest.CheckTable(t, d, all...)
		for _, r := range all {
			registertest.CheckPlan(t, d, r)
		}
		h := newHouse(t, d)
		h.charge(t, 19150, "1")
		page, err := fees.Charges.List(person(1, "会计", h.project, fees.ReadBills), d.Reader(), url.Values{"status": {"open"}})
		if err != nil || page.Total != 1 || page.Sums["owed"] != 19150 || page.Items[0].Explanation.Rule != "F-7.1" {
			t.Errorf("charges %+v, %v", page, err)
		}
		if page, err := fees.Charges.List(person(2, "外项目", 99, fees.ReadBills), d.Reader(), nil); err != nil || page.Total != 0 {
			t.Errorf("another project sees %d charges, %v", page.Total, err)
		}
	})
}

func TestFeeItemsHaveAccounts(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	newHouse(t, d)
	ctx := access.With(context.Background(), access.System("test"))
	good := fees.FeeItem{Code: "CLEANING", NameZh: "入户保洁", NameEn: "Home cleaning", CalcType: "oneoff", Nature: "own", Supply: "service",
		ReceivableAccount: "112205", IncomeAccount: "500104", Priority: 50, DueDays: 7}
	create := func(item fees.FeeItem) error {
		return d.Write(ctx, func(tx *db.Tx) error { return fees.FeeItems.Create(ctx, tx, &item) })
	}
	if err := create(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*fees.FeeItem){
		"unknown account":   func(i *fees.FeeItem) { i.IncomeAccount = "500199" },
		"income of penalty": func(i *fees.FeeItem) { i.IncomeAccount = "530102" },
		"not receivable":    func(i *fees.FeeItem) { i.ReceivableAccount = "100201" },
	} {
		bad := good
		bad.Code = "OTHER"
		change(&bad)
		refused(t, name, create(bad), "invalid", "")
	}
}
