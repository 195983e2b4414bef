package app_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/db"
)

// schemas compiles every schema of the API document as JSON Schema 2020-12, which
// OpenAPI 3.1 uses.
func schemas(t *testing.T, h *apptest.House) map[string]*jsonschema.Schema {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(h.Stranger().Do("GET", "/api/openapi.json", nil).Want(200).Body, &doc); err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled := map[string]*jsonschema.Schema{}
	for name := range doc["components"].(map[string]any)["schemas"].(map[string]any) {
		schema, err := compiler.Compile("openapi.json#/components/schemas/" + url.PathEscape(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		compiled[name] = schema
	}
	return compiled
}

// What the server answers is what its document says, so that typed clients may
// trust their types.
func TestAnswersAreAsDocumented(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	h.Room("1-1-101", "林晓", "13800000001")
	known := schemas(t, h)
	if len(known) < 100 {
		t.Fatalf("only %d schemas", len(known))
	}
	manager, owner := h.Manager(), h.Resident("13800000001")
	h.Employ("cash1", "CASHIER", h.JLHY)
	cashier := h.LogIn("cash1")
	for _, c := range []struct {
		client *apptest.Client
		path   string
		schema string
	}{
		{manager, "/api/session", "MeAnswer"}, {owner, "/api/session", "MeAnswer"}, {manager, "/api/rooms", "RoomsPage"},
		{manager, "/api/customers", "CustomersPage"}, {manager, "/api/buildings", "BuildingsPage"}, {manager, "/api/ownerships", "OwnershipsPage"},
		{manager, "/api/employees", "EmployeesPage"}, {manager, "/api/positions", "PositionsPage"}, {manager, "/api/meta/rooms", "RegisterMeta"},
		{manager, "/api/flow/tasks", "FlowPage"}, {owner, "/api/home", "Home"}, {manager, "/api/desk/summary", "DeskSummary"},
		{cashier, "/api/fee-items", "FeeItemsPage"}, {cashier, "/api/nothing", "Problem"}, {h.Stranger(), "/api/rooms", "Problem"},
	} {
		schema := known[c.schema]
		if schema == nil {
			t.Errorf("%s: there is no schema %s", c.path, c.schema)
			continue
		}
		var body any
		got := c.client.Do("GET", c.path, nil)
		if err := json.Unmarshal(got.Body, &body); err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if err := schema.Validate(body); err != nil {
			t.Errorf("%s is not a %s: %v\n%.600s", c.path, c.schema, err, got.Body)
		}
	}
}
