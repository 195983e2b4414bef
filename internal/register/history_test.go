package register_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/register"
)

func TestHistoryTellsWhoChangedWhat(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		first, second := newBlock(t, d, projectA, "1栋"), newBlock(t, d, projectA, "2栋")
		f := someFlat(first, "101")
		f.Phone = "13812345678"
		rows := []*flat{&f}
		write(t, d, func(tx *db.Tx) error { return flats.CreateAll(system, tx, 5, rows) })
		ctx := clerk("test.flat.write", "test.flat_sensitive.read")
		write(t, d, func(tx *db.Tx) error {
			_, err := flats.UpdateJSON(ctx, tx, f.ID, []byte(`{"version":1,"area":10050,"block_id":"`+second.String()+`","use":"shop","phone":"13900001111","sold":true,"floor":2,"tags":["pet"]}`))
			return err
		})
		write(t, d, func(tx *db.Tx) error {
			value, err := flats.Reveal(ctx, tx, f.ID, "phone")
			if value != "13900001111" {
				t.Errorf("revealed %q", value)
			}
			return err
		})
		write(t, d, func(tx *db.Tx) error { return flats.Archive(ctx, tx, f.ID, 2) })
		events, err := flats.History(ctx, d.Reader(), f.ID)
		if err != nil {
			t.Fatal(err)
		}
		var actions []string
		for _, e := range events {
			actions = append(actions, e.Action)
		}
		if got := strings.Join(actions, " "); got != "archive reveal update import" {
			t.Fatalf("history is %s", got)
		}
		update := events[2]
		if update.Actor != "李娜" || update.ActorID != 77 || update.IP != "10.0.0.9" || update.At == 0 {
			t.Errorf("actor %+v", update)
		}
		want := map[string]string{"block_id": "1栋>2栋", "area": "90.50>100.50", "use": "住宅>商铺", "phone": "138****5678>139****1111", "sold": "否>是", "floor": ">2", "tags": ">宠物"}
		for _, c := range update.Changes {
			if got := c.Before + ">" + c.After; got != want[c.Field] {
				t.Errorf("%s: %s, want %s", c.Field, got, want[c.Field])
			}
			delete(want, c.Field)
			if c.Field == "use" && (c.AfterEn != "Shop" || c.Zh != "用途" || c.En != "Use") {
				t.Errorf("English: %+v", c)
			}
		}
		if len(want) > 0 {
			t.Errorf("missing %v", want)
		}
		if events[1].Note != "phone" {
			t.Errorf("the reveal does not say what: %+v", events[1])
		}
		trail, err := register.Trail.ListJSON(system, d.Reader(), url.Values{"object": {"test-flats"}, "action": {"update"}})
		if err != nil || !strings.Contains(string(trail), "100.50") || strings.Contains(string(trail), "13900001111") {
			t.Errorf("trail %s %v", trail, err)
		}
		if _, err := audit.Seal(system, d); err != nil {
			t.Fatal(err)
		}
		if r, err := audit.Verify(system, d.Reader()); err != nil || r.Broken != nil || r.Entries != 6 {
			t.Errorf("%+v %v", r, err)
		}
	})
}

func TestTrailIsReadOnly(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		trail, err := register.Trail.List(system, d.Reader(), nil)
		if err != nil || trail.Total != 1 || trail.Items[0].ObjectID != home {
			t.Fatalf("%+v %v", trail, err)
		}
		id := trail.Items[0].ID
		for name, change := range map[string]func(tx *db.Tx) error{
			"create": func(tx *db.Tx) error {
				_, _, err := register.Trail.CreateJSON(system, tx, []byte(`{"action":"x"}`))
				return err
			},
			"update": func(tx *db.Tx) error {
				_, err := register.Trail.UpdateJSON(system, tx, id, []byte(`{"version":1,"action":"x"}`))
				return err
			},
			"archive": func(tx *db.Tx) error { return register.Trail.Archive(system, tx, id, 0) },
		} {
			t.Run(name, func(t *testing.T) { wants(t, d.Write(system, change), "read_only") })
		}
		if can := strings.Join(register.Trail.Can(access.From(system)), " "); can != "read export" {
			t.Errorf("can %s", can)
		}
	})
}

func TestMetaDependsOnWhoAsks(t *testing.T) {
	all, reader := flats.Meta(access.From(system)), flats.Meta(access.From(clerk("test.flat.read")))
	if all.ETag == reader.ETag || all.ETag != flats.Meta(access.From(system)).ETag {
		t.Errorf("tags %s %s", all.ETag, reader.ETag)
	}
	var meta struct {
		Name, Zh, En, Scope, Primary, Sort string
		Can                                []string
		Views                              []register.View
		Schema                             struct {
			Type       string
			Required   []string
			Properties json.RawMessage
			Groups     []map[string]string `json:"x-groups"`
		}
	}
	if err := json.Unmarshal(reader.JSON, &meta); err != nil {
		t.Fatal(err)
	}
	if meta.Name != "test-flats" || meta.Sort != "code,id" || meta.Primary != "code" || meta.Scope != "project" || strings.Join(meta.Can, " ") != "read" || meta.Views == nil {
		t.Errorf("%+v", meta)
	}
	if strings.Join(meta.Schema.Required, " ") != "code block_id area use" || meta.Schema.Groups[0]["x-en"] != "Fees" {
		t.Errorf("schema %+v", meta.Schema)
	}
	names, values, err := ordered(meta.Schema.Properties)
	if err != nil || strings.Join(names, " ") != "code block_id area use floor sold handed owner phone tags extra fee origin serial shown" {
		t.Fatalf("properties in the order %v, %v", names, err)
	}
	for name, want := range map[string]string{
		"area":   `{"type":"integer","title":"面积","x-en":"Area","minimum":1,"maximum":1000000000000,"x-unit":"㎡","x-en-unit":"m²","x-scale":2,"x-ui":{"sort":true,"sum":true,"filter":"range"}}`,
		"use":    `{"type":"string","title":"用途","x-en":"Use","minLength":1,"oneOf":[{"const":"home","title":"住宅","x-en":"Home","x-tone":"ok"},{"const":"shop","title":"商铺","x-en":"Shop","x-tone":"info"}],"default":"home","x-ui":{"filter":"in"}}`,
		"fee":    `{"type":"integer","title":"月费","x-en":"Fee","maximum":1000000000000,"x-unit":"元/月","x-en-unit":"CNY/month","x-format":"money","x-scale":2,"x-ui":{"group":"费用","sum":true}}`,
		"handed": `{"type":"string","format":"date","title":"交付日期","x-en":"Handed over","x-ui":{"sort":true,"filter":"range"}}`,
		"shown":  `{"type":"string","title":"显示名","x-en":"Shown as","readOnly":true}`,
	} {
		if got := values[name]; got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}
