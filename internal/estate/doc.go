// Package estate holds what the company looks after and for whom: projects, buildings, units, rooms, customers,
// ownership, occupancy, leases, households, parking spaces, vehicles, keys, access credentials and meters
// (residents handbook §1).
//
// Each is a register; the main one is [Rooms]. Above the registers stand the questions the rest of the house asks:
// who pays for a room ([PayerOf]), which area holds on a day ([AreaAt]), which household is meant by a few letters
// ([FindHouseholds]), which rooms a resident belongs to ([RoomsOf]).
//
//	house, err := estate.FindHouseholds(ctx, d.Reader(), "1802", 10)
//	payer, err := estate.PayerOf(ctx, d.Reader(), room, estate.PropertyFee, "2026-11-23")
//
// Areas, ownership, occupancy and leases are dated: what held on a day in the past never changes, a correction is a
// new row. It must never know fees, flows or money beyond a deposit, and never look at a clock of its own.
package estate
