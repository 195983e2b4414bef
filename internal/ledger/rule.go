package ledger

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Rule says which accounts one event debits and credits (finance handbook 14). It is data:
// rulebook/finance/posting-rules.yaml explains the fields.
type Rule struct {
	ID       string     `yaml:"id"`
	Zh       string     `yaml:"zh"`
	En       string     `yaml:"en"`
	Taxpayer string     `yaml:"taxpayer"` // "" for both kinds
	Closing  bool       `yaml:"closing"`  // carries whole accounts over: entries need not say what they concern
	Tax      *RuleTax   `yaml:"tax"`
	Lines    []RuleLine `yaml:"lines"`
}

// RuleTax splits a gross amount into n (net) and t (tax).
type RuleTax struct {
	Of     string `yaml:"of"`
	Supply string `yaml:"supply"` // the supplies it may be, separated by spaces
}

// RuleLine is one entry, or one per part where the document brings a list.
type RuleLine struct {
	Dr     string `yaml:"dr"`
	Cr     string `yaml:"cr"`
	In     string `yaml:"in"`
	Many   bool   `yaml:"many"`
	Amount string `yaml:"amount"`
	CF     string `yaml:"cf"`
	Into   string `yaml:"into"`

	sum []term
}

// term is one signed name of an amount.
type term struct {
	name     string
	negative bool
}

// The accounts that depend on the kind of taxpayer.
const (
	outputVAT = "@output_vat"
	inputVAT  = "@input_vat"
)

// Role is the account's place: a code, a role name or one of the two VAT places.
func (l *RuleLine) Role() string { return l.Dr + l.Cr }

// Literal reports whether the place is an account code.
func (l *RuleLine) Literal() bool { return l.Role()[0] >= '0' && l.Role()[0] <= '9' }

// Takes reports whether an account may stand in this place for this kind of taxpayer.
func (l *RuleLine) Takes(code, taxpayer string) bool {
	switch role := l.Role(); {
	case role == outputVAT && taxpayer == General:
		return code == "22210105"
	case role == outputVAT:
		return code == "222109"
	case role == inputVAT:
		return taxpayer == General && code == "22210101"
	case l.Literal():
		return code == role
	}
	return slices.ContainsFunc(strings.Fields(l.In), func(prefix string) bool { return strings.HasPrefix(code, prefix) })
}

// Supplies are what the rule may tax; empty when it knows no tax.
func (r *Rule) Supplies() []string {
	if r.Tax == nil {
		return nil
	}
	return strings.Fields(r.Tax.Supply)
}

func loadRules(files fs.FS, rates rates) (map[string]*Rule, error) {
	const name = "finance/posting-rules.yaml"
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	var list []*Rule
	d := yaml.NewDecoder(f)
	d.KnownFields(true)
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	rules := map[string]*Rule{}
	for _, r := range list {
		if rules[r.ID] != nil {
			return nil, fmt.Errorf("%s: %s is there twice", name, r.ID)
		}
		if err := r.prepare(rates); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, r.ID, err)
		}
		rules[r.ID] = r
	}
	return rules, nil
}

// prepare parses the amounts and refuses a rule that cannot work.
func (r *Rule) prepare(rates rates) error {
	for _, supply := range r.Supplies() {
		if !rates.knows(supply) {
			return fmt.Errorf("unknown supply %q", supply)
		}
	}
	sides := map[bool]bool{}
	for i := range r.Lines {
		l := &r.Lines[i]
		if (l.Dr == "") == (l.Cr == "") {
			return fmt.Errorf("line %d: want either dr or cr", i+1)
		}
		named := !l.Literal() && l.Role()[0] != '@'
		if named != (l.In != "") || l.Many && !named {
			return fmt.Errorf("line %d: a role, and only a role, says which accounts it takes", i+1)
		}
		var err error
		if l.sum, err = parseSum(l.Amount); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		if l.Many && len(l.sum) != 1 {
			return fmt.Errorf("line %d: a list is the sum of itself, name it with one word", i+1)
		}
		sides[l.Dr != ""] = true
	}
	if len(sides) != 2 {
		return fmt.Errorf("want a debit and a credit")
	}
	return nil
}

// parseSum reads "n + t - retention".
func parseSum(text string) ([]term, error) {
	var sum []term
	negative, wantName := false, true
	for _, word := range strings.Fields(text) {
		switch {
		case !wantName && (word == "+" || word == "-"):
			negative, wantName = word == "-", true
		case wantName && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz_") == "":
			sum = append(sum, term{word, negative})
			wantName = false
		default:
			return nil, fmt.Errorf("amount %q: cannot read %q", text, word)
		}
	}
	if wantName {
		return nil, fmt.Errorf("amount %q is not complete", text)
	}
	return sum, nil
}
