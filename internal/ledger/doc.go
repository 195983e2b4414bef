// Package ledger keeps the books: accounts, months, vouchers and their balanced entries.
//
// The main type is Ledger, the company's posting rules, tax rates and chart of accounts as loaded from
// the rule book. Whoever moves money says which rule applies and with what amounts; the rule says which
// accounts are debited and credited (finance handbook 14):
//
//	books, err := ledger.Load(rulebook.Files)
//	id, err := books.Post(ctx, tx, ledger.Document{
//		Rule: "PT-01", Date: "2026-11-23", Summary: "维修服务费", Supply: "service",
//		Roles:   map[string]string{"receivable": "112205", "income": "500104"},
//		Amounts: map[string]money.Fen{"g": 19150},
//		Dims:    ledger.Dims{Project: p, Customer: c, Room: r, FeeItem: f},
//	})
//
// A voucher balances or it does not exist, lies in an open month, and never changes: what was wrong is
// reversed by a red voucher (Reverse). It must never know what a fee, a wage or a lease is, and never let
// anybody write an entry without a voucher.
package ledger
