package api

import (
	"context"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees"
)

// ChargeDesk is what the operations on charges need. The list of charges is the register of that name.
type ChargeDesk struct {
	DB   *db.DB
	Fees *fees.Fees
}

// Charges is what can be done with a charge besides paying it.
func Charges(desk ChargeDesk) Module {
	return func(s *Server) {
		Add(s, Op{Method: "GET", Path: "/api/charges/{id}/explanation", Permission: fees.ReadBills, Zh: "费用说明", En: "Why a charge is what it is", Tag: "charges"}, desk.explain)
		Add(s, Op{Method: "POST", Path: "/api/charges/{id}/reverse", Permission: fees.CorrectBills, Zh: "冲销费用", En: "Reverse a charge", Tag: "charges"}, desk.reverse)
	}
}

type chargeIn struct {
	ID db.ID `path:"id"`
}

func (d ChargeDesk) explain(ctx context.Context, in *chargeIn) (*fees.Charge, error) {
	charge, err := d.Fees.Charge(ctx, d.DB.Reader(), in.ID)
	return &charge, err
}

type reverseChargeIn struct {
	ID   db.ID `path:"id"`
	Body struct {
		Reason string `json:"reason" minLength:"2" maxLength:"200"`
	}
}

func (d ChargeDesk) reverse(ctx context.Context, in *reverseChargeIn) (*fees.Charge, error) {
	var negative fees.Charge
	err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		negative, err = d.Fees.ReverseCharge(ctx, tx, in.ID, in.Body.Reason)
		return err
	})
	return &negative, err
}
