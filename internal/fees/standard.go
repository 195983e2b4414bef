package fees

import (
	"context"
	"errors"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// PriceStandard is what one unit of an item costs in a project from a day on (F-2.3). The rows of one code
// follow each other in time; a price never changes in a row, a new price is a new row.
type PriceStandard struct {
	register.Row
	Code          string        `zh:"标准编码" en:"Code" lf:"required,primary,search,sort,max=40,once" pattern:"[A-Z0-9_-]+"`
	Name          string        `zh:"收费标准" en:"Price standard" lf:"required,search,max=80"`
	ItemID        db.ID         `zh:"收费项目" en:"Fee item" ref:"fee-items" lf:"required,filter=in,once"`
	Quantity      string        `zh:"计费数量" en:"Charged by" opts:"build_area=建筑面积/Floor area|inner_area=套内面积/Inner area|usable_area=使用面积/Usable area|one=每户（个）/Each" lf:"required,filter=in,once"`
	Price         int64         `zh:"单价" en:"Price" lf:"required,scale=6,min=0,max=10000000000,unit=元/月|CNY/month,once" help:"含税，按计费数量每月" help_en:"Tax included, per unit and month"`
	Ceiling       int64         `zh:"最高限价" en:"Legal ceiling" lf:"scale=6,min=0,max=10000000000,unit=元/月|CNY/month,once" help:"政府指导价上限，没有则为 0" help_en:"Upper bound of the guided price; 0 where there is none"`
	CeilingBasis  string        `zh:"限价依据" en:"Basis of the ceiling" lf:"max=200,once"`
	HandoverRule  string        `zh:"交付月由谁交" en:"Month of delivery" opts:"NEXT_MONTH=建设单位交整月/Developer pays it all|DELIVERY_DATE=按交付日分开/Split on the day|WHOLE_MONTH=业主交整月/Owner pays it all" lf:"required,default=NEXT_MONTH,once"`
	EffectiveFrom calendar.Date `zh:"生效日期" en:"In force from" lf:"required,sort,filter=range,once"`
	EffectiveTo   calendar.Date `zh:"截止日期" en:"Until" lf:"sort,filter=range" help:"空为长期" help_en:"Empty: open"`
	MidMonth      bool          `zh:"允许月中生效" en:"May begin inside a month" lf:"once"`
	Basis         string        `zh:"依据" en:"Basis" opts:"contract=合同/Contract|resolution=业主决议/Owners' resolution|government=政府定价/Set by government|published=公示价目/Published price list" lf:"required,filter=in,once"`
	BasisFile     string        `zh:"依据文件" en:"Document" lf:"required,max=200,once"`
	Publicity     string        `zh:"公示记录" en:"Publicity" lf:"required,max=200,once"`
}

// PriceStandards of all projects.
var PriceStandards = register.New(register.Def[PriceStandard]{
	Name: "price-standards", Table: "price_standard", Zh: "收费标准", En: "Price standards", Permission: "fin.fee_item", Sort: "-effective_from",
})

func init() { PriceStandards.Def.Check = checkStandard }

// ByMonth reports whether an item of this calculation type is charged by the month from its binding.
func ByMonth(calcType string) bool {
	return calcType == "area" || calcType == "flat" || calcType == "park_month"
}

// errNotByMonth refuses items that are charged from readings, pools, stays, seasons or orders.
func errNotByMonth(p *problem.Error) *problem.Error {
	return p.At("/item_id", "该项目不按月计费，请选择面积、定额或车位月租类的自有收入项目", "This item is not charged by the month; choose an area, flat or monthly parking item of own income")
}

func checkStandard(ctx context.Context, q db.Queryer, old, s *PriceStandard) error {
	p := problem.Invalid()
	var calcType, nature string
	if err := lookup(ctx, q, []any{s.ItemID}, `SELECT calc_type, nature FROM fee_item WHERE id = $1 AND archived_at = 0`, &calcType, &nature); err != nil {
		return err
	}
	if !ByMonth(calcType) || nature != own {
		p = errNotByMonth(p)
	}
	if area := s.Quantity != "one"; area != (calcType == "area") {
		p = p.At("/quantity", "面积类项目按面积，其他项目按每户（个）计费", "Area items are charged by an area, other items by each")
	}
	if s.EffectiveFrom != "" && s.EffectiveFrom.Day() != 1 && !s.MidMonth {
		p = p.At("/effective_from", "生效日期应为某月 1 日；确需月中生效请勾选“允许月中生效”", "Begin on the first day of a month, or allow a beginning inside a month")
	}
	if s.EffectiveTo != "" && s.EffectiveTo < s.EffectiveFrom {
		p = p.At("/effective_to", "截止日期不能早于生效日期", "The end cannot be before the beginning")
	}
	if s.Ceiling > 0 && s.Price > s.Ceiling {
		p = p.At("/price", "单价超过最高限价，请核对政府指导价", "The price is above the legal ceiling; check the guided price")
	}
	if (s.Ceiling > 0) != (s.CeilingBasis != "") {
		p = p.At("/ceiling_basis", "最高限价和限价依据须同时填写", "Give the ceiling together with its basis")
	}
	if err := checkStandardDays(ctx, q, old, s, &p); err != nil {
		return err
	}
	return p.OrNil()
}

// checkStandardDays refuses overlaps and whatever reaches back into a month that was billed.
func checkStandardDays(ctx context.Context, q db.Queryer, old, s *PriceStandard, p **problem.Error) error {
	var overlaps int64
	if err := lookup(ctx, q, []any{s.ProjectID, s.ItemID, s.Code, s.ID, endless(s.EffectiveTo), string(s.EffectiveFrom)},
		`SELECT COUNT(*) FROM price_standard WHERE project_id = $1 AND item_id = $2 AND code = $3 AND id <> $4 AND archived_at = 0
		AND effective_from <= $5 AND (effective_to = '' OR effective_to >= $6)`, &overlaps); err != nil {
		return err
	}
	if overlaps > 0 {
		*p = (*p).At("/effective_from", "同一标准在此期间已有单价，请先截止原标准", "This standard has a price for these days already; end that one first")
	}
	var billed string
	if err := lookup(ctx, q, []any{s.ProjectID, s.ItemID, s.Code}, `SELECT COALESCE(MAX(c.month), '') FROM charge c JOIN fee_binding b ON b.id = c.binding_id
		WHERE c.project_id = $1 AND c.item_id = $2 AND b.standard = $3 AND c.status <> 'reversed'`, &billed); err != nil {
		return err
	}
	if billed == "" {
		return nil
	}
	if old == nil && s.EffectiveFrom.Period().String() <= billed {
		*p = (*p).At("/effective_from", "该标准已出账至 "+billed+"，只能从以后的月份生效；以前月份请用差额调整", "Billed up to "+billed+": begin in a later month and correct earlier months by adjustments")
	}
	if old != nil && old.EffectiveTo != s.EffectiveTo && s.EffectiveTo != "" && string(s.EffectiveTo) < string(lastOf(billed)) {
		*p = (*p).At("/effective_to", "该标准已出账至 "+billed+"，截止日期不能更早", "Billed up to "+billed+": it cannot end earlier")
	}
	return nil
}

func lastOf(month string) calendar.Date {
	p, err := calendar.ParsePeriod(month)
	if err != nil {
		return ""
	}
	return p.Last()
}

// endless turns an open end into a day after all days, to compare with.
func endless(to calendar.Date) string {
	if to == "" {
		return "9999-12-31"
	}
	return string(to)
}

// lookup reads one row if there is one; otherwise the targets keep their values.
func lookup(ctx context.Context, q db.Queryer, args []any, query string, into ...any) error {
	err := q.QueryRowContext(ctx, query, args...).Scan(into...)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}
