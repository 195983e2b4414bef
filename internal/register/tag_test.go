package register

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/db"
)

func TestSnake(t *testing.T) {
	for name, want := range map[string]string{
		"ID": "id", "BuildingID": "building_id", "Code": "code", "PlateNo": "plate_no", "IDNumber": "id_number", "HTTPPort2": "http_port2", "A": "a", "FloorArea": "floor_area",
	} {
		if got := snake(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestWrongTagsAreRefusedWithTheReason(t *testing.T) {
	refs := map[string]any{
		`embed register.Row first`: struct {
			Name string `zh:"名" en:"Name" lf:"primary"`
		}{},
		`field Name: needs a zh and an en title`: struct {
			Row
			Name string `zh:"名" lf:"primary"`
		}{},
		`field Name: lf does not know "serach"`: struct {
			Row
			Name string `zh:"名" en:"Name" lf:"primary,serach"`
		}{},
		`field Name: lf does not know "filter=like"`: struct {
			Row
			Name string `zh:"名" en:"Name" lf:"filter=like"`
		}{},
		`field Name: lf does not know "format=mony"`: struct {
			Row
			Name string `zh:"名" en:"Name" lf:"format=mony"`
		}{},
		`field Size: word "max=x" needs a whole number`: struct {
			Row
			Size int64 `zh:"大小" en:"Size" lf:"max=x"`
		}{},
		`field Price: type float64 cannot be a column`: struct {
			Row
			Price float64 `zh:"价" en:"Price"`
		}{},
		`field Use: option "home=住宅": want value=中文/English/tone`: struct {
			Row
			Use string `zh:"用途" en:"Use" opts:"home=住宅"`
		}{},
		`field BlockID: ref needs type db.ID`: struct {
			Row
			BlockID string `zh:"楼" en:"Block" ref:"blocks"`
		}{},
		`field Phone: a masked field cannot be sorted by`: struct {
			Row
			Phone string `zh:"电话" en:"Phone" lf:"masked,sort"`
		}{},
		`field Code: pattern: error parsing regexp`: struct {
			Row
			Code string `zh:"号" en:"Code" pattern:"["`
		}{},
		`field Page: the name is a word of the query language`: struct {
			Row
			Page string `zh:"页" en:"Page" lf:"filter=in"`
		}{},
		`field Count: default "x": Must be a number`: struct {
			Row
			Count int64 `zh:"数" en:"Count" lf:"default=x"`
		}{},
		`two fields are called name`: struct {
			Row
			Name  string `zh:"名" en:"Name" lf:"primary"`
			Other string `zh:"名" en:"Name" col:"name"`
		}{},
		`two fields are called version`: struct {
			Row
			Name  string `zh:"名" en:"Name" lf:"primary"`
			Other int64  `zh:"版" en:"Version" col:"version"`
		}{},
		`two primary fields: name and code`: struct {
			Row
			Name string `zh:"名" en:"Name" lf:"primary"`
			Code string `zh:"号" en:"Code" lf:"primary"`
		}{},
		`needs a primary field`: struct {
			Row
			Name string `zh:"名" en:"Name"`
		}{},
		`field name: unique with unknown column floor`: struct {
			Row
			Name string `zh:"名" en:"Name" lf:"primary,unique=floor"`
		}{},
		`field secret: must be exported`: struct {
			Row
			secret string
		}{},
	}
	for want, of := range refs {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.HasPrefix(said, "register bad: ") || !strings.Contains(said, want) {
					t.Errorf("said %q", said)
				}
			}()
			newTable(reflect.TypeOf(of), tableDef{name: "bad", table: "bad", zh: "坏", en: "Bad", permission: "test.bad"})
		})
	}
}

func TestWrongDefinitionsAreRefused(t *testing.T) {
	type good struct {
		Row
		Name    string `zh:"名" en:"Name" lf:"primary,sort"`
		OwnerID db.ID  `zh:"主" en:"Owner"`
	}
	base := tableDef{name: "bad", table: "bad", zh: "坏", en: "Bad", permission: "test.bad"}
	for want, spoil := range map[string]func(*tableDef){
		"needs Name, Zh, En and either Table or From": func(d *tableDef) { d.from = "(SELECT 1)" },
		"Permission: ":      func(d *tableDef) { d.permission = "test" },
		`Self: "author_id"`: func(d *tableDef) { d.selfColumn = "author_id" },
		`Self: "name"`:      func(d *tableDef) { d.selfColumn = "name" },
		"Sort: owner_id":    func(d *tableDef) { d.sort = "owner_id" },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, want) {
					t.Errorf("said %q", said)
				}
			}()
			def := base
			spoil(&def)
			newTable(reflect.TypeFor[good](), def)
		})
	}
	if tb := newTable(reflect.TypeFor[good](), base); tb.name != "bad" {
		t.Errorf("a good definition became %v", tb.name)
	}
}

func TestTheSameNameTwice(t *testing.T) {
	defer func() {
		if said := fmt.Sprint(recover()); !strings.Contains(said, "the name is taken") {
			t.Errorf("said %q", said)
		}
	}()
	catalogue.add(&table{tableDef: tableDef{name: "audit-trail"}})
}
