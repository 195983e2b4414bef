package estate

import (
	"context"
	"slices"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Room is what is owned, lived in and charged for. Code and label follow from building, unit and room number. The
// areas shown are those in force; they change only through [RoomAreas]. Areas in 0.01 m², rent in fen per month.
type Room struct {
	register.Row
	Code         string        `zh:"房屋编码" en:"Room code" alias:"房号全称" lf:"readonly,unique,primary,search,sort,width=140"`
	Label        string        `zh:"房屋" en:"Room" lf:"readonly,search,width=160"`
	BuildingID   db.ID         `zh:"楼栋" en:"Building" ref:"buildings" lf:"required,filter=in,once" group:"位置/Place"`
	UnitID       db.ID         `zh:"单元" en:"Unit" ref:"units" lf:"required,filter=in,sort,once" group:"位置/Place"`
	RoomNo       string        `zh:"房号" en:"Room no." alias:"房间|房间号|房屋编号" lf:"required,sort,max=20,once" pattern:"[^\\s/#]+" group:"位置/Place"`
	Floor        int64         `zh:"楼层" en:"Floor" lf:"min=-20,max=200,filter=range,sort" group:"位置/Place"`
	Usage        string        `zh:"用途" en:"Use" alias:"房屋类型" opts:"home=住宅/Residential/ok|apartment=公寓/Apartment/ok|shop=商铺/Shop/info|office=办公/Office/info|storage=储藏/Storage|basement=地下室/Basement|public=公建/Public" lf:"required,filter=in,default=home" group:"基本/Basic"`
	Layout       string        `zh:"户型" en:"Layout" alias:"房屋户型" lf:"max=40" group:"基本/Basic"`
	Orientation  string        `zh:"朝向" en:"Orientation" lf:"max=20" group:"基本/Basic"`
	Status       string        `zh:"状态" en:"Status" alias:"房屋状态" opts:"unsold=未售/Unsold|sold=已售未交付/Sold, not delivered/info|vacant=已交付空置/Delivered, vacant/warn|self=自住/Owner-occupied/ok|rented=出租/Rented/ok|renovating=装修中/Renovating/info|checkout=退租待交接/Moving out/warn" lf:"required,filter=in,default=unsold" group:"基本/Basic"`
	DeliveredOn  calendar.Date `zh:"交付日期" en:"Delivered on" lf:"filter=range,sort" group:"基本/Basic"`
	BuildArea    int64         `zh:"建筑面积" en:"Floor area" lf:"required,scale=2,unit=㎡|m²,sum,sort,filter=range,min=1,max=10000000,once" group:"面积/Area"`
	InnerArea    int64         `zh:"套内面积" en:"Inner area" alias:"室内面积" lf:"scale=2,unit=㎡|m²,sum,min=0,max=10000000,once" group:"面积/Area"`
	UsableArea   int64         `zh:"使用面积" en:"Usable area" lf:"scale=2,unit=㎡|m²,min=0,max=10000000,once" group:"面积/Area"`
	HeatArea     int64         `zh:"采暖计费面积" en:"Heating area" lf:"scale=2,unit=㎡|m²,sum,min=0,max=10000000,once" group:"面积/Area"`
	AreaSource   string        `zh:"面积来源" en:"Area source" opts:"registry=不动产登记/Property register/ok|survey=实测/Survey/info|contract=合同暂定/Contract, provisional/warn" lf:"required,filter=in,default=contract,once" group:"面积/Area"`
	StoreyHeight int64         `zh:"层高" en:"Storey height" lf:"scale=2,unit=m,min=0,max=3000" group:"面积/Area"`
	HeatType     string        `zh:"采暖方式" en:"Heating" opts:"individual=分户可控/Individually controlled|serial=串联/Serial|own=自采暖/Own heating|none=无/None" lf:"required,filter=in,default=none" group:"面积/Area"`
	Rent         int64         `zh:"租金" en:"Rent" lf:"format=money,min=0,unit=元/月|CNY/month" group:"基本/Basic"`
	Note         string        `zh:"备注" en:"Note" lf:"format=textarea,max=500,hidden" group:"基本/Basic"`
}

// Rooms of all projects.
var Rooms = register.New(register.Def[Room]{
	Name: "rooms", Table: "room", Zh: "房屋", En: "Rooms", Permission: "estate.room", Sort: "unit_id,floor,code", Archive: "admin", Check: checkRoom,
	Views: []register.View{
		{Key: "vacant", Zh: "空置", En: "Vacant", Query: "status=vacant"},
		{Key: "renovating", Zh: "装修中", En: "Renovating", Query: "status=renovating"},
		{Key: "rented", Zh: "出租", En: "Rented", Query: "status=rented"},
		{Key: "provisional", Zh: "面积暂定", En: "Provisional area", Query: "area_source=contract"},
	},
})

func init() {
	Rooms.Def.Before = beforeRoom
	Rooms.Def.After = afterRoom
}

// beforeRoom derives code and label.
func beforeRoom(ctx context.Context, tx *db.Tx, old, r *Room) error {
	if old != nil || prechecked(ctx) {
		return nil
	}
	var building, unit string
	var of db.ID
	if err := one(ctx, tx, "SELECT u.code, b.code, b.id FROM unit u JOIN building b ON b.id = u.building_id WHERE u.id = $1",
		[]any{r.UnitID}, &unit, &building, &of); err != nil {
		return err
	}
	if of != 0 && r.BuildingID == 0 {
		r.BuildingID = of
	}
	if of != 0 && of != r.BuildingID {
		return problem.Invalid().At("/unit_id", "该单元不属于所选楼栋", "The unit is not part of the building")
	}
	r.Code, r.Label = RoomCode(building, unit, r.RoomNo), PlaceLabel(building, unit, r.RoomNo)
	return nil
}

// roomSteps are the changes of status that can happen (residents §1). Staying is always allowed.
var roomSteps = map[string][]string{
	"unsold":     {"sold", "vacant", "rented"},
	"sold":       {"vacant", "unsold"},
	"vacant":     {"self", "rented", "renovating"},
	"self":       {"vacant", "rented", "renovating"},
	"rented":     {"checkout"},
	"renovating": {"vacant", "self", "rented"},
	"checkout":   {"vacant", "self", "rented", "renovating"},
}

// Delivered reports whether a room of this status has been handed to its owner: from then on the owner pays
// (物业管理条例 art. 41).
func Delivered(status string) bool { return status != "unsold" && status != "sold" }

func checkRoom(ctx context.Context, q db.Queryer, old, r *Room) error {
	wrong := problem.Invalid()
	if old == nil && !prechecked(ctx) {
		var other db.ID
		if err := one(ctx, q, "SELECT id FROM room WHERE unit_id = $1 AND room_no = $2 AND archived_at = 0", []any{r.UnitID, r.RoomNo}, &other); err != nil {
			return err
		}
		if other != 0 {
			wrong = wrong.At("/room_no", "该单元已有此房号", "The unit has a room of this number")
		}
	}
	if old != nil && old.Status != r.Status && !slices.Contains(roomSteps[old.Status], r.Status) {
		wrong = wrong.At("/status", "房屋状态不能这样变更，请按交付、装修、退租的顺序办理", "The status cannot change this way; follow delivery, renovation, moving out")
	}
	for _, a := range []struct {
		name string
		area int64
	}{{"/inner_area", r.InnerArea}, {"/usable_area", r.UsableArea}} {
		if a.area > r.BuildArea {
			wrong = wrong.At(a.name, "不能大于建筑面积", "Cannot be more than the floor area")
		}
	}
	return wrong.OrNil()
}

// afterRoom keeps the first areas as the first row of the area history.
func afterRoom(ctx context.Context, tx *db.Tx, old, r *Room) error {
	if old != nil || prechecked(ctx) {
		return nil
	}
	return RoomAreas.Create(ctx, tx, firstArea(r))
}

func firstArea(r *Room) *RoomArea {
	return &RoomArea{Row: register.Row{ProjectID: r.ProjectID, BatchID: r.BatchID}, RoomID: r.ID, Label: r.Label, ValidFrom: ForEver0,
		BuildArea: r.BuildArea, InnerArea: r.InnerArea, UsableArea: r.UsableArea, HeatArea: r.HeatArea, AreaSource: r.AreaSource, Reason: "建档"}
}

// ImportRooms writes the rooms of an import and the first row of their area histories. The context is Prechecked;
// Code and Label must be set.
func ImportRooms(ctx context.Context, tx *db.Tx, batch db.ID, rooms []*Room) error {
	if err := Rooms.CreateAll(ctx, tx, batch, rooms); err != nil {
		return err
	}
	areas := make([]*RoomArea, len(rooms))
	for i, r := range rooms {
		areas[i] = firstArea(r)
	}
	return RoomAreas.CreateAll(ctx, tx, batch, areas)
}
