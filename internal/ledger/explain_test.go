package ledger_test

import (
	"slices"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/money"
)

// explain finds the document that a rule of the template turns into exactly these lines. It knows only
// the lines: it reads the amounts that stand bare in the rule from them, and lets the ledger compute the rest.
func explain(books *ledger.Ledger, template, taxpayer string, on calendar.Date, lines []ledger.Line) (ledger.Document, bool) {
	ids := books.Rules(template)
	slices.Sort(ids)
	for _, id := range ids {
		rule := books.Rule(id)
		if rule.Taxpayer != "" && rule.Taxpayer != taxpayer {
			continue
		}
		groups := places(rule)
		var found ledger.Document
		assign(groups, lines, taxpayer, func() bool {
			doc, ok := documentOf(rule, groups, lines)
			if !ok {
				return false
			}
			for _, supply := range append(rule.Supplies(), "") {
				doc.Supply, doc.Date = supply, on
				if got, err := books.Lines(doc, taxpayer); err == nil && slices.Equal(merged(got), merged(lines)) {
					found = doc
					return true
				}
			}
			return false
		})
		if found.Rule != "" {
			return found, true
		}
	}
	return ledger.Document{}, false
}

// place is what a rule has under one role and side.
type place struct {
	debit bool
	role  string
	rules []ledger.RuleLine
	takes []ledger.Line // the lines assigned to it
}

func places(rule *ledger.Rule) []*place {
	var list []*place
	for _, line := range rule.Lines {
		debit := line.Dr != ""
		i := slices.IndexFunc(list, func(p *place) bool { return p.debit == debit && p.role == line.Role() })
		if i < 0 {
			list = append(list, &place{debit: debit, role: line.Role()})
			i = len(list) - 1
		}
		list[i].rules = append(list[i].rules, line)
	}
	return list
}

// assign tries every way to put the lines into the places until try succeeds.
func assign(groups []*place, lines []ledger.Line, taxpayer string, try func() bool) bool {
	if len(lines) == 0 {
		return try()
	}
	line := lines[0]
	for _, p := range groups {
		room := p.rules[0].Many || len(p.takes) < len(p.rules)
		if p.debit != (line.Debit != 0) || !room || !p.rules[0].Takes(line.Account, taxpayer) {
			continue
		}
		p.takes = append(p.takes, line)
		if assign(groups, lines[1:], taxpayer, try) {
			return true
		}
		p.takes = p.takes[:len(p.takes)-1]
	}
	return false
}

// documentOf solves the amounts from the places and fills the roles.
func documentOf(rule *ledger.Rule, groups []*place, lines []ledger.Line) (ledger.Document, bool) {
	doc := ledger.Document{Rule: rule.ID, Roles: map[string]string{}, Amounts: map[string]money.Fen{},
		Parts: map[string][]ledger.Part{}, RoleDims: map[string]ledger.Dims{}}
	type equation struct {
		terms map[string]money.Fen
		sum   money.Fen
	}
	var equations []equation
	for _, p := range groups {
		e := equation{terms: map[string]money.Fen{}}
		for _, l := range p.takes {
			e.sum += l.Debit + l.Credit
			doc.Roles[p.role], doc.RoleDims[p.role] = l.Account, l.Dims
			if p.rules[0].Many {
				doc.Parts[p.role] = append(doc.Parts[p.role], ledger.Part{Account: l.Account, Amount: l.Debit + l.Credit, Dims: l.Dims})
			}
		}
		if p.rules[0].Many {
			delete(doc.RoleDims, p.role)
		}
		for _, line := range p.rules {
			for name, sign := range ledger.Terms(line) {
				e.terms[name] += money.Fen(sign)
			}
		}
		equations = append(equations, e)
	}
	if rule.Tax != nil {
		equations = append(equations, equation{terms: map[string]money.Fen{rule.Tax.Of: 1, "n": -1, "t": -1}})
	}
	known := map[string]money.Fen{}
	for range len(equations) {
		for _, e := range equations {
			rest, unknown := e.sum, ""
			for name, sign := range e.terms {
				if value, ok := known[name]; ok {
					rest -= sign * value
				} else if unknown == "" {
					unknown = name
				} else {
					unknown = "?"
				}
			}
			if unknown != "" && unknown != "?" {
				known[unknown] = rest * e.terms[unknown]
			}
		}
	}
	for _, e := range equations {
		for name := range e.terms {
			if _, ok := known[name]; !ok {
				return doc, false
			}
		}
	}
	for name, value := range known {
		if rule.Tax == nil || name != "n" && name != "t" {
			doc.Amounts[name] = value
		}
	}
	return doc, len(lines) > 0
}
