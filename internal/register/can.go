package register

import "github.com/lifang/lifang/internal/access"

// Can lists what the principal may do here, anywhere: read, create, update, archive,
// import, export, reveal.
func (tb *table) Can(p *access.Principal) []string {
	var can []string
	add := func(permission string, verbs ...string) {
		if p.May(permission) {
			can = append(can, verbs...)
		}
	}
	change := func(action string, verbs ...string) {
		if scope := p.Scope(tb.permission + "." + action); tb.scope == ByProject || scope.All || (scope.Self && tb.self != nil) {
			add(tb.permission+"."+action, verbs...)
		}
	}
	add(tb.permission+".read", "read")
	if !tb.readOnly {
		change("write", "create", "update")
		change(tb.archive, "archive")
		change("write", "import")
	}
	add(tb.permission+".export", "export")
	for _, f := range tb.fields {
		if f.masked {
			add(tb.reveal, "reveal")
			break
		}
	}
	return can
}
