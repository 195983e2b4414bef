package register

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
)

// Any is a register without its type: what the API, imports and exports work with.
// Every *Register[T] is one.
type Any interface {
	Name() string
	Titles() (zh, en string)
	TableName() string
	Permission() string
	Company() bool
	Can(p *access.Principal) []string

	Storage() []Stored
	Plan(query string) (statement string, args []any, err error)
	Meta(p *access.Principal) Meta
	Schema() json.RawMessage

	ListJSON(ctx context.Context, q db.Queryer, query map[string][]string) (json.RawMessage, error)
	GetJSON(ctx context.Context, q db.Queryer, id db.ID) (json.RawMessage, error)
	CreateJSON(ctx context.Context, tx *db.Tx, body []byte) (db.ID, json.RawMessage, error)
	UpdateJSON(ctx context.Context, tx *db.Tx, id db.ID, body []byte) (json.RawMessage, error)
	Archive(ctx context.Context, tx *db.Tx, id db.ID, version int64) error
	Restore(ctx context.Context, tx *db.Tx, id db.ID, version int64) error
	History(ctx context.Context, q db.Queryer, id db.ID) ([]Event, error)
	Reveal(ctx context.Context, tx *db.Tx, id db.ID, field string) (string, error)

	Columns() []Column
	Importer(ctx context.Context, project db.ID, titles []string) (*Importer, error)
	UndoBatch(ctx context.Context, tx *db.Tx, batch, project db.ID) (archived, kept int64, err error)
	Export(ctx context.Context, d *db.DB, query url.Values, header func([]Column) error, line func([]Cell) error) error
}
