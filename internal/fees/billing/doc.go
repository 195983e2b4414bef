// Package billing charges a month: what every bound room owes, previewed, approved and posted.
//
// The main type is Runs. One run covers one project and month; it is prepared (computed, nothing owed yet),
// approved by somebody else, and posted in chunks by a job that goes on where it was cut off:
//
//	run, err := runs.Prepare(ctx, tx, project, 202511, "2025-11-15")
//	preview, err := runs.Preview(ctx, q, run.ID)
//	err = runs.Approve(approver, tx, run.ID) // a job posts it
//
// Rooms whose month has one area, price and payer are computed by one statement in the database, all others
// by package tariff; both come to the same fen (fees handbook F-3, F-4). A run only adds what is missing: a
// binding with an unreversed charge of the month is left alone (F-3.4). The package must never change a
// posted charge, and never guess: a month with a day without payer or price is held, not charged.
package billing
