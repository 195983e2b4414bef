package register_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

type block struct {
	register.Row
	Name string `zh:"楼栋" en:"Block" lf:"required,unique,primary,search,sort,max=40"`
}

type flat struct {
	register.Row
	Code    string        `zh:"房号" en:"Flat no." lf:"required,unique,primary,search,sort,max=20,filter=contains" alias:"房间号"`
	BlockID db.ID         `zh:"楼栋" en:"Block" ref:"test-blocks" lf:"required,filter=in"`
	Area    int64         `zh:"面积" en:"Area" lf:"required,scale=2,unit=㎡|m²,sum,sort,filter=range,min=1"`
	Use     string        `zh:"用途" en:"Use" opts:"home=住宅/Home/ok|shop=商铺/Shop/info" lf:"required,filter=in,default=home"`
	Floor   *int64        `zh:"楼层" en:"Floor" lf:"filter=range,min=-9,max=200"`
	Sold    bool          `zh:"已售" en:"Sold" lf:"filter=in"`
	Handed  calendar.Date `zh:"交付日期" en:"Handed over" lf:"filter=range,sort"`
	Owner   string        `zh:"业主" en:"Owner" lf:"masked,format=name,search,max=40"`
	Phone   string        `zh:"电话" en:"Phone" lf:"masked,format=phone,search,filter=contains"`
	Tags    []string      `zh:"标签" en:"Tags" opts:"pet=宠物/Pet|old=老人/Elderly" lf:"filter=in"`
	Extra   extra         `zh:"附加" en:"Extra" lf:"json"`
	Fee     int64         `zh:"月费" en:"Fee" lf:"format=money,sum,unit=元/月|CNY/month" group:"费用/Fees"`
	Origin  string        `zh:"来源" en:"Origin" lf:"readonly"`
	Serial  string        `zh:"档案号" en:"File no." lf:"once,unique,max=20"`
	Shown   string        `zh:"显示名" en:"Shown as" lf:"computed"`
}

type extra struct {
	Note  string `json:"note,omitempty"`
	Level int    `json:"level,omitempty"`
}

var blocks = register.New(register.Def[block]{Name: "test-blocks", Table: "test_block", Zh: "楼栋", En: "Blocks", Permission: "test.block"})

var flats = register.New(register.Def[flat]{
	Name: "test-flats", Table: "test_flat", Zh: "房屋", En: "Flats", Permission: "test.flat",
	Check: func(_ context.Context, _ db.Queryer, _, new *flat) error {
		if new.Use == "shop" && new.Floor != nil && *new.Floor > 5 {
			return problem.Invalid().At("/floor", "商铺不能高于 5 层", "Shops are not above floor 5")
		}
		return nil
	},
	Before: func(_ context.Context, _ *db.Tx, old, new *flat) error {
		if old == nil {
			new.Origin = "hand"
		}
		return nil
	},
	Fill: func(_ context.Context, _ db.Queryer, rows []*flat) error {
		for _, r := range rows {
			r.Shown = "#" + r.Code
		}
		return nil
	},
})

const head = `id BIGINT PRIMARY KEY, project_id BIGINT NOT NULL, version BIGINT NOT NULL, archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, batch_id BIGINT NOT NULL, `

// each runs fn on both engines with the test tables in place.
func each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		createTables(t, d)
		fn(t, d)
	})
}

func createTables(t testing.TB, d *db.DB) {
	t.Helper()
	write(t, d, func(tx *db.Tx) error {
		for _, statement := range []string{
			`CREATE TABLE test_block (` + head + `name TEXT NOT NULL, UNIQUE (project_id, name))`,
			`CREATE TABLE test_flat (` + head + `code TEXT NOT NULL, block_id BIGINT NOT NULL, area BIGINT NOT NULL, use TEXT NOT NULL,
				floor BIGINT, sold BIGINT NOT NULL, handed TEXT NOT NULL, owner TEXT NOT NULL, phone TEXT NOT NULL, tags TEXT NOT NULL,
				extra TEXT NOT NULL, fee BIGINT NOT NULL, origin TEXT NOT NULL, serial TEXT NOT NULL)`,
			`CREATE UNIQUE INDEX test_flat_code ON test_flat (project_id, code) WHERE archived_at = 0`,
			`CREATE UNIQUE INDEX test_flat_serial ON test_flat (project_id, serial) WHERE serial <> ''`,
			`CREATE INDEX test_flat_area ON test_flat (project_id, area, id)`,
		} {
			if _, err := tx.ExecContext(context.Background(), statement); err != nil {
				return err
			}
		}
		return nil
	})
}

func write(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

var system = access.With(context.Background(), access.System("test"))

const projectA, projectB = db.ID(1001), db.ID(1002)

// clerk may do the actions in project A only.
func clerk(actions ...string) context.Context {
	p := &access.Principal{Kind: access.Staff, AccountID: 77, PersonID: 78, Name: "李娜", IP: "10.0.0.9"}
	for _, a := range actions {
		p.Grant(a, access.Scope{Projects: []db.ID{projectA}})
	}
	return access.With(context.Background(), p)
}

func newBlock(t testing.TB, d *db.DB, project db.ID, name string) db.ID {
	t.Helper()
	b := &block{Row: register.Row{ProjectID: project}, Name: name}
	write(t, d, func(tx *db.Tx) error { b.ID = 0; return blocks.Create(system, tx, b) })
	return b.ID
}

func newFlat(t testing.TB, d *db.DB, f flat) *flat {
	t.Helper()
	write(t, d, func(tx *db.Tx) error { f.ID = 0; return flats.Create(system, tx, &f) })
	return &f
}

func someFlat(block db.ID, code string) flat {
	return flat{Row: register.Row{ProjectID: projectA}, Code: code, BlockID: block, Area: 9050, Use: "home"}
}

// wants fails unless err is a problem with the code and, if given, the pointers.
func wants(t testing.TB, err error, code string, pointers ...string) *problem.Error {
	t.Helper()
	e, ok := problem.As(err)
	if !ok || e.Code != code {
		t.Fatalf("want problem %s %v, got %v", code, pointers, err)
	}
	var got []string
	for _, f := range e.Fields {
		got = append(got, f.Pointer)
		if f.Zh == "" || f.En == "" {
			t.Errorf("field %s lacks a language: %+v", f.Pointer, f)
		}
	}
	if len(pointers) > 0 && strings.Join(got, " ") != strings.Join(pointers, " ") {
		t.Fatalf("pointers %v, want %v (%v)", got, pointers, err)
	}
	return e
}

func object(t testing.TB, body json.RawMessage) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return m
}

// ordered takes a JSON object apart, keeping the order of its names.
func ordered(body json.RawMessage) (names []string, values map[string]string, err error) {
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	if _, err := decoder.Token(); err != nil {
		return nil, nil, err
	}
	values = map[string]string{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, nil, err
		}
		names, values[name.(string)] = append(names, name.(string)), string(value)
	}
	return names, values, nil
}
