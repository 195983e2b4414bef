package register

import (
	"context"
	"net/url"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
)

// Stored describes one column as the struct needs it.
type Stored struct {
	Column   string
	Type     string // BIGINT or TEXT
	Nullable bool
	Unique   []string // columns of its unique key, for unique fields
}

// Storage lists the columns the register reads and writes, for checks of migrations.
func (tb *table) Storage() []Stored {
	var stored []Stored
	for _, f := range tb.all {
		s := Stored{Column: f.name, Type: "TEXT", Nullable: f.kind == optional}
		switch f.kind {
		case whole, optional, flag, ident:
			s.Type = "BIGINT"
		}
		if f.unique {
			if tb.scope == ByProject {
				s.Unique = append(s.Unique, "project_id")
			}
			s.Unique = append(append(s.Unique, f.with...), f.name)
		}
		stored = append(stored, s)
	}
	return stored
}

// Plan is the statement that reads the first page of a query for a principal who may
// read one project: what tests give to EXPLAIN.
func (tb *table) Plan(query string) (statement string, args []any, err error) {
	p := &access.Principal{Kind: access.Staff}
	p.Grant(tb.permission+".read", access.Scope{Projects: []db.ID{1}})
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", nil, err
	}
	s, err := tb.parse(access.With(context.Background(), p), "read", values)
	if err != nil {
		return "", nil, err
	}
	return tb.statement(s, " LIMIT "+s.arg(s.size)), s.args, nil
}
