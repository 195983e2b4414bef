package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/blob"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/job"
	"github.com/lifang/lifang/internal/migrate"
	"github.com/lifang/lifang/internal/migrate/hc"
	"github.com/lifang/lifang/internal/sheet"
)

// importBench serves imports for a manager, who may, and a guard, who may not.
func importBench(t *testing.T, d *db.DB) (*bench, db.ID) {
	t.Helper()
	files, err := blob.Open(d, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	jobs := job.NewQueue(d, job.Options{Poll: 20 * time.Millisecond})
	service := migrate.New(migrate.Options{DB: d, Files: files, Jobs: jobs, Sources: map[string]migrate.Source{"hc": hc.Source{}}})
	jobs.Start(context.Background())
	t.Cleanup(jobs.Stop)
	p := &estate.Project{Code: "JLHY", Name: "锦澜花园", Region: "山东青岛", Type: "home", ServiceStage: "regular"}
	system := access.With(context.Background(), access.System("test"))
	if err := d.Write(system, func(tx *db.Tx) error { p.ID = 0; return estate.Projects.Create(system, tx, p) }); err != nil {
		t.Fatal(err)
	}
	callers := map[string]*access.Principal{
		"manager": {AccountID: 1, Kind: access.Staff, Name: "王经理", Lang: "zh"},
		"guard":   {AccountID: 2, Kind: access.Staff, Name: "安管员", Lang: "zh"},
		"owner":   {AccountID: 3, Kind: access.Resident, Name: "业主", Lang: "zh"},
	}
	for _, permission := range []string{"sys.import", "estate.building", "estate.room", "estate.customer", "estate.ownership", "estate.occupancy", "estate.household", "estate.parking", "estate.vehicle"} {
		callers["manager"].Grant(permission+".write", access.Scope{Projects: []db.ID{p.ID}})
	}
	s := api.New(api.Config{DB: d, Log: slog.New(slog.DiscardHandler), TempDir: t.TempDir(), Rate: -1,
		Caller: func(_ context.Context, token string, _ bool) (*access.Principal, error) { return callers[token], nil },
	}, api.Registers(), api.Imports(service))
	b := &bench{Server: httptest.NewServer(s.Handler())}
	t.Cleanup(b.Close)
	return b, p.ID
}

func (b *bench) upload(t *testing.T, token, kind string, project db.ID, name string, data []byte) answer {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("kind", kind)
	_ = w.WriteField("project_id", project.String())
	part, _ := w.CreateFormFile("file", name)
	_, _ = part.Write(data)
	_ = w.Close()
	return b.do(t, token, "POST", "/api/imports", form.String(), "Content-Type", w.FormDataContentType())
}

// until polls an import as the screen does.
func (b *bench) until(t *testing.T, id, state string) api.Import {
	t.Helper()
	var i api.Import
	for range 3000 {
		got := b.do(t, "manager", "GET", "/api/imports/"+id, "")
		if err := json.Unmarshal(got.body, &i); err != nil {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if i.State == state {
			return i
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never %s: %+v", state, i)
	return i
}

func TestImportOverHTTP(t *testing.T) {
	data, err := os.ReadFile("../migrate/hc/testdata/hc.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, project := importBench(t, d)
		for who, want := range map[string]int{"guard": 403, "owner": 403, "": 401} {
			if got := b.upload(t, who, "hc", project, "hc.xlsx", data); got.status != want && got.status != 404 {
				t.Errorf("%q uploads: %d %s", who, got.status, got.body)
			}
		}
		for name, bad := range map[string]struct {
			data []byte
			code string
		}{"empty": {nil, "file_empty"}, "cut": {data[:9000], "file_broken"}, "xls": {[]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "file_old_or_locked"}} {
			if got := b.upload(t, "manager", "hc", project, "hc.xlsx", bad.data); got.status/100 != 4 || got.problem(t).Code != bad.code || got.problem(t).DetailEn == "" {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
		}
		if got := b.upload(t, "manager", "hc", 0, "hc.xlsx", data); got.status != 422 || got.problem(t).Errors[0].Pointer != "/project_id" {
			t.Errorf("without a project: %d %s", got.status, got.body)
		}
		got := b.upload(t, "manager", "hc", project, "hc.xlsx", data)
		var i api.Import
		if err := json.Unmarshal(got.body, &i); err != nil || got.status != 201 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		id := i.ID.String()
		i = b.until(t, id, "checked")
		if i.Total != 42 || i.OK != 39 || len(i.Errors) != 3 || len(i.Warnings) != 5 || i.ErrorsAll != 3 {
			t.Errorf("checked %+v", i)
		}
		if e := i.Errors[0]; e.Sheet != "房屋信息" || e.Row != 7 || e.Column != "业主编号" || e.Cell != "G7" || e.Value != "6" || e.DetailEn == "" || e.Detail != e.DetailZh {
			t.Errorf("error %+v", e)
		}
		marked := b.do(t, "manager", "GET", "/api/imports/"+id+"/errors.xlsx", "")
		book, err := sheet.Open(bytes.NewReader(marked.body), int64(len(marked.body)), "e.xlsx", sheet.DefaultLimits)
		if err != nil || !strings.Contains(marked.header.Get("Content-Disposition"), "attachment") {
			t.Fatalf("%v %v", err, marked.header)
		}
		found := false
		if err := book.Rows("房屋信息", func(r sheet.Row) error {
			found = found || r.Number == 8 && strings.Contains(r.Cells[len(r.Cells)-1].Str(), "编号为 7 的业主")
			return nil
		}); err != nil || !found {
			t.Errorf("the reason is not in the file: %v", err)
		}
		if got := b.do(t, "guard", "POST", "/api/imports/"+id+"/commit", "{}"); got.status != 404 {
			t.Errorf("the guard writes: %d %s", got.status, got.body)
		}
		if got := b.do(t, "manager", "POST", "/api/imports/"+id+"/commit", "{}"); got.status != 200 {
			t.Fatalf("commit: %d %s", got.status, got.body)
		}
		if i = b.until(t, id, "written"); i.Counts["rooms"] != 5 {
			t.Errorf("written %+v", i)
		}
		var rooms struct{ Total int }
		listed := b.do(t, "manager", "GET", "/api/rooms?batch="+id, "")
		if err := json.Unmarshal(listed.body, &rooms); err != nil || rooms.Total != 5 {
			t.Errorf("rooms of the batch: %d %s", listed.status, listed.body)
		}
		if got := b.do(t, "manager", "POST", "/api/imports/"+id+"/undo", "{}"); got.status != 200 {
			t.Fatalf("undo: %d %s", got.status, got.body)
		}
		b.until(t, id, "undone")
		var list struct{ Items []api.Import }
		if got := b.do(t, "manager", "GET", "/api/imports", ""); json.Unmarshal(got.body, &list) != nil || len(list.Items) != 1 || list.Items[0].State != "undone" {
			t.Errorf("list %s", got.body)
		}
		if got := b.do(t, "guard", "GET", "/api/imports", ""); string(bytes.TrimSpace(got.body)) != `{"items":[]}` {
			t.Errorf("the guard's list %s", got.body)
		}
	})
}
