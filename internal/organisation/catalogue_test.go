package organisation_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/organisation"
	"github.com/lifang/lifang/rulebook"
)

func book(t testing.TB) *organisation.Catalogue {
	t.Helper()
	c, err := organisation.Load(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryPermissionIsInTheCatalogueAndEveryPostMayDoSomething(t *testing.T) {
	t.Parallel()
	c := book(t)
	if len(c.Positions) != 35 || len(c.Departments) != 8 || len(c.Functions) < 5 {
		t.Errorf("%d positions, %d departments, %d functions", len(c.Positions), len(c.Departments), len(c.Functions))
	}
	for _, p := range slices.Concat(c.Positions, c.Functions) {
		keys := c.Post(p.Code).Permissions()
		if len(keys) == 0 && p.Code != "DRIVER" {
			t.Errorf("%s may do nothing", p.Code)
		}
		for _, text := range keys {
			key, err := access.ParseKey(text)
			if err != nil {
				t.Errorf("%s: %v", p.Code, err)
			}
			if _, ok := c.Objects[key.Area+"."+key.Object]; !ok {
				t.Errorf("%s: %s names no object of the catalogue", p.Code, text)
			}
		}
		if pair, clash := c.Conflict(p.Holds, p.Holds); clash {
			t.Errorf("%s has %s and %s in charge at once", p.Code, pair.A, pair.B)
		}
	}
	for _, p := range c.Positions {
		if len(p.Duties) == 0 {
			t.Errorf("%s has no duties", p.Code)
		}
	}
	for object, title := range c.Objects {
		if title.Zh == "" || title.En == "" {
			t.Errorf("%s has no name in one of the languages", object)
		}
	}
	if !slices.Contains(c.BaselinePermissions(), "time.leave.write@self") {
		t.Error("the baseline lacks one's own leave")
	}
}

// The rights that the path from a resident's report to the receipt stands on.
func TestWhoMayDoWhatOnTheMainPath(t *testing.T) {
	t.Parallel()
	c := book(t)
	may := func(code, permission string) bool {
		return slices.ContainsFunc(c.Post(code).Permissions(), func(k string) bool { return strings.HasPrefix(k, permission+"@") })
	}
	for _, row := range []struct {
		permission string
		yes, no    []string
	}{
		{"sys.import.admin", []string{"PROJECT_MGR", "CS_MGR"}, []string{"CS_OFFICER", "TECHNICIAN", "CASHIER", "GUARD"}},
		{"estate.room.admin", []string{"PROJECT_MGR", "CS_MGR"}, []string{"CASHIER", "GM", "SYS_ADMIN"}},
		{"svc.order.write", []string{"CS_OFFICER", "CS_SUP"}, []string{"CASHIER", "TECHNICIAN"}},
		{"eng.repair.execute", []string{"TECHNICIAN", "ENG_SUP"}, []string{"CS_OFFICER", "CASHIER"}},
		{"fin.receipt.execute", []string{"CASHIER", "TOLL_CLERK"}, []string{"ACCOUNTANT", "FIN_MGR", "CS_OFFICER", "GM"}},
		{"fin.receipt.approve", []string{"FIN_MGR"}, []string{"CASHIER", "TOLL_CLERK"}},
		{"fin.voucher.write", []string{"ACCOUNTANT"}, []string{"CASHIER", "TOLL_CLERK"}},
		{"estate.room.read", []string{"GM", "DGM", "CASHIER", "TECHNICIAN", "ACCOUNTANT"}, []string{"DRIVER", "CHEF"}},
		{"estate.customer_sensitive.read", []string{"CS_OFFICER", "PI_OFFICER"}, []string{"TECHNICIAN", "GUARD", "CASHIER", "DGM"}},
		{"sys.user.admin", []string{"SYS_ADMIN"}, []string{"GM", "AHR_MGR"}},
		{"sys.audit.read", []string{"AUDIT_READER"}, []string{"SYS_ADMIN"}},
	} {
		for _, code := range row.yes {
			if !may(code, row.permission) {
				t.Errorf("%s lacks %s", code, row.permission)
			}
		}
		for _, code := range row.no {
			if may(code, row.permission) {
				t.Errorf("%s has %s", code, row.permission)
			}
		}
	}
}

func TestIncompatiblePairs(t *testing.T) {
	t.Parallel()
	c := book(t)
	for _, pair := range [][2]string{
		{"CASHIER", "ACCOUNTANT"}, {"CASHIER", "ACCOUNT_ARCHIVIST"}, {"FIN_MGR", "LEGAL_SEAL_KEEPER"}, {"AHR_SEC", "GM"}, {"AHR_SEC", "AHR_MGR"},
		{"AHR_SUP", "FIN_MGR"}, {"AHR_SUP", "CASHIER"}, {"BUYER", "STOREKEEPER"}, {"TOLL_CLERK", "RECEIPT_BOOK_KEEPER"}, {"SYS_ADMIN", "CS_MGR"},
	} {
		a, b := c.Post(pair[0]), c.Post(pair[1])
		if _, clash := c.Conflict(a.Holds, b.Holds); !clash {
			t.Errorf("%s and %s go together", pair[0], pair[1])
		}
		if _, clash := c.Conflict(b.Holds, a.Holds); !clash {
			t.Errorf("%s and %s go together the other way round", pair[1], pair[0])
		}
	}
	if pair, clash := c.Conflict(c.Post("CS_OFFICER").Holds, c.Post("TOLL_CLERK").Holds); clash {
		t.Errorf("a small project's officer may collect fees: %+v", pair)
	}
}

func TestLoadNamesTheMistake(t *testing.T) {
	t.Parallel()
	good := `version: 1
ranks: {L6: {zh: 员工, en: Staff}}
objects: {svc.order: {zh: 接单, en: Orders}}
departments: [{code: CS, zh: 客服, en: Service}]
positions: [{code: A, zh: 甲, en: A, department: CS, rank: L6, grants: {project: [svc.order.read]}}]
`
	for _, c := range []struct{ change, to, reason string }{
		{"", "", ""},
		{"svc.order.read", "svc.ordr.read", "no object svc.ordr"},
		{"svc.order.read", "svc.order.see", "unknown action"},
		{"svc.order.read", "eng.*.read", "not lower-case"},
		{"project:", "planet:", "unknown level"},
		{"rank: L6", "rank: L9", `no rank "L9"`},
		{"department: CS", "department: XX", `no department "XX"`},
		{"rank: L6", "rank: L6, reports_to: B", `no position "B"`},
		{"rank: L6", "rank: L6, reports_to: A", "circle"},
		{"rank: L6", "rank: L6, holds: [gold]", `holds "gold"`},
		{"zh: 甲, en: A", "zh: 甲", "name in both languages"},
		{"version: 1", "version: 1\ngrumpy: true", "grumpy"},
		{"version: 1", "version: 1\nescalation: {x: [Z]}", `no position "Z"`},
	} {
		text := strings.Replace(good, c.change, c.to, 1)
		_, err := organisation.Load(fstest.MapFS{"organisation/positions.yaml": &fstest.MapFile{Data: []byte(text)}})
		if c.reason == "" && err != nil || c.reason != "" && (err == nil || !strings.Contains(err.Error(), c.reason)) {
			t.Errorf("%s → %s: %v, want %q", c.change, c.to, err, c.reason)
		}
	}
}
