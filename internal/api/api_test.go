package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/problem"
)

type thing struct {
	ID    db.ID    `json:"id"`
	Name  string   `json:"name"`
	Count int64    `json:"count"`
	Tags  []string `json:"tags"`
}

// bench is a server with a few operations around one counter.
type bench struct {
	*httptest.Server
	calls atomic.Int64
}

func newBench(t *testing.T, d *db.DB) *bench {
	t.Helper()
	b := &bench{}
	callers := map[string]*access.Principal{
		"staff":    {AccountID: 1, Kind: access.Staff, Name: "s", Lang: "zh"},
		"other":    {AccountID: 2, Kind: access.Staff, Name: "o", Lang: "en"},
		"resident": {AccountID: 3, Kind: access.Resident, Name: "r", Lang: "zh"},
	}
	callers["staff"].Grant("svc.thing.write", access.Scope{All: true})
	s := api.New(api.Config{
		DB: d, Log: slog.New(slog.DiscardHandler), Version: "test", TempDir: t.TempDir(),
		Caller: func(_ context.Context, token string, _ bool) (*access.Principal, error) { return callers[token], nil },
	}, func(s *api.Server) {
		type makeIn struct {
			Page int64 `query:"page" minimum:"1" maximum:"50"`
			Body struct {
				Name  string   `json:"name" minLength:"2" maxLength:"5"`
				Count int64    `json:"count,omitempty" minimum:"0"`
				Kind  string   `json:"kind,omitempty" enum:"a,b"`
				Tags  []string `json:"tags,omitempty" maxItems:"3"`
				Lines []struct {
					Amount int64 `json:"amount"`
				} `json:"lines,omitempty"`
			}
		}
		api.Add(s, api.Op{Method: "POST", Path: "/api/things", Permission: "svc.thing.write", Zh: "新建", En: "Create", Tag: "thing", Status: 201},
			func(_ context.Context, in *makeIn) (*thing, error) {
				n := b.calls.Add(1)
				switch in.Body.Name {
				case "panic":
					panic("as asked")
				case "stale":
					return nil, problem.Stale(thing{ID: 9})
				case "full":
					return nil, fmt.Errorf("insert: %w", db.ErrFull)
				case "odd":
					return nil, fmt.Errorf("secret detail 13800000001")
				}
				return &thing{ID: db.ID(n), Name: in.Body.Name, Count: in.Body.Count}, nil
			})
		type getIn struct {
			ID db.ID `path:"id"`
		}
		api.Add(s, api.Op{Method: "GET", Path: "/api/things/{id}", Permission: "svc.thing.read", Residents: true, Zh: "查看", En: "Read", Tag: "thing"},
			func(_ context.Context, in *getIn) (*thing, error) {
				return &thing{ID: in.ID, Name: strings.Repeat("长", 2000)}, nil
			})
		api.Add(s, api.Op{Method: "GET", Path: "/api/public", Permission: api.Public, Zh: "公开", En: "Public"},
			func(context.Context, *api.Nothing) (*api.Nothing, error) { return nil, nil })
		type uploadIn struct {
			File    *api.Upload
			Project db.ID `form:"project_id" required:"true"`
		}
		api.Add(s, api.Op{Method: "POST", Path: "/api/uploads", Permission: api.Authenticated, Zh: "上传", En: "Upload"},
			func(_ context.Context, in *uploadIn) (*thing, error) {
				data, err := io.ReadAll(in.File.File)
				return &thing{ID: in.Project, Name: in.File.Name + ":" + string(data[:2]), Count: in.File.Size}, err
			})
	})
	b.Server = httptest.NewServer(s.Handler())
	t.Cleanup(b.Close)
	return b
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) problem(t *testing.T) (p struct {
	Code     string
	Detail   string
	DetailZh string `json:"detail_zh"`
	DetailEn string `json:"detail_en"`
	Errors   []struct {
		Pointer, Detail string
		DetailZh        string `json:"detail_zh"`
		DetailEn        string `json:"detail_en"`
	}
	Current map[string]any
}) {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("%d with content type %q: %s", a.status, got, a.body)
	}
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func (b *bench) do(t *testing.T, token, method, path, body string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.AddCookie(&http.Cookie{Name: api.SessionCookie, Value: token})
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, data}
}

func TestWhoMayCall(t *testing.T) {
	b := newBench(t, dbtest.Open(t, db.SQLite))
	for _, c := range []struct {
		token, method, path string
		want                int
	}{
		{"", "GET", "/api/public", 204}, {"resident", "GET", "/api/public", 204},
		{"", "GET", "/api/things/5", 401}, {"staff", "GET", "/api/things/5", 200},
		{"other", "GET", "/api/things/5", 403}, {"resident", "GET", "/api/things/5", 200},
		{"unknown", "GET", "/api/things/5", 401},
		{"", "POST", "/api/things", 401}, {"other", "POST", "/api/things", 403}, {"resident", "POST", "/api/things", 403},
		{"staff", "GET", "/api/things/abc", 404}, {"staff", "GET", "/api/nowhere", 404}, {"staff", "DELETE", "/api/things/5", 405},
	} {
		body := ""
		if c.method == "POST" {
			body = `{"name":"ab"}`
		}
		if got := b.do(t, c.token, c.method, c.path, body); got.status != c.want {
			t.Errorf("%s %s as %q: %d %s, want %d", c.method, c.path, c.token, got.status, got.body, c.want)
		}
	}
}

func TestBadInput(t *testing.T) {
	b := newBench(t, dbtest.Open(t, db.SQLite))
	for _, c := range []struct {
		name, path, body string
		status           int
		code, pointer    string
	}{
		{"missing", "/api/things", `{}`, 422, "invalid", "/name"},
		{"unknown field", "/api/things", `{"name":"ab","title":"x"}`, 422, "invalid", "/title"},
		{"other case", "/api/things", `{"Name":"ab"}`, 422, "invalid", "/name"},
		{"wrong type", "/api/things", `{"name":5}`, 422, "invalid", "/name"},
		{"text for number", "/api/things", `{"name":"ab","count":"5"}`, 422, "invalid", "/count"},
		{"fraction", "/api/things", `{"name":"ab","count":1.5}`, 422, "invalid", "/count"},
		{"too large a number", "/api/things", `{"name":"ab","count":99999999999999999999}`, 422, "invalid", "/count"},
		{"no number at all", "/api/things", `{"name":"ab","count":1e999}`, 422, "invalid", ""},
		{"too short", "/api/things", `{"name":"长"}`, 422, "invalid", "/name"},
		{"enum", "/api/things", `{"name":"ab","kind":"c"}`, 422, "invalid", "/kind"},
		{"nested", "/api/things", `{"name":"ab","lines":[{"amount":1},{"amount":"x"}]}`, 422, "invalid", "/lines/1/amount"},
		{"null", "/api/things", `null`, 422, "invalid", ""},
		{"array", "/api/things", `[]`, 422, "invalid", ""},
		{"query", "/api/things?page=x", `{"name":"ab"}`, 422, "invalid", "?page"},
		{"query bound", "/api/things?page=99", `{"name":"ab"}`, 422, "invalid", "?page"},
		{"not JSON", "/api/things", `{"name":`, 400, "bad_json", ""},
		{"two documents", "/api/things", `{"name":"ab"} {}`, 400, "bad_json", ""},
	} {
		got := b.do(t, "staff", "POST", c.path, c.body)
		p := got.problem(t)
		if got.status != c.status || p.Code != c.code {
			t.Errorf("%s: %d %s", c.name, got.status, got.body)
			continue
		}
		if c.pointer != "" && (len(p.Errors) != 1 && c.name != "other case" || p.Errors[0].Pointer != c.pointer) {
			t.Errorf("%s: %s, want pointer %s", c.name, got.body, c.pointer)
		}
		for _, e := range p.Errors {
			if e.DetailZh == "" || e.DetailEn == "" || e.Detail != e.DetailZh || strings.ContainsAny(e.DetailZh+e.DetailEn, "\x1d\x1f") {
				t.Errorf("%s: texts %+v", c.name, e)
			}
		}
	}
	if b.calls.Load() != 0 {
		t.Errorf("the handler ran %d times", b.calls.Load())
	}
	english := b.do(t, "other", "POST", "/api/things", `{}`).problem(t)
	if english.Detail != english.DetailEn {
		t.Errorf("a person who chose English reads %q", english.Detail)
	}
	if p := b.do(t, "", "GET", "/api/things/1", "", "Accept-Language", "fr, en;q=0.5").problem(t); p.Detail != p.DetailEn {
		t.Errorf("a browser in English reads %q", p.Detail)
	}
}

func TestErrorsTellWhatTheyMayAndNoMore(t *testing.T) {
	b := newBench(t, dbtest.Open(t, db.SQLite))
	stale := b.do(t, "staff", "POST", "/api/things", `{"name":"stale"}`)
	if p := stale.problem(t); stale.status != 409 || p.Code != "stale" || p.Current["id"] != "9" {
		t.Errorf("stale: %d %s", stale.status, stale.body)
	}
	if full := b.do(t, "staff", "POST", "/api/things", `{"name":"full"}`); full.status != 507 || full.problem(t).Code != "disk_full" {
		t.Errorf("full disk: %d %s", full.status, full.body)
	}
	for _, name := range []string{"odd", "panic"} {
		got := b.do(t, "staff", "POST", "/api/things", `{"name":"`+name+`"}`)
		if got.status != 500 || got.problem(t).Code != "internal" || bytes.Contains(got.body, []byte("13800000001")) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if !bytes.Contains(got.body, []byte(got.header.Get("X-Request-Id"))) {
			t.Errorf("%s: the answer does not name the request", name)
		}
	}
	if got := b.do(t, "staff", "POST", "/api/things", `{"name":"ab"}`); got.status != 201 {
		t.Errorf("after the panic: %d", got.status)
	}
}

func TestBodiesThatAreTooMuch(t *testing.T) {
	b := newBench(t, dbtest.Open(t, db.SQLite))
	big := b.do(t, "staff", "POST", "/api/things", `{"name":"`+strings.Repeat("x", 10<<20)+`"}`)
	if p := big.problem(t); big.status != 413 || p.Code != "too_large" || !strings.Contains(p.DetailZh, "1 MB") {
		t.Errorf("10 MB: %d %s", big.status, big.body)
	}
	if got := b.do(t, "staff", "POST", "/api/things", `{"name":"ab"}`, "Content-Type", "text/plain"); got.status != 415 {
		t.Errorf("text/plain: %d %s", got.status, got.body)
	}
	deep := b.do(t, "staff", "POST", "/api/things", strings.Repeat("[", 200_000))
	if deep.status != 400 {
		t.Errorf("deep nesting: %d", deep.status)
	}
	if got := b.do(t, "staff", "POST", "/api/things", `{"name":"ab"}`); got.status != 201 {
		t.Errorf("after all that: %d", got.status)
	}
}

func TestCrossOriginWritesAreRefused(t *testing.T) {
	b := newBench(t, dbtest.Open(t, db.SQLite))
	got := b.do(t, "staff", "POST", "/api/things", `{"name":"ab"}`, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	if got.status != 403 || got.problem(t).Code != "cross_origin" || b.calls.Load() != 0 {
		t.Errorf("%d %s, %d calls", got.status, got.body, b.calls.Load())
	}
	if got := b.do(t, "staff", "POST", "/api/things", `{"name":"ab"}`, "Sec-Fetch-Site", "same-origin"); got.status != 201 {
		t.Errorf("same origin: %d", got.status)
	}
}

func TestSecurityHeaders(t *testing.T) {
	b := newBench(t, dbtest.Open(t, db.SQLite))
	got := b.do(t, "", "GET", "/api/public", "")
	policy := got.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'self'") || strings.Contains(policy, "'unsafe-eval'") || strings.Contains(policy, "script-src 'self' 'unsafe-inline'") {
		t.Errorf("content policy %q", policy)
	}
	for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Frame-Options": "SAMEORIGIN"} {
		if got.header.Get(header) != want {
			t.Errorf("%s: %q", header, got.header.Get(header))
		}
	}
}

func TestListsAreNeverNullAndLongAnswersAreCompressed(t *testing.T) {
	b := newBench(t, dbtest.Open(t, db.SQLite))
	if got := b.do(t, "staff", "POST", "/api/things", `{"name":"ab"}`); !bytes.Contains(got.body, []byte(`"tags":[]`)) {
		t.Errorf("%s", got.body)
	}
	long := b.do(t, "staff", "GET", "/api/things/5", "", "Accept-Encoding", "gzip")
	if long.header.Get("Content-Encoding") != "gzip" || len(long.body) > 500 {
		t.Errorf("%q, %d bytes", long.header.Get("Content-Encoding"), len(long.body))
	}
}

func TestRepeatedCommand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		post := func(token, key, body string) answer {
			return b.do(t, token, "POST", "/api/things", body, "Idempotency-Key", key)
		}
		first := post("staff", "k1", `{"name":"ab"}`)
		again := post("staff", "k1", `{"name":"ab"}`)
		if first.status != 201 || again.status != 201 || !bytes.Equal(first.body, again.body) || b.calls.Load() != 1 {
			t.Errorf("%s then %s, %d calls", first.body, again.body, b.calls.Load())
		}
		if again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("a replayed answer does not say so")
		}
		if got := post("staff", "k1", `{"name":"cd"}`); got.status != 409 || got.problem(t).Code != "key_reused" {
			t.Errorf("another body: %d %s", got.status, got.body)
		}
		if got := post("staff", "k2", `{"name":"ab"}`); got.status != 201 || b.calls.Load() != 2 {
			t.Errorf("another key: %d", got.status)
		}
		refused := post("staff", "k3", `{"name":"stale"}`)
		if again := post("staff", "k3", `{"name":"stale"}`); again.status != 409 || !bytes.Equal(refused.body, again.body) || b.calls.Load() != 3 {
			t.Errorf("a refusal is an answer: %d, %d calls", again.status, b.calls.Load())
		}
		post("staff", "k4", `{"name":"panic"}`)
		post("staff", "k4", `{"name":"panic"}`)
		if b.calls.Load() != 5 {
			t.Errorf("a failure may be tried again: %d calls", b.calls.Load())
		}
	})
}

func TestUpload(t *testing.T) {
	b := newBench(t, dbtest.Open(t, db.SQLite))
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("project_id", "42")
	part, _ := w.CreateFormFile("file", `..\C:\房间.xlsx`)
	_, _ = part.Write(bytes.Repeat([]byte("PK"), 1<<20))
	_ = w.Close()
	got := b.do(t, "staff", "POST", "/api/uploads", form.String(), "Content-Type", w.FormDataContentType())
	var out thing
	if err := json.Unmarshal(got.body, &out); err != nil || out.ID != 42 || out.Name != "房间.xlsx:PK" || out.Count != 2<<20 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := b.do(t, "staff", "POST", "/api/uploads", `{}`); got.status != 415 {
		t.Errorf("JSON: %d %s", got.status, got.body)
	}
	cut := form.String()[:1<<20]
	if got := b.do(t, "staff", "POST", "/api/uploads", cut, "Content-Type", w.FormDataContentType()); got.status != 400 || got.problem(t).Code != "cut_off" {
		t.Errorf("a cut body: %d %s", got.status, got.body)
	}
	// A connection that breaks in the middle must leave the server standing.
	connection, err := net.Dial("tcp", strings.TrimPrefix(b.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(connection, "POST /api/uploads HTTP/1.1\r\nHost: x\r\nCookie: %s=staff\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		api.SessionCookie, w.FormDataContentType(), form.Len(), cut[:5000])
	connection.Close()
	if got := b.do(t, "", "GET", "/api/public", ""); got.status != 204 {
		t.Errorf("after a broken upload: %d", got.status)
	}
}

func TestFloodIsSlowedDown(t *testing.T) {
	s := api.New(api.Config{DB: dbtest.Open(t, db.SQLite), Log: slog.New(slog.DiscardHandler), Rate: 5}, func(s *api.Server) {
		api.Add(s, api.Op{Method: "GET", Path: "/api/public", Permission: api.Public, Zh: "公开", En: "Public"},
			func(context.Context, *api.Nothing) (*api.Nothing, error) { return nil, nil })
	})
	handler := s.Handler()
	last := 0
	start := time.Now()
	for range 300 {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/api/public", nil)
		handler.ServeHTTP(w, r)
		last = w.Code
		if last == 429 && w.Header().Get("Retry-After") == "" {
			t.Fatal("no Retry-After")
		}
	}
	if last != 429 && time.Since(start) < 10*time.Second {
		t.Errorf("the 300th request in %v: %d", time.Since(start), last)
	}
}

func TestDocument(t *testing.T) {
	b := newBench(t, dbtest.Open(t, db.SQLite))
	got := b.do(t, "", "GET", "/api/openapi.json", "")
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Responses   map[string]any
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(got.body, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || doc.Paths["/api/things"]["post"].OperationID != "postThings" ||
		doc.Paths["/api/things"]["post"].Responses["201"] == nil || doc.Components.Schemas["Problem"] == nil {
		t.Errorf("%s", got.body)
	}
	if got := b.do(t, "", "GET", "/api/openapi.json", "", "If-None-Match", got.header.Get("ETag")); got.status != 304 {
		t.Errorf("with the ETag: %d", got.status)
	}
	if page := b.do(t, "", "GET", "/api/docs", ""); page.status != 200 || !bytes.Contains(page.body, []byte("/api/docs?script")) {
		t.Errorf("docs: %d", page.status)
	}
}
