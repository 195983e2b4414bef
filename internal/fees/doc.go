// Package fees charges and collects: what a household owes and why, what it paid and how.
//
// The main type is Fees. A charge is one amount of one item, month and payer, and explains itself; a
// receipt is one payment over charges. Both post to the ledger in the same transaction:
//
//	charge, err := desk.AddCharge(ctx, tx, fees.NewCharge{ProjectID: p, RoomID: r, PayerID: owner,
//		Item: "PAID_SERVICE", Amount: quote.Total, Explanation: quote.Explanation, SourceKey: "case:81/repair"})
//	receipt, err := desk.Take(ctx, d, fees.NewReceipt{Command: uuid, RoomID: r, Method: fees.Cash,
//		Lines: []fees.Pay{{ChargeID: charge.ID, Amount: charge.Owed}}, Tendered: 20000})
//
// Rules: fees handbook F-1 to F-3 (charges), F-7 (paid services), F-11 (which charge a payment pays),
// F-13 (correction without deletion), F-14 and F-15.1 (receipts). A posted amount never changes and
// nothing is deleted: corrections are reversals. The package must never collect more than is owed, and
// never learn who owns what: households come from the Estate that it is given.
package fees
