package register_test

import (
	"context"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/register"
	"github.com/lifang/lifang/internal/register/registertest"
)

// sheet exports flats as lines of text, with the Chinese titles on top.
func sheet(ctx context.Context, t testing.TB, d *db.DB, query string) (titles []string, lines [][]string) {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	err = flats.Export(ctx, d, values, func(columns []register.Column) error {
		for _, c := range columns {
			titles = append(titles, c.Zh)
		}
		return nil
	}, func(cells []register.Cell) error {
		var line []string
		for _, c := range cells {
			line = append(line, c.Text)
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return titles, lines
}

func importer(ctx context.Context, t testing.TB, project db.ID, titles ...string) *register.Importer {
	t.Helper()
	im, err := flats.Importer(ctx, project, titles)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func judge(t testing.TB, d *db.DB, im *register.Importer, lines ...[]string) []register.Line {
	t.Helper()
	judged, err := im.Judge(system, d.Reader(), lines)
	if err != nil {
		t.Fatal(err)
	}
	return judged
}

const writable = "code,block_id,area,use,floor,sold,handed,owner,phone,tags,extra,fee,serial"

func TestExportComesBackThroughImport(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for _, project := range []db.ID{projectA, projectB} {
			newBlock(t, d, project, "3栋")
		}
		home := newBlock(t, d, projectA, "=1栋")
		floor := int64(-2)
		for i, f := range []flat{
			{Code: "=SUM(A1)", Area: 9050, Use: "home", Floor: &floor, Sold: true, Handed: "2026-03-01", Owner: "@张三", Phone: "+8613812345678", Tags: []string{"pet", "old"}, Extra: extra{Note: "a,b"}, Fee: -1205, Serial: "-7"},
			{Code: "'=x", Area: 1, Use: "shop", Owner: "+1", Fee: 5},
			{Code: "plain", Area: 100000, Use: "home", Owner: `"quoted", text`},
		} {
			f.Row, f.BlockID = register.Row{ProjectID: projectA}, home
			newFlat(t, d, f)
			_ = i
		}
		newBlock(t, d, projectB, "=1栋")
		ctx := system
		titles, lines := sheet(ctx, t, d, "reveal=1&columns="+writable)
		for _, line := range lines {
			for i, cell := range line {
				if cell != "" && strings.ContainsRune("=+@", rune(cell[0])) {
					t.Errorf("column %s: %q would be run as a formula", titles[i], cell)
				}
			}
		}
		im := importer(ctx, t, projectB, titles...)
		judged := judge(t, d, im, lines...)
		for _, l := range judged {
			if l.ID != 0 || len(l.Faults) > 0 {
				t.Fatalf("%+v", l.Faults)
			}
		}
		write(t, d, func(tx *db.Tx) error {
			created, updated, err := im.Write(ctx, tx, 8, judged)
			if err == nil && (created != 3 || updated != 0) {
				t.Errorf("created %d, updated %d", created, updated)
			}
			return err
		})
		_, want := sheet(ctx, t, d, "reveal=1&project=1001&columns="+writable)
		_, got := sheet(ctx, t, d, "reveal=1&project=1002&columns="+writable)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("came back as\n%q\nwant\n%q", got, want)
		}
		if judged = judge(t, d, importer(ctx, t, projectA, titles...), lines...); judged[0].ID == 0 || len(judged[0].Faults) > 0 {
			t.Errorf("the same sheet again should update: %+v", judged[0])
		}
	})
}

func TestImportNamesEveryBadCell(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		newBlock(t, d, projectA, "1栋")
		im := importer(system, t, projectA, "房间号*", "楼栋", "面积(㎡)", "用途", "楼层", "已售", "交付日期", "电话", "标签", "错误说明")
		lines := [][]string{
			{"101", "1栋", "1,234.50", "商铺", "3", "是", "2026年3月1日", "138 1234", "宠物、老人", "old errors"},
			{"101", "1栋", "80"},
			{"102", "9栋", "80.123", "城堡", "三", "也许", "2026-02-30", "123", "龙"},
			{"", "1栋", "0", "Shop", "6"},
			{"103", "1栋", "80", "shop", "6"},
			{"104", "1栋", "80", "住宅", "", "", "20260301", "13812345678", "pet"},
		}
		judged := judge(t, d, im, lines...)
		var got []string
		for n, l := range judged {
			for _, bad := range l.Faults {
				if bad.Zh == "" || bad.En == "" {
					t.Errorf("line %d: %+v lacks a language", n, bad)
				}
				got = append(got, fmt.Sprintf("%d %s=%s", n, bad.Column, bad.Value))
			}
		}
		want := []string{"0 电话=138 1234", "1 房间号*=101", "2 面积(㎡)=80.123", "2 用途=城堡", "2 楼层=三", "2 已售=也许", "2 交付日期=2026-02-30",
			"2 电话=123", "2 标签=龙", "2 楼栋=9栋", "3 房间号*=", "3 面积(㎡)=0.00", "4 楼层=6"}
		for _, w := range want {
			if !contains(got, w) {
				t.Errorf("nobody names %q", w)
			}
		}
		if len(got) != len(want) {
			t.Errorf("faults\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		for _, bad := range judged[2].Faults {
			if bad.Column == "用途" && strings.Join(bad.Allowed, " ") != "住宅 商铺" {
				t.Errorf("allowed %v", bad.Allowed)
			}
		}
		write(t, d, func(tx *db.Tx) error { // only the good line is written
			created, updated, err := im.Write(system, tx, 8, judged)
			if created != 1 || updated != 0 {
				t.Errorf("created %d, updated %d", created, updated)
			}
			return err
		})
	})
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func TestImportUpdatesWhatTheSheetHas(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		f := someFlat(newBlock(t, d, projectA, "1栋"), "101")
		f.Phone, f.Fee, f.Serial = "13812345678", 700, "S1"
		row := newFlat(t, d, f)
		im := importer(system, t, projectA, "房号", "面积", "电话", "月费", "档案号")
		judged := judge(t, d, im, []string{"101", "77", "138****5678", "", "S1"})
		if judged[0].ID != row.ID || len(judged[0].Faults) > 0 {
			t.Fatalf("%+v", judged[0])
		}
		write(t, d, func(tx *db.Tx) error { _, _, err := im.Write(system, tx, 8, judged); return err })
		got, err := flats.Get(system, d.Reader(), row.ID)
		if err != nil || got.Area != 7700 || got.Phone != "13812345678" || got.Fee != 700 || got.Version != 2 || got.BatchID != 0 {
			t.Errorf("%+v %v", got, err)
		}
		if judged = judge(t, d, importer(system, t, projectA, "房号", "档案号"), []string{"101", "S2"}); len(judged[0].Faults) != 1 || judged[0].Faults[0].Column != "档案号" {
			t.Errorf("a field set once was changed: %+v", judged[0].Faults)
		}
		stale := importer(system, t, projectA, "房号", "面积")
		judged = judge(t, d, stale, []string{"101", "88"})
		write(t, d, func(tx *db.Tx) error {
			_, err := flats.Update(system, tx, row.ID, 0, func(f *flat) error { f.Fee++; return nil })
			return err
		})
		wants(t, d.Write(system, func(tx *db.Tx) error { _, _, err := stale.Write(system, tx, 9, judged); return err }), "stale")
	})
}

func TestImportTitles(t *testing.T) {
	_, err := flats.Importer(system, projectA, []string{"房号", "颜色", "Flat no.", "来源"})
	wants(t, err, "invalid", "/columns/颜色", "/columns/Flat no.", "/columns/来源")
	_, err = flats.Importer(system, projectA, []string{"", "序号"})
	wants(t, err, "invalid", "/columns")
	_, err = register.Trail.Importer(system, 0, []string{"操作"})
	wants(t, err, "read_only")
}

func TestUndoBatchKeepsWhatWasChanged(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		var rows []*flat
		for i := range 5 {
			f := someFlat(home, fmt.Sprint(i))
			rows = append(rows, &f)
		}
		write(t, d, func(tx *db.Tx) error { return flats.CreateAll(system, tx, 5, rows) })
		write(t, d, func(tx *db.Tx) error {
			_, err := flats.Update(system, tx, rows[2].ID, 1, func(f *flat) error { f.Area = 5; return nil })
			return err
		})
		write(t, d, func(tx *db.Tx) error {
			archived, kept, err := flats.UndoBatch(clerk("test.flat.write"), tx, 5, projectA)
			if archived != 4 || kept != 1 {
				t.Errorf("archived %d, kept %d", archived, kept)
			}
			return err
		})
		page, err := flats.List(system, d.Reader(), nil)
		if err != nil || codes(page.Items) != "2" {
			t.Errorf("%s left, %v", codes(page.Items), err)
		}
		err = d.Write(system, func(tx *db.Tx) error {
			_, _, err := flats.UndoBatch(clerk("test.flat.write"), tx, 5, projectB)
			return err
		})
		wants(t, err, "not_found")
	})
}

func TestExportIsRecordedAndMasked(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		f := someFlat(newBlock(t, d, projectA, "1栋"), "101")
		f.Owner, f.Phone = "欧阳小三", "13812345678"
		newFlat(t, d, f)
		ctx := clerk("test.flat.export")
		titles, lines := sheet(ctx, t, d, "columns=code,owner,phone,area,sold,use,shown&use=home")
		if strings.Join(titles, " ") != "房号 业主 电话 面积 已售 用途 显示名" || strings.Join(lines[0], " ") != "101 欧**三 138****5678 90.50 否 住宅 #101" {
			t.Errorf("%v %v", titles, lines)
		}
		trail, err := register.Trail.List(system, d.Reader(), url.Values{"action": {"export"}})
		if err != nil || trail.Total != 1 || trail.Items[0].Actor != "李娜" || !strings.Contains(trail.Items[0].Note, "use=home") {
			t.Errorf("%+v %v", trail.Items, err)
		}
		if _, english := sheet(ctx, t, d, "lang=en&columns=use,sold"); strings.Join(english[0], " ") != "Home no" {
			t.Errorf("%v", english)
		}
		err = flats.Export(ctx, d, url.Values{"columns": {"code,colour,code"}}, nil, nil)
		wants(t, err, "bad_request", "?columns", "?columns")
	})
}

type stair struct {
	register.Row
	Name    string `zh:"单元" en:"Stair" lf:"required,primary,unique=block_id"`
	BlockID db.ID  `zh:"楼栋" en:"Block" ref:"test-blocks" lf:"required"`
}

type meter struct {
	register.Row
	Label   string `zh:"表" en:"Meter" lf:"primary,readonly,required"`
	BlockID db.ID  `zh:"楼栋" en:"Block" ref:"test-blocks" lf:"required"`
	StairID db.ID  `zh:"单元" en:"Stair" ref:"test-stairs" lf:"required"`
	No      string `zh:"表号" en:"No." lf:"required,unique=stair_id"`
	Reading int64  `zh:"读数" en:"Reading" lf:"min=0"`
}

var stairs = register.New(register.Def[stair]{Name: "test-stairs", Table: "test_stair", Zh: "单元", En: "Stairs", Permission: "test.stair"})

var meters = register.New(register.Def[meter]{
	Name: "test-meters", Table: "test_meter", Zh: "表", En: "Meters", Permission: "test.meter", Sort: "-id",
	Before: func(_ context.Context, _ *db.Tx, _, m *meter) error { m.Label = "M" + m.No; return nil },
})

// "1单元" exists in every building: the line's other refs say which one is meant.
func TestLabelsThatNeedAnotherRef(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			if _, err := tx.ExecContext(system, `CREATE TABLE test_stair (`+head+`name TEXT NOT NULL, block_id BIGINT NOT NULL, UNIQUE (project_id, block_id, name))`); err != nil {
				return err
			}
			_, err := tx.ExecContext(system, `CREATE TABLE test_meter (`+head+`label TEXT NOT NULL, block_id BIGINT NOT NULL, stair_id BIGINT NOT NULL,
				no TEXT NOT NULL, reading BIGINT NOT NULL, UNIQUE (project_id, stair_id, no))`)
			return err
		})
		registertest.CheckTable(t, d, stairs, meters)
		ids := map[string]db.ID{}
		for _, name := range []string{"1栋", "2栋"} {
			home := newBlock(t, d, projectA, name)
			s := &stair{Row: register.Row{ProjectID: projectA}, Name: "1单元", BlockID: home}
			write(t, d, func(tx *db.Tx) error { return stairs.Create(system, tx, s) })
			ids[name] = s.ID
		}
		load := func(lines ...[]string) (judged []register.Line) {
			im, err := meters.Importer(system, projectA, []string{"单元", "楼栋", "表号", "读数"})
			if err != nil {
				t.Fatal(err)
			}
			if judged, err = im.Judge(system, d.Reader(), lines); err != nil {
				t.Fatal(err)
			}
			write(t, d, func(tx *db.Tx) error { _, _, err := im.Write(system, tx, 3, judged); return err })
			return judged
		}
		judged := load([]string{"1单元", "2栋", "7", "1"}, []string{"1单元", "1栋", "7", "2"}, []string{"1单元", "", "8", "3"}, []string{"2单元", "1栋", "9", "4"})
		for n, want := range []string{"", "", "有多个同名的单元", "没有找到该单元"} {
			if said := fmt.Sprint(judged[n].Faults); (want == "") != (len(judged[n].Faults) == 0) || !strings.Contains(said, want) {
				t.Errorf("line %d: %s, want %q", n, said, want)
			}
		}
		judged = load([]string{"1单元", "1栋", "7", "20"})
		page, err := meters.List(system, d.Reader(), url.Values{"sort": {"id"}})
		if err != nil || page.Total != 2 || judged[0].ID != page.Items[1].ID {
			t.Fatalf("%d meters, %v", page.Total, err)
		}
		if m := page.Items[1]; m.StairID != ids["1栋"] || m.Reading != 20 || m.Label != "M7" || page.Items[0].StairID != ids["2栋"] || page.Items[0].Reading != 1 {
			t.Errorf("%+v %+v", page.Items[0], m)
		}
	})
}
