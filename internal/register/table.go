package register

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
)

// table is a register without its type: the plan computed from the struct's tags and
// everything that works on rows through it. Keeping it free of type parameters keeps a
// hundred registers cheap to compile.
type table struct {
	tableDef
	all     []*field // columns in statement order: the head, then the struct's
	fields  []*field // what the struct declares, in its order, computed ones included
	byName  map[string]*field
	primary *field
	self    *field
	order   []order  // the default order
	source  string   // "room t" or "(SELECT …) t"
	columns string   // "t.id,t.project_id,…"
	groups  []option // sections of the form in order of appearance
	hooks   hooks
	inserts sync.Map // number of rows → INSERT statement
	metas   sync.Map // what the principal can do → Meta
}

type tableDef struct {
	name, table, from, zh, en, permission string
	scope                                 Scope
	selfColumn, sort, reveal, archive     string
	readOnly                              bool
	views                                 []View
}

// hooks are the Def's functions on untyped rows.
type hooks struct {
	make   func() row
	check  func(ctx context.Context, q db.Queryer, old, new row) error
	before func(ctx context.Context, tx *db.Tx, old, new row) error
	after  func(ctx context.Context, tx *db.Tx, old, new row) error
	fill   func(ctx context.Context, q db.Queryer, rows []row) error
}

// headLength is how many columns Row has.
const headLength = 7

// headFields describes Row; the titles appear in histories and exports.
func headFields() []*field {
	t := reflect.TypeFor[Row]()
	titles := [][3]string{
		{"id", "编号", "Id"}, {"project_id", "项目", "Project"}, {"version", "版本", "Version"}, {"archived_at", "归档时间", "Archived"},
		{"created_at", "创建时间", "Created"}, {"updated_at", "修改时间", "Updated"}, {"batch_id", "导入批次", "Import batch"},
	}
	fields := make([]*field, t.NumField())
	for i := range fields {
		s := t.Field(i)
		k, _ := kindOf(s.Type, false)
		f := &field{name: titles[i][0], zh: titles[i][1], en: titles[i][2], offset: s.Offset, kind: k, typ: s.Type, system: true, readonly: true}
		if strings.HasSuffix(f.name, "_at") {
			f.format = "datetime"
		}
		f.sort = f.name == "id" || f.name == "created_at" || f.name == "updated_at"
		if f.name == "created_at" || f.name == "updated_at" {
			f.filter = "range"
		}
		fields[i] = f
	}
	return fields
}

func newTable(t reflect.Type, def tableDef) *table {
	fail := func(format string, args ...any) {
		panic("register " + def.name + ": " + fmt.Sprintf(format, args...))
	}
	if def.name == "" || def.zh == "" || def.en == "" || (def.table == "") == (def.from == "") {
		fail("%s needs Name, Zh, En and either Table or From", t)
	}
	if _, err := access.ParseKey(def.permission + ".read"); err != nil {
		fail("Permission: %v", err)
	}
	if t.Kind() != reflect.Struct || t.NumField() == 0 || t.Field(0).Type != reflect.TypeFor[Row]() {
		fail("%s must embed register.Row first", t)
	}
	if def.reveal == "" {
		def.reveal = def.permission + "_sensitive.read"
	}
	if def.archive == "" {
		def.archive = "write"
	}
	tb := &table{tableDef: def, all: headFields(), byName: map[string]*field{}, source: def.table + " t"}
	if def.from != "" {
		tb.source = def.from + " t"
	}
	for i := 1; i < t.NumField(); i++ {
		s := t.Field(i)
		if !s.IsExported() || s.Anonymous {
			fail("field %s: must be exported and not embedded", s.Name)
		}
		f, err := parseField(s)
		if err != nil {
			fail("field %s: %v", s.Name, err)
		}
		tb.fields = append(tb.fields, f)
		if !f.computed {
			tb.all = append(tb.all, f)
		}
	}
	var names []string
	for _, f := range slices.Concat(tb.all[:headLength], tb.fields) {
		if tb.byName[f.name] != nil {
			fail("two fields are called %s", f.name)
		}
		tb.byName[f.name] = f
		if f.primary && tb.primary != nil {
			fail("two primary fields: %s and %s", tb.primary.name, f.name)
		} else if f.primary {
			tb.primary = f
		}
		if f.group != "" && !slices.ContainsFunc(tb.groups, func(g option) bool { return g.value == f.group }) {
			tb.groups = append(tb.groups, option{value: f.group, zh: f.group, en: f.groupEn})
		}
	}
	for _, f := range tb.all {
		names = append(names, "t."+f.name)
		for _, other := range f.with {
			if tb.byName[other] == nil {
				fail("field %s: unique with unknown column %s", f.name, other)
			}
		}
	}
	tb.columns = strings.Join(names, ",")
	if tb.primary == nil {
		fail("needs a primary field: what a row is called")
	}
	if def.selfColumn != "" {
		if tb.self = tb.byName[def.selfColumn]; tb.self == nil || tb.self.kind != ident {
			fail("Self: %q is not a db.ID column", def.selfColumn)
		}
	}
	if def.sort == "" {
		def.sort = tb.primary.name
		if !tb.primary.sort {
			def.sort = "-id"
		}
	}
	sorted, err := tb.parseSort(def.sort)
	if err != nil {
		fail("Sort: %v", err)
	}
	tb.order = sorted
	return tb
}

// Name is the register's name in addresses: "parking-spaces".
func (tb *table) Name() string { return tb.name }

// Titles are the register's names for people.
func (tb *table) Titles() (zh, en string) { return tb.zh, tb.en }

// TableName is the database table; empty when the rows come from a query.
func (tb *table) TableName() string { return tb.table }

// Permission is the area.object part of the register's permission keys.
func (tb *table) Permission() string { return tb.permission }

// Company says that the rows are not split by project.
func (tb *table) Company() bool { return tb.scope == Company }

// catalogue knows every register of the program by name.
var catalogue = registry{tables: map[string]*table{}}

type registry struct {
	mu     sync.RWMutex
	tables map[string]*table
}

func (c *registry) add(tb *table) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tables[tb.name] != nil {
		panic("register " + tb.name + ": the name is taken")
	}
	c.tables[tb.name] = tb
}

func (c *registry) find(name string) (*table, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if tb := c.tables[name]; tb != nil {
		return tb, nil
	}
	return nil, fmt.Errorf("register %q is not part of this program", name)
}

// All lists every register of the program by name.
func All() []Any {
	catalogue.mu.RLock()
	defer catalogue.mu.RUnlock()
	var found []Any
	for _, tb := range catalogue.tables {
		found = append(found, tb)
	}
	slices.SortFunc(found, func(a, b Any) int { return strings.Compare(a.Name(), b.Name()) })
	return found
}

// Lookup finds a register by name.
func Lookup(name string) (Any, bool) {
	tb, err := catalogue.find(name)
	if err != nil {
		return nil, false
	}
	return tb, true
}

// CheckRefs reports refs to registers that are not part of the program. The roof
// calls it once at the start.
func CheckRefs() error {
	for _, a := range All() {
		for _, f := range a.(*table).fields {
			if f.ref == "" {
				continue
			}
			if _, err := catalogue.find(f.ref); err != nil {
				return fmt.Errorf("register %s: field %s: %w", a.Name(), f.name, err)
			}
		}
	}
	return nil
}
