// Package simulate makes a company that looks lived in: units, people, homes, residents, cars, and weeks of requests,
// repairs, bills and receipts that went through the real services under a clock of its own. It is for demonstrations,
// load and soak.
//
//	clock := simulate.NewClock(simulate.Begin(now))
//	house := simulate.House{DB: d, …}              // opened with clock.Now
//	report, err := simulate.Demo(ctx, house, clock, simulate.Options{Rooms: 400, Seed: 1, Until: now})
//
// The main type is [House], the services it plays through. The same options give the same company. It must never be
// pointed at a database that holds a real one: it refuses when there is a company already.
package simulate
