package register_test

import (
	"fmt"
	"net/url"
	"sync"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

func TestCreateAndGet(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "3栋")
		floor := int64(3)
		f := someFlat(home, "3-301")
		f.Floor, f.Sold, f.Handed, f.Owner, f.Phone = &floor, true, "2026-03-01", "张小三", "13812345678"
		f.Tags, f.Extra, f.Fee, f.Serial = []string{"pet", "old"}, extra{Note: "<a>", Level: 2}, 21800, "A1"
		made := newFlat(t, d, f)
		got, err := flats.Get(system, d.Reader(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Version != 1 || got.CreatedAt == 0 || got.Origin != "hand" || got.Shown != "#3-301" {
			t.Errorf("head or hooks: %+v", got)
		}
		made.Shown = "#3-301"
		if fmt.Sprintf("%+v", *got.Floor) != "3" || got.Handed != "2026-03-01" || !got.Sold || len(got.Tags) != 2 || got.Extra != f.Extra {
			t.Errorf("read back %+v", got)
		}
		item, err := flats.GetJSON(system, d.Reader(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		m := object(t, item)
		for name, want := range map[string]any{
			"id": made.ID.String(), "version": 1.0, "project_id": "1001", "code": "3-301", "block_id": home.String(), "block_id_label": "3栋",
			"area": 9050.0, "sold": true, "floor": 3.0, "handed": "2026-03-01", "owner": "张*三", "phone": "138****5678", "fee": 21800.0,
		} {
			if m[name] != want {
				t.Errorf("%s = %v, want %v", name, m[name], want)
			}
		}
	})
}

func TestUpdateWritesWhatDiffersAndRefusesStale(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		made := newFlat(t, d, someFlat(newBlock(t, d, projectA, "1栋"), "101"))
		body := []byte(`{"version":1,"area":10000,"floor":null,"tags":["pet"]}`)
		write(t, d, func(tx *db.Tx) error {
			item, err := flats.UpdateJSON(system, tx, made.ID, body)
			if err == nil && object(t, item)["version"] != 2.0 {
				t.Errorf("answer %s", item)
			}
			return err
		})
		err := d.Write(system, func(tx *db.Tx) error { _, err := flats.UpdateJSON(system, tx, made.ID, body); return err })
		if current := object(t, wants(t, err, "stale").Document("zh"))["current"].(map[string]any); current["version"] != 2.0 || current["area"] != 10000.0 {
			t.Errorf("current row %v", current)
		}
		write(t, d, func(tx *db.Tx) error { // nothing differs: nothing is written
			got, err := flats.Update(system, tx, made.ID, 2, func(f *flat) error { f.Area = 10000; return nil })
			if err == nil && got.Version != 2 {
				t.Errorf("version rose to %d without a change", got.Version)
			}
			return err
		})
	})
}

func TestTwoWritersOneWins(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		made := newFlat(t, d, someFlat(newBlock(t, d, projectA, "1栋"), "101"))
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				errs[i] = d.Write(system, func(tx *db.Tx) error {
					_, err := flats.Update(system, tx, made.ID, 1, func(f *flat) error { f.Area = int64(100 + i); return nil })
					return err
				})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				wants(t, err, "stale")
			}
		}
		got, err := flats.Get(system, d.Reader(), made.ID)
		if err != nil || won != 1 || got.Version != 2 {
			t.Errorf("%d writers won, version %d, %v", won, got.Version, err)
		}
	})
}

func TestTwoCreatorsOneWins(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				errs[i] = d.Write(system, func(tx *db.Tx) error {
					f := someFlat(home, "101")
					return flats.Create(system, tx, &f)
				})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				wants(t, err, "taken", "/code")
			}
		}
		if page, err := flats.List(system, d.Reader(), nil); err != nil || won != 1 || page.Total != 1 {
			t.Errorf("%d creators won, %d rows, %v", won, page.Total, err)
		}
	})
}

func TestBadInputIsNamed(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		other := newBlock(t, d, projectB, "B栋")
		ok := `"project_id":"1001","code":"1","block_id":"` + home.String() + `","area":100`
		for body, want := range map[string][]string{
			`{}`:                                       {"invalid", "/code", "/block_id", "/area"},
			`{` + ok + `,"colour":1}`:                  {"invalid", "/colour"},
			`{` + ok + `,"a/b~":1}`:                    {"invalid", "/a~1b~0"},
			`{` + ok + `,"id":"5"}`:                    {"invalid", "/id"},
			`{` + ok + `,"origin":"x"}`:                {"invalid", "/origin"},
			`{` + ok + `,"shown":"x"}`:                 {"invalid", "/shown"},
			`{` + ok + `,"floor":"3"}`:                 {"invalid", "/floor"},
			`{` + ok + `,"floor":3.5}`:                 {"invalid", "/floor"},
			`{` + ok + `,"floor":1e3}`:                 {"invalid", "/floor"},
			`{` + ok + `,"floor":201}`:                 {"invalid", "/floor"},
			`{` + ok + `,"sold":1}`:                    {"invalid", "/sold"},
			`{` + ok + `,"handed":"2026-02-30"}`:       {"invalid", "/handed"},
			`{` + ok + `,"use":"castle"}`:              {"invalid", "/use"},
			`{` + ok + `,"tags":["pet","dragon"]}`:     {"invalid", "/tags"},
			`{` + ok + `,"tags":"pet"}`:                {"invalid", "/tags"},
			`{` + ok + `,"extra":{"nope":1}}`:          {"invalid", "/extra"},
			`{` + ok + `,"extra":{"note":"a\u0000b"}}`: {"invalid", "/extra"},
			`{` + ok + `,"owner":"a\u0000b"}`:          {"invalid", "/owner"},
			`{` + ok + `,"phone":"12345"}`:             {"invalid", "/phone"},
			`{` + ok + `,"fee":9007199254740993}`:      {"invalid", "/fee"},
			`{` + ok + `,"fee":99999999999999999999}`:  {"invalid", "/fee"},
			`{` + ok + `,"use":"shop","floor":6}`:      {"invalid", "/floor"},
			`{"project_id":"1001","code":"1","area":1,"block_id":"` + other.String() + `"}`: {"invalid", "/block_id"},
			`{"project_id":"1001","code":"1","area":1,"block_id":"4711"}`:                   {"invalid", "/block_id"},
			`{"project_id":"1001","code":"1","area":1,"block_id":4711}`:                     {"invalid", "/block_id"},
			`{"project_id":"1001","code":"1","area":1,"block_id":"-4"}`:                     {"invalid", "/block_id"},
			`[]`:                      {"bad_request"},
			`{"code":"1"`:             {"bad_request"},
			`{"code":"1","code":"2"}`: {"bad_request"},
			`{} {}`:                   {"bad_request"},
			``:                        {"bad_request"},
		} {
			err := d.Write(system, func(tx *db.Tx) error { _, _, err := flats.CreateJSON(system, tx, []byte(body)); return err })
			t.Run(body, func(t *testing.T) { wants(t, err, want[0], want[1:]...) })
		}
		page, err := flats.List(system, d.Reader(), nil)
		if err != nil || page.Total != 0 {
			t.Errorf("bad input left %d rows, %v", page.Total, err)
		}
	})
}

func TestTakenNamesTheField(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		first := someFlat(home, "101")
		first.Serial = "S1"
		newFlat(t, d, first)
		same := someFlat(home, "101")
		err := d.Write(system, func(tx *db.Tx) error { return flats.Create(system, tx, &same) })
		wants(t, err, "taken", "/code")
		serial := someFlat(home, "102")
		serial.Serial = "S1"
		err = d.Write(system, func(tx *db.Tx) error { return flats.Create(system, tx, &serial) })
		wants(t, err, "taken", "/serial")
		second := newFlat(t, d, someFlat(home, "103"))
		err = d.Write(system, func(tx *db.Tx) error {
			_, err := flats.Update(system, tx, second.ID, 1, func(f *flat) error { f.Code = "101"; return nil })
			return err
		})
		wants(t, err, "taken", "/code")
	})
}

func TestOnceAndMaskedOnUpdate(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		f := someFlat(newBlock(t, d, projectA, "1栋"), "101")
		f.Serial, f.Phone = "S1", "13812345678"
		made := newFlat(t, d, f)
		err := d.Write(system, func(tx *db.Tx) error {
			_, err := flats.UpdateJSON(system, tx, made.ID, []byte(`{"version":1,"serial":"S2"}`))
			return err
		})
		wants(t, err, "invalid", "/serial")
		write(t, d, func(tx *db.Tx) error {
			_, err := flats.UpdateJSON(system, tx, made.ID, []byte(`{"version":1,"serial":"S1","phone":"138****5678","area":7}`))
			return err
		})
		got, err := flats.Get(system, d.Reader(), made.ID)
		if err != nil || got.Phone != "13812345678" || got.Area != 7 {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestArchiveAndRestore(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		made := newFlat(t, d, someFlat(home, "101"))
		write(t, d, func(tx *db.Tx) error { return flats.Archive(system, tx, made.ID, 1) })
		newFlat(t, d, someFlat(home, "101")) // the number is free again
		for word, want := range map[string]int64{"": 1, "only": 1, "all": 2} {
			page, err := flats.List(system, d.Reader(), url.Values{"archived": {word}})
			if err != nil || page.Total != want {
				t.Errorf("archived=%q: %d rows, %v", word, page.Total, err)
			}
		}
		err := d.Write(system, func(tx *db.Tx) error { return flats.Restore(system, tx, made.ID, 2) })
		wants(t, err, "taken", "/code")
		high := someFlat(home, "601")
		high.Floor = new(int64(6))
		high = *newFlat(t, d, high)
		write(t, d, func(tx *db.Tx) error { return flats.Archive(system, tx, high.ID, 1) })
		write(t, d, func(tx *db.Tx) error { // meanwhile the rules have changed: it could not be entered today
			_, err := tx.ExecContext(system, `UPDATE test_flat SET use = 'shop' WHERE id = $1`, high.ID)
			return err
		})
		err = d.Write(system, func(tx *db.Tx) error { return flats.Restore(system, tx, high.ID, 2) })
		wants(t, err, "invalid", "/floor")
		write(t, d, func(tx *db.Tx) error { return blocks.Archive(system, tx, home, 0) })
		late := someFlat(home, "102")
		err = d.Write(system, func(tx *db.Tx) error { return flats.Create(system, tx, &late) })
		wants(t, err, "invalid", "/block_id")
	})
}

func TestCreateAll(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		rows := make([]*flat, 300)
		for i := range rows {
			f := someFlat(home, fmt.Sprintf("%04d", i))
			rows[i] = &f
		}
		write(t, d, func(tx *db.Tx) error { return flats.CreateAll(system, tx, 55, rows) })
		page, err := flats.List(system, d.Reader(), url.Values{"batch": {"55"}, "size": {"200"}, "page": {"2"}})
		if err != nil || page.Total != 300 || len(page.Items) != 100 || page.Sums["area"] != 300*9050 {
			t.Errorf("%d items of %d, sums %v, %v", len(page.Items), page.Total, page.Sums, err)
		}
		more := []*flat{{Row: register.Row{ProjectID: projectA}, Code: "n1", BlockID: home, Area: 1, Use: "home"},
			{Row: register.Row{ProjectID: projectA}, Code: "n2", BlockID: 9, Use: "castle"}}
		err = d.Write(system, func(tx *db.Tx) error { return flats.CreateAll(system, tx, 56, more) })
		wants(t, err, "invalid", "/1/area", "/1/use", "/1/block_id")
	})
}

func TestHooksAndWatchersRunOnlyForWhatIsWritten(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		seen := map[db.ID]int{}
		register.Watch(func(name string, project db.ID) {
			mu.Lock()
			defer mu.Unlock()
			if name == "test-blocks" {
				seen[project]++
			}
		})
		project := d.NewID()
		newBlock(t, d, project, "1栋")
		err := d.Write(system, func(tx *db.Tx) error {
			if err := blocks.Create(system, tx, &block{Row: register.Row{ProjectID: project}, Name: "2栋"}); err != nil {
				return err
			}
			return problem.Forbidden()
		})
		wants(t, err, "forbidden")
		mu.Lock()
		defer mu.Unlock()
		if seen[project] != 1 {
			t.Errorf("watchers saw %d changes, want 1", seen[project])
		}
	})
}
