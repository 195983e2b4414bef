package estate

import (
	"context"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
)

// Item is a kind of fee that a lease may put on the tenant.
type Item string

// Items of a lease's payer map (residents §1).
const (
	PropertyFee Item = "property"
	WaterFee    Item = "water"
	PowerFee    Item = "power"
	HeatingFee  Item = "heating"
	ParkingFee  Item = "parking"
)

var payerColumn = map[Item]string{
	PropertyFee: "payer_property", WaterFee: "payer_water", PowerFee: "payer_power", HeatingFee: "payer_heating", ParkingFee: "payer_parking",
}

// Payer says who owes a fee, and why.
type Payer struct {
	CustomerID db.ID  // 0: nobody is known, see the nightly checks
	Role       string // developer, owner, tenant
	Zh, En     string // the reason
}

// PayerOf says who pays an item of a room on a day: the developer until the room is delivered (物业管理条例 art. 41), the
// tenant where a lease in force puts the item on him, otherwise the main owner of that day. When a lease ends the
// owner pays again without anybody doing anything. An item that no lease knows is the owner's.
func PayerOf(ctx context.Context, q db.Queryer, room db.ID, item Item, day calendar.Date) (Payer, error) {
	var status string
	var delivered calendar.Date
	var project db.ID
	if err := one(ctx, q, "SELECT status, delivered_on, project_id FROM room WHERE id = $1", []any{room}, &status, &delivered, &project); err != nil {
		return Payer{}, err
	}
	if !Delivered(status) || delivered > day {
		p := Payer{Role: "developer", Zh: "房屋未售或未交付，由建设单位交纳", En: "Not sold or not delivered: the developer pays"}
		err := one(ctx, q, "SELECT id FROM customer WHERE project_id = $1 AND kind = 'developer' AND archived_at = 0 ORDER BY id LIMIT 1", []any{project}, &p.CustomerID)
		return p, err
	}
	if column, ok := payerColumn[item]; ok {
		p := Payer{Role: "tenant", Zh: "租赁登记约定由租户交纳", En: "The registered lease puts it on the tenant"}
		if err := one(ctx, q, `SELECT tenant_id FROM lease_registration WHERE room_id = $1 AND archived_at = 0 AND valid_from <= $2
			AND CASE WHEN ended_on <> '' THEN ended_on ELSE valid_to END >= $2 AND `+column+` = 'tenant' ORDER BY id LIMIT 1`,
			[]any{room, string(day)}, &p.CustomerID); err != nil || p.CustomerID != 0 {
			return p, err
		}
	}
	p := Payer{Role: "owner", Zh: "由主业主交纳", En: "The main owner pays"}
	err := one(ctx, q, `SELECT customer_id FROM ownership WHERE room_id = $1 AND archived_at = 0 AND valid_from <= $2 AND (valid_to = '' OR valid_to >= $2)
		ORDER BY is_main DESC, share DESC, id LIMIT 1`, []any{room, string(day)}, &p.CustomerID)
	return p, err
}
