package app_test

import (
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/register"
)

// A permission that no position can be given would lock its register or operation for good.
func TestEveryPermissionAskedForIsInTheCatalogue(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	objects := h.App.Directory.Catalogue().Objects
	known := func(what, permission string) {
		t.Helper()
		key, err := access.ParseKey(permission)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		if _, ok := objects[key.Area+"."+key.Object]; !ok {
			t.Errorf("%s asks for %s, which positions.yaml does not know", what, permission)
		}
	}
	for _, r := range register.All() {
		known(r.Name(), r.Permission()+".read")
	}
	for _, o := range h.App.Server.Operations() {
		switch o.Permission {
		case api.Public, api.Authenticated, api.Staff, api.Resident:
		default:
			known(o.ID, o.Permission)
		}
	}
}
