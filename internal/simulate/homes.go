package simulate

import (
	"context"
	"fmt"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/register"
)

// shape is how the houses of a project are built.
type shape struct {
	share                    int // percent of all rooms
	floors, units, perFloor  int
	areas                    []int64 // 0.01 m², by door
	layouts                  []string
	usage                    string
	apartment                bool
	completed, handover      calendar.Date
	occupied, let, renovated int // percent of delivered rooms
}

var shapes = map[string]shape{
	"JLHY": {60, 18, 2, 2, []int64{8936, 11872}, []string{"三室两厅一卫", "四室两厅两卫"}, "home", false, "2020-11-20", "2021-01-15", 64, 13, 4},
	"YHGY": {40, 20, 1, 8, []int64{4520, 4268, 5136, 3895, 3895, 5136, 4268, 4520}, []string{"一室一厅", "一室", "一室两厅", "一室", "一室", "一室两厅", "一室", "一室一厅"}, "apartment", true, "2023-12-10", "2024-03-01", 30, 46, 6},
}

// rows are what one transaction writes.
type rows struct {
	buildings  []*estate.Building
	units      []*estate.Unit
	rooms      []*estate.Room
	customers  []*estate.Customer
	owners     []*estate.Ownership
	living     []*estate.Occupancy
	households []*estate.Household
	leases     []*estate.Lease
	spaces     []*estate.ParkingSpace
	vehicles   []*estate.Vehicle
	keys       []*estate.Key
	meters     []*estate.Meter
}

const roomsAtOnce = 1500

// estate builds the houses and moves the people in.
func (s *sim) estate() error {
	first := 0
	for i, p := range s.places {
		n := s.o.Rooms * shapes[p.Code].share / 100
		if i == len(s.places)-1 {
			n = s.o.Rooms - first
		}
		if err := s.build(p, n, first); err != nil {
			return err
		}
		first += n
	}
	return nil
}

// builder fills the rows of a project.
type builder struct {
	*sim
	p         *place
	sh        shape
	r         rows
	developer db.ID
	today     calendar.Date
	serial    int // of the room in the company
}

func (s *sim) build(p *place, n, first int) error {
	b := &builder{sim: s, p: p, sh: shapes[p.Code], today: calendar.DateOf(s.clock.Now()), serial: first}
	b.developer = b.customer(p.Developer, "developer", p.DutyPhone).ID
	var building *estate.Building
	var unit *estate.Unit
	perUnit := b.sh.floors * b.sh.perFloor
	for i := range n {
		if i%(perUnit*b.sh.units) == 0 {
			if len(b.r.rooms) >= roomsAtOnce {
				if err := b.flush(); err != nil {
					return err
				}
			}
			building = &estate.Building{Row: b.row(), Code: fmt.Sprint(i/(perUnit*b.sh.units) + 1), FloorsUp: int64(b.sh.floors), FloorsDown: 2, Structure: "shear",
				CompletedOn: b.sh.completed, HandoverOn: b.sh.handover, ElevatorCount: int64(b.sh.units * 2), IsApartment: b.sh.apartment, Phase: "一期"}
			b.r.buildings = append(b.r.buildings, building)
		}
		if i%perUnit == 0 {
			code := fmt.Sprint(i/perUnit%b.sh.units + 1)
			unit = &estate.Unit{Row: b.row(), BuildingID: building.ID, Code: code, Label: estate.PlaceLabel(building.Code, code, ""), Floors: int64(b.sh.floors), ElevatorCount: 2}
			b.r.units = append(b.r.units, unit)
		}
		b.serial++
		b.room(building, unit, i%perUnit)
	}
	return b.flush()
}

func (b *builder) row() register.Row {
	return register.Row{ID: b.DB.NewID(), ProjectID: b.p.ID}
}

func (b *builder) customer(name, kind, phone string) *estate.Customer {
	c := &estate.Customer{Row: b.row(), Name: name, Kind: kind, Phone: phone, PhoneState: "verified"}
	b.r.customers = append(b.r.customers, c)
	return c
}

// room makes the n-th room of a unit with everything that belongs to it. The first homes of the company are lived in by
// their owners, so that the known phones can report something.
func (b *builder) room(building *estate.Building, unit *estate.Unit, n int) {
	door := n % b.sh.perFloor
	floor := n/b.sh.perFloor + 1
	no := fmt.Sprintf("%d%02d", floor, door+1)
	area := b.sh.areas[door%len(b.sh.areas)]
	status := b.status()
	known := len(b.p.homes) < 30
	if known {
		status = "self"
	}
	r := &estate.Room{Row: b.row(), Code: estate.RoomCode(building.Code, unit.Code, no), Label: estate.PlaceLabel(building.Code, unit.Code, no), BuildingID: building.ID,
		UnitID: unit.ID, RoomNo: no, Floor: int64(floor), Usage: b.sh.usage, Layout: b.sh.layouts[door%len(b.sh.layouts)], Orientation: []string{"南", "南北", "东南", "西南"}[door%4],
		Status: status, BuildArea: area, InnerArea: area * 80 / 100, UsableArea: area * 75 / 100, HeatArea: area * 80 / 100, AreaSource: "registry", StoreyHeight: 290, HeatType: "none"}
	b.r.rooms = append(b.r.rooms, r)
	b.report.Rooms++
	b.meters(r)
	if status == "unsold" {
		b.own(r, b.developer, b.sh.completed)
		return
	}
	owner := b.buyer()
	from := b.sh.handover.AddDays(-int(b.between(30, 200)))
	b.own(r, owner.ID, from)
	if status == "sold" {
		return
	}
	r.DeliveredOn = b.sh.handover.AddDays(int(b.between(0, 60)))
	b.p.homes = append(b.p.homes, home{r.ID, area, person{owner.ID, owner.Name}})
	switch status {
	case "self":
		b.lives(r, owner, "self")
	case "rented":
		b.let(r)
	case "vacant", "renovating":
		b.r.keys = append(b.r.keys, &estate.Key{Row: b.row(), KeyNo: fmt.Sprintf("K-%s", r.Code), RoomID: r.ID, Kind: "door", Qty: 2, Holder: map[string]string{"vacant": "company", "renovating": "works"}[status], Sealed: status == "vacant"})
	}
}

// buyer is a new customer; the second home of the second project belongs to the third owner of the first, who thus sees
// two projects in his app.
func (b *builder) buyer() *estate.Customer {
	if first := b.places[0]; b.p != first && len(b.p.homes) == 1 && len(first.homes) > 2 {
		return b.customer(first.homes[2].owner.name, "person", ownerPhone(3))
	}
	return b.customer(b.name(), "person", ownerPhone(b.serial))
}

func (b *builder) status() string {
	n := b.rng.IntN(100)
	for _, c := range []struct {
		percent int
		status  string
	}{{3, "unsold"}, {3, "sold"}, {b.sh.renovated, "renovating"}, {b.sh.let, "rented"}, {b.sh.occupied, "self"}} {
		if n < c.percent {
			return c.status
		}
		n -= c.percent
	}
	return "vacant"
}

func (b *builder) own(r *estate.Room, who db.ID, from calendar.Date) {
	b.r.owners = append(b.r.owners, &estate.Ownership{Row: b.row(), RoomID: r.ID, CustomerID: who, Label: r.Label, Share: estate.Whole, IsMain: true, ValidFrom: from,
		CertNo: fmt.Sprintf("浙(%d)余杭区不动产权第%07d号", from.Year(), b.serial)})
}

// lives moves a household in, with its cars.
func (b *builder) lives(r *estate.Room, c *estate.Customer, relation string) {
	since := max(r.DeliveredOn, b.sh.handover).AddDays(int(b.between(20, 400)))
	if since > b.today {
		since = b.today
	}
	b.r.living = append(b.r.living, &estate.Occupancy{Row: b.row(), RoomID: r.ID, PersonID: c.ID, Label: r.Label, Relation: relation, ValidFrom: since})
	b.r.households = append(b.r.households, &estate.Household{Row: b.row(), RoomID: r.ID, Label: r.Label, HeadID: c.ID, Size: b.between(1, 4), Since: since})
	if !b.chance(70) {
		return
	}
	b.report.Vehicles++
	green := b.chance(35)
	space := &estate.ParkingSpace{Row: b.row(), Code: fmt.Sprintf("B%d-%04d", 1+b.report.Vehicles%2, b.report.Vehicles), Lot: "1", Place: "underground", Type: "leased", OwnerRight: "developer",
		RoomID: r.ID, CustomerID: c.ID, Area: 1300, HasCharger: green, Status: "rented", ValidFrom: since}
	if b.chance(30) {
		space.Type, space.OwnerRight, space.Status = "titled", "owner", "sold"
	}
	b.r.spaces = append(b.r.spaces, space)
	b.r.vehicles = append(b.r.vehicles, &estate.Vehicle{Row: b.row(), Plate: b.plate(b.report.Vehicles, green), Type: map[bool]string{true: "ev", false: "car"}[green], OwnerID: c.ID,
		RoomID: r.ID, SpaceID: space.ID, Brand: pick(b.sim, brands), Colour: pick(b.sim, colours), ValidFrom: since})
}

// let rents a room to a tenant who pays water and power.
func (b *builder) let(r *estate.Room) {
	tenant := b.customer(b.name(), "person", tenantPhone(b.serial))
	from := b.today.AddDays(-int(b.between(10, 330)))
	b.r.leases = append(b.r.leases, &estate.Lease{Row: b.row(), RoomID: r.ID, TenantID: tenant.ID, Label: r.Label, ValidFrom: from, ValidTo: from.AddMonths(12).AddDays(-1), OwnerConsent: true,
		MaxPersons: 4, Deposit: 300_000, PayerProperty: "owner", PayerWater: "tenant", PayerPower: "tenant", PayerHeating: "owner", PayerParking: "tenant"})
	b.lives(r, tenant, "tenant")
}

func (b *builder) meters(r *estate.Room) {
	for _, kind := range []string{"water", "power"} {
		zero := int64(0)
		b.r.meters = append(b.r.meters, &estate.Meter{Row: b.row(), MeterNo: map[string]string{"water": "S", "power": "D"}[kind] + fmt.Sprintf("%08d", b.serial), Kind: kind, Scope: "room", RoomID: r.ID,
			Ratio: 10_000, Digits: 6, Precision: 2, InitReading: &zero, InstalledOn: b.sh.completed, VerifyDue: b.sh.completed.AddYears(6)})
	}
}

// flush writes what was gathered, in one transaction.
func (b *builder) flush() error {
	b.report.Customers += len(b.r.customers)
	err := b.write(func(ctx context.Context, tx *db.Tx) error {
		ctx = estate.Prechecked(ctx)
		for _, write := range []func() error{
			func() error { return estate.Buildings.CreateAll(ctx, tx, 0, b.r.buildings) },
			func() error { return estate.Units.CreateAll(ctx, tx, 0, b.r.units) },
			func() error { return estate.ImportRooms(ctx, tx, 0, b.r.rooms) },
			func() error { return estate.Customers.CreateAll(ctx, tx, 0, b.r.customers) },
			func() error { return estate.Ownerships.CreateAll(ctx, tx, 0, b.r.owners) },
			func() error { return estate.Occupancies.CreateAll(ctx, tx, 0, b.r.living) },
			func() error { return estate.Households.CreateAll(ctx, tx, 0, b.r.households) },
			func() error { return estate.Leases.CreateAll(ctx, tx, 0, b.r.leases) },
			func() error { return estate.ParkingSpaces.CreateAll(ctx, tx, 0, b.r.spaces) },
			func() error { return estate.Vehicles.CreateAll(ctx, tx, 0, b.r.vehicles) },
			func() error { return estate.Keys.CreateAll(ctx, tx, 0, b.r.keys) },
			func() error { return estate.Meters.CreateAll(ctx, tx, 0, b.r.meters) },
		} {
			if err := write(); err != nil {
				return err
			}
		}
		return nil
	})
	b.r = rows{}
	return err
}
