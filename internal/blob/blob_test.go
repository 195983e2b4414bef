package blob

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/problem"
)

func each(t *testing.T, fn func(t *testing.T, s *Store)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, err := Open(d, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		fn(t, s)
	})
}

// picture is a JPEG, w by h pixels, its left half red and its right half blue, stored
// with an EXIF orientation.
func picture(t testing.TB, w, h int, orientation uint16) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 255, A: 255}
			if x >= w/2 {
				c = color.RGBA{B: 255, A: 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		t.Fatal(err)
	}
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, orientation)
	body := append([]byte("Exif\x00\x00"), append(tiff, 0, 0, 0, 0, 0, 0)...)
	app1 := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(body)+2))
	return append(append([]byte{0xFF, 0xD8}, append(app1, body...)...), out.Bytes()[2:]...)
}

func xlsx(t testing.TB, part string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(part)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("<workbook/>")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func put(t *testing.T, s *Store, name string, content []byte) File {
	t.Helper()
	f, err := s.Put(t.Context(), bytes.NewReader(content), Upload{Name: name, By: 5, Project: 7, TakenAt: 1, Geo: "31.2,121.4"})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFileComesBackAsItWas(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		content := picture(t, 40, 30, 1)
		f := put(t, s, `C:\fotos\漏水.jpg`, content)
		got, err := s.Get(t.Context(), s.db.Reader(), f.ID)
		if err != nil || got != f || f.Name != "漏水.jpg" || f.Mime != "image/jpeg" || f.Size != int64(len(content)) || f.UploadedBy != 5 || f.ProjectID != 7 {
			t.Fatalf("%+v %v", got, err)
		}
		r, err := s.Content(f)
		if err != nil {
			t.Fatal(err)
		}
		read, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(read, content) || r.Close() != nil {
			t.Fatalf("content differs: %v", err)
		}
		if _, err := s.Get(t.Context(), s.db.Reader(), 4711); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("missing file: %v", err)
		}
	})
}

func TestSameContentIsKeptOnce(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		content := picture(t, 40, 30, 1)
		one, two := put(t, s, "a.jpg", content), put(t, s, "b.jpg", content)
		if one.ID == two.ID || one.SHA256 != two.SHA256 {
			t.Fatalf("%+v %+v", one, two)
		}
		if files := contents(t, s); len(files) != 1 {
			t.Errorf("kept %v", files)
		}
	})
}

func contents(t *testing.T, s *Store) (files []string) {
	t.Helper()
	err := filepath.WalkDir(s.folder.dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestTypesAreJudgedByContent(t *testing.T) {
	t.Parallel()
	var gb = "\xb7\xbf\xba\xc5,\xc3\xe6\xbb\xfd\r\n1-101,90\r\n" // 房号,面积 in GB18030
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"a.jpg", picture(t, 4, 4, 1), "image/jpeg"},
		{"a.exe", picture(t, 4, 4, 1), "image/jpeg"},
		{"a.jpg", []byte("MZ\x90\x00 this program"), ""},
		{"a.pdf", []byte("%PDF-1.7\n"), "application/pdf"},
		{"a.xlsx", xlsx(t, "xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"a.xlsx", xlsx(t, "word/document.xml"), ""},
		{"a.xlsx", []byte("PK\x03\x04 cut off"), ""},
		{"a.csv", []byte("房号,面积\n1-101,90\n"), "text/csv"},
		{"A.CSV", []byte(gb), "text/csv"},
		{"a.txt", []byte("hello"), ""},
		{"a.csv", []byte("<html><script>alert(1)</script>"), ""},
		{"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), ""},
		{"a.heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), "image/heic"},
		{"a.mp4", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00"), "video/mp4"},
		{"a.mov", []byte("\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00"), "video/quicktime"},
		{"a.m4a", []byte("\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00"), "audio/mp4"},
		{"a.amr", []byte("#!AMR\n..."), "audio/amr"},
		{"a.mp3", []byte("\xff\xfb\x90\x00"), "audio/mpeg"},
		{"a.mp3", []byte("ID3\x03\x00"), "audio/mpeg"},
	} {
		got, err := detect(bytes.NewReader(c.content), int64(len(c.content)), c.name)
		if err != nil || got != c.want {
			t.Errorf("%s %.12q: %q %v, want %q", c.name, c.content, got, err, c.want)
		}
	}
}

type cut struct{ r io.Reader }

func (c cut) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("connection reset")
	}
	return n, err
}

func TestWhatIsRefusedLeavesNothingBehind(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		refuse := func(what string, r io.Reader, code string) {
			t.Helper()
			_, err := s.Put(t.Context(), r, Upload{Name: "a.jpg"})
			if p, ok := problem.As(err); code != "" && (!ok || p.Code != code) || err == nil {
				t.Errorf("%s: %v, want %s", what, err, code)
			}
		}
		refuse("empty", strings.NewReader(""), "file_empty")
		refuse("program", strings.NewReader("MZ\x90\x00"), "file_type")
		refuse("large image", io.MultiReader(bytes.NewReader(picture(t, 4, 4, 1)), io.LimitReader(zeros{}, 20*megabyte)), "file_too_large")
		refuse("cut upload", cut{bytes.NewReader(picture(t, 40, 40, 1))}, "")
		if files := contents(t, s); len(files) != 0 {
			t.Errorf("left behind: %v", files)
		}
		var rows int
		if err := s.db.Reader().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM blob`).Scan(&rows); err != nil || rows != 0 {
			t.Errorf("%d rows %v", rows, err)
		}
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestVerifyFindsChangedAndMissingContent(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		good, changed, missing := put(t, s, "a.jpg", picture(t, 4, 4, 1)), put(t, s, "b.jpg", picture(t, 8, 4, 1)), put(t, s, "c.jpg", picture(t, 12, 4, 1))
		if n, broken, err := s.Verify(t.Context()); n != 3 || len(broken) != 0 || err != nil {
			t.Fatalf("%d %v %v", n, broken, err)
		}
		if err := os.WriteFile(s.folder.path(changed.SHA256), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(s.folder.path(missing.SHA256)); err != nil {
			t.Fatal(err)
		}
		n, broken, err := s.Verify(t.Context())
		if n != 3 || len(broken) != 2 || err != nil {
			t.Fatalf("%d %v %v", n, broken, err)
		}
		for _, b := range broken {
			if b.File.ID == good.ID || b.Err == nil {
				t.Errorf("%+v", b)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := s.Verify(ctx); err == nil {
			t.Error("a cancelled check says it is done")
		}
	})
}

func TestThumbnailIsUprightAndSmall(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		for o, want := range map[uint16]struct{ w, h, redX, redY int }{
			1: {160, 80, 10, 40}, 3: {160, 80, 150, 40}, 6: {160, 320, 80, 10}, 8: {160, 320, 80, 310},
		} {
			f := put(t, s, "a.jpg", picture(t, 400, 200, o))
			for range 2 { // made, then kept
				r, err := s.Thumb(f, 100)
				if err != nil {
					t.Fatal(err)
				}
				m, err := jpeg.Decode(r)
				if err != nil || r.Close() != nil {
					t.Fatal(err)
				}
				if m.Bounds().Dx() != want.w || m.Bounds().Dy() != want.h {
					t.Fatalf("orientation %d: %v", o, m.Bounds())
				}
				if red, _, blue, _ := m.At(want.redX, want.redY).RGBA(); red < 0x8000 || blue > 0x8000 {
					t.Errorf("orientation %d: not red at %d,%d", o, want.redX, want.redY)
				}
			}
		}
		var out bytes.Buffer
		if err := png.Encode(&out, image.NewRGBA(image.Rect(0, 0, 20, 10))); err != nil {
			t.Fatal(err)
		}
		r, err := s.Thumb(put(t, s, "a.png", out.Bytes()), 9999)
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(r)
		if err != nil || m.Bounds().Dx() != 20 || r.Close() != nil {
			t.Errorf("a small image is not enlarged: %v %v", m.Bounds(), err)
		}
		if grey, _, _, _ := m.At(5, 5).RGBA(); grey < 0xf000 {
			t.Error("transparent parts are not white")
		}
		for _, content := range [][]byte{[]byte("%PDF-1.7\n"), picture(t, 40, 40, 1)[:200]} {
			if _, err := s.Thumb(put(t, s, "a.pdf", content), 160); err == nil {
				t.Error("a preview of what cannot be read")
			} else if p, ok := problem.As(err); !ok || p.Code != "no_preview" {
				t.Errorf("%v", err)
			}
		}
	})
}

func FuzzOrientation(f *testing.F) {
	f.Add(picture(f, 4, 4, 6))
	f.Add([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		if o := orientation(data); o < 1 || o > 8 {
			t.Errorf("orientation %d", o)
		}
	})
}

func TestCleanName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"../../etc/passwd": "passwd", "a\x00b\u202Egpj.exe": "abgpj.exe", "": "file.pdf", "..": "file.pdf", "/": "file.pdf",
		strings.Repeat("长", 200) + ".pdf": strings.Repeat("长", 116) + ".pdf",
	} {
		if got := cleanName(in, "application/pdf"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
