// Package tariff works out what is owed: one amount per charge line, exactly, with the reason for it.
//
// The main type is Monthly, a fee that runs by the month (area fees, flat fees, monthly parking). Readings,
// shared pools, parking stays, heating seasons and late fees have their own. Each hands back Lines:
//
//	m := tariff.Monthly{Quantity: area, Prices: []tariff.Price{{From: "2020-01-01", Amount: price}},
//		Payers: []tariff.Payer{{ID: owner, From: "2020-01-01"}}}
//	lines, err := m.Lines(202503) // one line per payer of March 2025, with its explanation
//
// Amounts stay exact ratios until the line is complete and are then rounded half-up once (fees handbook
// F-1.3, F-1.4). The package is pure: it must never read a database or a clock, and never know whether a
// line was posted or paid.
package tariff
