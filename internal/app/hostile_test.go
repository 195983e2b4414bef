package app_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"mime"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/db"
)

// Lists take what makes sense and refuse the rest with a reason.
func TestHostileListQueries(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		h.Room("1-1-101", "林晓", "13800000001")
		c := h.Manager()
		for _, query := range []string{"page=-1", "page=0", "page=1e3", "page=99999999999999999999", "size=0", "size=100000", "size=-1", "sort=moon", "sort=-", "sort=code,code",
			"sort=code;drop%20table%20room", "sort=(select%201)", "code%20or%201=1=x", "project=abc", "project=1%20or%201=1", "id='", "batch=--", "archived=yes", "build_area=a~b",
			"build_area=~9e99", "build_area=1~2~3", "%00=1", "unknown=1", "code=%27;--", "code=%zz"} {
			if answer := c.Do("GET", "/api/rooms?"+query, nil); answer.Status != 400 || problemFault(answer) != "" {
				t.Errorf("?%s: %d %.300s", query, answer.Status, answer.Body)
			}
		}
		for query, want := range map[string]int{"q=%27%20OR%201=1%20--": 0, "q=%25": 0, "q=_": 0, "q=%5C": 0, "page=1000000": 0, "q=101": 1, "q=": 1} {
			answer := c.Do("GET", "/api/rooms?"+query, nil)
			var page struct{ Items []any }
			if answer.Want(200).Into(&page); len(page.Items) != want {
				t.Errorf("?%s: %d rows, want %d", query, len(page.Items), want)
			}
		}
		for _, id := range []string{"0", "-1", "9007199254740993", "99999999999999999999", "1e3", "abc", "%00", "..%2f..%2fetc%2fpasswd", "%2e%2e"} {
			if answer := c.Do("GET", "/api/rooms/"+id, nil); answer.Status != 400 && answer.Status != 404 && answer.Status != 422 || problemFault(answer) != "" {
				t.Errorf("id %s: %d %.200s", id, answer.Status, answer.Body)
			}
		}
	})
}

// Bodies that are not what they say, or more than anybody may send.
func TestHostileBodies(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	c := h.Manager()
	create := func(body string, headers ...string) *apptest.Answer {
		return c.Do("POST", "/api/buildings", body, headers...)
	}
	start := fmt.Sprintf(`{"project_id":"%s","code":"`, h.JLHY)
	for name, answer := range map[string]*apptest.Answer{
		"too large":        create(start+strings.Repeat("9", 10<<20)+`"}`).Code(413, "too_large"),
		"deep":             create(strings.Repeat(`{"a":`, 200_000) + "1" + strings.Repeat("}", 200_000)),
		"deep lists":       create(strings.Repeat("[", 500_000)),
		"not UTF-8":        create(start + "\xff\xfe" + `","structure":"frame"}`),
		"half a surrogate": create(start + `\ud800` + `","structure":"frame"}`),
		"NUL":              create(start + `9\u0000","structure":"frame"}`),
		"two values":       create(start + `9","structure":"frame"}{}`),
		"an array":         create(`[]`),
		"null":             create(`null`),
		"nothing":          create(``),
		"a number":         create(`1`),
		"twice":            create(start + `9","code":"8","structure":"moon"}`),
		"form":             create(`code=9`, "Content-Type", "application/x-www-form-urlencoded").Code(415, "unsupported_media_type"),
		"text":             create(start+`c9","structure":"frame"}`, "Content-Type", "text/plain").Code(415, "unsupported_media_type"),
		"GBK":              create(start+`c0","structure":"frame"}`, "Content-Type", "application/json; charset=gbk"),
		"packed":           create(start+`c1","structure":"frame"}`, "Content-Encoding", "gzip"),
		"no such type":     create(start+`c2","structure":"frame"}`, "Content-Type", ";;;"),
		"prototype":        create(start + `c3","structure":"frame","__proto__":{"admin":true}}`),
		"own id":           create(start + `c4","structure":"frame","id":"1"}`),
		"own version":      create(start + `c5","structure":"frame","version":9}`),
		"own batch":        create(start + `c6","structure":"frame","batch_id":"9"}`),
		"archived":         create(start + `c7","structure":"frame","archived_at":9}`),
	} {
		if answer.Status < 400 || problemFault(answer) != "" {
			t.Errorf("%s: %d %.300s", name, answer.Status, answer.Body)
		}
	}
	var page struct{ Total int }
	c.Do("GET", "/api/buildings?archived=all", nil).Want(200).Into(&page)
	if page.Total != 0 {
		t.Errorf("%d buildings were written", page.Total)
	}
}

// What is uploaded is what it is, whatever it is called, and cannot run in a browser.
func TestHostileUploads(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		c := h.Staff("TECHNICIAN")
		svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
		html := []byte("<!doctype html><html><script>alert(1)</script></html>")
		for name, content := range map[string][]byte{"picture.svg": svg, "picture.png": svg, "photo.jpg": html, "page.html": html, "a.xml": []byte(`<?xml version="1.0"?><a/>`),
			"empty.png": {}, "script.js": []byte("alert(1)"), "half.png": png[:20], "polyglot.gif": append([]byte("GIF89a/*"), html...), "note.txt": html} {
			body, kind := upload(t, name, content)
			stored := c.Do("POST", "/api/files", body, "Content-Type", kind)
			if fault := problemFault(stored); fault != "" {
				t.Errorf("%s: %s: %d %s", name, fault, stored.Status, stored.Body)
			}
			if stored.Status != 201 {
				continue
			}
			got := c.Do("GET", "/api/files/"+stored.JSON()["id"].(string), nil).Want(200)
			kind, _, _ = mime.ParseMediaType(got.Header.Get("Content-Type"))
			disposition := got.Header.Get("Content-Disposition")
			if kind == "text/html" || kind == "image/svg+xml" || strings.Contains(kind, "xml") || strings.Contains(kind, "script") {
				t.Errorf("%s is served as %s", name, kind)
			}
			if !strings.HasPrefix(kind, "image/") && !strings.HasPrefix(disposition, "attachment") {
				t.Errorf("%s is shown in place: %s %s", name, kind, disposition)
			}
			if got.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") {
				t.Errorf("%s: headers %v", name, got.Header)
			}
			if thumb := c.Do("GET", "/api/files/"+stored.JSON()["id"].(string)+"?w=320", nil); problemFault(thumb) != "" {
				t.Errorf("a small %s: %d %s", name, thumb.Status, thumb.Body)
			}
		}
		// Names may be anything; headers and folders stay whole.
		for _, name := range []string{"漏水 \"厨房\".png", "a\r\nSet-Cookie: x=1.png", "../../../etc/passwd.png", `..\..\boot.ini.png`, "a;filename=b.html.png", strings.Repeat("长", 300) + ".png",
			"\u202egnp.exe.png", ".png", "%0d%0aX: y.png", "/.png"} {
			body, kind := upload(t, name, png)
			stored := c.Do("POST", "/api/files", body, "Content-Type", kind)
			if fault := problemFault(stored); fault != "" {
				t.Errorf("%q: %s: %s", name, fault, stored.Body)
			}
			if stored.Status != 201 {
				continue
			}
			got := c.Do("GET", "/api/files/"+stored.JSON()["id"].(string), nil).Want(200)
			_, params, err := mime.ParseMediaType(got.Header.Get("Content-Disposition"))
			if err != nil || got.Header.Get("Set-Cookie") != "" || strings.ContainsAny(params["filename"], "/\\\r\n") || params["filename"] == "" {
				t.Errorf("%q is sent as %q %v", name, got.Header.Get("Content-Disposition"), err)
			}
		}
	})
}

// bomb is a workbook that unpacks to very much more than it is.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range map[string]string{
		"[Content_Types].xml":        `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>`,
		"_rels/.rels":                `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
	} {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	chunk := bytes.Repeat([]byte("A"), 1<<20)
	_, _ = f.Write([]byte(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>`))
	for range 300 {
		if _, err := f.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Files to import that are broken, cut off or made to choke on: a clear end, nothing written.
func TestHostileWorkbooks(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	h.Room("1-1-101", "林晓", "13800000001")
	c := h.Manager()
	template := c.Do("GET", "/api/buildings/template", nil).Want(200).Body
	for name, content := range map[string][]byte{"bomb.xlsx": bomb(t), "cut.xlsx": template[:len(template)/2], "empty.xlsx": {}, "text.xlsx": []byte("hello"), "photo.xlsx": png,
		"bad.csv": {0xff, 0xfe, 0, 1, 2}, "quotes.csv": []byte("楼栋编码,结构\n\"8,frame\n"), "nul.csv": []byte("楼栋编码,结构\n8\x00,剪力墙\n"), "none.csv": []byte("\n\n\n")} {
		body, kind := upload(t, name, content, "kind", "buildings", "project_id", h.JLHY.String())
		answer := c.Do("POST", "/api/imports", body, "Content-Type", kind)
		if fault := problemFault(answer); fault != "" {
			t.Errorf("%s: %s: %d %s", name, fault, answer.Status, answer.Body)
		}
		if answer.Status != 201 {
			continue
		}
		path := "/api/imports/" + answer.JSON()["id"].(string)
		var state struct {
			State, Detail string
			Total, OK     int
			Errors        []any
		}
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if c.Do("GET", path, nil).Want(200).Into(&state); state.State != "checking" {
				break
			}
		}
		if state.State == "checking" || state.OK > 0 || state.State == "failed" && state.Detail == "" {
			t.Errorf("%s: %+v", name, state)
		}
		if marked := c.Do("GET", path+"/errors.xlsx", nil); problemFault(marked) != "" {
			t.Errorf("the marked %s: %d %s", name, marked.Status, marked.Body)
		}
	}
	body, kind := upload(t, "a.csv", []byte("楼栋编码,结构\n8,剪力墙\n"), "kind", "../../etc", "project_id", h.JLHY.String())
	if answer := c.Do("POST", "/api/imports", body, "Content-Type", kind); answer.Status < 400 || problemFault(answer) != "" {
		t.Errorf("an import of nothing known: %d %s", answer.Status, answer.Body)
	}
	c.Do("POST", "/api/imports", body[:len(body)-40], "Content-Type", kind).Want(400)
	var page struct{ Total int }
	c.Do("GET", "/api/buildings", nil).Want(200).Into(&page)
	if page.Total != 1 {
		t.Errorf("%d buildings after files that are none", page.Total)
	}
}

// Requests that are no HTTP, and senders that go away in the middle.
func TestBrokenConnections(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	address := strings.TrimPrefix(h.URL, "http://")
	for _, text := range []string{"GET /api/rooms HTTP/9.9\r\n\r\n", "\x16\x03\x01\x00\xa5\x01", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /api/../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /api/session HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG", "POST /api/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
		"POST /api/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "GET /api/session HTTP/1.1\r\nHost: a\r\nCookie: lifang_session=" + strings.Repeat("x", 9000) + "\r\n\r\n",
		"GET /api/rooms HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \x01\r\n\r\n", "TRACE /api/rooms HTTP/1.1\r\nHost: a\r\n\r\n"} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		answer := make([]byte, 400)
		n, _ := conn.Read(answer)
		if first := string(answer[:n]); strings.HasPrefix(first, "HTTP/1.1 5") && !strings.HasPrefix(first, "HTTP/1.1 505") || strings.HasPrefix(first, "HTTP/1.1 200") && strings.Contains(first, "root:") {
			t.Errorf("%.60q: %s", text, first)
		}
		_ = conn.Close()
	}
	h.Stranger().Do("GET", "/readyz", nil).Want(200)
}

// Paths lead nowhere but to what is served.
// unbuilt tells the page of a program without web apps, which answers any other path.
func unbuilt(a *apptest.Answer) bool {
	return a.Status == http.StatusServiceUnavailable && strings.Contains(string(a.Body), "make web")
}

func TestPathTricks(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	c := h.Manager()
	for _, path := range []string{"/api//rooms", "/api/rooms/", "/API/rooms", "/api/rooms;x=1", "/api/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/assets/..%5c..%5cboot.ini", "/%00", "/api/files/..%2f1",
		"/api/rooms/1/../../session", "/.git/config", "/lifang.db", "/internal/app/app.go", "/api/meta/..%2frooms", "/api/flow/forms/%2e%2e/x", "/debug/pprof/", "/metrics"} {
		answer := c.Do("GET", path, nil)
		if strings.HasPrefix(path, "/api") && answer.Status >= 400 && problemFault(answer) != "" || answer.Status >= 500 && !unbuilt(answer) || strings.Contains(string(answer.Body), "root:") || strings.Contains(string(answer.Body), "SQLite format") {
			t.Errorf("%s: %d %.200s", path, answer.Status, answer.Body)
		}
		if answer.Status == 301 || answer.Status == 307 || answer.Status == 308 {
			if to := answer.Header.Get("Location"); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
				t.Errorf("%s leads to %s", path, to)
			}
		}
	}
}
