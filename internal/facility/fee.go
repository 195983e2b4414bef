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

// Fee computes a repair's fee: each material quantity × unit price rounded to the fen, half up, then added to the labour
// (residents §13, fees F-7.1). Errors name the field at fault.
func Fee(lines []Line, labour money.Fen) (money.Fen, *Explanation, error) {
	x := &Explanation{Zh: "材料按数量 × 单价，加人工费", En: "Materials by quantity × unit price, plus labour", Rule: "F-7.1", Version: "1"}
	total := labour
	for i, l := range lines {
		amount, err := money.Scaled(l.Qty, 2).Times(l.UnitPrice.Yuan()).Fen()
		if err == nil {
			total, err = total.Plus(amount)
		}
		if err != nil || l.Qty <= 0 || l.UnitPrice < 0 {
			return 0, nil, problem.Invalid().At(fmt.Sprintf("/data/lines/%d", i), "数量或单价不正确", "The quantity or the unit price is wrong")
		}
		x.step(l.Item, l.Item, fmt.Sprintf("%s × ¥%s = ¥%s", quantity(l.Qty), l.UnitPrice.Format(), amount.Format()))
	}
	if labour < 0 {
		return 0, nil, problem.Invalid().At("/data/labour_fee", "人工费不能小于零", "The labour fee must not be below zero")
	}
	x.step("人工费", "Labour", "¥"+labour.Format())
	x.step("合计", "Total", "¥"+total.Format())
	return total, x, nil
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
