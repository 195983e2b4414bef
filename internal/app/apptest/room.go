package apptest

import (
	"context"
	"fmt"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
)

// Room makes a room of JLHY with a code such as 1-1-101 (building, unit, number),
// 90.50 m², and an owner with a phone, and returns its id. Building and unit are
// made when they are new.
func (h *House) Room(code, owner, phone string) db.ID {
	h.T.Helper()
	return h.RoomIn(h.JLHY, code, owner, phone)
}

// RoomIn is Room in either project.
func (h *House) RoomIn(project db.ID, code, owner, phone string) db.ID {
	h.T.Helper()
	parts := strings.Split(code, "-")
	if len(parts) != 3 {
		h.T.Fatalf("room code %q: want building-unit-number", code)
	}
	var id db.ID
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		building, err := h.building(ctx, tx, project, parts[0])
		if err != nil {
			return err
		}
		unit, err := h.unit(ctx, tx, project, building, parts[1])
		if err != nil {
			return err
		}
		room := &estate.Room{BuildingID: building, UnitID: unit, RoomNo: parts[2], Floor: 1, Usage: "home", Status: "self",
			BuildArea: 9050, AreaSource: "registry", HeatType: "none"}
		room.ProjectID = project
		if err := estate.Rooms.Create(ctx, tx, room); err != nil {
			return err
		}
		id = room.ID
		customer := &estate.Customer{Name: owner, Kind: "person", Phone: phone, PhoneState: "verified"}
		customer.ProjectID = project
		if err := estate.Customers.Create(ctx, tx, customer); err != nil {
			return err
		}
		owned := &estate.Ownership{RoomID: id, CustomerID: customer.ID, Share: 1_000_000, IsMain: true,
			ValidFrom: calendar.DateOf(tx.Now()).AddDays(-30)}
		return estate.Ownerships.Create(ctx, tx, owned)
	})
	return id
}

func (h *House) building(ctx context.Context, tx *db.Tx, project db.ID, code string) (db.ID, error) {
	found, err := estate.Buildings.Select(ctx, tx, "project_id = $1 AND code = $2", project, code)
	if err != nil || len(found) > 0 {
		return first(found, func(b *estate.Building) db.ID { return b.ID }), err
	}
	made := &estate.Building{Code: code, Structure: "shear"}
	made.ProjectID = project
	err = estate.Buildings.Create(ctx, tx, made)
	return made.ID, err
}

func (h *House) unit(ctx context.Context, tx *db.Tx, project, building db.ID, code string) (db.ID, error) {
	found, err := estate.Units.Select(ctx, tx, "building_id = $1 AND code = $2", building, code)
	if err != nil || len(found) > 0 {
		return first(found, func(u *estate.Unit) db.ID { return u.ID }), err
	}
	made := &estate.Unit{BuildingID: building, Code: code}
	made.ProjectID = project
	err = estate.Units.Create(ctx, tx, made)
	return made.ID, err
}

// StaffAt employs somebody in a position at a project (0: head office) and logs in.
func (h *House) StaffAt(position string, project db.ID) *Client {
	h.T.Helper()
	h.serial++
	login := fmt.Sprintf("%s%d", strings.ToLower(position), h.serial)
	person := h.Employ(login, position, project)
	c := h.LogIn(login)
	c.Person = person
	return c
}

func first[T any](found []*T, id func(*T) db.ID) db.ID {
	if len(found) == 0 {
		return 0
	}
	return id(found[0])
}
