package app_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/db"
)

// fuzzer makes requests from the API document: mostly of the right shape, with
// values nobody should send.
type fuzzer struct {
	*testing.T
	random  *rand.Rand
	schemas map[string]any
	ids     []string
}

var hostile = []any{nil, true, -1, 0, 1e300, 1.5, 9007199254740993.0, -9223372036854775808.0, "", " ", "'; DROP TABLE room; --", "<script>alert(1)</script>",
	"\x00", "\u202e\ufeff", "%00%0a", "../../etc/passwd", "0x10", "1e3", "99999999999999999999", "2026-02-30", "0000-00-00", "9999-12-31", "a~b", "~", "-", ",,,",
	"{}", "null", "${jndi:x}", "=1+1", strings.Repeat("长", 3000), []any{}, []any{nil}, map[string]any{}, map[string]any{"$ref": "#"}, "💣\u0301", "\\", "%", "_", "id", "-id", "NaN"}

func (f *fuzzer) one(list []any) any { return list[f.random.IntN(len(list))] }

// value makes a value for a schema of the document.
func (f *fuzzer) value(schema any, depth int) any {
	s, _ := schema.(map[string]any)
	if ref, ok := s["$ref"].(string); ok {
		s, _ = f.schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
	}
	if s == nil || depth > 6 || f.random.IntN(8) == 0 {
		return f.one(hostile)
	}
	for _, word := range []string{"oneOf", "anyOf", "enum"} {
		if choice, ok := s[word].([]any); ok && len(choice) > 0 {
			chosen := f.one(choice)
			if option, ok := chosen.(map[string]any); ok {
				if c, ok := option["const"]; ok {
					return c
				}
				return f.value(chosen, depth+1)
			}
			return chosen
		}
	}
	kind := s["type"]
	if several, ok := kind.([]any); ok {
		kind = several[0]
	}
	switch kind {
	case "object":
		out := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		required, _ := s["required"].([]any)
		for name, p := range properties {
			if slices.Contains(required, any(name)) && f.random.IntN(20) > 0 || f.random.IntN(3) == 0 {
				out[name] = f.value(p, depth+1)
			}
		}
		if f.random.IntN(10) == 0 || len(properties) == 0 {
			out["__proto__"] = f.one(hostile)
		}
		return out
	case "array":
		out := []any{}
		for range f.random.IntN(3) {
			out = append(out, f.value(s["items"], depth+1))
		}
		return out
	case "integer", "number":
		return f.one([]any{0, 1, 2, 8700, -1, 1 << 40, 1e18, 0.1})
	case "boolean":
		return f.random.IntN(2) == 0
	}
	if s["format"] == "id" {
		return f.id()
	}
	if s["format"] == "date" {
		return f.one([]any{"2026-11-23", "2026-02-30", "2026-13-01", "1900-01-01"})
	}
	return f.one([]any{"home", "一个说明", "13800000001", fmt.Sprintf("command-%d", f.random.IntN(50)), "x", "=cmd|' /C calc'!A0"})
}

func (f *fuzzer) id() string {
	if f.random.IntN(3) == 0 {
		return fmt.Sprint(f.one([]any{"0", "1", "-1", "9007199254740993", "99999999999999999999", "abc", "%00", "..%2f", "1e3", "%20", "0x10", "1%27"}))
	}
	return f.ids[f.random.IntN(len(f.ids))]
}

// problemFault says what is wrong with an answer; empty when nothing is.
func problemFault(a *apptest.Answer) string {
	if a.Status >= 500 {
		return "the server failed"
	}
	if a.Status < 400 {
		return ""
	}
	var p struct {
		Type, Title, Code, Detail string
		Status                    int
		DetailZh                  string `json:"detail_zh"`
		DetailEn                  string `json:"detail_en"`
		Errors                    []struct {
			Pointer  string
			DetailZh string `json:"detail_zh"`
			DetailEn string `json:"detail_en"`
		}
	}
	if err := json.Unmarshal(a.Body, &p); err != nil {
		return "not JSON: " + err.Error()
	}
	if a.Header.Get("Content-Type") != "application/problem+json" || p.Type == "" || p.Title == "" || p.Code == "" || p.Detail == "" ||
		p.Status != a.Status || p.DetailZh == "" || p.DetailEn == "" {
		return "not a whole problem document"
	}
	for _, e := range p.Errors {
		if e.DetailZh == "" || e.DetailEn == "" {
			return "a field without both languages"
		}
	}
	return ""
}

// Whatever is sent to whichever operation by whomever, the server answers in order.
func TestRandomRequestsNeverFailTheServer(t *testing.T) {
	for _, run := range []struct {
		engine   db.Engine
		requests int
	}{{db.SQLite, 2400}, {db.PostgreSQL, 1200}} {
		t.Run(run.engine.String(), func(t *testing.T) { fuzz(t, apptest.Start(t, run.engine), run.requests) })
	}
}

func fuzz(t *testing.T, h *apptest.House, requests int) {
	f := &fuzzer{T: t, random: rand.New(rand.NewPCG(2, uint64(requests)))}
	room := h.Room("1-1-101", "林晓", "13800000001")
	h.Room("1-1-102", "周宁", "13800000002")
	p := &player{T: t, h: h}
	owner := h.Resident("13800000001")
	var reported caseView
	owner.Do("POST", "/api/flow/cases", map[string]any{"command": p.command(), "flow": "order-intake", "project_id": h.JLHY,
		"data": map[string]any{"category": "water", "description": "厨房水管漏水", "room_id": room.String()}}).Want(201).Into(&reported)
	f.ids = []string{room.String(), h.JLHY.String(), h.YHGY.String(), h.Company.String(), reported.ID}
	clients := []*apptest.Client{owner, h.Manager(), h.Staff("CS_OFFICER"), h.Staff("CASHIER"), h.Staff("GM"), h.Staff("SYS_ADMIN"), h.Staff("FIN_MGR"),
		h.Staff("AHR_MGR"), h.Staff("CS_MGR"), h.Staff("ENG_MGR"), h.Staff("ACCOUNTANT"), h.Staff("TECHNICIAN")}
	may := make([][]string, len(clients))
	for i, c := range clients {
		f.ids = append(f.ids, c.Person.String())
		var me struct{ Permissions []string }
		c.Do("GET", "/api/session", nil).Want(200).Into(&me)
		may[i] = me.Permissions
	}
	permission := map[string]string{}
	for _, o := range h.App.Server.Operations() {
		permission[o.Method+o.Path] = o.Permission
	}
	// Mostly somebody who may, or most requests would end at the door.
	pick := func(needs string) *apptest.Client {
		at := f.random.IntN(len(clients))
		for try := 0; try < len(clients) && f.random.IntN(15) > 0 && strings.Contains(needs, ".") && !slices.Contains(may[at], needs); try++ {
			at = (at + 1) % len(clients)
		}
		return clients[at]
	}
	f.ids = append(f.ids, p.todo(clients[2], "grade"))
	for _, name := range []string{"buildings", "customers", "ownerships", "positions", "appointments", "fee-items"} {
		for _, c := range clients[1:] {
			var page struct{ Items []struct{ ID string } }
			if a := c.Do("GET", "/api/"+name+"?size=2", nil); a.Status == 200 {
				a.Into(&page)
				for _, item := range page.Items {
					f.ids = append(f.ids, item.ID)
				}
				break
			}
		}
	}
	var doc struct {
		Paths      map[string]map[string]any
		Components struct{ Schemas map[string]any }
	}
	owner.Do("GET", "/api/openapi.json", nil).Want(200).Into(&doc)
	f.schemas = doc.Components.Schemas
	type operation struct {
		method, path string
		what         map[string]any
	}
	var operations []operation
	for path, methods := range doc.Paths {
		for method, what := range methods {
			if o, ok := what.(map[string]any); ok && path != "/api/events" && (method == "get" || !strings.HasPrefix(path, "/api/session")) {
				operations = append(operations, operation{strings.ToUpper(method), path, o})
			}
		}
	}
	slices.SortFunc(operations, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	seen := map[int]int{}
	for i := range requests {
		o := operations[i%len(operations)]
		if i >= len(operations) {
			o = operations[f.random.IntN(len(operations))]
		}
		path, query := o.path, url.Values{}
		parameters, _ := o.what["parameters"].([]any)
		for _, raw := range parameters {
			parameter, _ := raw.(map[string]any)
			name, _ := parameter["name"].(string)
			switch parameter["in"] {
			case "path":
				value := f.id()
				if schema, _ := parameter["schema"].(map[string]any); schema["format"] != "id" {
					value = url.PathEscape(fmt.Sprint(f.value(schema, 5)))
				}
				path = strings.Replace(path, "{"+name+"}", value, 1)
			case "query":
				if f.random.IntN(2) == 0 {
					query.Add(name, fmt.Sprint(f.value(parameter["schema"], 0)))
				}
			}
		}
		if o.method == "GET" && f.random.IntN(3) == 0 {
			query.Add(fmt.Sprint(f.one([]any{"page", "size", "sort", "q", "project", "batch", "archived", "columns", "reveal", "lang", "id", "__x"})), fmt.Sprint(f.one(hostile)))
		}
		if len(path) > 4000 {
			continue
		}
		var body any
		if request, ok := o.what["requestBody"].(map[string]any); ok {
			content, _ := request["content"].(map[string]any)
			media, _ := content["application/json"].(map[string]any)
			body = f.value(media["schema"], 0)
			if body == nil {
				body = "null"
			}
			if f.random.IntN(40) == 0 {
				body = f.one([]any{"", "{", "[]", "nul", "{\"a\":\xff}", strings.Repeat("[", 20000), `{"version":1,"version":2}`, "\xef\xbb\xbf{}"})
			}
		}
		c := pick(permission[o.method+o.path])
		target := path
		if len(query) > 0 {
			target += "?" + query.Encode()
		}
		a := c.Do(o.method, target, body)
		seen[a.Status]++
		if fault := problemFault(a); fault != "" {
			text, _ := json.Marshal(body)
			t.Errorf("%s %s %.600s: %d %.400s: %s", o.method, target, text, a.Status, a.Body, fault)
		}
	}
	t.Logf("%d operations, answers by status: %v", len(operations), seen)
	if seen[200] == 0 || seen[422] == 0 || seen[404] == 0 {
		t.Error("the requests prove nothing: too few kinds of answers")
	}
	h.Stranger().Do("GET", "/readyz", nil).Want(200)
	if found, err := h.App.Verify(t.Context()); err != nil {
		t.Error(err)
	} else {
		for _, v := range found {
			if len(v.Faults) > 0 {
				t.Errorf("%s: %v", v.En, v.Faults)
			}
		}
	}
}
