// Package access knows who is acting and what they may do where.
//
// The main type is [Principal], carried by the context: a person, resident, machine
// or the system itself, with grants permission → [Scope]. Everything is denied until
// a grant allows it.
//
//	p := access.From(ctx)
//	if err := p.Require("svc.order.write", order.ProjectID); err != nil {
//		return err
//	}
//	where := p.Scope("svc.order.read").Where("project_id", &args)
//
// What it must never do: query the database, or know what a position is. Who holds
// which grant is organisation's business; filtering lists is register's.
package access

import (
	"context"
	"maps"
	"slices"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// Kind is what sort of actor a principal is.
type Kind string

// The kinds of principals.
const (
	Anonymous Kind = "anonymous" // nobody logged in
	Staff     Kind = "staff"     // an employee; grants come from positions
	Resident  Kind = "resident"  // an owner or tenant; no grants, only endpoints made for residents
	Machine   Kind = "machine"   // a bearer token of another system
	Automatic Kind = "system"    // the product itself: jobs, timers, importers
)

// Principal is who is acting. It is built once per request, before it enters the
// context, and not changed afterwards.
type Principal struct {
	AccountID db.ID  // 0 for the system and for nobody
	PersonID  db.ID  // employee or customer behind the account
	Kind      Kind   //
	Name      string // as shown in trails
	Lang      string // "zh" or "en"
	IP        string // where from
	Device    string // user agent or device name
	grants    map[string]Scope
	all       bool // see OnBehalf
}

// Grant adds a permission (area.object.action) in a scope, together with what the
// action implies (write brings read). Grants of several positions add up. A text
// that is not a permission panics: keys are checked when positions are loaded.
func (p *Principal) Grant(permission string, s Scope) {
	key, err := ParseKey(permission)
	if err != nil {
		panic("access: " + err.Error())
	}
	if p.grants == nil {
		p.grants = map[string]Scope{}
	}
	for _, action := range append([]string{key.Action}, implied[key.Action]...) {
		key.Action = action
		p.grants[key.Permission()] = p.grants[key.Permission()].Union(s)
	}
}

// Scope is where the principal holds the permission; empty when nowhere.
func (p *Principal) Scope(permission string) Scope {
	if p.Kind == Automatic || p.all {
		return Scope{All: true}
	}
	return p.grants[permission]
}

// May says whether the permission holds anywhere at all, be it only on own rows.
func (p *Principal) May(permission string) bool { return !p.Scope(permission).Empty() }

// Require is nil when the permission holds in the project (0: in the whole company).
// Otherwise 401 when nobody is logged in, 403 when it holds nowhere, and 404 when it
// holds, but elsewhere: what lies outside one's scope does not exist.
func (p *Principal) Require(permission string, project db.ID) error {
	s := p.Scope(permission)
	switch {
	case s.Covers(project):
		return nil
	case p.Kind == Anonymous:
		return problem.Unauthenticated()
	case s.Empty():
		return problem.Forbidden()
	}
	return problem.NotFound("没有找到,或不在您的管理范围内", "Not found, or outside the range you look after")
}

// Permissions lists what the principal holds anywhere, sorted.
func (p *Principal) Permissions() []string {
	held := make([]string, 0, len(p.grants))
	for permission, s := range maps.All(p.grants) {
		if !s.Empty() {
			held = append(held, permission)
		}
	}
	slices.Sort(held)
	return held
}

// System is the product acting by itself, under a name for the trail ("job", "import").
// It may do everything.
func System(name string) *Principal {
	return &Principal{Kind: Automatic, Name: name, Lang: "zh"}
}

type contextKey struct{}

// With puts the principal into the context.
func With(ctx context.Context, p *Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

var nobody = Principal{Kind: Anonymous, Name: "anonymous", Lang: "zh"}

// From is the principal of the context; nobody (never nil) when there is none.
func From(ctx context.Context) *Principal {
	if p, ok := ctx.Value(contextKey{}).(*Principal); ok && p != nil {
		return p
	}
	p := nobody
	return &p
}

// OnBehalf is a context in which the product acts for the same person with all rights:
// for the effects of a step that person was allowed to take (an approved form creates a
// charge). The trail still names the person.
func OnBehalf(ctx context.Context) context.Context {
	p := *From(ctx)
	p.all = true
	return With(ctx, &p)
}
