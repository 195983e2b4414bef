package webui

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func site() *Site {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return FromFS(fstest.MapFS{
		"index.html":           file("<script>let a=1</script><p>console"),
		"m/index.html":         file("<p>staff"),
		"o/index.html":         file("<p>owner"),
		"m/app.webmanifest":    file("{}"),
		"assets/main-x1.js":    file("export{}"),
		"assets/main-x1.js.br": file("BR"),
		"assets/main-x1.js.gz": file("GZ"),
	})
}

func get(t *testing.T, s *Site, url string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, url, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryAppHasItsFallback(t *testing.T) {
	for url, want := range map[string]string{
		"/": "console", "/r/rooms": "console", "/m/": "staff", "/m/tasks/12": "staff", "/o/": "owner", "/o/bills": "owner",
		"/other/page": "console",
	} {
		r := get(t, site(), url)
		if r.StatusCode != 200 || !strings.Contains(body(t, r), want) {
			t.Errorf("%s: want the %s page, got %d", url, want, r.StatusCode)
		}
		if r.Header.Get("Cache-Control") != "no-cache" || r.Header.Get("ETag") == "" {
			t.Errorf("%s: a page must be revalidated, got %v", url, r.Header)
		}
	}
	if r := get(t, site(), "/m"); r.StatusCode != http.StatusMovedPermanently || r.Header.Get("Location") != "/m/" {
		t.Errorf("/m: want a redirect to /m/, got %d", r.StatusCode)
	}
}

func TestMissingFilesAreNeverPages(t *testing.T) {
	for _, url := range []string{"/assets/gone.js", "/assets/", "/assets/a/b", "/favicon.ico", "/api/none", "/m/sw.js", "/../webui.go"} {
		r := get(t, site(), url)
		if r.StatusCode != 404 || strings.Contains(r.Header.Get("Content-Type"), "html") {
			t.Errorf("%s: want a plain 404, got %d %s", url, r.StatusCode, r.Header.Get("Content-Type"))
		}
	}
}

func TestEncodings(t *testing.T) {
	for accept, want := range map[string]string{
		"br, gzip": "BR", "gzip": "GZ", "gzip, br;q=0": "GZ", "br; q=0.5": "BR", "": "export{}", "identity": "export{}",
	} {
		r := get(t, site(), "/assets/main-x1.js", "Accept-Encoding", accept)
		if got := body(t, r); got != want {
			t.Errorf("Accept-Encoding %q: want %q, got %q", accept, want, got)
		}
		if r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Vary is missing", accept)
		}
		if !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("assets must be immutable, got %q", r.Header.Get("Cache-Control"))
		}
	}
}

func TestRevalidation(t *testing.T) {
	first := get(t, site(), "/assets/main-x1.js", "Accept-Encoding", "br")
	again := get(t, site(), "/assets/main-x1.js", "Accept-Encoding", "br", "If-None-Match", first.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("want 304, got %d", again.StatusCode)
	}
	other := get(t, site(), "/assets/main-x1.js", "Accept-Encoding", "gzip", "If-None-Match", first.Header.Get("ETag"))
	if other.StatusCode != 200 {
		t.Errorf("another encoding is another entity: want 200, got %d", other.StatusCode)
	}
}

func TestPolicyNamesTheInlineScript(t *testing.T) {
	csp := get(t, site(), "/").Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "'sha256-") || strings.Contains(csp, "'unsafe-eval'") || strings.Contains(csp, "script-src 'self' 'unsafe-inline'") {
		t.Errorf("policy: %s", csp)
	}
	if get(t, site(), "/m/app.webmanifest").Header.Get("Content-Type") != "application/manifest+json" {
		t.Error("the manifest has the wrong type")
	}
}

func TestUnbuiltAndOtherMethods(t *testing.T) {
	empty := FromFS(fstest.MapFS{})
	if r := get(t, empty, "/"); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body(t, r), "make web") {
		t.Errorf("an empty build must say what to do, got %d", r.StatusCode)
	}
	w := httptest.NewRecorder()
	site().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: want 405, got %d", w.Code)
	}
	if New() == nil {
		t.Error("the embedded site must open with or without a build")
	}
}
