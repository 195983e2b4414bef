package estate

import (
	"context"
	"slices"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// ForEver0 is the day from which the first known areas of a room hold.
const ForEver0 calendar.Date = "1900-01-01"

// RoomArea is one row of a room's area history: these areas (0.01 m²) hold from a day on. Rows are never changed; a
// correction is a new row with the day from which it holds, and posted bills stay as they are (fees F-13.3).
type RoomArea struct {
	register.Row
	RoomID     db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"required,filter=in,once"`
	Label      string        `zh:"名称" en:"Name" lf:"readonly,primary,search,hidden"`
	ValidFrom  calendar.Date `zh:"生效日期" en:"Valid from" lf:"required,sort,filter=range,once"`
	BuildArea  int64         `zh:"建筑面积" en:"Floor area" lf:"required,scale=2,unit=㎡|m²,min=1,max=10000000,once"`
	InnerArea  int64         `zh:"套内面积" en:"Inner area" lf:"scale=2,unit=㎡|m²,min=0,max=10000000,once"`
	UsableArea int64         `zh:"使用面积" en:"Usable area" lf:"scale=2,unit=㎡|m²,min=0,max=10000000,once"`
	HeatArea   int64         `zh:"采暖计费面积" en:"Heating area" lf:"scale=2,unit=㎡|m²,min=0,max=10000000,once"`
	AreaSource string        `zh:"面积来源" en:"Area source" opts:"registry=不动产登记/Property register/ok|survey=实测/Survey/info|contract=合同暂定/Contract, provisional/warn" lf:"required,filter=in,once"`
	Reason     string        `zh:"变更原因" en:"Reason" lf:"required,max=200,once"`
	Proof      string        `zh:"证明材料" en:"Proof" lf:"max=200,once"`
}

// RoomAreas are the area histories of all rooms.
var RoomAreas = register.New(register.Def[RoomArea]{
	Name: "room-areas", Table: "room_area", Zh: "房屋面积", En: "Room areas", Permission: "estate.room", Archive: "admin", Sort: "-valid_from",
})

func init() {
	RoomAreas.Def.Before = func(ctx context.Context, tx *db.Tx, _, a *RoomArea) error {
		if a.Label != "" && prechecked(ctx) {
			return nil
		}
		return one(ctx, tx, "SELECT label, project_id FROM room WHERE id = $1", []any{a.RoomID}, &a.Label, &a.ProjectID)
	}
	RoomAreas.Def.Check = checkArea
	RoomAreas.Def.After = afterArea
}

// areaRank is the legal order of sources: register, then survey, then contract (司法解释 2020, art. 8).
var areaRank = []string{"contract", "survey", "registry"}

func checkArea(ctx context.Context, q db.Queryer, old, a *RoomArea) error {
	if old != nil {
		return problem.Conflict("area_is_history", "面积记录不能修改，请新增一条并写明生效日期", "Area rows are not changed; add a new one with the day from which it holds")
	}
	wrong := problem.Invalid()
	if a.InnerArea > a.BuildArea {
		wrong = wrong.At("/inner_area", "不能大于建筑面积", "Cannot be more than the floor area")
	}
	if a.UsableArea > a.BuildArea {
		wrong = wrong.At("/usable_area", "不能大于建筑面积", "Cannot be more than the floor area")
	}
	if !prechecked(ctx) {
		last, err := AreaAt(ctx, q, a.RoomID, a.ValidFrom)
		if err != nil {
			return err
		}
		if last != nil && slices.Index(areaRank, a.AreaSource) < slices.Index(areaRank, last.AreaSource) {
			wrong = wrong.At("/area_source", "法定顺序为不动产登记、实测、合同暂定，不能用次序在后的面积替换在前的", "The legal order is register, survey, contract: a later source cannot replace an earlier one")
		}
	}
	return wrong.OrNil()
}

// afterArea shows the areas in force on the room.
func afterArea(ctx context.Context, tx *db.Tx, _, a *RoomArea) error {
	if prechecked(ctx) {
		return nil
	}
	now, err := AreaAt(ctx, tx, a.RoomID, calendar.DateOf(tx.Now()))
	if err != nil || now == nil || now.ID != a.ID || a.ValidFrom == ForEver0 {
		return err
	}
	return showArea(ctx, tx, now)
}

func showArea(ctx context.Context, tx *db.Tx, a *RoomArea) error {
	_, err := Rooms.Update(ctx, tx, a.RoomID, 0, func(r *Room) error {
		r.BuildArea, r.InnerArea, r.UsableArea, r.HeatArea, r.AreaSource = a.BuildArea, a.InnerArea, a.UsableArea, a.HeatArea, a.AreaSource
		return nil
	})
	return err
}

// AreaAt is the area row that holds on a day, nil if the room is unknown. Of two rows for the same day the later
// entered one holds.
func AreaAt(ctx context.Context, q db.Queryer, room db.ID, day calendar.Date) (*RoomArea, error) {
	a := &RoomArea{RoomID: room}
	err := one(ctx, q, `SELECT id, project_id, valid_from, build_area, inner_area, usable_area, heat_area, area_source, reason, proof FROM room_area
		WHERE room_id = $1 AND valid_from <= $2 AND archived_at = 0 ORDER BY valid_from DESC, id DESC LIMIT 1`, []any{room, string(day)},
		&a.ID, &a.ProjectID, &a.ValidFrom, &a.BuildArea, &a.InnerArea, &a.UsableArea, &a.HeatArea, &a.AreaSource, &a.Reason, &a.Proof)
	if err != nil || a.ID == 0 {
		return nil, err
	}
	return a, nil
}

// ApplyAreas brings the areas shown on rooms up to date on the day when a row entered in advance comes into force.
// It runs nightly.
func ApplyAreas(ctx context.Context, d *db.DB) error {
	today := calendar.DateOf(d.Now())
	var due []db.ID
	err := each(ctx, d.Reader(), `SELECT DISTINCT a.room_id FROM room_area a WHERE a.archived_at = 0 AND a.valid_from >= $1 AND a.valid_from <= $2`,
		[]any{string(today.AddDays(-31)), string(today)}, func(scan func(...any) error) error {
			var id db.ID
			if err := scan(&id); err != nil {
				return err
			}
			due = append(due, id)
			return nil
		})
	if err != nil {
		return err
	}
	for _, id := range due {
		if err := d.Write(ctx, func(tx *db.Tx) error {
			a, err := AreaAt(ctx, tx, id, today)
			if err != nil || a == nil {
				return err
			}
			return showArea(ctx, tx, a)
		}); err != nil {
			return err
		}
	}
	return nil
}
