package access_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

func TestDeniedUntilGranted(t *testing.T) {
	p := &access.Principal{Kind: access.Staff}
	if p.May("svc.order.read") || !p.Scope("svc.order.read").Empty() {
		t.Fatal("a principal without grants may do something")
	}
	if err := p.Require("svc.order.read", 7); !errors.Is(err, problem.Forbidden()) {
		t.Errorf("want 403, got %v", err)
	}
	if err := access.From(context.Background()).Require("svc.order.read", 7); !errors.Is(err, problem.Unauthenticated()) {
		t.Errorf("nobody: want 401, got %v", err)
	}
	resident := &access.Principal{Kind: access.Resident, AccountID: 1}
	if resident.May("estate.room.read") {
		t.Error("residents hold no permissions")
	}
}

func TestGrantsAddUpAndImply(t *testing.T) {
	p := &access.Principal{Kind: access.Staff}
	p.Grant("svc.order.write", access.Scope{Projects: []db.ID{9, 3}})
	p.Grant("svc.order.write", access.Scope{Projects: []db.ID{3, 5}})
	p.Grant("svc.order.approve", access.Scope{Self: true})
	if got := p.Scope("svc.order.write").Projects; !reflect.DeepEqual(got, []db.ID{3, 5, 9}) {
		t.Errorf("write holds in %v", got)
	}
	if got := p.Scope("svc.order.read"); !reflect.DeepEqual(got, access.Scope{Projects: []db.ID{3, 5, 9}, Self: true}) {
		t.Errorf("read holds in %+v", got)
	}
	if p.May("svc.order.admin") || p.May("svc.order.export") {
		t.Error("write must not bring admin or export")
	}
	want := []string{"svc.order.approve", "svc.order.read", "svc.order.write"}
	if got := p.Permissions(); !reflect.DeepEqual(got, want) {
		t.Errorf("permissions %v, want %v", got, want)
	}
}

func TestRequireByProject(t *testing.T) {
	p := &access.Principal{Kind: access.Staff}
	p.Grant("svc.order.read", access.Scope{Projects: []db.ID{5}})
	if err := p.Require("svc.order.read", 5); err != nil {
		t.Error(err)
	}
	for _, elsewhere := range []db.ID{0, 6} {
		if e, _ := problem.As(p.Require("svc.order.read", elsewhere)); e == nil || e.Status != 404 {
			t.Errorf("project %v: want 404, got %v", elsewhere, e)
		}
	}
	if err := access.System("job").Require("anything.at.all", 0); err != nil {
		t.Error("the system may do everything:", err)
	}
}

func TestWhere(t *testing.T) {
	cases := []struct {
		scope access.Scope
		want  string
		args  []any
	}{
		{access.Scope{All: true, Projects: []db.ID{1}}, "1 = 1", []any{"x"}},
		{access.Scope{}, "1 = 0", []any{"x"}},
		{access.Scope{Self: true}, "1 = 0", []any{"x"}},
		{access.Scope{Projects: []db.ID{4}}, "project_id IN ($2)", []any{"x", db.ID(4)}},
		{access.Scope{Projects: []db.ID{4, 5, 6}}, "project_id IN ($2,$3,$4,$5)", []any{"x", db.ID(4), db.ID(5), db.ID(6), db.ID(6)}},
	}
	for _, c := range cases {
		args := []any{"x"}
		if got := c.scope.Where("project_id", &args); got != c.want || !reflect.DeepEqual(args, c.args) {
			t.Errorf("%+v: %q %v, want %q %v", c.scope, got, args, c.want, c.args)
		}
	}
}

func TestParseKey(t *testing.T) {
	k, err := access.ParseKey("svc.access_card.write@project")
	if err != nil || k.Permission() != "svc.access_card.write" || k.Level != "project" || k.String() != "svc.access_card.write@project" {
		t.Errorf("%+v %v", k, err)
	}
	for text, reason := range map[string]string{
		"svc.order":              "area.object.action",
		"svc.order.delete":       "unknown action",
		"svc.order.read@galaxy":  "unknown level",
		"svc.order.read@":        "unknown level",
		"Svc.order.read":         "lower-case",
		"svc..read":              "lower-case",
		"svc.order'--.read@self": "lower-case",
	} {
		if _, err := access.ParseKey(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, want %q", text, err, reason)
		}
	}
}

func TestContext(t *testing.T) {
	p := &access.Principal{Kind: access.Staff, Name: "王芳"}
	if got := access.From(access.With(context.Background(), p)); got != p {
		t.Errorf("got %+v", got)
	}
	if got := access.From(access.With(context.Background(), nil)); got.Kind != access.Anonymous {
		t.Errorf("nil principal became %+v", got)
	}
}

func TestOnBehalfKeepsTheName(t *testing.T) {
	p := &access.Principal{Kind: access.Resident, AccountID: 9, Name: "张三"}
	ctx := access.OnBehalf(access.With(context.Background(), p))
	got := access.From(ctx)
	if err := got.Require("fin.bill.write", 3); err != nil || got.AccountID != 9 || got.Name != "张三" {
		t.Errorf("%+v %v", got, err)
	}
	if p.May("fin.bill.write") {
		t.Error("the original principal gained rights")
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add("svc.order.read@self")
	f.Add("a.b.admin")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := access.ParseKey(text)
		if err == nil && k.String() != text {
			t.Errorf("%q read as %q", text, k)
		}
	})
}
