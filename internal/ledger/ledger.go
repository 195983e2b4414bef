package ledger

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/lifang/lifang/internal/problem"
)

// What the ledger refuses. ErrClosed and ErrNotOpen are for people; the others say that the caller
// built a document the books cannot take.
var (
	ErrRule       = errors.New("the document does not fit its posting rule")
	ErrUnbalanced = errors.New("debits and credits differ")
	ErrAccount    = errors.New("the account cannot be posted to")
	ErrDimension  = errors.New("the entry does not say what it concerns")
	ErrKeyReused  = errors.New("another document was posted under this key")
	ErrClosed     = problem.Conflict("period_closed", "该会计期间已结账，请改用当前期间的日期", "This month's books are closed; use a date in the open month")
	ErrNotOpen    = problem.Conflict("period_not_open", "该会计期间未打开，请核对日期", "This month's books are not open; check the date")
	ErrReversed   = problem.Conflict("already_reversed", "该凭证已冲销", "This voucher is already reversed")
)

// Ledger is the chart of accounts, the posting rules and the tax rates of the rule book. It does not
// change after it was loaded; what was posted is in the database.
type Ledger struct {
	chart []chartAccount
	rules map[string]*Rule
	rates rates
}

// Load reads finance/accounts.csv, finance/tax-rates.csv and finance/posting-rules.yaml and refuses rules
// whose literal accounts do not exist or are not leaves.
func Load(files fs.FS) (*Ledger, error) {
	chart, err := loadChart(files)
	if err != nil {
		return nil, err
	}
	rates, err := loadRates(files)
	if err != nil {
		return nil, err
	}
	rules, err := loadRules(files, rates)
	if err != nil {
		return nil, err
	}
	l := &Ledger{chart: chart, rules: rules, rates: rates}
	leaf := map[string]bool{}
	for _, a := range chart {
		leaf[a.Code] = a.Leaf
	}
	for id, rule := range rules {
		for _, line := range rule.Lines {
			if line.Literal() && !leaf[line.Role()] {
				return nil, fmt.Errorf("finance/posting-rules.yaml: %s: %s is not a leaf of the chart", id, line.Role())
			}
		}
	}
	return l, nil
}

// Rule returns the posting rule with this id, nil when there is none.
func (l *Ledger) Rule(id string) *Rule { return l.rules[id] }

// Rules returns the ids of all posting rules of one template, "PT-09" → PT-09, PT-09/refund …, or of all
// templates for "". The order is not defined.
func (l *Ledger) Rules(template string) []string {
	var ids []string
	for id := range l.rules {
		if template == "" || id == template || len(id) > len(template) && id[:len(template)+1] == template+"/" {
			ids = append(ids, id)
		}
	}
	return ids
}
