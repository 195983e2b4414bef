package hc

import (
	"strconv"

	"github.com/lifang/lifang/internal/migrate"
)

// feeRow is a row of 费用设置.
func (r *run) feeRow(l *line) migrate.Effect {
	f := FeeSetting{No: l.text("no", true, 20), Name: l.text("name", true, 60), Recurring: l.code("flag", flags) != "once", CycleMonths: l.whole("cycle", 0, 60),
		ByArea: l.code("formula", formulas) == "area", Price: l.scaled("price", false, 0), Fixed: l.scaled("fixed", false, 0), From: l.day("from"), To: l.day("to")}
	l.code("bill", bills)
	if l.Cell("formula").Blank() {
		l.blame("formula", "不能为空", "must not be empty", formulas.allowed...)
	}
	if f.From != "" && f.To != "" && f.To < f.From {
		l.blame("to", "结束时间不能早于起始时间", "the end cannot be before the start")
	}
	if l.bad() {
		return migrate.Nothing
	}
	if earlier, ok := r.again(l.Number, "fee", f.No); ok {
		l.blame("no", "与第 "+itoa(int64(earlier))+" 行重复", "repeats row "+itoa(int64(earlier)))
		return migrate.Nothing
	}
	if earlier, ok := r.again(l.Number, "fee name", f.Name); ok {
		l.blame("name", "与第 "+itoa(int64(earlier))+" 行重名", "has the name of row "+itoa(int64(earlier)))
		return migrate.Nothing
	}
	r.feeCount++
	if r.source.Fees == nil {
		return migrate.Nothing
	}
	if r.in.Write {
		r.w.fees = append(r.w.fees, f)
		r.w.n++
	}
	return migrate.Creates
}

func (r *run) feeNote() {
	if r.feeCount == 0 || r.source.Fees != nil {
		return
	}
	n := strconv.Itoa(r.feeCount)
	r.note("识别出 "+n+" 项费用设置，已核对；单价须经审批后在“收费项目”中建立。", n+" fee settings were recognised and checked; prices are entered under fee items after approval.")
}
