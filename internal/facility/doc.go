// Package facility runs what residents ask for and what is repaired: requests (接单) and work orders (维修), from the
// flows order-intake and repair of the rule book.
//
// The main type is [Service]. It reads service levels and the fault catalogue from the rule book and gives the flow
// engine the actions by which the steps of the two flows write the registers [Requests] and [Orders]:
//
//	svc, err := facility.New(rulebook.Files, book, charger)
//	svc.Register(engine)   // before the flows are published
//
// A register row is written in the transaction of the step that caused it, so the case and its row never differ. Limits
// run from the registration of the request, whenever the order was made (engineering 1.5). The fee of paid work is
// computed here with its explanation and handed to the [Charger], which makes it a charge on the room.
//
// Handbooks: engineering 1.5 (levels), 3 (repair), 3.1 (faults); residents 3 (kinds), 4 (intake), 6 (follow-up),
// 13 (paid service). The package must never know how a charge is posted, who holds which position, or the time except
// from the transaction.
package facility
