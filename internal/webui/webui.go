// Package webui serves the three web apps that are embedded in the binary: the console at /, the staff app at /m/ and
// the owner app at /o/.
//
// The main type is Site, a read-only http.Handler over a built tree:
//
//	mux.Handle("/", webui.New())
//
// It knows nothing of the API: routes under /api/ must be mounted beside it. It never answers a missing asset with a
// page, because a browser would take the page for a broken script, and it never serves a file outside the build.
package webui

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
)

//go:embed all:ui
var embedded embed.FS

// apps are the entry pages, longest prefix first.
var apps = []struct{ prefix, page string }{
	{"/m/", "m/index.html"},
	{"/o/", "o/index.html"},
	{"/", "index.html"},
}

// asset is one file in up to three encodings.
type asset struct {
	raw, br, gz []byte
	kind        string // MIME type
	etag        string // hash of the raw bytes, without quotes
	csp         string // only for pages
}

// Site is the built web tree, read once, served from memory.
type Site struct{ files map[string]*asset }

// New reads the embedded build.
func New() *Site {
	tree, err := fs.Sub(embedded, "ui/app")
	if err != nil {
		return &Site{files: map[string]*asset{}}
	}
	return FromFS(tree)
}

// FromFS reads a build from tree, whose root holds index.html. A tree that cannot be read is an empty site.
func FromFS(tree fs.FS) *Site {
	s := &Site{files: map[string]*asset{}}
	_ = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") {
			return nil
		}
		raw, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil
		}
		sum := sha256.Sum256(raw)
		a := &asset{raw: raw, kind: kind(name), etag: hex.EncodeToString(sum[:12])}
		a.br, _ = fs.ReadFile(tree, name+".br")
		a.gz, _ = fs.ReadFile(tree, name+".gz")
		if path.Ext(name) == ".html" {
			a.csp = policy(raw)
		}
		s.files[name] = a
		return nil
	})
	return s
}

// Built says whether the web apps are in this binary.
func (s *Site) Built() bool { return s.files["index.html"] != nil }

// ServeHTTP answers GET and HEAD. Known files are served as they are, unknown paths without a file extension get the
// page of the app they belong to, everything else is 404.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	if !s.Built() {
		http.Error(w, "The web apps are not in this binary: run make web and build again. The API works.\n"+
			"本程序未包含网页：请先执行 make web 再编译。接口可用。", http.StatusServiceUnavailable)
		return
	}
	for _, a := range apps {
		if a.prefix != "/" && r.URL.Path+"/" == a.prefix {
			http.Redirect(w, r, a.prefix, http.StatusMovedPermanently)
			return
		}
	}
	a, name := s.find(r.URL.Path)
	if a == nil {
		http.NotFound(w, r)
		return
	}
	a.serve(w, r, name)
}

func (s *Site) find(url string) (*asset, string) {
	name := strings.TrimPrefix(path.Clean(url), "/")
	if a := s.files[name]; a != nil {
		return a, name
	}
	if strings.HasPrefix(url, "/assets/") || strings.HasPrefix(url, "/api/") || path.Ext(name) != "" {
		return nil, ""
	}
	for _, app := range apps {
		if strings.HasPrefix(url, app.prefix) {
			return s.files[app.page], app.page
		}
	}
	return nil, ""
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	if a.csp != "" {
		h.Set("Content-Security-Policy", a.csp)
		h.Set("X-Frame-Options", "SAMEORIGIN")
	}
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	body, tag := a.raw, `"`+a.etag+`"`
	if a.br != nil || a.gz != nil {
		h.Add("Vary", "Accept-Encoding")
		accepted := r.Header.Get("Accept-Encoding")
		switch {
		case a.br != nil && accepts(accepted, "br"):
			body, tag = a.br, `"`+a.etag+`-br"`
			h.Set("Content-Encoding", "br")
		case a.gz != nil && accepts(accepted, "gzip"):
			body, tag = a.gz, `"`+a.etag+`-gz"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) //nolint:gosec // the build's own bytes, nothing of the request
}

// accepts reads an Accept-Encoding header; "br;q=0" refuses.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(name, encoding) {
			continue
		}
		q := strings.ReplaceAll(params, " ", "")
		weight, err := strconv.ParseFloat(strings.TrimPrefix(q, "q="), 64)
		return q == "" || err != nil || weight > 0
	}
	return false
}

func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if p := strings.TrimPrefix(strings.TrimSpace(part), "W/"); p == tag || p == "*" {
			return true
		}
	}
	return false
}

func kind(name string) string {
	switch path.Ext(name) {
	case ".webmanifest":
		return "application/manifest+json"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".wasm":
		return "application/wasm"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

var inline = regexp.MustCompile(`(?s)<script>(.*?)</script>`)

// policy is the Content-Security-Policy of a page. Its inline scripts (the one that sets the theme before the first
// paint) are allowed by hash; wasm-unsafe-eval is for the code reader of the scanner; styles are injected by the
// console's controls.
func policy(page []byte) string {
	scripts := "script-src 'self' 'wasm-unsafe-eval'"
	for _, m := range inline.FindAllSubmatch(page, -1) {
		sum := sha256.Sum256(m[1])
		scripts += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'self'; " + scripts + "; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
		"media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; " +
		"form-action 'self'; frame-ancestors 'self'"
}
