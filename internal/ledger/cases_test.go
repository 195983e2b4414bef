package ledger_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/cases"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/rulebook"
)

func TestCases(t *testing.T) {
	books := load(t)
	cases.Run(t, "finance-cases.yaml", cases.Sections{
		"posting": func(t *testing.T, c *cases.Case) {
			c.Ignore("condition")
			taxpayer := c.Text("taxpayer")
			want := readLines(t, c, "lines", namesOf(1))
			doc, ok := explain(books, c.Text("template"), taxpayer, "2026-03-15", want)
			if !ok {
				t.Fatalf("no rule of %s gives these lines", c.Text("template"))
			}
			d := dbtest.Open(t, db.SQLite)
			install(t, d, books, taxpayer)
			got := post(t, d, books, everyDimension(books, doc))
			if !slices.Equal(merged(got), merged(want)) {
				t.Errorf("%s gives %v, want %v", doc.Rule, merged(got), merged(want))
			}
			sound(t, d)
		},
		"company_month": func(t *testing.T, c *cases.Case) {
			c.Ignore("company", "small_profit_enterprise", "surcharge_half_relief", "accounting_standard",
				"expect/before_closing_pl", "expect/balance_sheet", "expect/income_statement", "expect/cash_flow_indirect_check", "expect/ties")
			dbtest.Each(t, func(t *testing.T, d *db.DB) { companyMonth(t, c, d, books) })
		},
	})
}

// companyMonth posts a whole month through the rules and compares the trial balance and the cash flow.
func companyMonth(t *testing.T, c *cases.Case, d *db.DB, books *ledger.Ledger) {
	ctx := context.Background()
	names := namesOf(1)
	taxpayer := c.Text("taxpayer")
	period, err := calendar.ParsePeriod(c.Text("period"))
	if err != nil {
		t.Fatal(err)
	}
	install(t, d, books, taxpayer)
	opening := readLines(t, c, "opening_balances", names)
	write(t, d, func(tx *db.Tx) error {
		_, err := books.PostOpening(ctx, tx, ledger.Document{Date: period.First().AddDays(-1), Summary: "期初余额"}, opening)
		return err
	})
	var vouchers []struct {
		No, Date, Summary, Template string
		Lines                       []caseLine
	}
	c.Decode("vouchers", &vouchers)
	for _, v := range vouchers {
		want := lines(t, v.Lines, names)
		doc, ok := explain(books, v.Template, taxpayer, calendar.Date(v.Date), want)
		if !ok {
			t.Fatalf("%s: no rule of %s gives these lines", v.No, v.Template)
		}
		doc.Summary = v.Summary
		var id db.ID
		write(t, d, func(tx *db.Tx) error { id, err = books.Post(ctx, tx, doc); return err })
		var number string
		if err := d.Reader().QueryRowContext(ctx, `SELECT number FROM voucher WHERE id = $1`, id).Scan(&number); err != nil {
			t.Fatal(err)
		}
		if number != v.No {
			t.Errorf("voucher %s got the number %s", v.No, number)
		}
		got, err := ledger.StoredLines(ctx, d.Reader(), id)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(detailed(got), detailed(want)) {
			t.Errorf("%s by %s:\n got %v\nwant %v", v.No, doc.Rule, detailed(got), detailed(want))
		}
	}
	c.Check("expect/voucher_count", len(vouchers))

	type row struct {
		Acct    string `yaml:"acct"`
		Name    string `yaml:"name"`
		Opening string `yaml:"opening"`
		Debit   string `yaml:"debit"`
		Credit  string `yaml:"credit"`
		Closing string `yaml:"closing"`
	}
	balances, err := ledger.TrialBalance(ctx, d.Reader(), period, period)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	var sum ledger.Balance
	for _, b := range balances {
		rows = append(rows, row{b.Account, b.Zh, b.Opening.String(), b.Debit.String(), b.Credit.String(), b.Closing.String()})
		sum.Opening, sum.Debit = sum.Opening+b.Opening, sum.Debit+b.Debit
		sum.Credit, sum.Closing = sum.Credit+b.Credit, sum.Closing+b.Closing
	}
	c.Check("expect/trial_balance", rows)
	c.Check("expect/trial_balance_totals", map[string]string{"debit": sum.Debit.String(), "credit": sum.Credit.String(),
		"opening_sum": sum.Opening.String(), "closing_sum": sum.Closing.String()})

	var flows []struct{ Line, Name, Month, Ytd string }
	c.Decode("expect/cash_flow", &flows)
	moved := cashFlow(t, d, period)
	for _, f := range flows {
		if got, tagged := moved[f.Line]; tagged && strings.TrimPrefix(got.String(), "-") != strings.TrimPrefix(f.Month, "-") {
			t.Errorf("cash flow %s: got %s, want %s", f.Line, got, f.Month)
		}
	}
	sound(t, d)
	write(t, d, func(tx *db.Tx) error {
		if err := ledger.ClosePeriod(ctx, tx, period.Add(-1)); err != nil {
			return err
		}
		return ledger.ClosePeriod(ctx, tx, period)
	})
	sound(t, d)
}

func cashFlow(t *testing.T, d *db.DB, period calendar.Period) map[string]money.Fen {
	t.Helper()
	rows, err := d.Reader().QueryContext(context.Background(), `SELECT cash_flow, CAST(SUM(debit - credit) AS BIGINT) FROM ledger_entry
		WHERE period = $1 AND cash_flow <> '' GROUP BY cash_flow`, int64(period))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	moved := map[string]money.Fen{}
	for rows.Next() {
		var line string
		var sum money.Fen
		if err := rows.Scan(&line, &sum); err != nil {
			t.Fatal(err)
		}
		moved[line] = sum
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if moved["INT"] != 0 {
		t.Errorf("transfers between own accounts come to %s", moved["INT"])
	}
	return moved
}

// A tax that is one fen off, or an account of another rule, is not what the rule gives.
func TestExplainIsStrict(t *testing.T) {
	books := load(t)
	good := []ledger.Line{{Account: "112201", Debit: 31800}, {Account: "500101", Credit: 30000}, {Account: "22210105", Credit: 1800}}
	if _, ok := explain(books, "PT-01", ledger.General, "2026-03-15", good); !ok {
		t.Fatal("the plain fee is not explained")
	}
	offByOne := slices.Clone(good)
	offByOne[1].Credit, offByOne[2].Credit = 30001, 1799
	other := slices.Clone(good)
	other[1].Account = "530102"
	for name, lines := range map[string][]ledger.Line{"tax off by one fen": offByOne, "another income": other} {
		if doc, ok := explain(books, "PT-01", ledger.General, "2026-03-15", lines); ok {
			t.Errorf("%s is explained by %v", name, doc)
		}
	}
}

// caseLine is an entry as the case files write it.
type caseLine struct{ Acct, Dr, Cr, Aux, Cf string }

func readLines(t *testing.T, c *cases.Case, path string, names func(string) db.ID) []ledger.Line {
	t.Helper()
	var list []caseLine
	c.Decode(path, &list)
	return lines(t, list, names)
}

func lines(t *testing.T, list []caseLine, names func(string) db.ID) []ledger.Line {
	t.Helper()
	var out []ledger.Line
	for _, in := range list {
		line := ledger.Line{Account: in.Acct, CashFlow: in.Cf, Dims: dims(in.Aux, names)}
		for text, into := range map[string]*money.Fen{in.Dr: &line.Debit, in.Cr: &line.Credit} {
			if text == "" {
				continue
			}
			var err error
			if *into, err = money.ParseYuan(text); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, line)
	}
	return out
}

// dims reads "customer:C-P01;project:P01".
func dims(text string, names func(string) db.ID) ledger.Dims {
	var d ledger.Dims
	for _, pair := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' }) {
		name, value, _ := strings.Cut(pair, ":")
		column := map[string]*db.ID{"project": &d.Project, "customer": &d.Customer, "space": &d.Room, "fee_item": &d.FeeItem,
			"employee": &d.Employee, "vendor": &d.Vendor}[name]
		if column != nil {
			*column = names(value)
			continue
		}
		if d.Other == nil {
			d.Other = map[string]string{}
		}
		d.Other[name] = value
	}
	return d
}

// namesOf gives ids to names as they come.
func namesOf(first db.ID) func(string) db.ID {
	ids := map[string]db.ID{}
	return func(name string) db.ID {
		if ids[name] == 0 {
			ids[name] = first + db.ID(len(ids))
		}
		return ids[name]
	}
}

// merged writes lines without what they concern, lines of one account and side added up.
func merged(list []ledger.Line) []string {
	sums := map[string]money.Fen{}
	for _, l := range list {
		side := "dr"
		if l.Credit != 0 {
			side = "cr"
		}
		sums[l.Account+" "+side] += l.Debit + l.Credit
	}
	var out []string
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		out = append(out, key+" "+sums[key].String())
	}
	return out
}

// detailed writes lines with everything but their order.
func detailed(list []ledger.Line) []string {
	var out []string
	for _, l := range list {
		out = append(out, fmt.Sprintf("%s dr %s cr %s %s %v", l.Account, l.Debit, l.Credit, l.CashFlow, l.Dims))
	}
	slices.SortFunc(out, cmp.Compare)
	return out
}

func load(t *testing.T) *ledger.Ledger {
	t.Helper()
	books, err := ledger.Load(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	return books
}
