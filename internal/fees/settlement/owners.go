package settlement

import (
	"fmt"

	"github.com/lifang/lifang/internal/money"
)

// CommonIncome is income from what all owners share (F-19.2).
type CommonIncome struct {
	Gross, Costs     money.Fen   // with tax; reasonable, each with its voucher
	TaxRate          money.Exact // 0.09
	ManagementShare  money.Exact // of the net; 0 where nothing was agreed
	SpecialFundShare money.Exact // of the owners' part
}

// CommonShares are its parts; each is rounded at its step and the last is what remains.
type CommonShares struct {
	NetOfTax, Tax, Net, Management, Owners, ToFund, Remaining money.Fen
}

// Shares divides the income.
func (c CommonIncome) Shares() (CommonShares, error) {
	var s CommonShares
	for _, ratio := range []money.Exact{c.ManagementShare, c.SpecialFundShare} {
		if ratio.Sign() < 0 || ratio.Cmp(money.Int(1)) > 0 {
			return s, fmt.Errorf("a share of %s is not between 0 and 1", ratio.Text(4))
		}
	}
	var err error
	if s.NetOfTax, s.Tax, err = money.SplitTax(c.Gross, c.TaxRate); err != nil {
		return s, err
	}
	if s.Net, err = s.NetOfTax.Minus(c.Costs); err != nil {
		return s, err
	}
	if s.Management, err = s.Net.Yuan().Times(c.ManagementShare).Fen(); err != nil {
		return s, err
	}
	s.Owners = s.Net - s.Management
	if s.ToFund, err = s.Owners.Yuan().Times(c.SpecialFundShare).Fen(); err != nil {
		return s, err
	}
	s.Remaining = s.Owners - s.ToFund
	return s, nil
}

// Vote is a vote of the owners, counted by area (m²) and by heads (Civil Code art. 278).
type Vote struct {
	Area, TookPartArea, AgreeArea    money.Exact
	Heads, TookPartHeads, AgreeHeads int64
	ThreeQuarters                    bool // raising funds, rebuilding, changing the use of common parts
}

// Result says whether enough took part (two thirds or more of both) and whether it passed: more than half,
// or three quarters or more, of those who took part, by area and by heads (F-19.1).
func (v Vote) Result() (quorum, passed bool) {
	heads := func(n int64) money.Exact { return money.Int(n) }
	atLeast := func(part, whole money.Exact, n, of int64) bool {
		return part.Times(money.Int(of)).Cmp(whole.Times(money.Int(n))) >= 0
	}
	quorum = atLeast(v.TookPartArea, v.Area, 2, 3) && atLeast(heads(v.TookPartHeads), heads(v.Heads), 2, 3)
	if v.ThreeQuarters {
		return quorum, quorum && atLeast(v.AgreeArea, v.TookPartArea, 3, 4) && atLeast(heads(v.AgreeHeads), heads(v.TookPartHeads), 3, 4)
	}
	more := func(part, whole money.Exact) bool { return part.Times(money.Int(2)).Cmp(whole) > 0 }
	return quorum, quorum && more(v.AgreeArea, v.TookPartArea) && more(heads(v.AgreeHeads), heads(v.TookPartHeads))
}
