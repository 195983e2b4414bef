package fees

import (
	"context"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Who pays what a binding charges (F-2.4).
const (
	PayerOwner     = "owner"     // the developer until delivery, then the main owner
	PayerLease     = "lease"     // as owner, but the tenant where a registered lease says so
	PayerDeveloper = "developer" // always
	PayerFixed     = "fixed"     // the customer named
)

// Binding says that a room, or a parking space used with a room, is charged for an item by a standard
// (F-2.4). Ownership, leases and delivery move the payer by themselves.
type Binding struct {
	register.Row
	Label     string        `zh:"名称" en:"Name" lf:"readonly,primary,search"`
	RoomID    db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"required,filter=in,once"`
	SpaceID   db.ID         `zh:"车位" en:"Parking space" ref:"parking-spaces" lf:"filter=in,once"`
	ItemID    db.ID         `zh:"收费项目" en:"Fee item" ref:"fee-items" lf:"required,filter=in,once"`
	Standard  string        `zh:"收费标准" en:"Price standard" lf:"required,max=40,search,filter=in,once" help:"收费标准的编码" help_en:"Code of the price standard"`
	PayerRule string        `zh:"付款人" en:"Payer" opts:"owner=业主/Owner|lease=按租赁约定/By the lease|developer=建设单位/Developer|fixed=指定客户/Named customer" lf:"required,filter=in,default=owner,once"`
	PayerID   db.ID         `zh:"指定客户" en:"Named customer" ref:"customers" lf:"once"`
	ValidFrom calendar.Date `zh:"起始日期" en:"From" lf:"required,sort,filter=range,once"`
	ValidTo   calendar.Date `zh:"截止日期" en:"Until" lf:"sort,filter=range" help:"空为长期" help_en:"Empty: open"`
}

// Bindings of all projects.
var Bindings = register.New(register.Def[Binding]{
	Name: "fee-bindings", Table: "fee_binding", Zh: "收费绑定", En: "Fee bindings", Permission: "fin.fee_item", Sort: "-valid_from",
})

// Discount is a part of the price that is granted for some days: proven vacancy, a promotion (F-4.3, F-12.6).
type Discount struct {
	register.Row
	Label     string        `zh:"名称" en:"Name" lf:"readonly,primary,search"`
	RoomID    db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"required,filter=in,once"`
	ItemID    db.ID         `zh:"收费项目" en:"Fee item" ref:"fee-items" lf:"required,filter=in,once"`
	Kind      string        `zh:"种类" en:"Kind" opts:"vacancy=空置/Vacancy|promotion=优惠活动/Promotion|policy=政策减免/Policy" lf:"required,filter=in,once"`
	Factor    *int64        `zh:"折扣系数" en:"Factor" lf:"required,scale=4,min=0,max=9999,once" help:"0.7 为按七折收取，0 为免收" help_en:"0.7 charges 70 %, 0 charges nothing"`
	ValidFrom calendar.Date `zh:"起始日期" en:"From" lf:"required,sort,filter=range,once"`
	ValidTo   calendar.Date `zh:"截止日期" en:"Until" lf:"sort,filter=range" help:"空为长期" help_en:"Empty: open"`
	Reason    string        `zh:"原因" en:"Reason" lf:"required,max=200,once"`
	Proof     string        `zh:"依据" en:"Proof" lf:"required,max=200,once"`
}

// Discounts of all projects.
var Discounts = register.New(register.Def[Discount]{
	Name: "fee-discounts", Table: "fee_discount", Zh: "收费折扣", En: "Fee discounts", Permission: "fin.bill", Sort: "-valid_from",
})

func init() {
	Bindings.Def.Before = func(ctx context.Context, tx *db.Tx, _, b *Binding) error {
		return nameAfterRoom(ctx, tx, &b.Row, b.RoomID, &b.Label)
	}
	Bindings.Def.Check = checkBinding
	Discounts.Def.Before = func(ctx context.Context, tx *db.Tx, _, d *Discount) error {
		return nameAfterRoom(ctx, tx, &d.Row, d.RoomID, &d.Label)
	}
	Discounts.Def.Check = checkDiscount
}

// nameAfterRoom names a row after its room and puts it into the room's project.
func nameAfterRoom(ctx context.Context, q db.Queryer, head *register.Row, room db.ID, label *string) error {
	return lookup(ctx, q, []any{room}, `SELECT label, project_id FROM room WHERE id = $1`, label, &head.ProjectID)
}

func checkBinding(ctx context.Context, q db.Queryer, old, b *Binding) error {
	p := problem.Invalid()
	var known, space, twice int64
	var billed, calcType string
	for _, question := range []struct {
		into  any
		query string
		args  []any
	}{
		{&calcType, `SELECT calc_type FROM fee_item WHERE id = $1 AND nature = 'own' AND archived_at = 0`, []any{b.ItemID}},
		{&known, `SELECT COUNT(*) FROM price_standard WHERE project_id = $1 AND item_id = $2 AND code = $3 AND archived_at = 0`, []any{b.ProjectID, b.ItemID, b.Standard}},
		{&space, `SELECT COUNT(*) FROM parking_space WHERE id = $1 AND project_id = $2 AND archived_at = 0`, []any{b.SpaceID, b.ProjectID}},
		{&twice, `SELECT COUNT(*) FROM fee_binding WHERE room_id = $1 AND item_id = $2 AND space_id = $3 AND id <> $4 AND archived_at = 0
			AND valid_from <= $5 AND (valid_to = '' OR valid_to >= $6)`, []any{b.RoomID, b.ItemID, b.SpaceID, b.ID, endless(b.ValidTo), string(b.ValidFrom)}},
		{&billed, `SELECT COALESCE(MAX(month), '') FROM charge WHERE binding_id = $1 AND binding_id <> 0 AND status <> 'reversed'`, []any{b.ID}},
	} {
		if err := lookup(ctx, q, question.args, question.query, question.into); err != nil {
			return err
		}
	}
	if !ByMonth(calcType) {
		p = errNotByMonth(p)
	}
	if known == 0 {
		p = p.At("/standard", "本项目没有该收费项目的这个标准，请先建立收费标准", "The project has no such price standard for this item; create it first")
	}
	if parking := calcType == "park_month"; parking != (b.SpaceID != 0) || b.SpaceID != 0 && space == 0 {
		p = p.At("/space_id", "车位月租须选择本项目的车位，其他项目不选车位", "Monthly parking needs a space of this project; other items take none")
	}
	if twice > 0 {
		p = p.At("/valid_from", "该房屋（车位）在此期间已绑定此收费项目", "This room or space is charged for this item in these days already")
	}
	if (b.PayerRule == PayerFixed) != (b.PayerID != 0) {
		p = p.At("/payer_id", "付款人为指定客户时须选择客户，其他情况不选", "Name a customer exactly when the payer is a named customer")
	}
	if b.ValidTo != "" && b.ValidTo < b.ValidFrom {
		p = p.At("/valid_to", "截止日期不能早于起始日期", "The end cannot be before the beginning")
	}
	if old != nil && old.ValidTo != b.ValidTo && billed != "" && b.ValidTo != "" && string(b.ValidTo) < string(lastOf(billed)) {
		p = p.At("/valid_to", "已出账至 "+billed+"，请先冲销再提前截止", "Billed up to "+billed+": reverse those charges before ending it earlier")
	}
	return p.OrNil()
}

func checkDiscount(ctx context.Context, q db.Queryer, old, d *Discount) error {
	p := problem.Invalid()
	var twice int64
	var billed string
	if err := lookup(ctx, q, []any{d.RoomID, d.ItemID, d.ID, endless(d.ValidTo), string(d.ValidFrom)}, `SELECT COUNT(*) FROM fee_discount
		WHERE room_id = $1 AND item_id = $2 AND id <> $3 AND archived_at = 0 AND valid_from <= $4 AND (valid_to = '' OR valid_to >= $5)`, &twice); err != nil {
		return err
	}
	if err := lookup(ctx, q, []any{d.RoomID, d.ItemID}, `SELECT COALESCE(MAX(month), '') FROM charge WHERE room_id = $1 AND item_id = $2
		AND binding_id <> 0 AND status <> 'reversed'`, &billed); err != nil {
		return err
	}
	if twice > 0 {
		p = p.At("/valid_from", "该房屋此收费项目在此期间已有折扣", "This room has a discount on this item in these days already")
	}
	if d.ValidTo != "" && d.ValidTo < d.ValidFrom {
		p = p.At("/valid_to", "截止日期不能早于起始日期", "The end cannot be before the beginning")
	}
	changed := old == nil || old.ValidTo != d.ValidTo
	if first := d.ValidFrom; changed && billed != "" {
		if old != nil {
			first = min(calendar.Date(endless(old.ValidTo)), calendar.Date(endless(d.ValidTo))).AddDays(1)
		}
		if string(first) <= string(lastOf(billed)) {
			p = p.At("/valid_from", "已出账至 "+billed+"，折扣只能从以后的月份开始；以前月份请用减免", "Billed up to "+billed+": a discount begins in a later month; earlier months are credited")
		}
	}
	return p.OrNil()
}
