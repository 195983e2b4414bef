// Package settlement works out what becomes of money once lines are posted: what a leaving owner gets
// back, what a deposit returns, how a batch or a channel agrees with the books, how old a debt is and who
// may forgive it.
//
// The main type is Transfer, the settlement between seller and buyer of a room:
//
//	result, err := settlement.Transfer{Paid: paid, Fee: fee, On: "2025-08-12", Prepaid: 12000}.Settle()
//
// Rules: fees handbook F-12 to F-19. The package is pure: it must never read a database or a clock, and
// never move money itself.
package settlement
