package organisation

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Position is a post that people are appointed to. Those of the rule book are written
// by [Sync] and cannot be edited here; a company may add its own.
type Position struct {
	register.Row
	Code         string   `zh:"岗位编码" en:"Code" lf:"required,unique,search,sort,max=40,once" pattern:"[A-Z][A-Z0-9_]*"`
	Name         string   `zh:"岗位名称" en:"Position" lf:"required,primary,search,sort,max=60"`
	NameEn       string   `zh:"英文名称" en:"English name" lf:"required,search,max=80"`
	Department   string   `zh:"部门" en:"Department" lf:"filter=in,max=20"`
	Rank         string   `zh:"职级" en:"Rank" opts:"L1=董事会层/Board|L2=总经理/General manager|L3=高层/Senior management|L4=中层/Middle management|L5=主管/Supervisors|L6=员工/Staff|F=职能/Function/info" lf:"required,filter=in,sort"`
	ReportsTo    string   `zh:"上级岗位" en:"Reports to" lf:"max=40,filter=in"`
	StandIn      string   `zh:"空缺时由谁承担" en:"Stand-in while vacant" lf:"max=40"`
	Source       string   `zh:"来源" en:"Source" opts:"sheet=岗位说明书/Duty sheet|named=规章提及/Named|derived=流程需要/Derived|function=职能/Function|company=本公司/Own" lf:"readonly,filter=in"`
	Duties       []string `zh:"职责" en:"Duties" lf:""`
	Certificates []string `zh:"必备证书" en:"Certificates" lf:""`
	Holds        []string `zh:"经管事项" en:"In charge of" lf:"filter=in" help:"不相容岗位由此判断" help_en:"Incompatible duties are judged by these"`
	Permissions  []string `zh:"权限" en:"Permissions" lf:"" help:"形如 svc.order.read@project" help_en:"Such as svc.order.read@project"`
}

// Positions of the company.
var Positions = register.New(register.Def[Position]{
	Name: "positions", Table: "position", Zh: "岗位", En: "Positions", Permission: "org.position", Scope: register.Company, Sort: "rank", Archive: "write",
})

func init() {
	Positions.Def.Before = func(ctx context.Context, _ *db.Tx, _, p *Position) error {
		if p.Source == "" {
			p.Source = "company"
		}
		if p.Source != "company" && access.From(ctx).Kind != access.Automatic {
			return problem.Conflict("from_rulebook", "制度中的岗位不能在这里修改；请修改制度文件，或新增本公司的岗位",
				"A position of the rule book cannot be changed here; change the rule book's file, or add a position of your own")
		}
		if slices.ContainsFunc(p.Permissions, func(k string) bool { return strings.Contains(k, ".approve@") }) && !slices.Contains(p.Holds, "approval") {
			p.Holds = append(p.Holds, "approval")
		}
		return nil
	}
	Positions.Def.Check = func(_ context.Context, _ db.Queryer, _, p *Position) error {
		wrong := problem.Invalid()
		for i, text := range p.Permissions {
			if key, err := access.ParseKey(text); err != nil || key.Level == "" {
				wrong = wrong.At(fmt.Sprintf("/permissions/%d", i), "权限“"+text+"”写法不对，应形如 svc.order.read@project",
					"“"+text+"” is not a permission; write it like svc.order.read@project")
			}
		}
		return wrong.OrNil()
	}
}

// Sync brings the positions of the catalogue into the register. It is run at each
// start and writes only what differs. Positions that left the catalogue stay, since
// people may have been appointed to them.
func Sync(ctx context.Context, tx *db.Tx, c *Catalogue) error {
	ctx = access.With(ctx, access.System("rulebook"))
	for _, code := range c.Codes() {
		want := c.Post(code).row()
		found, err := Positions.Select(ctx, tx, "code = $1", code)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			if err := Positions.Create(ctx, tx, want); err != nil {
				return fmt.Errorf("position %s: %w", code, err)
			}
			continue
		}
		want.Row = found[0].Row
		if reflect.DeepEqual(want, found[0]) {
			continue
		}
		if _, err := Positions.Update(ctx, tx, want.ID, 0, func(p *Position) error {
			want.Row = p.Row
			*p = *want
			return nil
		}); err != nil {
			return fmt.Errorf("position %s: %w", code, err)
		}
	}
	return nil
}

// row is the post as it stands in the register.
func (p *Post) row() *Position {
	r := &Position{
		Code: p.Code, Name: p.Zh, NameEn: p.En, Department: p.Department, Rank: cmp.Or(p.Rank, "F"), ReportsTo: p.ReportsTo, StandIn: p.StandIn,
		Source: cmp.Or(p.Source, "function"), Certificates: p.Certificates, Holds: p.Holds, Permissions: p.permissions,
	}
	for _, n := range slices.Sorted(maps.Keys(p.Duties)) {
		r.Duties = append(r.Duties, fmt.Sprintf("%d %s", n, p.Duties[n]))
	}
	return r
}
