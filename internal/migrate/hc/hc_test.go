package hc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/migrate"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/sheet"
)

var system = access.With(context.Background(), access.System("test"))

func newProject(t testing.TB, d *db.DB) db.ID {
	t.Helper()
	p := &estate.Project{Code: "JLHY", Name: "锦澜花园", Region: "山东青岛", Type: "home", ServiceStage: "regular"}
	if err := d.Write(system, func(tx *db.Tx) error { p.ID = 0; return estate.Projects.Create(system, tx, p) }); err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func runOn(t testing.TB, d *db.DB, project db.ID, data []byte, write bool) *migrate.Result {
	t.Helper()
	book, err := sheet.Open(bytes.NewReader(data), int64(len(data)), "t.csv", sheet.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	result, err := Source{}.Run(system, migrate.In{DB: d, Book: book, Project: project, Batch: d.NewID(), Write: write})
	if err != nil {
		t.Fatalf("%+v", err)
	}
	return result
}

// faults gives "sheet!cell column=value", with ~ before warnings.
func faults(r *migrate.Result) []string {
	var out []string
	for _, f := range r.Faults {
		mark := ""
		if f.Warning {
			mark = "~"
		}
		out = append(out, mark+f.Sheet+"!"+f.Cell+" "+f.Column+"="+f.Value)
	}
	return out
}

func number(t testing.TB, d *db.DB, query string, args ...any) int {
	t.Helper()
	n := 0
	if err := d.Reader().QueryRowContext(system, query, args...).Scan(&n); err != nil {
		t.Fatal(query, err)
	}
	return n
}

func text(t testing.TB, d *db.DB, query string, args ...any) string {
	t.Helper()
	s := ""
	if err := d.Reader().QueryRowContext(system, query, args...).Scan(&s); err != nil {
		t.Fatal(query, err)
	}
	return s
}

var tables = []string{"building", "unit", "room", "room_area", "customer", "ownership", "occupancy", "household", "parking_space", "vehicle"}

func rowCounts(t testing.TB, d *db.DB) map[string]int {
	counts := map[string]int{}
	for _, table := range tables {
		counts[table] = number(t, d, "SELECT COUNT(*) FROM "+table)
	}
	return counts
}

func TestHC(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		project := newProject(t, d)
		data := fixture(t, "hc.xlsx")
		check := runOn(t, d, project, data, false)
		want := []string{"~业主信息!F2 身份证号=110101199001010000", "~业主信息!F3 身份证号=110101199001010000", "~业主信息!F4 身份证号=110101199001010000",
			"~业主信息!F5 身份证号=110101199001010000", "~业主信息!F6 身份证号=110101199001010000",
			"房屋信息!G7 业主编号=6", "房屋信息!G8 业主编号=7", "房屋信息!G9 业主编号=8"}
		if got := faults(check); !reflect.DeepEqual(got, want) {
			t.Errorf("faults %q", got)
		}
		if check.Total != 42 || check.OK != 39 || check.Bad != 3 {
			t.Errorf("total %d ok %d bad %d", check.Total, check.OK, check.Bad)
		}
		for table, n := range rowCounts(t, d) {
			if n != 0 {
				t.Errorf("the check wrote %d rows of %s", n, table)
			}
		}
		written := runOn(t, d, project, data, true)
		check.Notes, written.Notes = nil, nil
		if !reflect.DeepEqual(check, written) {
			t.Errorf("the check promised %+v, written %+v", check, written)
		}
		counts := map[string]int{"building": 13, "unit": 26, "room": 5, "room_area": 5, "customer": 5, "ownership": 5, "occupancy": 5, "household": 0, "parking_space": 1, "vehicle": 0}
		if got := rowCounts(t, d); !reflect.DeepEqual(got, counts) {
			t.Errorf("rows %v", got)
		}
		if n := number(t, d, "SELECT CAST(SUM(build_area) AS BIGINT) FROM room"); n != 5*9456 {
			t.Errorf("areas sum to %d", n)
		}
		if s := text(t, d, "SELECT label FROM room WHERE code = '1-1-1011'"); s != "1号楼1单元1011" {
			t.Errorf("label %s", s)
		}
		owner := "SELECT c.phone FROM customer c JOIN ownership o ON o.customer_id = c.id JOIN room r ON r.id = o.room_id WHERE o.share = 1000000 AND o.is_main = 1 AND r.code = "
		if s := text(t, d, owner+"'1-1-1012'"); s != "18999999991" {
			t.Errorf("phone %q", s)
		}
		if s := text(t, d, owner+"'1-1-1011'"); s != "" {
			t.Errorf("the number for “unknown” became the phone %q", s)
		}
		if s := text(t, d, "SELECT id_unverified FROM customer WHERE name = '张三1'"); s != "110101199001010000" {
			t.Errorf("unverified %q", s)
		}
		if n := number(t, d, "SELECT area FROM parking_space WHERE code = 'C0001' AND place = 'ground' AND lot = '1'"); n != 9832 {
			t.Errorf("area of the space %d", n)
		}
		if n := number(t, d, "SELECT floors_up FROM building WHERE code = '13'"); n != 33 {
			t.Errorf("floors %d", n)
		}
		again := runOn(t, d, project, data, true)
		if again.OK != 39 || again.Same != 39 || again.Updates != 0 || len(again.Counts) != 0 {
			t.Errorf("again: %+v", again)
		}
		if got := rowCounts(t, d); !reflect.DeepEqual(got, counts) {
			t.Errorf("reading the file twice gave %v", got)
		}
		if results, err := estate.RunChecks(system, d); err != nil || results[0].Open != 0 || results[1].Open != 0 {
			t.Errorf("nightly checks after the import: %+v %v", results, err)
		}
	})
}

func TestImportRoom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		project := newProject(t, d)
		data := fixture(t, "importRoom.xlsx")
		r := runOn(t, d, project, data, true)
		if got := faults(r); !reflect.DeepEqual(got, []string{"~资产信息!P2 身份证号=110101199001010000"}) || r.Total != 1 || r.OK != 1 {
			t.Errorf("%q %+v", got, r)
		}
		if s := text(t, d, "SELECT c.name || ' ' || c.phone || ' ' || r.code || ' ' || r.build_area || ' ' || r.status || ' ' || r.usage FROM room r JOIN ownership o ON o.room_id = r.id JOIN customer c ON c.id = o.customer_id"); s != "示例业主甲 13800000000 1-1-1001 9456 self home" {
			t.Errorf("got %s", s)
		}
		if again := runOn(t, d, project, data, true); again.Same != 1 || number(t, d, "SELECT COUNT(*) FROM customer") != 1 {
			t.Errorf("again %+v", again)
		}
	})
}

// flat builds a csv of the flat form.
func flat(rows ...string) []byte {
	return []byte("资产信息导入表,,,\n楼号,单元,房间,楼层,总层数,是否有电梯,房屋类型,房屋户型,建筑面积,室内面积,租金,房屋状态,业主名称,性别,手机号,身份证号,业主类型,,说明\n" + strings.Join(rows, "\n") + "\n")
}

func TestHouseholdsAndShops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		project := newProject(t, d)
		data := flat(
			"1,1,101,1,18,有,110,两室,94.56,80,0,2001,张三,男,13800000001,11010519491231002X,1001,,楼号填写楼栋编号",
			"1,1,101,1,18,有,110,两室,94.56,80,0,2001,李四,女,18999999999,111111111111111111,1002",
			"1,1,101,1,18,有,110,两室,94.56,80,0,2001,李四,女,18999999999,111111111111111111,1002",
			"1,1,102,1,18,有,住宅,,90,,0,已入住,\"王五，赵六、钱七\",男,13800000002,,业主",
			",,,,,,,,,,,,,,,,,,只有说明",
			"1,1,103,1,18,有,110,,90,,0,2001,李四,男,18999999999,111111111111111111,1001",
			"1,1,104,1,18,有,110,,90,,0,2002,,,,,",
			"1,0,1,1,18,无,120,,66.6,,1200.50,2006,张三,男,13800000001,11010519491231002X,1001",
			"1,0,2,1,18,无,120,,66.6,,0,2008,无,,,,",
			"1,1,105,1,18,有,110,,90,,0,2001,孙八,男,13800000001,,1001")
		r := runOn(t, d, project, data, true)
		if len(r.Faults) != 0 || r.Total != 9 || r.OK != 9 {
			t.Errorf("%q total %d ok %d", faults(r), r.Total, r.OK)
		}
		counts := map[string]int{"building": 1, "unit": 2, "room": 7, "room_area": 7, "customer": 7, "ownership": 7, "occupancy": 7, "household": 5, "parking_space": 0, "vehicle": 0}
		if got := rowCounts(t, d); !reflect.DeepEqual(got, counts) {
			t.Errorf("rows %v", got)
		}
		for query, want := range map[string]string{
			"SELECT usage || ' ' || status || ' ' || rent || ' ' || label FROM room WHERE code = '1-0-1'":                                              "shop rented 120050 1号楼商铺1",
			"SELECT status FROM room WHERE code = '1-0-2'":                                                                                             "unsold",
			"SELECT string_agg(CAST(o.share AS TEXT), ',' ORDER BY o.share) FROM ownership o JOIN room r ON r.id = o.room_id WHERE r.code = '1-1-102'": "333333,333333,333334",
			"SELECT CAST(COUNT(DISTINCT o.customer_id) AS TEXT) FROM ownership o JOIN room r ON r.id = o.room_id WHERE r.code IN ('1-1-101', '1-0-1')": "1",
			"SELECT CAST(COUNT(*) AS TEXT) FROM customer WHERE name = '李四'":                                                                            "2",
			"SELECT CAST(phone_shared AS TEXT) FROM customer WHERE name = '孙八'":                                                                        "1",
			"SELECT CAST(h.persons AS TEXT) FROM household h JOIN room r ON r.id = h.room_id WHERE r.code = '1-1-101'":                                 "2",
		} {
			if got := text(t, d, query); got != want {
				t.Errorf("%s = %s, want %s", query, got, want)
			}
		}
		if again := runOn(t, d, project, data, true); again.Same != 9 || len(again.Faults) != 0 {
			t.Errorf("again %+v", again)
		}
		if got := rowCounts(t, d); !reflect.DeepEqual(got, counts) {
			t.Errorf("reading the file twice gave %v", got)
		}
		changed := runOn(t, d, project, flat("1,1,104,2,18,有,110,,91.5,,0,2002,,,,,"), true)
		if changed.Updates != 1 || number(t, d, "SELECT build_area FROM room WHERE code = '1-1-104'") != 9150 ||
			number(t, d, "SELECT COUNT(*) FROM room_area a JOIN room r ON r.id = a.room_id WHERE r.code = '1-1-104'") != 2 {
			t.Errorf("changed area: %+v", changed)
		}
	})
}

func TestEveryBadCellIsNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		project := newProject(t, d)
		good := "1,1,101,1,18,有,110,,94.56,80,0,2001,张三,男,13800000001,,1001"
		for _, tc := range []struct{ row, want string }{
			{",1,201,1,18,有,110,,94.56,80,0,2001,张三,男,13800000001,,1001", "A4 楼号="},
			{"1/2,1,201,1,18,有,110,,94.56,80,0,2001,张三,男,13800000001,,1001", "A4 楼号=1/2"},
			{"1,1,201,高,18,有,110,,94.56,80,0,2001,张三,男,13800000001,,1001", "D4 楼层=高"},
			{"1,1,201,1,0,有,110,,94.56,80,0,2001,张三,男,13800000001,,1001", "E4 总层数=0"},
			{"1,1,201,1,18,也许,110,,94.56,80,0,2001,张三,男,13800000001,,1001", "F4 是否有电梯=也许"},
			{"1,1,201,1,18,有,999,,94.56,80,0,2001,张三,男,13800000001,,1001", "G4 房屋类型=999"},
			{"1,1,201,1,18,有,110,,,,0,2001,张三,男,13800000001,,1001", "I4 建筑面积="},
			{"1,1,201,1,18,有,110,,-5,,0,2001,张三,男,13800000001,,1001", "I4 建筑面积=-5"},
			{"1,1,201,1,18,有,110,,0,,0,2001,张三,男,13800000001,,1001", "I4 建筑面积=0"},
			{"1,1,201,1,18,有,110,,94.567,,0,2001,张三,男,13800000001,,1001", "I4 建筑面积=94.567"},
			{"1,1,201,1,18,有,110,,94平,,0,2001,张三,男,13800000001,,1001", "I4 建筑面积=94平"},
			{"1,1,201,1,18,有,110,,94,95,0,2001,张三,男,13800000001,,1001", "J4 室内面积=95"},
			{"1,1,201,1,18,有,110,,94,,-1,2001,张三,男,13800000001,,1001", "K4 租金=-1"},
			{"1,1,201,1,18,有,110,,94,,0,3000,张三,男,13800000001,,1001", "L4 房屋状态=3000"},
			{"1,1,201,1,18,有,110,,94,,0,2001,,,,,1001", "M4 业主名称="},
			{"1,1,201,1,18,有,110,,94,,0,2002,张三,男,13800000001,,1001", "M4 业主名称=张三"},
			{"1,1,201,1,18,有,110,,94,,0,2001,张三,中,13800000001,,1001", "N4 性别=中"},
			{"1,1,201,1,18,有,110,,94,,0,2001,张三,男,12345,,1001", "O4 手机号=12345"},
			{"1,1,201,1,18,有,110,,94,,0,2001,张三,男,13800000001,123,1001", "P4 身份证号=123"},
			{"1,1,201,1,18,有,110,,94,,0,2001,张三,男,13800000001,,1009", "Q4 业主类型=1009"},
			{"1,1,201,1,18,有,110,,94,,0,2001,张三,男,13800000001,,1002", "Q4 业主类型=1002"},
			{"1,1,101,1,18,有,110,,95,80,0,2001,李四,男,13800000002,,1002", "I4 建筑面积=95"},
			{"#REF!,1,1 2,1,18,有,110,,94,,0,2001,张三,男,1,2,3", "A4 楼号=#REF!, C4 房间=1 2, O4 手机号=1, P4 身份证号=2, Q4 业主类型=3"},
		} {
			r := runOn(t, d, project, flat(good, tc.row), false)
			got := strings.ReplaceAll(strings.Join(faults(r), ", "), "t!", "")
			if got != tc.want || r.OK != 1 || r.Bad != 1 {
				t.Errorf("%s: faults %q ok %d bad %d, want %q", tc.row, got, r.OK, r.Bad, tc.want)
			}
			for _, f := range r.Faults {
				if f.Zh == "" || f.En == "" || f.Row != 4 {
					t.Errorf("fault without words: %+v", f)
				}
			}
		}
	})
}

// workbook builds the sheets of hc.xlsx.
func workbook(t testing.TB, sheets map[string][][]any) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := sheet.NewWriter(&buf)
	for _, name := range []string{"楼栋单元", "业主信息", "费用设置", "房屋信息", "车位信息", "库存"} {
		rows := sheets[name]
		if rows == nil {
			continue
		}
		heads := make([]sheet.Head, len(rows[0]))
		for i, h := range rows[0] {
			heads[i].Title = h.(string)
		}
		if err := w.Sheet(name, heads, sheet.Layout{}); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			if err := w.Row(row...); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestSheetsReferToEachOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		project := newProject(t, d)
		sheets := map[string][][]any{
			"楼栋单元": {{"楼栋号", "单元编号", "总层数", "是否有电梯"}, {1, "1单元", 18, "有"}, {1, 1, 18, "有"}},
			"业主信息": {{"编号", "业主名称", "性别", "年龄", "手机号", "身份证号", "业主类型", "业主编号"},
				{1, "小张", "女", 1, 18999999999, "111111111111111111", 1002, 7}, {2, "张三", "男", 40, 13800000001, "", "1001", "7"},
				{3, "李四", "男", 40, 13800000002, "", 1001, 7}, {4, "王五", "男", 40, 13800000003, "", 1003, 9}, {5, "无", "男", 1, 13800000003, "", 1001, 10},
				{6, "赵六", "男", 30, 13800000004, "1101011990010100001234", 1001, 11}},
			"费用设置": {{"费用编号", "费用类型", "收费项目", "费用标识", "付费类型", "缴费周期", "出账类型", "计费起始时间", "计费结束时间", "计算公式", "计费单价", "固定费用"},
				{1, "物业费", "物业费", "周期性费用", "预付费", 6, "每月1日", 43992, "2037-1-1", 1001, "1.3", 20}, {2, "物业费", "垃圾费", "周期性费用", "预付费", 3, "每周", "2020-6-10", "2020-1-1", 1003, 1, 20}},
			"房屋信息": {{"房屋编号", "楼栋编号", "单元编号", "房屋楼层", "房屋户型", "建筑面积", "业主编号", "房屋费用", "费用开始时间", "房屋类型", "室内面积", "租金"},
				{101, 1, 1, 1, "10102", "94.56", 7, "1#1", "2020-06-10#2020-07-10", 110, "", 0}, {102, 1, 1, 1, "10102", "94.56", "", "1#2", "2020-06-10", 110, "", 0},
				{103, 1, 2, 1, "10102", "94.56", "", 0, "", 110, "", 0}, {101, 1, 1, 1, "10102", "94.56", 7, 9, 43992, 110, "", 0}, {104, 1, 1, 1, "", 80, 11, "", "", 110, "", 0},
				{105, 1, 1, 1, "", 80, "", "1#1", "2020-06-10#昨天", 110, "", 0}},
			"车位信息": {{"停车场编号", "车位编码", "停车场类型", "面积", "业主编号", "车牌号", "车品牌", "车类型（9901 家用小汽车 9902 客车 9903 货车）", "颜色", "出租还是出售（H出租S出售）", "开始时间", "结束时间"},
				{1, "C1", "地下停车位", 1, 7, "鲁b·12345", "大众", 9901, "白", "S", "2020-06-10", "2037-1-1"}, {1, "C2", "地上停车位", 12.5, 7, "鲁BD12345", "", "", "", "H", 43992, "2030-01-31"},
				{1, "C3", "空中", 1, "", "", "", "", "", "", "", ""}, {1, "C4", "地上停车位", 1, 8, "鲁B54321", "", "", "", "", "", ""}, {1, "C1", "地上停车位", 1, "", "", "", "", "", "", "", ""},
				{1, "C5", "地上停车位", 1, 7, "12", "", "", "", "", "2021-01-01", "2020-01-01"}},
			"库存": {{"物品名称", "物品规格"}, {"灯泡", "5W"}},
		}
		sheets["车位信息"][2][3] = "12.5"
		data := workbook(t, sheets)
		r := runOn(t, d, project, data, true)
		want := []string{"楼栋单元!B3 单元编号=1", "业主信息!H4 业主编号=7", "业主信息!H5 业主编号=9", "业主信息!B6 业主名称=无", "业主信息!F7 身份证号=1101011990010100001234",
			"费用设置!G3 出账类型=每周", "费用设置!I3 计费结束时间=2020-1-1", "费用设置!J3 计算公式=1003",
			"房屋信息!I3 费用开始时间=2020-06-10", "房屋信息!C4 单元编号=2", "房屋信息!H5 房屋费用=9", "房屋信息!G6 业主编号=11", "房屋信息!I7 费用开始时间=2020-06-10#昨天",
			"车位信息!C4 停车场类型=空中", "车位信息!E5 业主编号=8", "车位信息!B6 车位编码=C1", "车位信息!F7 车牌号=12", "车位信息!L7 结束时间=2020-01-01"}
		if got := faults(r); !reflect.DeepEqual(got, want) {
			t.Errorf("faults\n%s", strings.Join(got, "\n"))
		}
		for query, want := range map[string]string{
			"SELECT v.plate || ' ' || v.type || ' ' || v.valid_from || '~' || v.valid_to || ' ' || r.code FROM vehicle v JOIN room r ON r.id = v.room_id WHERE v.brand = '大众'": "鲁B12345 car 2020-06-10~ 1-1-101",
			"SELECT v.plate || ' ' || v.type || ' ' || v.valid_from || '~' || v.valid_to FROM vehicle v WHERE v.brand = ''":                                                    "鲁BD12345 ev 2020-06-10~2030-01-31",
			"SELECT type || ' ' || status || ' ' || owner_right || ' ' || area FROM parking_space WHERE code = 'C1'":                                                           "titled sold owner 0",
			"SELECT status || ' ' || place || ' ' || area FROM parking_space WHERE code = 'C2'":                                                                                "rented ground 1250",
			"SELECT o.relation || ' ' || c.name FROM occupancy o JOIN customer c ON c.id = o.person_id WHERE o.relation <> 'self'":                                             "relative 小张",
		} {
			if got := text(t, d, query); got != want {
				t.Errorf("%s = %s, want %s", query, got, want)
			}
		}
		before := rowCounts(t, d)
		runOn(t, d, project, data, true)
		if after := rowCounts(t, d); !reflect.DeepEqual(before, after) {
			t.Errorf("reading the file twice gave %v after %v", after, before)
		}
	})
}

// TestExportedEdition reads the columns that the system's own export writes: other titles, fewer columns.
func TestExportedEdition(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := runOn(t, d, newProject(t, d), workbook(t, map[string][][]any{
			"楼栋单元": {{"楼栋号", "单元编号", "总层数", "是否有电梯"}, {"A座", 1, 33, "是"}},
			"业主信息": {{"业主编号", "业主名称", "性别", "年龄", "手机号"}, {"702024", "张三", "男", 40, 13800000001}},
			"房屋信息": {{"房屋编号", "楼栋编号", "单元编号", "房屋楼层", "房屋户型", "建筑面积", "业主编号"}, {"1802", "A座", 1, 18, "两室", "101.20", 702024}},
			"车位信息": {{"车位编码", "车位类型", "面积", "业主编号", "车牌号", "车品牌", "车类型", "颜色", "出租还是出售（H出租S出售）"},
				{"B-12", 2001, 1, 702024, "鲁B12345", "大众", "家用小汽车", "白", "H"}},
		}), true)
		if len(r.Faults) != 0 || r.OK != 4 {
			t.Errorf("%q %+v", faults(r), r)
		}
		if s := text(t, d, "SELECT r.code || ' ' || r.label || ' ' || c.name || ' ' || v.plate || ' ' || p.place FROM room r JOIN ownership o ON o.room_id = r.id JOIN customer c ON c.id = o.customer_id JOIN vehicle v ON v.owner_id = c.id JOIN parking_space p ON p.id = v.space_id"); s != "A座-1-1802 A座1单元1802 张三 鲁B12345 underground" {
			t.Errorf("got %s", s)
		}
	})
}

// TestCutShort stops a run in the middle, as a killed process would, and lets it run again.
func TestCutShort(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		project, batch := newProject(t, d), d.NewID()
		var rows []string
		for i := range 400 {
			rows = append(rows, fmt.Sprintf("1,1,%d,1,18,有,110,,90,,0,2001,业主%d,男,%d,,1001", 1000+i, i, 13000000000+i))
		}
		data := flat(rows...)
		run := func(stopAt int) error {
			book, err := sheet.Open(bytes.NewReader(data), int64(len(data)), "t.csv", sheet.DefaultLimits)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Source{}.Run(system, migrate.In{DB: d, Book: book, Project: project, Batch: batch, Write: true, Progress: func(n int) error {
				if n == stopAt {
					return context.Canceled
				}
				return nil
			}})
			return err
		}
		if err := run(300); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if n := number(t, d, "SELECT COUNT(*) FROM room"); n == 0 || n == 400 {
			t.Fatalf("%d rooms after the cut", n)
		}
		if n := number(t, d, "SELECT COUNT(*) FROM room r WHERE NOT EXISTS (SELECT 1 FROM ownership o WHERE o.room_id = r.id)"); n > 0 {
			t.Errorf("%d rooms lost their owners at the cut", n)
		}
		if err := run(0); err != nil {
			t.Fatal(err)
		}
		want := map[string]int{"building": 1, "unit": 1, "room": 400, "room_area": 400, "customer": 400, "ownership": 400, "occupancy": 400, "household": 400, "parking_space": 0, "vehicle": 0}
		if got := rowCounts(t, d); !reflect.DeepEqual(got, want) {
			t.Errorf("after the second run %v", got)
		}
	})
}

func TestRefusesForeignWorkbooks(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	for want, data := range map[string][]byte{
		"workbook_out_of_scope": workbook(t, map[string][][]any{"库存": {{"物品名称", "物品规格"}, {"灯泡", "5W"}}}),
		"workbook_unknown":      workbook(t, map[string][][]any{"库存": {{"甲", "乙"}, {"1", "2"}}}),
		"sheet_columns":         workbook(t, map[string][][]any{"房屋信息": {{"房屋编号", "楼栋编号"}, {"1", "2"}}}),
	} {
		book, err := sheet.Open(bytes.NewReader(data), int64(len(data)), "t", sheet.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Source{}.Run(system, migrate.In{DB: d, Book: book, Batch: 1})
		if p, ok := problem.As(err); !ok || p.Code != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestNeedsTheRight(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	project := newProject(t, d)
	data := fixture(t, "hc.xlsx")
	book, err := sheet.Open(bytes.NewReader(data), int64(len(data)), "t", sheet.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	stranger := access.With(context.Background(), &access.Principal{Kind: access.Staff})
	_, err = Source{}.Run(stranger, migrate.In{DB: d, Book: book, Project: project, Batch: 1})
	if p, ok := problem.As(err); !ok || p.Status/100 != 4 {
		t.Errorf("got %v", err)
	}
}
