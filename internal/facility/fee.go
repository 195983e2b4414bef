package facility

import (
	"fmt"

	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
)

// Line is one material of a quote or a bill.
type Line struct {
	Item      string    `json:"item"`
	Qty       int64     `json:"qty"`        // 0.01
	UnitPrice money.Fen `json:"unit_price"` // for 1
}

// Explanation says why the fee is what it is, for cashier and owner.
type Explanation struct {
	Zh      string            `json:"zh"`
	En      string            `json:"en"`
	Rule    string            `json:"rule"` // handbook id
	Version string            `json:"version"`
	Steps   []ExplanationStep `json:"steps"`
}

// ExplanationStep is one line of the computation; Value is written out with its unit.
type ExplanationStep struct {
	Zh    string `json:"zh"`
	En    string `json:"en"`
	Value string `json:"value"`
}

// Fee computes a repair's fee: the materials, quantity × unit price, added exactly and rounded to the fen once, half up;
// then the labour (residents §13, fees F-7.1: each group is rounded once). Errors name the field at fault.
func Fee(lines []Line, labour money.Fen) (money.Fen, *Explanation, error) {
	x := &Explanation{Zh: "材料按数量 × 单价，加人工费", En: "Materials by quantity × unit price, plus labour", Rule: "F-7.1", Version: "2"}
	exact := money.Int(0)
	for i, l := range lines {
		if l.Qty <= 0 || l.UnitPrice < 0 {
			return 0, nil, wrongLine(i)
		}
		amount := money.Scaled(l.Qty, 2).Times(l.UnitPrice.Yuan())
		exact = exact.Plus(amount)
		x.step(l.Item, l.Item, fmt.Sprintf("%s × ¥%s = ¥%s", quantity(l.Qty), l.UnitPrice.Format(), yuanOf(amount)))
	}
	if labour < 0 {
		return 0, nil, problem.Invalid().At("/data/labour_fee", "人工费不能小于零", "The labour fee must not be below zero")
	}
	materials, err := exact.Fen()
	if err != nil {
		return 0, nil, wrongLine(len(lines) - 1)
	}
	total, err := materials.Plus(labour)
	if err != nil {
		return 0, nil, wrongLine(len(lines) - 1)
	}
	if len(lines) > 0 {
		x.step("材料合计", "Materials", "¥"+materials.Format())
	}
	x.step("人工费", "Labour", "¥"+labour.Format())
	x.step("合计", "Total", "¥"+total.Format())
	return total, x, nil
}

// yuanOf writes an amount that is not rounded yet: two decimals, or all four where it has them.
func yuanOf(amount money.Exact) string {
	if amount.Round(2).Cmp(amount) == 0 {
		return amount.Text(2)
	}
	return amount.Text(4)
}

func wrongLine(i int) error {
	return problem.Invalid().At(fmt.Sprintf("/data/lines/%d", i), "数量或单价不正确", "The quantity or the unit price is wrong")
}

func (x *Explanation) step(zh, en, value string) {
	x.Steps = append(x.Steps, ExplanationStep{zh, en, value})
}

// text writes the steps one per line, for showing in a form.
func (x *Explanation) text() string {
	out := ""
	for i, s := range x.Steps {
		if i > 0 {
			out += "\n"
		}
		out += s.Zh + "：" + s.Value
	}
	return out
}

func quantity(hundredths int64) string {
	if hundredths%100 == 0 {
		return fmt.Sprint(hundredths / 100)
	}
	return money.FormatScaled(hundredths, 2)
}

// exceeds tells that a fee is more than percent above the quote that the owner signed.
func exceeds(fee, quote money.Fen, percent int64) bool {
	return (int64(fee)-int64(quote))*100 > int64(quote)*percent
}
