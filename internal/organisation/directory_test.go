package organisation_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
)

func TestHoldersAndPoolsAgree(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.hire("east1", "TECHNICIAN", "EAST_ENG")
		c.hire("east2", "TECHNICIAN", "EAST_ENG")
		c.hire("lone1", "TECHNICIAN", "LONE_ENG")
		c.hire("flying", "TECHNICIAN", "HQ")
		c.hire("regional", "TECHNICIAN", "EASTREGION")
		ctx, q := t.Context(), c.d.Reader()
		companyUnit, region := c.units["HQ"], c.units["EASTREGION"]
		for org, want := range map[db.ID][]string{
			east:        {"east1", "east2", "regional", "flying"},
			lone:        {"lone1", "flying"},
			region:      {"regional", "flying"},
			companyUnit: {"flying"},
			0:           {"flying"},
			4711:        {},
		} {
			got, err := c.dir.Holders(ctx, q, "TECHNICIAN", org)
			if err != nil || !reflect.DeepEqual(c.names(got), want) {
				t.Errorf("holders at %v: %v %v, want %v", org, c.names(got), err, want)
			}
		}
		pools := map[string][]flow.Pool{
			"east1":    {{Role: "TECHNICIAN", Org: east}},
			"regional": {{Role: "TECHNICIAN", Org: region}, {Role: "TECHNICIAN", Org: east}},
			"flying":   {{Role: "TECHNICIAN", Org: 0}},
		}
		for name, want := range pools {
			if got, err := c.dir.PoolsOf(ctx, q, c.staff[name]); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("pools of %s: %v %v, want %v", name, got, err, want)
			}
		}
	})
}

func TestLeadersSkipVacantPostsAndNeverRepeat(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.hire("technician", "TECHNICIAN", "EAST_ENG")
		c.hire("supervisor", "ENG_SUP", "EAST_ENG")
		c.hire("gm", "GM", "HQ")
		ctx, q := t.Context(), c.d.Reader()
		leader := func(who string, org db.ID, n int) string {
			t.Helper()
			id, err := c.dir.Leader(ctx, q, c.staff[who], org, n)
			if err != nil {
				t.Fatal(err)
			}
			return c.name(id)
		}
		// No engineering manager and no deputy general manager: the general manager comes second.
		for n, want := range map[int]string{1: "supervisor", 2: "gm", 3: ""} {
			if got := leader("technician", east, n); got != want {
				t.Errorf("leader %d is %q, want %q", n, got, want)
			}
		}
		c.hire("dgm", "DGM", "HQ")
		if got := leader("technician", east, 2); got != "dgm" {
			t.Errorf("leader 2 is %q with a deputy general manager", got)
		}
		c.hire("pm", "PROJECT_MGR", "LONE")
		if got := leader("pm", lone, 1); got != "dgm" {
			t.Errorf("without a region the deputy general manager stands in, got %q", got)
		}
		c.hire("region", "REGION_GM", "EASTREGION")
		c.hire("pm2", "PROJECT_MGR", "EAST")
		if got := leader("pm2", 0, 1); got != "region" {
			t.Errorf("the region leads its project managers, got %q", got)
		}
		if got := leader("pm", lone, 1); got != "dgm" {
			t.Errorf("another region's manager does not lead, got %q", got)
		}
		if got := leader("gm", 0, 1); got != "" {
			t.Errorf("nobody is above the general manager here, got %q", got)
		}
	})
}

func TestUnitsNamesRolesAndDeputies(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.hire("王芳", "CS_OFFICER", "EAST_CS")
		c.hire("李娜", "CS_SUP", "EAST_CS")
		ctx, q := t.Context(), c.d.Reader()
		for _, u := range []struct {
			org  db.ID
			kind string
			want db.ID
		}{{east, "company", c.units["HQ"]}, {east, "region", c.units["EASTREGION"]}, {lone, "region", 0}, {east, "project", east}, {4711, "region", 0}, {4711, "project", 0}} {
			if got, err := c.dir.Unit(ctx, q, u.org, u.kind); err != nil || got != u.want {
				t.Errorf("%s of %v: %v %v, want %v", u.kind, u.org, got, err, u.want)
			}
		}
		if code, err := c.dir.OrgCode(ctx, q, east); err != nil || code != "EAST" {
			t.Errorf("code %q %v", code, err)
		}
		c.dir.Others = func(_ context.Context, _ db.Queryer, ids []db.ID) (map[db.ID]string, error) {
			return map[db.ID]string{ids[0]: "业主"}, nil
		}
		names, err := c.dir.Names(ctx, q, []db.ID{c.staff["王芳"], 99})
		if want := map[db.ID]string{c.staff["王芳"]: "王芳", 99: "业主"}; err != nil || !reflect.DeepEqual(names, want) {
			t.Errorf("names %v %v", names, err)
		}
		if zh, en := c.dir.RoleName("TECHNICIAN"); zh != "维修工" || en != "Technician" {
			t.Errorf("%s %s", zh, en)
		}
		if !c.dir.Roles()["CS_SUP"] || c.dir.Roles()["NOBODY"] {
			t.Error("roles")
		}
		if got := c.dir.Escalation("engineering"); !reflect.DeepEqual(got, []string{"TECHNICIAN", "ENG_SUP", "ENG_MGR", "DGM", "GM"}) {
			t.Errorf("escalation %v", got)
		}
		today := c.today()
		if err := c.deputise("李娜", "王芳", today, today, "repair"); err != nil {
			t.Fatal(err)
		}
		for _, k := range []struct {
			flow string
			at   int64
			want int
		}{{"repair", today.Start(), 1}, {"repair", today.End() - 1, 1}, {"repair", today.End(), 0}, {"leave", today.Start(), 0}, {"", today.Start(), 0}} {
			if got, err := c.dir.Principals(ctx, q, c.staff["王芳"], k.at, k.flow); err != nil || len(got) != k.want {
				t.Errorf("%s at %d: %v %v", k.flow, k.at, got, err)
			}
		}
	})
}

func TestPeople(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		c.hire("Wang", "TECHNICIAN", "EAST_ENG")
		c.hire("Wu", "TECHNICIAN", "LONE_ENG")
		c.hire("Xu", "CS_OFFICER", "EAST_CS")
		for _, k := range []struct {
			words, position string
			org             db.ID
			want            []string
		}{
			{"", "", 0, []string{"Wang", "Wu", "Xu"}},
			{"w", "", 0, []string{"Wang", "Wu"}},
			{"", "TECHNICIAN", east, []string{"Wang"}},
			{"", "", lone, []string{"Wu"}},
			{"%", "", 0, []string{}},
			{"", "", 4711, []string{}},
		} {
			people, err := c.dir.People(t.Context(), c.d.Reader(), k.words, k.position, k.org)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, p := range people {
				got = append(got, p.Name)
			}
			if !reflect.DeepEqual(got, k.want) {
				t.Errorf("%q %s %v: %v, want %v", k.words, k.position, k.org, got, k.want)
			}
		}
	})
}
