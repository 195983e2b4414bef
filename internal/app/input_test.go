package app_test

import (
	"bytes"
	"encoding/json"
	"image"
	imagepng "image/png"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/app/apptest"
)

// upload is a multipart body with one file.
func upload(t *testing.T, name string, content []byte, fields ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// png is a small picture.
var png = func() []byte {
	var b bytes.Buffer
	if err := imagepng.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 6))); err != nil {
		panic(err)
	}
	return b.Bytes()
}()

func TestRegisterOverHTTP(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		h.Room("1-1-101", "林晓", "13800000001")
		c := h.Staff("CS_MGR")
		var page struct {
			Items []map[string]any
			Total int
			Sums  map[string]int64
		}
		c.Do("GET", "/api/rooms?size=10&sort=-build_area", nil).Want(200).Into(&page)
		if page.Total != 1 || page.Items[0]["code"] != "1-1-101" || page.Sums["build_area"] != 9050 || page.Items[0]["building_id_label"] == "" {
			t.Errorf("%+v", page)
		}
		meta := c.Do("GET", "/api/meta/rooms", nil).Want(200)
		c.Do("GET", "/api/meta/rooms", nil, "If-None-Match", meta.Header.Get("ETag")).Want(304)
		if !strings.Contains(string(meta.Body), `"title":"房屋编码"`) {
			t.Errorf("%s", meta.Body)
		}
		var customers struct{ Items []map[string]any }
		c.Do("GET", "/api/customers", nil).Want(200).Into(&customers)
		if customers.Items[0]["phone"] != "138****0001" {
			t.Errorf("phone in a list: %v", customers.Items[0]["phone"])
		}
		c.Do("GET", "/api/rooms?colour=red", nil).Code(400, "bad_request")
		file := c.Do("GET", "/api/rooms/export?format=csv", nil)
		if file.Status == 200 && (!strings.HasPrefix(file.Header.Get("Content-Type"), "text/csv") || !strings.Contains(string(file.Body), "1-1-101")) {
			t.Errorf("export: %s %s", file.Header, file.Body)
		}
	})
}

func TestStaleAndUnknownOverHTTP(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		h.Room("1-1-101", "林晓", "13800000001")
		c := h.Manager()
		var page struct{ Items []map[string]any }
		c.Do("GET", "/api/rooms", nil).Want(200).Into(&page)
		path := "/api/rooms/" + page.Items[0]["id"].(string)
		c.Do("PATCH", path, map[string]any{"version": 1, "note": "一"}).Want(200)
		stale := c.Do("PATCH", path, map[string]any{"version": 1, "note": "二"}).Code(409, "stale").JSON()
		if current, ok := stale["current"].(map[string]any); !ok || current["note"] != "一" {
			t.Errorf("a stale answer shows %v", stale["current"])
		}
		for body, pointer := range map[string]string{
			`{"version":2,"nots":"x"}`:     "/nots",
			`{"version":2,"floor":"five"}`: "/floor",
			`{"version":2,"usage":"moon"}`: "/usage",
			`{"note":"x"}`:                 "/version",
		} {
			if got := c.Do("PATCH", path, body).Code(422, "invalid"); !strings.Contains(string(got.Body), `"`+pointer+`"`) {
				t.Errorf("%s: %s", body, got.Body)
			}
		}
		big := `{"version":2,"note":"` + strings.Repeat("x", 10<<20) + `"}`
		c.Do("PATCH", path, big).Code(413, "too_large")
		c.Do("PATCH", path, `{"version":2}`, "Content-Type", "application/xml").Code(415, "unsupported_media_type")
		c.Do("PATCH", path, `{"version":2,`).Want(400)
		c.Do("PATCH", path, map[string]any{"version": 2, "note": "三"}, "Sec-Fetch-Site", "cross-site").Code(403, "cross_origin")
		if got := c.Do("GET", path, nil).Want(200).JSON(); got["version"] != float64(2) || got["note"] != "一" {
			t.Errorf("something was written: %v", got)
		}
	})
}

func TestRepeatedCreateOverHTTP(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		c := h.Manager()
		body := map[string]any{"project_id": h.JLHY, "code": "9", "structure": "frame"}
		first := c.Do("POST", "/api/buildings", body, "Idempotency-Key", "4b1c2d3e").Want(201)
		again := c.Do("POST", "/api/buildings", body, "Idempotency-Key", "4b1c2d3e").Want(201)
		if !bytes.Equal(first.Body, again.Body) {
			t.Errorf("%s, then %s", first.Body, again.Body)
		}
		c.Do("POST", "/api/buildings", body).Code(409, "taken")
		var page struct{ Total int }
		c.Do("GET", "/api/buildings", nil).Want(200).Into(&page)
		if page.Total != 1 {
			t.Errorf("%d buildings", page.Total)
		}
	})
}

func TestFilesOverHTTP(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		c, other := h.Staff("TECHNICIAN"), h.Staff("TECHNICIAN")
		body, kind := upload(t, "漏水.png", png, "geo", "30.1,120.2")
		stored := c.Do("POST", "/api/files", body, "Content-Type", kind).Want(201).JSON()
		got := c.Do("GET", "/api/files/"+stored["id"].(string), nil).Want(200)
		if !bytes.Equal(got.Body, png) || got.Header.Get("Content-Type") != "image/png" {
			t.Errorf("%s %d bytes", got.Header.Get("Content-Type"), len(got.Body))
		}
		other.Do("GET", "/api/files/"+stored["id"].(string), nil).Code(404, "not_found")
		body, kind = upload(t, "virus.exe", []byte("MZ\x90\x00 something that runs"))
		c.Do("POST", "/api/files", body, "Content-Type", kind).Code(415, "file_type")
		c.Do("POST", "/api/files", body[:100], "Content-Type", kind).Code(400, "cut_off")
	})
}

func TestDocumentIsCompleteAndSound(t *testing.T) {
	h := apptest.Start(t, 0)
	var doc struct {
		Paths      map[string]map[string]any
		Components struct{ Schemas map[string]any }
	}
	raw := h.Stranger().Do("GET", "/api/openapi.json", nil).Want(200)
	raw.Into(&doc)
	ids := map[string]bool{}
	for _, o := range h.App.Server.Operations() {
		if o.Hidden {
			continue
		}
		found, ok := doc.Paths[o.Path][strings.ToLower(o.Method)].(map[string]any)
		if !ok {
			t.Errorf("%s %s is not in the document", o.Method, o.Path)
			continue
		}
		id, _ := found["operationId"].(string)
		if ids[id] {
			t.Errorf("operation id %q twice", id)
		}
		ids[id] = true
	}
	refs := 0
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				refs++
				if doc.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")] == nil {
					t.Errorf("%s leads nowhere", ref)
				}
			}
			for _, inner := range v {
				look(inner)
			}
		case []any:
			for _, inner := range v {
				look(inner)
			}
		}
	}
	var whole any
	if err := json.Unmarshal(raw.Body, &whole); err != nil {
		t.Fatal(err)
	}
	look(whole)
	if refs < 50 {
		t.Errorf("only %d references", refs)
	}
}
