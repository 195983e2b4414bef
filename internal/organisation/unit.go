package organisation

import (
	"context"
	"errors"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Unit is a part of the company (organisation-and-hr.md 2.1). A unit of kind project
// carries the estate's project in ProjectID; units below inherit it.
type Unit struct {
	register.Row
	Code         string        `zh:"编码" en:"Code" lf:"required,unique,search,sort,max=20" pattern:"[A-Z0-9_]+" help:"大写字母和数字" help_en:"Capital letters and digits"`
	Name         string        `zh:"名称" en:"Name" lf:"required,primary,search,sort,max=60"`
	NameEn       string        `zh:"英文名称" en:"English name" lf:"max=60,search"`
	Kind         string        `zh:"类型" en:"Kind" opts:"company=公司/Company/info|region=区域/Region/info|project=项目/Project/ok|department=部门/Department|team=班组/Team" lf:"required,filter=in,once"`
	ParentID     db.ID         `zh:"上级单元" en:"Parent" ref:"org-units" lf:"filter=in,anywhere"`
	Department   string        `zh:"部门类别" en:"Department kind" lf:"filter=in,max=20" help:"岗位目录中的部门编码，如 ENG" help_en:"Department code of the position catalogue, such as ENG"`
	HeadPosition string        `zh:"负责人岗位" en:"Head position" lf:"max=40"`
	CostCentre   string        `zh:"成本中心" en:"Cost centre" lf:"max=40"`
	ValidFrom    calendar.Date `zh:"生效日期" en:"Valid from" lf:"filter=range"`
	ValidTo      calendar.Date `zh:"失效日期" en:"Valid to" lf:"filter=range"`
	RegionID     db.ID         `zh:"所属区域" en:"Region" ref:"org-units" lf:"readonly,filter=in,anywhere"`
}

// Units is the tree of the company.
var Units = register.New(register.Def[Unit]{
	Name: "org-units", Table: "org_unit", Zh: "组织机构", En: "Org units", Permission: "org.unit", Archive: "write",
})

var order = map[string]int{"company": 0, "region": 1, "project": 2, "department": 3, "team": 4}

func init() {
	Units.Def.Before = placeUnit
	Units.Def.Check = checkUnit
}

// placeUnit gives a unit the project and region of its parent.
func placeUnit(ctx context.Context, tx *db.Tx, old, u *Unit) error {
	if u.ParentID != 0 {
		var project, region db.ID
		var kind string
		err := tx.QueryRowContext(ctx, `SELECT kind, project_id, region_id FROM org_unit WHERE id = $1`, u.ParentID).Scan(&kind, &project, &region)
		if errors.Is(err, db.ErrNotFound) {
			return problem.Invalid().At("/parent_id", "没有这个上级单元", "There is no such parent unit")
		}
		if err != nil {
			return err
		}
		if kind == "region" {
			region = u.ParentID
		}
		if u.Kind != "project" || project != 0 {
			u.ProjectID = project
		}
		u.RegionID = region
	}
	if old != nil && (old.ProjectID != u.ProjectID || old.RegionID != u.RegionID) {
		return problem.Invalid().At("/parent_id", "单元不能移到另一个区域或项目，请新建后停用旧单元", "A unit cannot move to another region or project; create a new one and archive this")
	}
	return nil
}

func checkUnit(ctx context.Context, q db.Queryer, old, u *Unit) error {
	wrong := problem.Invalid()
	switch {
	case u.Kind == "company" && u.ParentID != 0:
		wrong = wrong.At("/parent_id", "公司没有上级单元", "The company has no parent")
	case u.Kind != "company" && u.ParentID == 0:
		wrong = wrong.At("/parent_id", "请选择上级单元", "Choose the parent unit")
	case u.ParentID != 0:
		var kind string
		if err := q.QueryRowContext(ctx, `SELECT kind FROM org_unit WHERE id = $1`, u.ParentID).Scan(&kind); err != nil {
			return err
		}
		if order[kind] > order[u.Kind] || kind == u.Kind && kind != "team" && kind != "department" || u.ParentID == u.ID {
			wrong = wrong.At("/parent_id", "上级单元的层级必须更高：公司、区域、项目、部门、班组", "The parent must be of a higher level: company, region, project, department, team")
		}
	}
	if u.Kind == "company" && old == nil {
		var n int
		if err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM org_unit WHERE kind = 'company' AND archived_at = 0`).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			wrong = wrong.At("/kind", "公司已经存在，只能有一个", "The company exists already; there is only one")
		}
	}
	if u.Kind == "project" && u.ProjectID == 0 {
		wrong = wrong.At("/project_id", "请选择它管理的项目", "Choose the project it manages")
	}
	if u.ValidFrom != "" && u.ValidTo != "" && u.ValidTo < u.ValidFrom {
		wrong = wrong.At("/valid_to", "失效日期不能早于生效日期", "The end cannot be before the beginning")
	}
	return wrong.OrNil()
}

// EnsureProject makes sure that an estate project has its unit, below parent (0: the
// company), and returns the unit's id. The estate calls it, through app, when a project
// is created; doing it again changes nothing. db.ErrNotFound if there is no company yet.
func EnsureProject(ctx context.Context, tx *db.Tx, project, parent db.ID, code, name, nameEn string) (db.ID, error) {
	var id db.ID
	err := tx.QueryRowContext(ctx, `SELECT id FROM org_unit WHERE project_id = $1 AND kind = 'project' AND archived_at = 0`, project).Scan(&id)
	if err == nil || !errors.Is(err, db.ErrNotFound) {
		return id, err
	}
	if parent == 0 {
		if err := tx.QueryRowContext(ctx, `SELECT id FROM org_unit WHERE kind = 'company' AND archived_at = 0`).Scan(&parent); err != nil {
			return 0, err
		}
	}
	u := &Unit{Code: code, Name: name, NameEn: nameEn, Kind: "project", ParentID: parent, HeadPosition: "PROJECT_MGR"}
	u.ProjectID = project
	err = Units.Create(access.With(ctx, access.System("organisation")), tx, u)
	return u.ID, err
}
