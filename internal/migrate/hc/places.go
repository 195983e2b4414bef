package hc

import (
	"context"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/migrate"
)

// buildingRow is a row of 楼栋单元: a unit of a building.
func (r *run) buildingRow(l *line) migrate.Effect {
	b, u := l.place("building"), l.place("unit")
	floors, lift := l.whole("floors", 1, 200), l.yes("lift")
	if l.Cell("floors").Blank() {
		l.blame("floors", "不能为空", "must not be empty")
	}
	if l.bad() {
		return migrate.Nothing
	}
	if earlier, ok := r.again(l.Number, "unit row", b, u); ok {
		l.blame("unit", "与第 "+itoa(int64(earlier))+" 行重复", "repeats row "+itoa(int64(earlier)))
		return migrate.Nothing
	}
	if known := r.units[b+"\x00"+u]; known != nil {
		return r.unitChanged(known.id, floors, lift)
	}
	r.unit(b, u, floors, lift)
	return migrate.Creates
}

func (r *run) unitChanged(id db.ID, floors int64, lift bool) migrate.Effect {
	var was, lifts int64
	if err := r.in.DB.Reader().QueryRowContext(r.ctx, "SELECT floors, elevator_count FROM unit WHERE id = $1", id).Scan(&was, &lifts); err != nil {
		return migrate.Nothing
	}
	if was == floors && lifts > 0 == lift {
		return migrate.Nothing
	}
	r.w.change(func(ctx context.Context, tx *db.Tx) error {
		_, err := estate.Units.Update(ctx, tx, id, 0, func(u *estate.Unit) error {
			u.Floors = floors
			if lift != (u.ElevatorCount > 0) {
				u.ElevatorCount = count(lift)
			}
			return nil
		})
		return err
	})
	return migrate.Changes
}

func count(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// unit finds or creates a unit and its building. A building is as high as its highest unit.
func (r *run) unit(b, u string, floors int64, lift bool) *unit {
	if known := r.units[b+"\x00"+u]; known != nil {
		return known
	}
	bd := r.buildings[b]
	if bd == nil {
		row := &estate.Building{Row: r.w.row(), Code: b}
		bd = &building{id: row.ID, code: b, row: row}
		r.buildings[b] = bd
		add(r.w, "buildings", &r.w.buildings, row)
	}
	if bd.row != nil && bd.row.Version == 0 { // not written yet
		bd.row.FloorsUp = max(bd.row.FloorsUp, floors)
		bd.row.ElevatorCount += count(lift)
	}
	row := &estate.Unit{Row: r.w.row(), BuildingID: bd.id, Code: u, Label: estate.PlaceLabel(b, u, ""), Floors: floors, ElevatorCount: count(lift)}
	made := &unit{id: row.ID, building: bd, code: u}
	r.units[b+"\x00"+u] = made
	add(r.w, "units", &r.w.units, row)
	return made
}

// roomFacts reads the columns that rooms have in both workbooks.
func (r *run) roomFacts(l *line, unitCode string) facts {
	f := facts{floor: l.whole("floor", -20, 200), area: l.scaled("area", true, 1), inner: l.scaled("inner", false, 0), rent: l.scaled("rent", false, 0),
		usage: l.code("usage", usages), layout: layout(l.text("layout", false, 40)), state: l.code("state", states)}
	if f.area > 10_000_000 {
		l.blame("area", "面积太大", "the area is too large")
	}
	if f.inner > f.area && f.area > 0 {
		l.blame("inner", "不能大于建筑面积", "cannot be more than the floor area")
	}
	if f.usage == "" {
		f.usage = "home"
	}
	if unitCode == "0" {
		f.usage = "shop"
	}
	return f
}

// layout drops the code 10102, which that system tells everybody to write.
func layout(s string) string {
	if s == "10102" {
		return ""
	}
	return s
}

// place finds the unit of a room. Where the workbook has a sheet of buildings, the unit must be in it.
func (r *run) placeOf(l *line, b, u string, floors int64, lift bool) *unit {
	if known := r.units[b+"\x00"+u]; known != nil {
		return known
	}
	if r.tables[buildingsForm] != nil && u != "0" {
		l.blame("unit", "楼栋单元表里没有 "+estate.PlaceLabel(b, u, ""), "the sheet of buildings has no building "+b+" unit "+u)
		return nil
	}
	return r.unit(b, u, floors, lift)
}

// newRoom adds a room.
func (r *run) newRoom(l *line, u *unit, no string, f facts) *room {
	row := &estate.Room{Row: r.w.row(), BuildingID: u.building.id, UnitID: u.id, RoomNo: no, Code: estate.RoomCode(u.building.code, u.code, no),
		Label: estate.PlaceLabel(u.building.code, u.code, no), Floor: f.floor, Usage: f.usage, Layout: f.layout, Status: f.status,
		BuildArea: f.area, InnerArea: f.inner, HeatArea: f.inner, AreaSource: "contract", HeatType: "none", Rent: f.rent}
	made := &room{id: row.ID, code: row.Code, label: row.Label, row: l.Number, fresh: true, facts: f}
	r.rooms[row.Code] = made
	add(r.w, "rooms", &r.w.rooms, row)
	return made
}

// knownRoom compares a room that is there already with the file.
func (r *run) knownRoom(l *line, known *room, f facts) migrate.Effect {
	known.row, known.facts = l.Number, f
	var was facts
	err := r.in.DB.Reader().QueryRowContext(r.ctx, "SELECT floor, build_area, inner_area, rent, usage, layout FROM room WHERE id = $1", known.id).
		Scan(&was.floor, &was.area, &was.inner, &was.rent, &was.usage, &was.layout)
	same := f
	same.state, same.status = "", ""
	if err != nil || was == same {
		return migrate.Nothing
	}
	r.w.change(func(ctx context.Context, tx *db.Tx) error {
		room, err := estate.Rooms.Update(ctx, tx, known.id, 0, func(row *estate.Room) error {
			row.Floor, row.Usage, row.Layout, row.Rent = f.floor, f.usage, f.layout, f.rent
			return nil
		})
		if err != nil || was.area == f.area && was.inner == f.inner {
			return err
		}
		return newArea(ctx, tx, room, f, r.w.today)
	})
	return migrate.Changes
}

// newArea enters changed areas as a new row of the room's history, from today on.
func newArea(ctx context.Context, tx *db.Tx, room *estate.Room, f facts, today calendar.Date) error {
	a := &estate.RoomArea{RoomID: room.ID, Label: room.Label, ValidFrom: today, BuildArea: f.area, InnerArea: f.inner, UsableArea: min(room.UsableArea, f.area),
		HeatArea: f.inner, AreaSource: room.AreaSource, Reason: "导入更正"}
	a.ProjectID = room.ProjectID
	if err := estate.RoomAreas.Create(ctx, tx, a); err != nil {
		return err
	}
	_, err := estate.Rooms.Update(ctx, tx, room.ID, 0, func(row *estate.Room) error {
		row.BuildArea, row.InnerArea, row.UsableArea, row.HeatArea = a.BuildArea, a.InnerArea, a.UsableArea, a.HeatArea
		return nil
	})
	return err
}
