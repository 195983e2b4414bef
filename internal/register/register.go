// Package register is idea 1 of the house: one Go struct is the table, the
// validation, the API resource, the import and export sheet, the screen and the
// history. Written once as a struct with tags, generic once here.
//
// The main type is [Register]; its columns come from the struct, its behaviour from
// a [Def]:
//
//	type Room struct {
//		register.Row
//		Code string `zh:"房号" en:"Room no." lf:"required,unique,primary,search,sort,max=60"`
//		Area int64  `zh:"建筑面积" en:"Floor area" lf:"required,scale=2,unit=㎡|m²,sum,sort,filter=range,min=1"`
//		Use  string `zh:"用途" en:"Use" opts:"home=住宅/Home/ok|shop=商铺/Shop/info" lf:"required,filter=in"`
//		BuildingID db.ID `zh:"楼栋" en:"Building" ref:"buildings" lf:"required,filter=in"`
//	}
//
//	var Rooms = register.New(register.Def[Room]{
//		Name: "rooms", Table: "room", Zh: "房屋", En: "Rooms", Permission: "estate.room",
//	})
//
//	page, err := Rooms.List(ctx, d.Reader(), url.Values{"use": {"home"}, "sort": {"-area"}})
//
// The tags are explained in tag.go. The typed methods (Get, List, Create, Update …)
// give code the stored values; the methods that speak JSON (see [Any]) are what the
// API uses: they mask personal data and refuse what a client may not set.
//
// Every read is limited to the scope of the context's principal, and every write is
// checked against it and leaves a line in the trail. What this package must never do:
// put a value into the text of a statement, delete a row, or know a business rule.
package register

import (
	"context"
	"net/url"
	"reflect"
	"unsafe"

	"github.com/lifang/lifang/internal/db"
)

// Row is the head of every register struct; it is embedded first.
type Row struct {
	ID         db.ID //
	ProjectID  db.ID // 0: belongs to the company itself
	Version    int64 // 1 when created, +1 with each update
	ArchivedAt int64 // unix ms; 0: in use
	CreatedAt  int64 // unix ms
	UpdatedAt  int64 // unix ms
	BatchID    db.ID // the import that brought the row; 0: entered by hand
}

// Scope says who sees which rows of a register.
type Scope int

const (
	// ByProject shows the rows of the projects for which the principal may read.
	ByProject Scope = iota
	// Company shows every row to whoever may read anywhere: shared lists such as
	// fee items or positions.
	Company
)

// View is a saved way of looking at a register, offered above the table.
type View struct {
	Key   string `json:"key"`
	Zh    string `json:"zh"`
	En    string `json:"en"`
	Query string `json:"query"` // as in the page's address: "use=home&sort=-area"
}

// Def declares a register. Name, Table (or From), Zh, En and Permission are needed.
//
// A hook whose code uses the register's own variable makes Go complain about an
// initialisation cycle; set such a hook in an init function: Rooms.Def.Check = check.
type Def[T any] struct {
	Name       string // in addresses and refs: plural, kebab-case, "parking-spaces"
	Table      string // "parking_space"
	From       string // a SELECT in brackets instead of Table; makes the register read-only
	Zh, En     string // title
	Permission string // area.object, e.g. "estate.room"; the actions read, write, export follow from what is done
	Scope      Scope

	Self     string // column with the person a row belongs to; scope "self" sees those
	Sort     string // default order, e.g. "-created_at"; otherwise the primary field
	Reveal   string // permission to see masked values; otherwise Permission + "_sensitive.read"
	Archive  string // action needed to archive: "write" (default) or "admin"
	ReadOnly bool   // rows come from elsewhere; no create, update, archive, import
	Views    []View

	// Check judges a row before it is written; old is nil for a new one. It may read
	// the database and returns a *problem.Error with pointers such as "/code".
	Check func(ctx context.Context, q db.Queryer, old, new *T) error
	// Before may fill in fields; it runs first, with the id already given.
	Before func(ctx context.Context, tx *db.Tx, old, new *T) error
	// After runs in the same transaction when the row has been written.
	After func(ctx context.Context, tx *db.Tx, old, new *T) error
	// Fill sets the computed fields of rows that were read, a page at a time.
	Fill func(ctx context.Context, q db.Queryer, rows []*T) error
}

// Page is one page of a list with the totals over all matches.
type Page[T any] struct {
	Items []*T
	Total int64
	Sums  map[string]int64 // per field with "sum", in the field's stored unit
}

// Register is the table of one struct type. Make it with [New], once, as a package
// variable. It is safe for concurrent use.
type Register[T any] struct {
	Def Def[T] // hooks may be set in init functions; the rest is fixed by New
	*table
}

// New reads the struct's tags, computes the plan and adds the register to the
// catalogue, where refs find it by name. A wrong tag panics with the register, the
// field and the reason: it is a mistake in the program, found at its first start.
func New[T any](def Def[T]) *Register[T] {
	r := &Register[T]{Def: def}
	r.table = newTable(reflect.TypeFor[T](), tableDef{
		name: def.Name, table: def.Table, from: def.From, zh: def.Zh, en: def.En, permission: def.Permission,
		scope: def.Scope, selfColumn: def.Self, sort: def.Sort, reveal: def.Reveal,
		archive: def.Archive, readOnly: def.ReadOnly || def.From != "", views: def.Views,
	})
	r.hooks = hooks{
		make: func() row { return row(new(T)) },
		check: func(ctx context.Context, q db.Queryer, old, new row) error {
			return call(ctx, r.Def.Check, q, old, new)
		},
		before: func(ctx context.Context, tx *db.Tx, old, new row) error { return call(ctx, r.Def.Before, tx, old, new) },
		after:  func(ctx context.Context, tx *db.Tx, old, new row) error { return call(ctx, r.Def.After, tx, old, new) },
		fill: func(ctx context.Context, q db.Queryer, rows []row) error {
			if r.Def.Fill == nil || len(rows) == 0 {
				return nil
			}
			return r.Def.Fill(ctx, q, typed[T](rows))
		},
	}
	catalogue.add(r.table)
	return r
}

func call[T, Q any](ctx context.Context, hook func(context.Context, Q, *T, *T) error, q Q, old, new row) error {
	if hook == nil {
		return nil
	}
	return hook(ctx, q, (*T)(old), (*T)(new))
}

func typed[T any](rows []row) []*T {
	out := make([]*T, len(rows))
	for i, r := range rows {
		out[i] = (*T)(r)
	}
	return out
}

// List reads one page. The query words are those of the page's address, see query.go:
// page, size, sort, q, project, batch, archived, id and the filterable fields. A query
// that cannot be understood is a 400 problem with a pointer "?word".
func (r *Register[T]) List(ctx context.Context, q db.Queryer, query url.Values) (Page[T], error) {
	found, err := r.list(ctx, q, query)
	if err != nil {
		return Page[T]{}, err
	}
	return Page[T]{Items: typed[T](found.rows), Total: found.total, Sums: found.sums}, nil
}

// Each calls fn for every match of the query in its order, reading in batches by key,
// so that memory stays flat and no transaction is held open.
func (r *Register[T]) Each(ctx context.Context, q db.Queryer, query url.Values, fn func(*T) error) error {
	return r.each(ctx, q, query, func(rows []row) error {
		for _, one := range rows {
			if err := fn((*T)(one)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Select reads the rows that meet a SQL condition over the table's columns, in the
// register's default order, archived ones too: for code that knows its table.
//
//	rooms, err := Rooms.Select(ctx, tx, "unit_id = $1 AND archived_at = 0", unit)
func (r *Register[T]) Select(ctx context.Context, q db.Queryer, condition string, args ...any) ([]*T, error) {
	rows, err := r.selectWhere(ctx, q, condition, args)
	return typed[T](rows), err
}

// Get reads one row, archived or not; 404 when it is absent or out of scope.
func (r *Register[T]) Get(ctx context.Context, q db.Queryer, id db.ID) (*T, error) {
	found, err := r.get(ctx, q, id)
	return (*T)(found), err
}

// Create writes a new row. The id (unless given), version and times are filled in.
func (r *Register[T]) Create(ctx context.Context, tx *db.Tx, new *T) error {
	return r.create(ctx, tx, row(new))
}

// CreateAll writes many rows of one import with few statements: each is checked like
// a single one, but the trail gets one line for all. Ids are filled in.
func (r *Register[T]) CreateAll(ctx context.Context, tx *db.Tx, batch db.ID, rows []*T) error {
	erased := make([]row, len(rows))
	for i := range rows {
		erased[i] = row(rows[i])
	}
	return r.createAll(ctx, tx, batch, erased)
}

// Update changes one row: change edits a copy of the current row, and what differs is
// written and recorded. The version must be the current one, otherwise 409 with the
// current row; 0 skips the comparison (for code that has just read the row in tx).
func (r *Register[T]) Update(ctx context.Context, tx *db.Tx, id db.ID, version int64, change func(*T) error) (*T, error) {
	updated, err := r.update(ctx, tx, id, version, func(_, draft row) error { return change((*T)(draft)) })
	return (*T)(updated), err
}

// row points to a struct whose first field is Row; which struct, its table knows.
type row unsafe.Pointer

func head(r row) *Row { return (*Row)(r) }
