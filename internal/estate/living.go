package estate

import (
	"context"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Occupancy says who lives or works in a room, and when. Of a child under 14 only name and relation are kept, with the
// consent of a guardian (PIPL art. 31).
type Occupancy struct {
	register.Row
	RoomID          db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"required,filter=in,once"`
	PersonID        db.ID         `zh:"入住人" en:"Person" ref:"customers" lf:"required,filter=in,once"`
	Label           string        `zh:"名称" en:"Name" lf:"readonly,primary,search"`
	Relation        string        `zh:"关系" en:"Relation" opts:"self=业主本人/Owner|spouse=配偶/Spouse|parent=父母/Parent|child=子女/Child|relative=亲友/Relative or friend|tenant=租户/Tenant|staff=员工/Employee|nanny=保姆/Home help" lf:"required,filter=in"`
	ValidFrom       calendar.Date `zh:"入住日期" en:"From" lf:"required,sort,filter=range"`
	ValidTo         calendar.Date `zh:"搬离日期" en:"To" lf:"sort,filter=range"`
	Under14         bool          `zh:"未满 14 周岁" en:"Under 14" col:"under_14"`
	GuardianConsent bool          `zh:"监护人已同意" en:"Guardian's consent"`
}

// Occupancies of all rooms.
var Occupancies = register.New(register.Def[Occupancy]{
	Name: "occupancies", Table: "occupancy", Zh: "入住关系", En: "Occupancies", Permission: "estate.occupancy", Sort: "-valid_from", Self: "person_id",
	Views: []register.View{{Key: "tenant", Zh: "租户", En: "Tenants", Query: "relation=tenant"}},
})

// Household is the household of a room; its size feeds the tiers of water and power (fees F-5.4).
type Household struct {
	register.Row
	RoomID db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"required,unique,filter=in,once"`
	Label  string        `zh:"名称" en:"Name" lf:"readonly,primary,search"`
	HeadID db.ID         `zh:"户主" en:"Head" ref:"customers" lf:"filter=in"`
	Size   int64         `zh:"人数" en:"Persons" col:"persons" lf:"required,min=1,max=50,sort,filter=range,sum"`
	Since  calendar.Date `zh:"起始日期" en:"Since" lf:"required,sort"`
	Proof  string        `zh:"人口证明" en:"Proof of size" lf:"max=200" help:"5 人及以上必须提供" help_en:"Needed for five persons or more"`
}

// Households of all rooms.
var Households = register.New(register.Def[Household]{
	Name: "households", Table: "household", Zh: "户", En: "Households", Permission: "estate.household", Sort: "-id",
})

// Lease is a registered lease (民法典 art. 945). The payer of each item falls back to the owner when it ends.
type Lease struct {
	register.Row
	RoomID        db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"required,filter=in,once"`
	TenantID      db.ID         `zh:"承租人" en:"Tenant" ref:"customers" lf:"required,filter=in,once"`
	Label         string        `zh:"名称" en:"Name" lf:"readonly,primary,search"`
	ValidFrom     calendar.Date `zh:"起租日期" en:"From" lf:"required,sort,filter=range"`
	ValidTo       calendar.Date `zh:"到期日期" en:"To" lf:"required,sort,filter=range"`
	EndedOn       calendar.Date `zh:"提前退租日期" en:"Ended early on" lf:"sort"`
	OwnerConsent  bool          `zh:"业主已同意" en:"Owner's consent"`
	MaxPersons    int64         `zh:"最多居住人数" en:"Most persons" lf:"min=0,max=50"`
	Deposit       int64         `zh:"押金" en:"Deposit" lf:"format=money,min=0,sum"`
	ContractFile  string        `zh:"租赁合同" en:"Contract" lf:"max=200"`
	PayerProperty string        `zh:"物业费由谁交" en:"Service fee paid by" opts:"owner=业主/Owner|tenant=租户/Tenant" lf:"required,default=owner" group:"费用承担/Payers"`
	PayerWater    string        `zh:"水费由谁交" en:"Water paid by" opts:"owner=业主/Owner|tenant=租户/Tenant" lf:"required,default=owner" group:"费用承担/Payers"`
	PayerPower    string        `zh:"电费由谁交" en:"Power paid by" opts:"owner=业主/Owner|tenant=租户/Tenant" lf:"required,default=owner" group:"费用承担/Payers"`
	PayerHeating  string        `zh:"采暖费由谁交" en:"Heating paid by" opts:"owner=业主/Owner|tenant=租户/Tenant" lf:"required,default=owner" group:"费用承担/Payers"`
	PayerParking  string        `zh:"车位费由谁交" en:"Parking paid by" opts:"owner=业主/Owner|tenant=租户/Tenant" lf:"required,default=owner" group:"费用承担/Payers"`
}

// Leases of all rooms.
var Leases = register.New(register.Def[Lease]{
	Name: "leases", Table: "lease_registration", Zh: "租赁登记", En: "Leases", Permission: "estate.lease", Sort: "-valid_from", Self: "tenant_id",
})

func init() {
	Occupancies.Def.Before = func(ctx context.Context, tx *db.Tx, _, o *Occupancy) error {
		return labelOfRoom(ctx, tx, &o.Row, o.RoomID, &o.Label)
	}
	Occupancies.Def.Check = checkOccupancy
	Households.Def.Before = func(ctx context.Context, tx *db.Tx, _, h *Household) error {
		return labelOfRoom(ctx, tx, &h.Row, h.RoomID, &h.Label)
	}
	Households.Def.Check = func(ctx context.Context, _ db.Queryer, _, h *Household) error {
		wrong := problem.Invalid()
		if h.Size >= 5 && h.Proof == "" && !prechecked(ctx) {
			wrong = wrong.At("/proof", "5 人及以上须提供人口证明", "Five persons or more need a proof")
		}
		return wrong.OrNil()
	}
	Leases.Def.Before = func(ctx context.Context, tx *db.Tx, _, l *Lease) error {
		return labelOfRoom(ctx, tx, &l.Row, l.RoomID, &l.Label)
	}
	Leases.Def.Check = checkLease
}

func checkOccupancy(ctx context.Context, q db.Queryer, _, o *Occupancy) error {
	wrong := problem.Invalid()
	if o.ValidTo != "" && o.ValidTo < o.ValidFrom {
		wrong = wrong.At("/valid_to", "搬离日期不能早于入住日期", "The end cannot be before the start")
	}
	if o.Under14 {
		if !o.GuardianConsent {
			wrong = wrong.At("/guardian_consent", "未满 14 周岁须监护人同意", "A child under 14 needs the guardian's consent")
		}
		var private int
		if err := one(ctx, q, "SELECT COUNT(*) FROM customer WHERE id = $1 AND (phone <> '' OR id_no <> '' OR id_unverified <> '')", []any{o.PersonID}, &private); err != nil {
			return err
		}
		if private > 0 {
			wrong = wrong.At("/person_id", "未满 14 周岁只登记姓名和关系，请先删去其电话和证件", "For a child under 14 only name and relation are kept; remove phone and documents first")
		}
	}
	return wrong.OrNil()
}

func checkLease(ctx context.Context, q db.Queryer, _, l *Lease) error {
	wrong := problem.Invalid()
	if l.ValidTo < l.ValidFrom {
		wrong = wrong.At("/valid_to", "到期日期不能早于起租日期", "The end cannot be before the start")
	}
	if l.EndedOn != "" && (l.EndedOn < l.ValidFrom || l.EndedOn > l.ValidTo) {
		wrong = wrong.At("/ended_on", "提前退租日期应在租期之内", "The early end must lie within the lease")
	}
	if !l.OwnerConsent {
		wrong = wrong.At("/owner_consent", "租赁登记须业主同意", "The owner must consent to the registration")
	}
	var other db.ID
	if err := one(ctx, q, `SELECT id FROM lease_registration WHERE room_id = $1 AND id <> $2 AND archived_at = 0 AND valid_from <= $3
		AND CASE WHEN ended_on <> '' THEN ended_on ELSE valid_to END >= $4`, []any{l.RoomID, l.ID, string(l.end()), string(l.ValidFrom)}, &other); err != nil {
		return err
	}
	if other != 0 {
		wrong = wrong.At("/valid_from", "该房屋在此期间已有租赁登记", "The room already has a lease in this period")
	}
	return wrong.OrNil()
}

func (l *Lease) end() calendar.Date {
	if l.EndedOn != "" {
		return l.EndedOn
	}
	return l.ValidTo
}
