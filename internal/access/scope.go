package access

import (
	"slices"
	"strconv"
	"strings"

	"github.com/lifang/lifang/internal/db"
)

// Scope is where a permission holds. The zero Scope holds nowhere.
type Scope struct {
	All      bool    // everywhere, also rows that belong to no project
	Projects []db.ID // in these projects, ascending, without repeats
	Self     bool    // on the principal's own rows, wherever they are
}

// Empty says the permission holds nowhere.
func (s Scope) Empty() bool { return !s.All && !s.Self && len(s.Projects) == 0 }

// Covers says whether rows of this project are inside. Project 0 (the company
// itself) is covered only by All. Own rows are not considered.
func (s Scope) Covers(project db.ID) bool {
	if s.All {
		return true
	}
	_, found := slices.BinarySearch(s.Projects, project)
	return found && project != 0
}

// Union holds wherever either of the two holds.
func (s Scope) Union(o Scope) Scope {
	projects := slices.Concat(s.Projects, o.Projects)
	slices.Sort(projects)
	return Scope{All: s.All || o.All, Self: s.Self || o.Self, Projects: slices.Compact(projects)}
}

// Where is a SQL condition "column is inside the scope", appending its values to
// args ($n counts from there). Own rows are not considered: see the caller's own
// column for that. Lists are padded to powers of two so that few distinct
// statements reach the database.
func (s Scope) Where(column string, args *[]any) string {
	switch {
	case s.All:
		return "1 = 1"
	case len(s.Projects) == 0:
		return "1 = 0"
	}
	return In(column, s.Projects, args)
}

// In is the SQL condition "column is one of values", appending the values to args.
// No values means no row.
func In[V any](column string, values []V, args *[]any) string {
	if len(values) == 0 {
		return "1 = 0"
	}
	size := 1
	for size < len(values) {
		size *= 2
	}
	var b strings.Builder
	b.WriteString(column + " IN (")
	for i := range size {
		*args = append(*args, values[min(i, len(values)-1)])
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("$" + strconv.Itoa(len(*args)))
	}
	b.WriteByte(')')
	return b.String()
}
