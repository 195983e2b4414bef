package register_test

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/register"
)

func TestQueriesThatMakeNoSense(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		newFlat(t, d, someFlat(newBlock(t, d, projectA, "1栋"), "101"))
		for query, pointer := range map[string]string{
			"page=0": "?page", "page=x": "?page", "size=201": "?size", "size=-1": "?size", "page=99999999999999999999": "?page",
			"sort=colour": "?sort", "sort=code,code": "?sort", "sort=owner": "?sort", "sort=code;DROP TABLE test_flat": "?sort", "sort=-": "?sort",
			"sort=area DESC": "?sort", "sort=(SELECT 1)": "?sort",
			"colour=red": "?colour", "owner=x": "?owner", "area=x": "?area", "area=1.234": "?area", "area=1~2~3": "?area", "area=1 OR 1=1": "?area",
			"use=home' OR '1'='1": "", "use=home') --": "", "code=%25' OR 1=1 --": "", "q=' OR 1=1 --": "",
			"sold=maybe": "?sold", "handed=2026-13-01": "?handed", "block_id=1 OR 1=1": "?block_id", "project=x": "?project", "batch='": "?batch",
			"id=1;2": "?id", "archived=yes": "?archived", "q=a b c d e f g h i": "?q", "q=%00": "?q", "code=%00": "?code", "floor=99999999999999999999": "?floor",
			"created_at=yesterday": "?created_at", "id=" + strings.Repeat("1,", 600) + "1": "?id",
		} {
			values, err := url.ParseQuery(query)
			if err != nil && !strings.Contains(query, ";") {
				t.Fatal(err)
			}
			if strings.Contains(query, ";") {
				word, value, _ := strings.Cut(query, "=")
				values = url.Values{word: {value}}
			}
			page, err := flats.List(system, d.Reader(), values)
			if pointer == "" { // understood, and finds nothing
				if err != nil || page.Total != 0 {
					t.Errorf("%s: %d rows, %v", query, page.Total, err)
				}
				continue
			}
			wants(t, err, "bad_request", pointer)
		}
	})
}

func TestSeveralFaultsAreNamedTogether(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		_, err := flats.List(system, d.Reader(), url.Values{"area": {"x"}, "colour": {"red"}, "use": {""}, "page": {"0"}})
		wants(t, err, "bad_request", "?area", "?colour", "?page")
	})
}

func TestTextIsTakenLiterally(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		for _, code := range []string{`50%_a`, `500ba`, `a\b`, `a_b`, `x'y"z`, `ABC甲`} {
			newFlat(t, d, someFlat(home, code))
		}
		for word, want := range map[string]string{"%_": `50%_a`, `\`: `a\b`, "A_B": `a_b`, `'y"`: `x'y"z`, "abc甲": "ABC甲"} {
			for _, name := range []string{"q", "code"} {
				page, err := flats.List(system, d.Reader(), url.Values{name: {word}})
				if err != nil || len(page.Items) != 1 || page.Items[0].Code != want {
					t.Errorf("%s=%s: %d rows, %v", name, word, page.Total, err)
				}
			}
		}
	})
}

func TestRangesUseDisplayUnits(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		for i, area := range []int64{8999, 9000, 9050, 12000, 12001} {
			f := someFlat(home, fmt.Sprint(i))
			f.Area, f.Handed = area, calendar.NewDate(2026, 3, 1).AddDays(i)
			newFlat(t, d, f)
		}
		today := calendar.DateOf(d.Now())
		for query, want := range map[string]int64{
			"area=90~120": 3, "area=90~": 4, "area=~90": 2, "area=90.5": 1, "area=90.50": 1, "area=~": 5, "handed=2026-03-02~2026-03-03": 2, "handed=2026/3/1": 1,
			"created_at=" + string(today): 5, "created_at=~" + string(today.AddDays(-1)): 0, "created_at=" + string(today.AddDays(1)) + "~": 0,
		} {
			values, _ := url.ParseQuery(query)
			page, err := flats.List(system, d.Reader(), values)
			if err != nil || page.Total != want {
				t.Errorf("%s: %d rows, want %d, %v", query, page.Total, want, err)
			}
		}
	})
}

// TestQueriesAgainstReference compares thousands of random queries with the same
// question asked of the rows in memory.
func TestQueriesAgainstReference(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		homes := []db.ID{newBlock(t, d, projectA, "1栋"), newBlock(t, d, projectA, "2栋")}
		var rows []*flat
		for i := range 150 {
			f := someFlat(homes[i%2], fmt.Sprintf("%c%03d", 'a'+i%3, i*7%150))
			f.Area, f.Sold, f.Fee = int64(5000+i*37%400*10), i%3 == 0, int64(i*13%50)
			f.Use = []string{"home", "shop"}[i/2%2]
			if i%4 != 0 {
				floor := int64(i%5 + 1)
				f.Floor = &floor
			}
			f.Handed = []calendar.Date{"", "2026-01-05", "2026-02-07", "2025-12-31"}[i%4]
			f.Tags = [][]string{nil, {"pet"}, {"old"}, {"pet", "old"}}[i/3%4]
			f.Phone = []string{"", "13800001111", "13900002222"}[i%3]
			rows = append(rows, &f)
		}
		write(t, d, func(tx *db.Tx) error { return flats.CreateAll(system, tx, 5, rows) })
		for i, f := range rows {
			if i%11 == 0 {
				write(t, d, func(tx *db.Tx) error { return flats.Archive(system, tx, f.ID, 1) })
				f.ArchivedAt = 1
			}
		}
		queries := 0
		rapid.Check(t, func(rt *rapid.T) {
			for range 50 {
				query := randomQuery(rt, homes)
				want, sum := reference(rows, query)
				page, err := flats.List(system, d.Reader(), query)
				if err != nil {
					rt.Fatalf("%s: %v", query.Encode(), err)
				}
				if page.Total != int64(len(want)) || page.Sums["area"] != sum {
					rt.Fatalf("%s: total %d sum %d, want %d %d", query.Encode(), page.Total, page.Sums["area"], len(want), sum)
				}
				first := min(len(want), 7*(atoi(query.Get("page"))-1))
				want = want[first:min(len(want), first+7)]
				if got := codes(page.Items); got != codes(want) {
					rt.Fatalf("%s:\n got %s\nwant %s", query.Encode(), got, codes(want))
				}
				queries++
			}
		})
		if queries < 4000 {
			t.Errorf("only %d queries", queries)
		}
	})
}

func codes(rows []*flat) string {
	var all []string
	for _, r := range rows {
		all = append(all, r.Code)
	}
	return strings.Join(all, " ")
}

func atoi(s string) (n int) {
	_, _ = fmt.Sscan(s, &n)
	return n
}

func randomQuery(t *rapid.T, homes []db.ID) url.Values {
	q := url.Values{"size": {"7"}, "page": {fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "page"))}}
	maybe := func(word string, values ...string) {
		if rapid.IntRange(0, 3).Draw(t, word+"?") == 0 {
			q.Set(word, rapid.SampledFrom(values).Draw(t, word))
		}
	}
	maybe("sort", "area", "-area", "code", "-code", "handed,-area", "-handed,code", "-id", "area,-code", "id")
	maybe("use", "home", "shop", "home,shop", "castle")
	maybe("block_id", homes[0].String(), homes[1].String(), homes[0].String()+","+homes[1].String())
	maybe("area", "50~60", "~55.5", "62~", "58.5", "60~50")
	maybe("floor", "2~3", "~1", "4~", "5")
	maybe("sold", "true", "false", "true,false", "1")
	maybe("handed", "2026-01-01~", "~2025-12-31", "2026-01-05", "2026-01-05~2026-02-07")
	maybe("tags", "pet", "old", "pet,old")
	maybe("code", "a0", "B1", "9")
	maybe("q", "a", "1 0", "138", "zz", "B 139")
	maybe("archived", "only", "all")
	maybe("project", "1001", "1002", "1001,1002")
	maybe("batch", "5", "6")
	return q
}

// reference answers a query over rows in memory; it is written to be obvious.
func reference(rows []*flat, q url.Values) (found []*flat, sum int64) {
	in := func(word, value string) bool {
		return q.Get(word) == "" || slices.Contains(strings.Split(q.Get(word), ","), value)
	}
	has := func(text, part string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(part)) }
	between := func(word string, value int64, scale int64) bool {
		from, to, both := strings.Cut(q.Get(word), "~")
		if !both {
			to = from
		}
		bound := func(s string, none int64) int64 {
			var f float64
			if n, _ := fmt.Sscan(s, &f); n == 0 {
				return none
			}
			return int64(f*float64(scale) + 0.5)
		}
		return value >= bound(from, -1<<60) && value <= bound(to, 1<<60)
	}
	for _, r := range rows {
		from, to, both := strings.Cut(q.Get("handed"), "~")
		if !both {
			to = from
		}
		keep := in("use", r.Use) && in("block_id", r.BlockID.String()) && in("project", r.ProjectID.String()) && in("batch", r.BatchID.String()) &&
			(in("sold", fmt.Sprint(r.Sold)) || q.Get("sold") == "1" && r.Sold) &&
			between("area", r.Area, 100) && (q.Get("floor") == "" || r.Floor != nil && between("floor", *r.Floor, 1)) &&
			string(r.Handed) >= from && (to == "" || string(r.Handed) <= to) && has(r.Code, q.Get("code")) &&
			(q.Get("tags") == "" || slices.ContainsFunc(r.Tags, func(tag string) bool { return in("tags", tag) }))
		for _, word := range strings.Fields(q.Get("q")) {
			keep = keep && (has(r.Code, word) || has(r.Owner, word) || has(r.Phone, word))
		}
		switch q.Get("archived") {
		case "":
			keep = keep && r.ArchivedAt == 0
		case "only":
			keep = keep && r.ArchivedAt != 0
		}
		if keep {
			found, sum = append(found, r), sum+r.Area
		}
	}
	by := strings.Split(cmp.Or(q.Get("sort"), "code"), ",")
	slices.SortFunc(found, func(a, b *flat) int {
		sign := 1
		for _, name := range by {
			name, desc := strings.CutPrefix(name, "-")
			if sign = 1; desc {
				sign = -1
			}
			order := map[string]int{"area": cmp.Compare(a.Area, b.Area), "code": cmp.Compare(a.Code, b.Code), "handed": cmp.Compare(a.Handed, b.Handed),
				"id": cmp.Compare(a.ID, b.ID)}[name]
			if order != 0 {
				return sign * order
			}
		}
		return sign * cmp.Compare(a.ID, b.ID)
	})
	return found, sum
}

func TestEachReadsEverythingInOrder(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		rows := make([]*flat, 2500) // three batches
		for i := range rows {
			f := someFlat(home, fmt.Sprintf("%05d", i*7919%100000))
			f.Area = int64(100 + i%5)
			rows[i] = &f
		}
		write(t, d, func(tx *db.Tx) error { return flats.CreateAll(system, tx, 5, rows) })
		for _, sort := range []string{"code", "-area,code", "area", "-id"} {
			query := url.Values{"sort": {sort}}
			want, _ := reference(rows, query)
			var got []*flat
			if err := flats.Each(system, d.Reader(), query, func(f *flat) error { got = append(got, f); return nil }); err != nil {
				t.Fatal(err)
			}
			if codes(got) != codes(want) {
				t.Errorf("sort=%s: %d rows in another order", sort, len(got))
			}
		}
	})
}

func TestSelect(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		newFlat(t, d, someFlat(home, "b"))
		newFlat(t, d, someFlat(home, "a"))
		got, err := flats.Select(clerk("test.flat.read"), d.Reader(), "block_id = $1 AND code <> $2", home, "zz")
		if err != nil || codes(got) != "a b" {
			t.Errorf("%s %v", codes(got), err)
		}
		got, err = flats.Select(clerk("test.flat.read"), d.Reader(), "block_id = $1 OR 1 = 1", db.ID(5))
		if err != nil || len(got) != 2 {
			t.Errorf("%s %v", codes(got), err)
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"area=90~120&sort=-area", "q=王 301&use=home", "floor=~3&tags=pet", "id=1,2&archived=all", "created_at=2026-01-01~"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		statement, args, err := flats.Plan(query)
		if err != nil {
			return
		}
		if n := strings.Count(statement, "$"); n < len(args) {
			t.Errorf("%d values for %d placeholders in %s", len(args), n, statement)
		}
		for _, part := range []string{"'", `"`, ";", "--"} { // nothing of the query may reach the text
			if strings.Contains(strings.ReplaceAll(statement, `ESCAPE '\'`, ""), part) {
				t.Errorf("%q in %s", part, statement)
			}
		}
	})
}

var _ register.Any = flats
