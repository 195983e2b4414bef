package ledger

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
)

// Document is what an event hands to the ledger: the rule, the amounts (fen) and what they concern.
type Document struct {
	Rule    string               // id of a posting rule, "PT-02"
	Supply  string               // what is taxed: a supply of the tax table; may be "" where the rule knows only one
	Date    calendar.Date        // date of the voucher; its month must be open
	Summary string               // what happened, as people read it in the books
	Roles   map[string]string    // role of the rule → account code
	Amounts map[string]money.Fen // name in the rule → fen
	Parts   map[string][]Part    // role that takes a list → its parts
	Dims    Dims                 // what all lines concern
	// RoleDims add to or replace Dims on the lines of one role or account code.
	RoleDims map[string]Dims
	CashFlow string // one of the rule's cash-flow lines; "" is its first

	SourceKind string // register of the document behind it, "charges"
	SourceID   db.ID  // its row
	Key        string // posting twice with the same key gives the first voucher; "" always posts
}

// Part is one line of a role that takes a list.
type Part struct {
	Account string
	Amount  money.Fen
	Dims    Dims
}

// Dims are what an entry concerns. Other holds the dimensions without a column: cash_account,
// bank_account, department, warehouse, material, asset, asset_category, contract, party, shareholder, tax_rate.
type Dims struct {
	Project, Customer, Room, FeeItem, Employee, Vendor db.ID
	Other                                              map[string]string
}

// over returns d with everything that is set in top replaced by it.
func (d Dims) over(top Dims) Dims {
	merged := Dims{
		Project: cmp.Or(top.Project, d.Project), Customer: cmp.Or(top.Customer, d.Customer), Room: cmp.Or(top.Room, d.Room),
		FeeItem: cmp.Or(top.FeeItem, d.FeeItem), Employee: cmp.Or(top.Employee, d.Employee), Vendor: cmp.Or(top.Vendor, d.Vendor),
		Other: d.Other,
	}
	if len(top.Other) > 0 {
		merged.Other = maps.Clone(top.Other)
		for name, value := range d.Other {
			if _, set := merged.Other[name]; !set {
				merged.Other[name] = value
			}
		}
	}
	return merged
}

// names reports whether the dimension is given.
func (d Dims) names(dimension string) bool {
	switch dimension {
	case "project":
		return d.Project != 0
	case "customer":
		return d.Customer != 0
	case "room":
		return d.Room != 0
	case "fee_item":
		return d.FeeItem != 0
	case "employee":
		return d.Employee != 0
	case "vendor":
		return d.Vendor != 0
	}
	return d.Other[dimension] != ""
}

// text is the JSON of the other dimensions, keys in order, "" for none.
func (d Dims) text() (string, error) {
	if len(d.Other) == 0 {
		return "", nil
	}
	text, err := json.Marshal(d.Other)
	return string(text), err
}

// Line is one entry before it has a voucher: exactly one of Debit and Credit (fen) is not 0.
type Line struct {
	Account       string
	Debit, Credit money.Fen
	Dims          Dims
	CashFlow      string
}

// amountLimit keeps sums of many entries far from the end of int64: 10 trillion yuan in fen.
const amountLimit money.Fen = 1_000_000_000_000_000

// Lines works a document out: what its rule debits and credits for this kind of taxpayer. It is pure.
// It returns ErrRule for an unknown rule or one that the document does not fit, ErrUnbalanced when
// debits and credits differ or nothing is left.
func (l *Ledger) Lines(doc Document, taxpayer string) ([]Line, error) {
	rule := l.rules[doc.Rule]
	if rule == nil {
		return nil, fmt.Errorf("%w: there is no rule %q", ErrRule, doc.Rule)
	}
	if rule.Taxpayer != "" && rule.Taxpayer != taxpayer {
		return nil, fmt.Errorf("%w: %s is for %s taxpayers", ErrRule, rule.ID, rule.Taxpayer)
	}
	w := working{ledger: l, rule: rule, doc: doc, taxpayer: taxpayer, amounts: map[string]money.Fen{}}
	for _, step := range []func() error{w.collect, w.split, w.write} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("%s: %w", rule.ID, err)
		}
	}
	return w.lines, balanced(w.lines)
}

// balanced returns ErrUnbalanced unless the lines are a voucher.
func balanced(lines []Line) error {
	var debit, credit money.Fen
	for _, line := range lines {
		if (line.Debit == 0) == (line.Credit == 0) || line.Debit < 0 || line.Credit < 0 ||
			line.Debit > amountLimit || line.Credit > amountLimit {
			return fmt.Errorf("%w: account %s has debit %d and credit %d", ErrUnbalanced, line.Account, line.Debit, line.Credit)
		}
		debit += line.Debit
		credit += line.Credit
	}
	if debit != credit || len(lines) < 2 {
		return fmt.Errorf("%w: %d lines, debit %d, credit %d fen", ErrUnbalanced, len(lines), debit, credit)
	}
	return nil
}
