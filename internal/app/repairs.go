package app

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/facility"
	"github.com/lifang/lifang/internal/fees"
)

// repairCharger turns the fee of a repair into a charge of the fee desk.
type repairCharger struct{ fees *fees.Fees }

// Charge implements facility.Charger. The owner registered for the room pays.
func (c repairCharger) Charge(ctx context.Context, tx *db.Tx, in facility.Charge) (db.ID, error) {
	why := fees.Explanation{Zh: in.Explanation.Zh, En: in.Explanation.En, Rule: in.Explanation.Rule, Version: in.Explanation.Version}
	for _, s := range in.Explanation.Steps {
		why.Steps = append(why.Steps, fees.Step(s))
	}
	charge, err := c.fees.AddCharge(access.OnBehalf(ctx), tx, fees.NewCharge{ProjectID: in.ProjectID, RoomID: in.RoomID, Item: in.Item,
		Amount: in.Amount, Explanation: why, SourceCaseID: in.CaseID, SourceKey: in.Key})
	return charge.ID, err
}
