package ledger

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/money"
)

// working is one document being worked out.
type working struct {
	ledger   *Ledger
	rule     *Rule
	doc      Document
	taxpayer string
	amounts  map[string]money.Fen
	rate     string // of the tax that was split, for the tax entries
	lines    []Line
}

// collect takes the amounts of the document and the sums of its lists.
func (w *working) collect() error {
	used := map[string]bool{"n": w.rule.Tax != nil, "t": w.rule.Tax != nil}
	roles := map[string]bool{}
	if w.rule.Tax != nil {
		used[w.rule.Tax.Of] = true
	}
	for _, l := range w.rule.Lines {
		for _, t := range l.sum {
			used[t.name] = true
		}
		roles[l.Role()] = true
		if !l.Many {
			continue
		}
		var sum money.Fen
		for _, part := range w.doc.Parts[l.Role()] {
			sum += part.Amount
		}
		name := l.sum[0].name
		if other, set := w.amounts[name]; set && other != sum {
			return fmt.Errorf("%w: the list %s comes to %d fen, the other side to %d", ErrUnbalanced, l.Role(), sum, other)
		}
		w.amounts[name] = sum
	}
	for name, amount := range w.doc.Amounts {
		if !used[name] {
			return fmt.Errorf("%w: it has no amount %q", ErrRule, name)
		}
		if other, set := w.amounts[name]; set && other != amount {
			return fmt.Errorf("%w: %s is %d fen, its list comes to %d", ErrUnbalanced, name, amount, other)
		}
		w.amounts[name] = amount
	}
	for role := range w.doc.Parts {
		if !roles[role] {
			return fmt.Errorf("%w: it has no list %q", ErrRule, role)
		}
	}
	return nil
}

// split divides the gross amount into net and tax (finance handbook 13: net = round(gross ÷ (1 + rate)), tax = rest).
func (w *working) split() error {
	if w.rule.Tax == nil {
		return nil
	}
	gross := w.amounts[w.rule.Tax.Of]
	if gross == 0 {
		return nil
	}
	supplies, supply := w.rule.Supplies(), w.doc.Supply
	if supply == "" && len(supplies) == 1 {
		supply = supplies[0]
	}
	if !slices.Contains(supplies, supply) {
		return fmt.Errorf("%w: supply %q, want one of %s", ErrRule, supply, w.rule.Tax.Supply)
	}
	var err error
	w.amounts["n"], w.amounts["t"], w.rate, err = w.ledger.SplitTax(gross, supply, w.taxpayer, w.doc.Date)
	return err
}

func (w *working) write() error {
	absorbed := map[string]money.Fen{} // input VAT that a small-scale taxpayer adds to a role
	if w.taxpayer == Small {
		for _, l := range w.rule.Lines {
			if l.Role() == inputVAT {
				absorbed[l.Into] += w.value(l)
			}
		}
	}
	for _, l := range w.rule.Lines {
		if l.Role() == inputVAT && w.taxpayer == Small {
			continue
		}
		if !l.Many {
			if err := w.add(l, w.account(l), w.value(l)+absorbed[l.Role()], Dims{}); err != nil {
				return err
			}
			continue
		}
		if absorbed[l.Role()] != 0 {
			return fmt.Errorf("%w: a small-scale taxpayer has no input VAT, state %s with its tax", ErrRule, l.Role())
		}
		for _, part := range w.doc.Parts[l.Role()] {
			if err := w.add(l, part.Account, part.Amount, part.Dims); err != nil {
				return err
			}
		}
	}
	if absorbed[""] != 0 {
		return fmt.Errorf("%w: a small-scale taxpayer has no input VAT", ErrRule)
	}
	return nil
}

func (w *working) value(l RuleLine) money.Fen {
	var sum money.Fen
	for _, t := range l.sum {
		if t.negative {
			sum -= w.amounts[t.name]
		} else {
			sum += w.amounts[t.name]
		}
	}
	return sum
}

func (w *working) account(l RuleLine) string {
	switch role := l.Role(); {
	case role == outputVAT && w.taxpayer == Small:
		return "222109"
	case role == outputVAT:
		return "22210105"
	case role == inputVAT:
		return "22210101"
	case l.Literal():
		return role
	default:
		return w.doc.Roles[role]
	}
}

// add appends one line; an amount of 0 leaves none, a negative one stands on the other side.
func (w *working) add(l RuleLine, account string, amount money.Fen, dims Dims) error {
	if amount == 0 {
		return nil
	}
	if !l.Takes(account, w.taxpayer) {
		return fmt.Errorf("%w: account %q cannot be its %s", ErrRule, account, l.Role())
	}
	line := Line{Account: account, Dims: w.doc.Dims.over(w.doc.RoleDims[l.Role()]).over(dims)}
	if l.Role() == outputVAT && w.rate != "" {
		line.Dims = line.Dims.over(Dims{Other: map[string]string{"tax_rate": w.rate}})
	}
	if l.CF != "" {
		flows := strings.Fields(l.CF)
		line.CashFlow = flows[0]
		if slices.Contains(flows, w.doc.CashFlow) {
			line.CashFlow = w.doc.CashFlow
		}
	}
	if (l.Dr != "") == (amount > 0) {
		line.Debit = max(amount, -amount)
	} else {
		line.Credit = max(amount, -amount)
	}
	w.lines = append(w.lines, line)
	return nil
}
