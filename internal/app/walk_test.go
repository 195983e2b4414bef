package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/db"
)

// brings is what an action includes, written down here a second time on purpose.
var brings = map[string][]string{"write": {"read"}, "approve": {"read"}, "execute": {"read"}, "export": {"read"}, "admin": {"read", "write", "export"}}

// granted says whether a position's texts in the rule book cover a permission.
func granted(t *testing.T, texts []string, permission string) bool {
	t.Helper()
	for _, text := range texts {
		key, err := access.ParseKey(text)
		if err != nil {
			t.Fatal(err)
		}
		if key.Permission() == permission {
			return true
		}
		for _, action := range brings[key.Action] {
			if key.Area+"."+key.Object+"."+action == permission {
				return true
			}
		}
	}
	return false
}

// Every operation, tried as nobody, as a resident and as every position over
// HTTP: refused unless the rule book grants it.
func TestEveryOperationAsEveryPosition(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	walk(t, h, h.App.Directory.Catalogue().Codes())
}

// The same on PostgreSQL with a few positions: who may call does not depend on the
// engine, how grants are read does.
func TestOperationsAsSomePositions(t *testing.T) {
	h := apptest.Start(t, db.PostgreSQL)
	walk(t, h, []string{"CS_OFFICER", "CASHIER", "TECHNICIAN"})
}

func walk(t *testing.T, h *apptest.House, positions []string) {
	h.Room("1-1-101", "林晓", "13800000001")
	operations := h.App.Server.Operations()
	if len(operations) < 60 {
		t.Fatalf("only %d operations", len(operations))
	}
	nobody, resident := h.Stranger(), h.Resident("13800000001")
	for _, o := range operations {
		check(t, "nobody", nobody, o, o.Permission == api.Public)
		check(t, "resident", resident, o, o.Permission == api.Public || o.Permission == api.Authenticated || o.Permission == api.Resident || o.Residents)
	}
	book := h.App.Directory.Catalogue()
	tried, open := 0, 0
	for i, code := range positions {
		h.Employ(fmt.Sprintf("p%d", i), code, h.JLHY)
		c := h.LogIn(fmt.Sprintf("p%d", i))
		texts := slices.Concat(book.BaselinePermissions(), book.Post(code).Permissions())
		for _, o := range operations {
			may := o.Permission == api.Public || o.Permission == api.Authenticated || o.Permission == api.Staff || granted(t, texts, o.Permission)
			check(t, code, c, o, may)
			tried++
			if may {
				open++
			}
		}
	}
	t.Logf("%d operations as %d positions: %d allowed, %d refused", len(operations), len(positions), open, tried-open)
	if open == 0 || open == tried {
		t.Error("the walk proves nothing: all allowed or all refused")
	}
}

// ends would close the caller's own session, and streams would not end.
func ends(o *api.Operation) bool {
	return o.Method == http.MethodDelete && o.Path == "/api/session" || o.Produces == "text/event-stream"
}

func check(t *testing.T, who string, c *apptest.Client, o *api.Operation, may bool) {
	t.Helper()
	if may && (ends(o) || o.Guarded) {
		return // logging in and out has its own tests
	}
	path := o.Path
	for strings.Contains(path, "{") {
		begin, end := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:begin] + "1" + path[end+1:]
	}
	var body any
	if o.Method != http.MethodGet && o.Method != http.MethodDelete {
		body = "{" // refused before it is read, or a 400: nothing is ever done
	}
	got := c.Do(o.Method, path, body)
	refused := got.Status == 401 || got.Status == 403
	if strings.HasSuffix(path, "/reveal") && got.Status == 403 {
		return // the value has a right of its own besides the one to read
	}
	if refused == may || got.Status >= 500 {
		t.Errorf("%s %s as %s: %d %s, may %v (%s)", o.Method, path, who, got.Status, got.Body, may, o.Permission)
	}
}
