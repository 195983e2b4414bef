package ledger_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/money"
)

func install(t testing.TB, d *db.DB, books *ledger.Ledger, taxpayer string) {
	t.Helper()
	write(t, d, func(tx *db.Tx) error {
		if err := books.Install(context.Background(), tx, taxpayer); err != nil {
			return err
		}
		// Some accounts are off until a company needs them; cases may use them.
		_, err := tx.ExecContext(context.Background(), `UPDATE ledger_account SET enabled = 1 WHERE code = '112208'`)
		return err
	})
}

func write(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// everyDimension lets a document concern something of every kind.
func everyDimension(books *ledger.Ledger, doc ledger.Document) ledger.Document {
	doc.Dims = ledger.Dims{Project: 1, Customer: 2, Room: 3, FeeItem: 4, Employee: 5, Vendor: 6, Other: map[string]string{}}
	for _, name := range []string{"cash_account", "bank_account", "department", "warehouse", "material", "asset", "asset_category",
		"contract", "party", "shareholder"} {
		doc.Dims.Other[name] = "X"
	}
	return doc
}

func post(t testing.TB, d *db.DB, books *ledger.Ledger, doc ledger.Document) []ledger.Line {
	t.Helper()
	var id db.ID
	write(t, d, func(tx *db.Tx) (err error) { id, err = books.Post(context.Background(), tx, doc); return err })
	lines, err := ledger.StoredLines(context.Background(), d.Reader(), id)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func sound(t testing.TB, d *db.DB) ledger.Report {
	t.Helper()
	report, err := ledger.Verify(context.Background(), d.Reader())
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range report.Faults {
		t.Error(fault)
	}
	return report
}

func fee(amount money.Fen) ledger.Document {
	return ledger.Document{
		Rule: "PT-01", Supply: "service", Date: "2026-03-15", Summary: "维修服务费",
		Roles:   map[string]string{"receivable": "112205", "income": "500104"},
		Amounts: map[string]money.Fen{"g": amount},
		Dims:    ledger.Dims{Project: 1, Customer: 2, Room: 3, FeeItem: 4},
	}
}

func TestPostRefuses(t *testing.T) {
	books := load(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		install(t, d, books, ledger.General)
		post(t, d, books, fee(100))
		write(t, d, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE ledger_account SET enabled = 0 WHERE code = '112299'`)
			return err
		})
		changed := func(change func(*ledger.Document)) ledger.Document {
			doc := fee(19150)
			change(&doc)
			return doc
		}
		for name, refusal := range map[string]struct {
			doc  ledger.Document
			want error
		}{
			"unknown rule":        {changed(func(doc *ledger.Document) { doc.Rule = "PT-99" }), ledger.ErrRule},
			"account of no rule":  {changed(func(doc *ledger.Document) { doc.Roles["income"] = "1001" }), ledger.ErrRule},
			"supply not taxed so": {changed(func(doc *ledger.Document) { doc.Supply = "none" }), ledger.ErrRule},
			"misspelt amount":     {changed(func(doc *ledger.Document) { doc.Amounts = map[string]money.Fen{"gross": 1} }), ledger.ErrRule},
			"nothing":             {changed(func(doc *ledger.Document) { doc.Amounts = nil }), ledger.ErrUnbalanced},
			"too much":            {changed(func(doc *ledger.Document) { doc.Amounts["g"] = 1 << 52 }), ledger.ErrUnbalanced},
			"unknown account":     {changed(func(doc *ledger.Document) { doc.Roles["receivable"] = "112298" }), ledger.ErrAccount},
			"heading":             {changed(func(doc *ledger.Document) { doc.Roles["receivable"] = "1122" }), ledger.ErrAccount},
			"disabled account":    {changed(func(doc *ledger.Document) { doc.Roles["receivable"] = "112299" }), ledger.ErrAccount},
			"nobody owes it":      {changed(func(doc *ledger.Document) { doc.Dims.Customer = 0 }), ledger.ErrDimension},
			"before the first":    {changed(func(doc *ledger.Document) { doc.Date = "2026-02-28" }), ledger.ErrNotOpen},
			"far in the future":   {changed(func(doc *ledger.Document) { doc.Date = "2090-01-01" }), ledger.ErrNotOpen},
			"transfer that leaks": {ledger.Document{Rule: "PT-09", Date: "2026-03-15", Roles: map[string]string{"cash": "1001"},
				Amounts: map[string]money.Fen{"g": 5}, Parts: map[string][]ledger.Part{"deposit": {{Account: "224101", Amount: 4}}}}, ledger.ErrUnbalanced},
		} {
			err := d.Write(ctx, func(tx *db.Tx) error { _, err := books.Post(ctx, tx, refusal.doc); return err })
			if !errors.Is(err, refusal.want) {
				t.Errorf("%s: %v, want %v", name, err, refusal.want)
			}
		}
		write(t, d, func(tx *db.Tx) error { return ledger.ClosePeriod(ctx, tx, 202603) })
		for name, refusal := range map[string]struct {
			do   func(tx *db.Tx) error
			want error
		}{
			"closed month":   {func(tx *db.Tx) error { _, err := books.Post(ctx, tx, fee(1)); return err }, ledger.ErrClosed},
			"closing again":  {func(tx *db.Tx) error { return ledger.ClosePeriod(ctx, tx, 202603) }, ledger.ErrClosed},
			"never was open": {func(tx *db.Tx) error { return ledger.ClosePeriod(ctx, tx, 202601) }, ledger.ErrClosed},
		} {
			if err := d.Write(ctx, refusal.do); !errors.Is(err, refusal.want) {
				t.Errorf("%s: %v, want %v", name, err, refusal.want)
			}
		}
		if r := sound(t, d); r.Vouchers != 1 {
			t.Errorf("%d vouchers, want only the first", r.Vouchers)
		}
	})
}

func TestReverse(t *testing.T) {
	books := load(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		install(t, d, books, ledger.General)
		var first, red db.ID
		write(t, d, func(tx *db.Tx) (err error) {
			first, err = books.Post(ctx, tx, fee(19150))
			return err
		})
		reverse := func(id db.ID) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				made, err := books.Reverse(ctx, tx, id, "2026-04-01", "登记有误")
				if err == nil {
					red = made
				}
				return err
			})
		}
		if owes, err := ledger.RoomBalance(ctx, d.Reader(), 3, "1122"); err != nil || owes != 19150 {
			t.Errorf("the room owes %s, %v", owes, err)
		}
		if err := reverse(first); err != nil {
			t.Fatal(err)
		}
		was, err := ledger.StoredLines(ctx, d.Reader(), first)
		if err != nil {
			t.Fatal(err)
		}
		now, err := ledger.StoredLines(ctx, d.Reader(), red)
		if err != nil {
			t.Fatal(err)
		}
		for i := range was {
			if was[i].Account != now[i].Account || was[i].Debit != -now[i].Debit || was[i].Credit != -now[i].Credit {
				t.Errorf("line %d: %v reversed as %v", i, was[i], now[i])
			}
		}
		if err := reverse(first); !errors.Is(err, ledger.ErrReversed) {
			t.Errorf("reversing twice: %v", err)
		}
		if err := reverse(red); !errors.Is(err, ledger.ErrReversed) {
			t.Errorf("reversing a reversal: %v", err)
		}
		owes, err := ledger.RoomBalance(ctx, d.Reader(), 3, "1122")
		if err != nil || owes != 0 {
			t.Errorf("the room owes %s, %v", owes, err)
		}
		sound(t, d)
	})
}

func TestKeyPostsOnce(t *testing.T) {
	books := load(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		install(t, d, books, ledger.General)
		doc := fee(19150)
		doc.Key = "charge:1"
		post(t, d, books, doc)
		post(t, d, books, doc)
		if r := sound(t, d); r.Vouchers != 1 {
			t.Errorf("%d vouchers", r.Vouchers)
		}
		doc.Amounts["g"]++
		err := d.Write(context.Background(), func(tx *db.Tx) error { _, err := books.Post(context.Background(), tx, doc); return err })
		if !errors.Is(err, ledger.ErrKeyReused) {
			t.Errorf("another amount under the same key: %v", err)
		}
	})
}

var errMind = errors.New("changed its mind")

func TestNumbersHaveNoGapsUnderConcurrency(t *testing.T) {
	books := load(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		install(t, d, books, ledger.General)
		var done sync.WaitGroup
		errs := make(chan error, 64)
		for i := range 8 {
			done.Go(func() {
				for k := range 8 {
					errs <- d.Write(ctx, func(tx *db.Tx) error {
						doc := fee(money.Fen(i*8 + k + 1))
						if _, err := books.Post(ctx, tx, doc); err != nil {
							return err
						}
						if k == 3 {
							return errMind
						}
						return nil
					})
				}
			})
		}
		done.Wait()
		close(errs)
		failed := 0
		for err := range errs {
			if errors.Is(err, errMind) {
				failed++
			} else if err != nil {
				t.Error(err)
			}
		}
		if r := sound(t, d); r.Vouchers != 56 || failed != 8 {
			t.Errorf("%d vouchers, %d refused", r.Vouchers, failed)
		}
	})
}

// Whatever the amounts, what a rule gives balances, for both kinds of taxpayers.
func TestRulesBalance(t *testing.T) {
	books := load(t)
	ids := books.Rules("")
	rapid.Check(t, func(t *rapid.T) {
		rule := books.Rule(rapid.SampledFrom(ids).Draw(t, "rule"))
		taxpayer := rapid.SampledFrom([]string{ledger.General, ledger.Small}).Draw(t, "taxpayer")
		doc := ledger.Document{Rule: rule.ID, Date: "2026-03-15", Roles: map[string]string{}, Amounts: map[string]money.Fen{}}
		if s := rule.Supplies(); len(s) > 0 {
			doc.Supply = rapid.SampledFrom(s).Draw(t, "supply")
		}
		for _, line := range rule.Lines {
			for name := range ledger.Terms(line) {
				doc.Amounts[name] = money.Fen(rapid.Int64Range(0, 1_000_000_000).Draw(t, name))
			}
			if prefix := line.In; prefix != "" {
				doc.Roles[line.Role()] = firstWord(prefix)
			}
		}
		lines, err := books.Lines(doc, taxpayer)
		if err != nil {
			return // lists and lines that do not fit are refused, which is the point
		}
		var sum money.Fen
		for _, l := range lines {
			sum += l.Debit - l.Credit
		}
		if sum != 0 || len(lines) < 2 {
			t.Fatalf("%s: %v differ by %s", rule.ID, lines, sum)
		}
	})
}

func firstWord(text string) string {
	for i, r := range text {
		if r == ' ' {
			return text[:i]
		}
	}
	return text
}

func TestVerifyFindsTampering(t *testing.T) {
	books := load(t)
	for name, statement := range map[string]string{
		"an entry changed":   `UPDATE ledger_entry SET debit = debit + 1 WHERE line = 1`,
		"an entry moved":     `UPDATE ledger_entry SET account = '500101' WHERE line = 2`,
		"an entry lost":      `DELETE FROM ledger_entry WHERE line = 3`,
		"a voucher lost":     `DELETE FROM voucher`,
		"an account renamed": `UPDATE ledger_account SET code = '1122xx' WHERE code = '112205'`,
	} {
		t.Run(name, func(t *testing.T) {
			d := dbtest.Open(t, db.SQLite)
			ctx := context.Background()
			install(t, d, books, ledger.General)
			post(t, d, books, fee(19150))
			write(t, d, func(tx *db.Tx) error { return ledger.ClosePeriod(ctx, tx, 202603) })
			sound(t, d)
			write(t, d, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, statement); return err })
			report, err := ledger.Verify(ctx, d.Reader())
			if err != nil || len(report.Faults) == 0 {
				t.Errorf("not found: %v", err)
			}
		})
	}
}
