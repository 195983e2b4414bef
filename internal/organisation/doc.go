// Package organisation knows the company: its units, its positions, who works where
// as what, who stands in for whom, and what everybody may do because of that.
//
// Positions, duties and permissions come from the rule book ([Catalogue],
// rulebook/organisation/positions.yaml); units, employees, appointments and deputies
// are registers. The main type is [Directory], which answers questions about people:
//
//	book, err := organisation.Load(rulebook.Files)
//	dir := organisation.NewDirectory(d, book)
//	p, err := dir.PrincipalFor(ctx, q, employee)           // what he may do, and where
//	who, err := dir.Holders(ctx, q, "CS_OFFICER", project) // who can take the task
//
// The place of an appointment decides where its permissions hold: a position held in a
// unit of a project counts in that project, one held at a region in the region's
// projects, one held at head office in all of them.
//
// It must never decide about a single matter (flows do) and never keep passwords or
// sessions (identity does).
package organisation
