package migrate_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/blob"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/job"
	"github.com/lifang/lifang/internal/migrate"
	"github.com/lifang/lifang/internal/migrate/hc"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
	"github.com/lifang/lifang/internal/sheet"
)

var system = access.With(context.Background(), access.System("test"))

type desk struct {
	t       testing.TB
	d       *db.DB
	s       *migrate.Service
	project db.ID
	moves   atomic.Int64
}

func newDesk(t testing.TB, d *db.DB) *desk {
	files, err := blob.Open(d, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	k := &desk{t: t, d: d}
	jobs := job.NewQueue(d, job.Options{Poll: 20 * time.Millisecond})
	k.s = migrate.New(migrate.Options{DB: d, Files: files, Jobs: jobs, Sources: map[string]migrate.Source{"hc": hc.Source{}}, Changed: func(db.ID) { k.moves.Add(1) }})
	jobs.Start(context.Background())
	t.Cleanup(jobs.Stop)
	p := &estate.Project{Code: "JLHY", Name: "锦澜花园", Region: "山东青岛", Type: "home", ServiceStage: "regular"}
	if err := d.Write(system, func(tx *db.Tx) error { p.ID = 0; return estate.Projects.Create(system, tx, p) }); err != nil {
		t.Fatal(err)
	}
	k.project = p.ID
	return k
}

func (k *desk) start(ctx context.Context, kind, name string, data []byte) *migrate.Batch {
	k.t.Helper()
	b, err := k.s.Start(ctx, migrate.Request{Kind: kind, Project: k.project, Name: name, Size: int64(len(data)), File: bytes.NewReader(data)})
	if err != nil {
		k.t.Fatalf("%+v", err)
	}
	return k.until(ctx, b.ID, migrate.Checked)
}

func (k *desk) until(ctx context.Context, id db.ID, state string) *migrate.Batch {
	k.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		b, err := k.s.Get(ctx, id)
		if err != nil {
			k.t.Fatal(err)
		}
		if b.State == state {
			return b
		}
		if b.State == migrate.Failed {
			k.t.Fatalf("failed: %s", b.FailedEn)
		}
	}
	k.t.Fatalf("never %s", state)
	return nil
}

func (k *desk) count(query string, args ...any) int {
	k.t.Helper()
	n := 0
	if err := k.d.Reader().QueryRowContext(system, query, args...).Scan(&n); err != nil {
		k.t.Fatal(err)
	}
	return n
}

func code(err error) string {
	if p, ok := problem.As(err); ok {
		return p.Code
	}
	return fmt.Sprint(err)
}

func TestCheckWriteUndo(t *testing.T) {
	data, err := os.ReadFile("hc/testdata/hc.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		who := &access.Principal{AccountID: 77, PersonID: 78, Kind: access.Staff, Name: "王经理"}
		for _, p := range []string{"sys.import", "estate.building", "estate.room", "estate.customer", "estate.ownership", "estate.occupancy", "estate.household", "estate.parking", "estate.vehicle"} {
			who.Grant(p+".write", access.Scope{Projects: []db.ID{k.project}})
		}
		manager := access.With(context.Background(), who)
		b := k.start(manager, "hc", "hc.xlsx", data)
		if b.Result.Total != 42 || b.Result.OK != 39 || len(b.Result.Faults) != 8 || k.count("SELECT COUNT(*) FROM room") != 0 || k.count("SELECT COUNT(*) FROM building") != 0 {
			t.Errorf("checked %+v", b.Result)
		}
		var marked bytes.Buffer
		if err := k.s.Errors(manager, b, "zh", &marked); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(&marked)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close() //nolint:errcheck // in memory
		if v, err := f.GetCellValue("房屋信息", "Q7"); err != nil || !strings.Contains(v, "业主编号: 业主信息表里没有编号为 6 的业主") {
			t.Errorf("error column %q %v", v, err)
		}
		if _, err := k.s.Undo(manager, b.ID); code(err) != "import_state" {
			t.Errorf("undo before writing: %v", err)
		}
		if _, err := k.s.Commit(manager, b.ID); err != nil {
			t.Fatal(err)
		}
		b = k.until(manager, b.ID, migrate.Written)
		if b.Result.Counts["rooms"] != 5 || b.Result.Counts["units"] != 26 || b.Result.Counts["customers"] != 5 {
			t.Errorf("written %v", b.Result.Counts)
		}
		if n := k.count("SELECT COUNT(*) FROM room WHERE batch_id = $1 AND project_id = $2", b.ID, k.project); n != 5 {
			t.Errorf("%d rooms carry the batch", n)
		}
		if k.count("SELECT COUNT(*) FROM audit_entry WHERE actor_id = 77") == 0 {
			t.Error("the trail does not name the manager")
		}
		if _, err := k.s.Commit(manager, b.ID); code(err) != "import_state" {
			t.Errorf("written twice: %v", err)
		}

		rooms, err := estate.Rooms.Select(system, d.Reader(), "code = $1", "1-1-1011")
		if err != nil || len(rooms) != 1 {
			t.Fatal(rooms, err)
		}
		key := &estate.Key{Row: register.Row{ProjectID: k.project}, KeyNo: "K1", RoomID: rooms[0].ID, Kind: "door", Qty: 1, Holder: "owner"}
		change := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(system, fn); err != nil {
				t.Fatal(err)
			}
		}
		change(func(tx *db.Tx) error { key.ID = 0; return estate.Keys.Create(system, tx, key) })
		_, err = k.s.Undo(manager, b.ID)
		if p, ok := problem.As(err); !ok || p.Code != "import_in_use" || len(p.Fields) != 1 || p.Fields[0].Pointer != "/rooms" || !strings.Contains(p.Fields[0].Zh, "1-1-1011") {
			t.Errorf("a used room: %+v", err)
		}
		change(func(tx *db.Tx) error { return estate.Keys.Archive(system, tx, key.ID, 0) })
		if _, err := k.s.Undo(manager, b.ID); err != nil {
			t.Fatal(err)
		}
		k.until(manager, b.ID, migrate.Undone)
		for _, table := range []string{"building", "unit", "room", "room_area", "customer", "ownership", "occupancy", "parking_space"} {
			if n := k.count("SELECT COUNT(*) FROM " + table + " WHERE archived_at = 0"); n != 0 {
				t.Errorf("%d rows of %s left", n, table)
			}
		}
		again := k.start(manager, "hc", "hc.xlsx", data)
		if _, err := k.s.Commit(manager, again.ID); err != nil {
			t.Fatal(err)
		}
		again = k.until(manager, again.ID, migrate.Written)
		if again.Result.Counts["rooms"] != 5 {
			t.Errorf("after undoing, the same file writes %v", again.Result.Counts)
		}
		rooms, err = estate.Rooms.Select(system, d.Reader(), "code = $1 AND archived_at = 0", "1-1-1012")
		if err != nil || len(rooms) != 1 {
			t.Fatal(rooms, err)
		}
		change(func(tx *db.Tx) error {
			_, err := estate.Rooms.Update(system, tx, rooms[0].ID, 0, func(r *estate.Room) error { r.Note = "改过"; return nil })
			return err
		})
		if _, err := k.s.Undo(manager, again.ID); code(err) != "import_in_use" {
			t.Errorf("a changed room: %v", err)
		}
		if list, err := k.s.List(manager, 50); err != nil || len(list) != 2 || list[0].ID != again.ID {
			t.Errorf("list %v %v", list, err)
		}
		stranger := access.With(context.Background(), &access.Principal{AccountID: 5, Kind: access.Staff})
		if _, err := k.s.Get(stranger, b.ID); err == nil {
			t.Error("a stranger sees the import")
		}
		if list, err := k.s.List(stranger, 50); err != nil || len(list) != 0 {
			t.Errorf("a stranger lists %v %v", list, err)
		}
		if _, err := k.s.Start(stranger, migrate.Request{Kind: "hc", Project: k.project, Name: "hc.xlsx", Size: int64(len(data)), File: bytes.NewReader(data)}); err == nil {
			t.Error("a stranger imports")
		}
		if k.moves.Load() < 10 {
			t.Errorf("only %d changes were told", k.moves.Load())
		}
	})
}

func TestRegisterTemplates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		csv := "说明：按模板填写,,\n楼栋号*,地上层数,结构\n1,33,剪力墙\n2,三十,框架\n3,18,纸板\n1,5,框架\n"
		b := k.start(system, "buildings", "楼栋.csv", []byte(csv))
		var got []string
		for _, f := range b.Result.Faults {
			got = append(got, f.Cell+" "+f.Column+"="+f.Value)
		}
		if strings.Join(got, ", ") != "B4 地上层数=三十, C5 结构=纸板, A6 楼栋号*=1" || b.Result.OK != 1 || b.Result.Total != 4 {
			t.Errorf("faults %q of %+v", got, b.Result)
		}
		if len(b.Result.Faults[1].Allowed) != 5 {
			t.Errorf("allowed %v", b.Result.Faults[1].Allowed)
		}
		if _, err := k.s.Commit(system, b.ID); err != nil {
			t.Fatal(err)
		}
		k.until(system, b.ID, migrate.Written)
		if n := k.count("SELECT floors_up FROM building WHERE code = '1'"); n != 33 {
			t.Errorf("floors %d", n)
		}
		second := k.start(system, "buildings", "楼栋.csv", []byte("楼栋号,地上层数\n1,34\n"))
		if second.Result.Updates != 1 {
			t.Errorf("second %+v", second.Result)
		}
		if _, err := k.s.Start(system, migrate.Request{Kind: "nothing", Project: k.project, Name: "x.csv", Size: 3, File: strings.NewReader("a,b")}); code(err) != "invalid" {
			t.Errorf("unknown kind: %v", err)
		}
		if _, err := k.s.Start(system, migrate.Request{Kind: "hc", Project: k.project, Name: "x.xlsx", Size: 6, File: strings.NewReader("PK\x03\x04ab")}); code(err) != "file_broken" {
			t.Errorf("broken file: %v", err)
		}
	})
}

func TestRoomsByTemplate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		commit := func(kind, text string) *migrate.Batch {
			t.Helper()
			b := k.start(system, kind, kind+".csv", []byte(text))
			if len(b.Result.Faults) > 0 {
				t.Fatalf("%s: %+v", kind, b.Result.Faults)
			}
			if _, err := k.s.Commit(system, b.ID); err != nil {
				t.Fatal(err)
			}
			return k.until(system, b.ID, migrate.Written)
		}
		commit("buildings", "楼栋号\n1\n")
		commit("units", "楼栋,单元号\n1,2\n")
		rooms := "楼栋,单元,房号,用途,状态,建筑面积,面积来源,采暖方式\n1,1号楼2单元,101,住宅,自住,94.56,实测,无\n1,1号楼2单元,102,商铺,未售,60,合同暂定,无\n"
		b := commit("rooms", rooms)
		if b.Result.Counts["rooms"] != 2 || b.Result.Counts["room-areas"] != 2 {
			t.Errorf("counts %v", b.Result.Counts)
		}
		if n := k.count("SELECT COUNT(*) FROM room WHERE code = '1-2-101' AND label = '1号楼2单元101' AND build_area = 9456 AND status = 'self'"); n != 1 {
			t.Errorf("%d rooms as written", n)
		}
		again := k.start(system, "rooms", "rooms.csv", []byte(rooms))
		if again.Result.Bad != 2 || again.Result.Faults[0].Cell != "C2" {
			t.Errorf("again %+v", again.Result)
		}
		commit("customers", "姓名,类别,手机号,号码状态\n张三,个人,13800000001,已核实\n")
		commit("ownerships", "房屋,业主,份额,主业主,起始日期\n1-2-101,张三,1,是,2020/6/1\n")
		if n := k.count("SELECT COUNT(*) FROM ownership WHERE share = 1000000 AND is_main = 1 AND valid_from = '2020-06-01'"); n != 1 {
			t.Errorf("%d ownerships as written", n)
		}
		if _, err := k.s.Undo(system, b.ID); code(err) != "import_in_use" {
			t.Errorf("undo of a room that is owned: %v", err)
		}
	})
}

// TestLinesWithoutKeyAreWrittenOnce cuts an import of a register without a key between two chunks and goes on.
func TestLinesWithoutKeyAreWrittenOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		if _, err := k.s.Now(system, migrate.Command{Path: "hc/testdata/importRoom.xlsx", Kind: "hc"}); err != nil {
			t.Fatal(err)
		}
		before := k.count("SELECT COUNT(*) FROM occupancy")
		data := []byte("房屋,入住人,关系,入住日期\n" + strings.Repeat("1-1-1001,示例业主甲,亲友,2026-01-01\n", 1100))
		written := 0
		run := func(stopAt, resume int) error {
			book, err := sheet.Open(bytes.NewReader(data), int64(len(data)), "t.csv", sheet.DefaultLimits)
			if err != nil {
				t.Fatal(err)
			}
			_, err = migrate.Registers{Name: "occupancies"}.Run(system, migrate.In{DB: d, Book: book, Project: k.project, Batch: 9, Write: true, Resume: resume,
				Mark: func(_ context.Context, _ *db.Tx, rows int) error { written = rows; return nil },
				Progress: func(n int) error {
					if n == stopAt {
						return context.Canceled
					}
					return nil
				}})
			return err
		}
		if err := run(500, 0); err == nil || written != 500 {
			t.Fatalf("cut after %d rows: %v", written, err)
		}
		if err := run(0, written); err != nil || written != 1100 {
			t.Fatalf("went on to %d rows: %v", written, err)
		}
		if n := k.count("SELECT COUNT(*) FROM occupancy") - before; n != 1100 {
			t.Errorf("%d rows for 1100 lines", n)
		}
	})
}

func TestFileWithoutKnownSheetsFails(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	k := newDesk(t, d)
	b, err := k.s.Start(system, migrate.Request{Kind: "hc", Project: k.project, Name: "x.csv", Size: 8, File: strings.NewReader("a,b\n1,2\n")})
	if err != nil {
		t.Fatal(err)
	}
	for range 500 {
		if b, err = k.s.Get(system, b.ID); err != nil || b.State == migrate.Failed {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil || b.State != migrate.Failed || !strings.Contains(b.FailedZh, "没有找到可识别的工作表") || b.FailedEn == "" {
		t.Errorf("%+v %v", b, err)
	}
}

func TestNow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		dry, err := k.s.Now(system, migrate.Command{Path: "hc/testdata/hc.xlsx", Kind: "hc", DryRun: true, Project: "NEU"})
		if err != nil || dry.Total != 42 || dry.OK != 39 || len(dry.Errors) != 3 || len(dry.Warnings) != 5 || dry.Errors[0].Detail == "" || dry.Batch != 0 {
			t.Errorf("%+v %v", dry, err)
		}
		if k.count("SELECT COUNT(*) FROM project") != 1 || k.count("SELECT COUNT(*) FROM import_batch") != 0 {
			t.Error("the dry run wrote")
		}
		seen := 0
		done, err := k.s.Now(system, migrate.Command{Path: "hc/testdata/importRoom.xlsx", Kind: "hc", Progress: func(n, _ int) { seen = n }})
		if err != nil || done.Project != "JLHY" || done.OK != 1 || done.Counts["rooms"] != 1 || done.Batch == 0 || seen != 1 {
			t.Errorf("%+v %v", done, err)
		}
		other, err := k.s.Now(system, migrate.Command{Path: "hc/testdata/hc.xlsx", Kind: "hc", Project: "yhgy"})
		if err != nil || other.Project != "YHGY" || other.Counts["rooms"] != 5 {
			t.Errorf("%+v %v", other, err)
		}
		if _, err := k.s.Now(system, migrate.Command{Path: filepath.Join(t.TempDir(), "none.xlsx"), Kind: "hc"}); !os.IsNotExist(err) {
			t.Errorf("no file: %v", err)
		}
	})
}

// bigFlat writes a flat workbook of rooms, 40 a unit, an owner each.
func bigFlat(t testing.TB, rooms int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rooms.xlsx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := sheet.NewWriter(f)
	heads := []sheet.Head{}
	for _, title := range []string{"楼号", "单元", "房间", "楼层", "总层数", "是否有电梯", "房屋类型", "房屋户型", "建筑面积", "室内面积", "租金", "房屋状态", "业主名称", "性别", "手机号", "身份证号", "业主类型"} {
		heads = append(heads, sheet.Head{Title: title})
	}
	heads[8], heads[9] = sheet.Head{Title: "建筑面积", Format: sheet.AsDecimal, Scale: 2}, sheet.Head{Title: "室内面积", Format: sheet.AsDecimal, Scale: 2}
	err = w.Sheet("资产信息", heads, sheet.Layout{})
	for i := 0; i < rooms && err == nil; i++ {
		unit := i / 40
		err = w.Row(unit/2+1, unit%2+1, (i%40/4+1)*100+i%4+1, i%40/4+1, 10, "有", 110, "两室两厅", int64(8000+i%5000), int64(7000+i%1000), 0, 2001,
			fmt.Sprintf("业主%06d", i), "男", int64(13000000000+i), "111111111111111111", 1001)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// measured runs an import of rooms and returns rows per second and the highest heap seen, in MB.
func measured(t testing.TB, d *db.DB, rooms int, dry bool) (perSecond float64, heap uint64) {
	k := newDesk(t, d)
	path := bigFlat(t, rooms)
	runtime.GC()
	began := time.Now()
	r, err := k.s.Now(system, migrate.Command{Path: path, Kind: "hc", DryRun: dry, Progress: func(done, _ int) {
		if done%2000 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap = max(heap, m.HeapAlloc>>20)
		}
	}})
	if err != nil || r.OK != rooms || len(r.Errors) != 0 {
		t.Fatalf("%+v %v", r, err)
	}
	return float64(rooms) / time.Since(began).Seconds(), heap
}

func BenchmarkImport(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		b.Run(engine.String(), func(b *testing.B) {
			for b.Loop() {
				rate, heap := measured(b, dbtest.Open(b, engine), 20_000, false)
				b.ReportMetric(rate, "rows/s")
				b.ReportMetric(float64(heap), "heap-MB")
			}
		})
	}
}

func TestCheckOfHundredThousandRoomsIsFlat(t *testing.T) {
	rate, heap := measured(t, dbtest.Open(t, db.SQLite), 100_000, true)
	t.Logf("%.0f rows/s, heap %d MB", rate, heap)
	if heap > 150 {
		t.Errorf("heap %d MB", heap)
	}
}
