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
	// Who may change only what is his own adds such rows one by one; his own person he can only mend.
	change := func(action string, own bool, verbs ...string) {
		scope := p.Scope(tb.permission + "." + action)
		if scope.All || (tb.scope == ByProject && len(scope.Projects) > 0) || (own && scope.Self && tb.self != nil) {
			can = append(can, verbs...)
		}
	}
	add(tb.permission+".read", "read")
	if !tb.readOnly {
		change("write", !tb.person(), "create")
		change("write", true, "update")
		change(tb.archive, !tb.person(), "archive")
		change("write", false, "import")
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
