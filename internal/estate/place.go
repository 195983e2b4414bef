package estate

import (
	"context"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Project is a management area: one property company serves it (residents §1; 物业管理条例 art. 33).
type Project struct {
	register.Row
	Code         string `zh:"项目编码" en:"Code" lf:"required,unique,search,sort,max=20,once" pattern:"[A-Z0-9]+" help:"大写字母和数字，出现在所有单号里" help_en:"Capital letters and digits; part of every number"`
	Name         string `zh:"项目名称" en:"Name" lf:"required,primary,search,sort,max=60"`
	Region       string `zh:"地区" en:"Region" lf:"required,max=60,filter=contains" help:"决定适用的地方法规参数" help_en:"Decides which local rules apply"`
	Type         string `zh:"类型" en:"Type" opts:"home=住宅/Residential/ok|apartment=公寓/Apartments/ok|commerce=商业/Commercial/info|office=办公/Offices/info|mixed=混合/Mixed/info" lf:"required,filter=in,default=home"`
	ServiceStage string `zh:"服务阶段" en:"Service stage" opts:"early=前期/Early stage/info|regular=正式/Regular/ok|open=不定期/Open-ended/warn" lf:"required,filter=in,default=regular"`
	ContractNo   string `zh:"服务合同编号" en:"Contract no." lf:"max=60"`
	Address      string `zh:"地址" en:"Address" lf:"max=200,search"`
	DutyPhone    string `zh:"值班电话" en:"Duty phone" lf:"format=phone"`
	Developer    string `zh:"建设单位" en:"Developer" lf:"max=100"`
	Rules        string `zh:"地方规则集" en:"Local rule set" lf:"max=60" help:"法定参数集名称，空为默认" help_en:"Name of the set of legal parameters; empty for the default"`
}

// Projects are the management areas. A project belongs to itself: its project id is its own id.
var Projects = register.New(register.Def[Project]{
	Name: "projects", Table: "project", Zh: "项目", En: "Projects", Permission: "estate.project", Archive: "admin", Sort: "code",
	Before: func(_ context.Context, _ *db.Tx, _, new *Project) error { new.ProjectID = new.ID; return nil },
})

// Building is a house of a project. Its code is part of every room code and cannot be changed.
type Building struct {
	register.Row
	Code          string        `zh:"楼栋号" en:"Building no." alias:"楼号|楼栋编号|栋号" lf:"required,unique,primary,search,sort,max=20,once" pattern:"[^\\s/#-]+"`
	Name          string        `zh:"楼栋名称" en:"Name" lf:"max=60,search"`
	Phase         string        `zh:"分期" en:"Phase" lf:"max=30,filter=in"`
	FloorsUp      int64         `zh:"地上层数" en:"Floors above ground" alias:"总层数|楼层数" lf:"min=0,max=200,sort"`
	FloorsDown    int64         `zh:"地下层数" en:"Floors below ground" lf:"min=0,max=20"`
	Structure     string        `zh:"结构" en:"Structure" opts:"shear=剪力墙/Shear wall|frame=框架/Frame|brick=砖混/Brick and concrete|steel=钢结构/Steel|other=其他/Other" lf:"filter=in"`
	CompletedOn   calendar.Date `zh:"竣工验收日期" en:"Completed on" lf:"filter=range" help:"保修期由此起算" help_en:"Warranties run from this day"`
	HandoverOn    calendar.Date `zh:"交付日期" en:"Handed over on" lf:"filter=range,sort"`
	ElevatorCount int64         `zh:"电梯数" en:"Lifts" lf:"min=0,max=100"`
	IsApartment   bool          `zh:"公寓管理" en:"Apartment rules" lf:"filter=in" help:"适用公寓出入与物品搬出流程" help_en:"Apartment access and goods move-out flows apply"`
}

// Buildings of all projects.
var Buildings = register.New(register.Def[Building]{
	Name: "buildings", Table: "building", Zh: "楼栋", En: "Buildings", Permission: "estate.building", Archive: "admin", Check: checkBuilding,
})

func checkBuilding(_ context.Context, _ db.Queryer, _, b *Building) error {
	wrong := problem.Invalid()
	if b.CompletedOn != "" && b.HandoverOn != "" && b.HandoverOn < b.CompletedOn {
		wrong = wrong.At("/handover_on", "交付日期不能早于竣工验收日期", "Hand-over cannot be before completion")
	}
	return wrong.OrNil()
}

// Unit is an entrance of a building; code 0 stands for shops at street level, which have none.
type Unit struct {
	register.Row
	BuildingID    db.ID  `zh:"楼栋" en:"Building" ref:"buildings" lf:"required,filter=in,once"`
	Code          string `zh:"单元号" en:"Unit no." alias:"单元|单元编号" lf:"required,unique=building_id,sort,max=20,once" pattern:"[^\\s/#-]+" help:"商铺没有单元，填 0" help_en:"0 for shops, which have no unit"`
	Label         string `zh:"单元" en:"Unit" lf:"readonly,primary,search,sort"`
	Floors        int64  `zh:"层数" en:"Floors" lf:"min=0,max=200"`
	ElevatorCount int64  `zh:"电梯数" en:"Lifts" lf:"min=0,max=100"`
	Entrance      string `zh:"入口位置" en:"Entrance" lf:"max=100"`
}

// Units of all buildings.
var Units = register.New(register.Def[Unit]{
	Name: "units", Table: "unit", Zh: "单元", En: "Units", Permission: "estate.building", Archive: "admin",
})

func init() {
	Units.Def.Before = func(ctx context.Context, tx *db.Tx, _, u *Unit) error {
		if u.Label != "" && prechecked(ctx) {
			return nil
		}
		var building string
		if err := one(ctx, tx, "SELECT code FROM building WHERE id = $1", []any{u.BuildingID}, &building); err != nil {
			return err
		}
		u.Label = PlaceLabel(building, u.Code, "")
		return nil
	}
}

// PlaceLabel is how people say where a room is: building 1, unit 2, room 1802 → “1号楼2单元1802”. Codes that are not
// mere numbers stand as they are (A座), unit 0 is a shop. room may be empty.
func PlaceLabel(building, unit, room string) string {
	var b strings.Builder
	b.WriteString(building)
	if numeric(building) {
		b.WriteString("号楼")
	}
	switch {
	case unit == "0":
		b.WriteString("商铺")
	case numeric(unit):
		b.WriteString(unit + "单元")
	default:
		b.WriteString(unit)
	}
	b.WriteString(room)
	return b.String()
}

// RoomCode is building-unit-room, unique in a project.
func RoomCode(building, unit, room string) string { return building + "-" + unit + "-" + room }

func numeric(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
