// Command pocketbase is the peer of `make bench`: PocketBase with one collection
// that has the fields and the validation of Lifang's parking spaces, and with the
// same durability (synchronous=FULL).
package main

import (
	"log"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
	"&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-16000)"

func main() {
	app := pocketbase.NewWithConfig(pocketbase.Config{
		DBConnect: func(path string) (*dbx.DB, error) { return dbx.Open("sqlite", path+pragmas) },
	})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := prepare(e.App); err != nil {
			return err
		}
		return e.Next()
	})
	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
}

// prepare makes the collection and the account that the load uses.
func prepare(app core.App) error {
	settings := app.Settings()
	settings.Logs.MaxDays = 0 // its request log would only slow it down
	if err := app.Save(settings); err != nil {
		return err
	}
	if _, err := app.FindCollectionByNameOrId("spaces"); err == nil {
		return nil
	}
	signedIn := types.Pointer(`@request.auth.id != ""`)
	spaces := core.NewBaseCollection("spaces")
	spaces.ListRule, spaces.ViewRule, spaces.CreateRule, spaces.UpdateRule = signedIn, signedIn, signedIn, signedIn
	spaces.Fields.Add(
		&core.TextField{Name: "project", Required: true, Max: 20},
		&core.TextField{Name: "code", Required: true, Max: 40},
		&core.TextField{Name: "lot", Max: 40},
		&core.SelectField{Name: "place", Required: true, MaxSelect: 1, Values: []string{"ground", "underground"}},
		&core.SelectField{Name: "type", Required: true, MaxSelect: 1, Values: []string{"titled", "defence", "leased", "public"}},
		&core.SelectField{Name: "owner_right", Required: true, MaxSelect: 1, Values: []string{"developer", "owner", "all"}},
		&core.NumberField{Name: "area", Min: types.Pointer(0.0), Max: types.Pointer(10000000.0), OnlyInt: true},
		&core.BoolField{Name: "has_charger"},
		&core.SelectField{Name: "status", Required: true, MaxSelect: 1, Values: []string{"free", "rented", "sold", "closed"}},
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	spaces.AddIndex("spaces_code", true, "project, lot, code", "")
	spaces.AddIndex("spaces_list", false, "project, code", "") // the order of the list
	if err := app.Save(spaces); err != nil {
		return err
	}
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	user := core.NewRecord(users)
	user.SetEmail("bench@example.com")
	user.SetPassword("lifang2026")
	user.SetVerified(true)
	return app.Save(user)
}
