package estate

import (
	"context"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

var system = access.With(context.Background(), access.System("test"))

// town is a project with one building, one unit and helpers to fill it.
type town struct {
	t                       *testing.T
	d                       *db.DB
	project, building, unit db.ID
}

func (w *town) do(fn func(tx *db.Tx) error) error {
	return w.d.Write(system, fn)
}

func (w *town) must(fn func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.do(fn); err != nil {
		w.t.Fatalf("%+v", err)
	}
}

func newTown(t *testing.T, d *db.DB) *town {
	w := &town{t: t, d: d}
	w.must(func(tx *db.Tx) error {
		p := &Project{Code: "JLHY", Name: "锦澜花园", Region: "山东青岛", Type: "home", ServiceStage: "regular"}
		if err := Projects.Create(system, tx, p); err != nil {
			return err
		}
		b := &Building{Row: register.Row{ProjectID: p.ID}, Code: "1"}
		if err := Buildings.Create(system, tx, b); err != nil {
			return err
		}
		u := &Unit{Row: register.Row{ProjectID: p.ID}, BuildingID: b.ID, Code: "2"}
		w.project, w.building = p.ID, b.ID
		err := Units.Create(system, tx, u)
		w.unit = u.ID
		return err
	})
	return w
}

func (w *town) room(no, status string) *Room {
	w.t.Helper()
	r := &Room{Row: register.Row{ProjectID: w.project}, BuildingID: w.building, UnitID: w.unit, RoomNo: no, Usage: "home", Status: status,
		BuildArea: 9456, InnerArea: 8000, AreaSource: "contract", HeatType: "none"}
	w.must(func(tx *db.Tx) error { r.ID = 0; return Rooms.Create(system, tx, r) })
	return r
}

func (w *town) person(name, phone string) *Customer {
	w.t.Helper()
	c := &Customer{Row: register.Row{ProjectID: w.project}, Name: name, Phone: phone, Kind: "person", PhoneState: "unverified"}
	w.must(func(tx *db.Tx) error { c.ID = 0; return Customers.Create(system, tx, c) })
	return c
}

func (w *town) owns(room, customer db.ID, share int64, main bool) error {
	return w.do(func(tx *db.Tx) error {
		return Ownerships.Create(system, tx, &Ownership{RoomID: room, CustomerID: customer, Share: share, IsMain: main, ValidFrom: "2020-01-01"})
	})
}

// fields are the pointers of a refusal; "" when there is none.
func fields(err error) string {
	if err == nil {
		return ""
	}
	p, ok := problem.As(err)
	if !ok {
		return "not a problem: " + err.Error()
	}
	var at []string
	for _, f := range p.Fields {
		at = append(at, f.Pointer)
	}
	return strings.Join(at, " ")
}

func wantFields(t *testing.T, what string, err error, want string) {
	t.Helper()
	if got := fields(err); got != want {
		t.Errorf("%s: refused at %q, want %q (%v)", what, got, want, err)
	}
}

func TestRoomTakesCodeAndLabelFromItsPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		r := w.room("1802", "unsold")
		if r.Code != "1-2-1802" || r.Label != "1号楼2单元1802" {
			t.Errorf("code %q label %q", r.Code, r.Label)
		}
		again := &Room{Row: register.Row{ProjectID: w.project}, BuildingID: w.building, UnitID: w.unit, RoomNo: "1802", Usage: "home", Status: "unsold", BuildArea: 1, AreaSource: "survey", HeatType: "none"}
		err := w.do(func(tx *db.Tx) error { return Rooms.Create(system, tx, again) })
		wantFields(t, "same room again", err, "/room_no")
		big := &Room{Row: register.Row{ProjectID: w.project}, BuildingID: w.building, UnitID: w.unit, RoomNo: "9", Usage: "home", Status: "unsold", BuildArea: 5000, InnerArea: 5001, AreaSource: "survey", HeatType: "none"}
		wantFields(t, "inner area above floor area", w.do(func(tx *db.Tx) error { return Rooms.Create(system, tx, big) }), "/inner_area")
	})
	for want, p := range map[string][3]string{"1号楼2单元1802": {"1", "2", "1802"}, "1号楼商铺101": {"1", "0", "101"}, "A座东单元3": {"A座", "东单元", "3"}, "12号楼": {"12", "", ""}} {
		if got := PlaceLabel(p[0], p[1], p[2]); got != want {
			t.Errorf("%v is called %q, want %q", p, got, want)
		}
	}
}

func TestStatusFollowsTheOrderOfEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		r := w.room("101", "unsold")
		step := func(status string) error {
			return w.do(func(tx *db.Tx) error {
				_, err := Rooms.Update(system, tx, r.ID, 0, func(r *Room) error { r.Status = status; return nil })
				return err
			})
		}
		for _, s := range []struct{ to, at string }{{"renovating", "/status"}, {"sold", ""}, {"self", "/status"}, {"vacant", ""}, {"renovating", ""}, {"self", ""}, {"sold", "/status"}, {"rented", ""}, {"vacant", "/status"}, {"checkout", ""}, {"vacant", ""}} {
			wantFields(t, "to "+s.to, step(s.to), s.at)
		}
	})
}

func TestAreasAreDated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		r := w.room("101", "vacant")
		today := calendar.DateOf(d.Now())
		add := func(day calendar.Date, area int64, source string) error {
			return w.do(func(tx *db.Tx) error {
				return RoomAreas.Create(system, tx, &RoomArea{RoomID: r.ID, ValidFrom: day, BuildArea: area, AreaSource: source, Reason: "实测"})
			})
		}
		wantFields(t, "survey replaces contract", add("2024-05-01", 9500, "survey"), "")
		wantFields(t, "contract cannot replace survey", add("2024-06-01", 9300, "contract"), "/area_source")
		wantFields(t, "registered area from tomorrow", add(today.AddDays(1), 9510, "registry"), "")
		for day, want := range map[calendar.Date]int64{"2024-04-30": 9456, "2024-05-01": 9500, today: 9500, today.AddDays(1): 9510} {
			a, err := AreaAt(system, d.Reader(), r.ID, day)
			if err != nil || a == nil || a.BuildArea != want {
				t.Errorf("area on %s = %+v %v, want %d", day, a, err, want)
			}
		}
		shown, err := Rooms.Get(system, d.Reader(), r.ID)
		if err != nil || shown.BuildArea != 9500 || shown.AreaSource != "survey" {
			t.Errorf("the room shows %+v %v", shown, err)
		}
		rows, err := RoomAreas.Select(system, d.Reader(), "room_id = $1", r.ID)
		if err != nil || len(rows) != 3 {
			t.Fatalf("%d rows of history, %v", len(rows), err)
		}
		err = w.do(func(tx *db.Tx) error {
			_, err := RoomAreas.Update(system, tx, rows[0].ID, 0, func(a *RoomArea) error { a.BuildArea = 1; return nil })
			return err
		})
		if p, ok := problem.As(err); !ok || p.Code != "area_is_history" {
			t.Errorf("history was changed: %v", err)
		}
	})
}

func TestShares(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		r, a, b, c := w.room("101", "vacant"), w.person("甲某", "13800000001"), w.person("乙某", "13800000002"), w.person("丙某", "13800000003")
		wantFields(t, "first half", w.owns(r.ID, a.ID, 500000, true), "")
		wantFields(t, "too much", w.owns(r.ID, b.ID, 500001, false), "/share")
		wantFields(t, "second main owner", w.owns(r.ID, b.ID, 500000, true), "/is_main")
		wantFields(t, "second half", w.owns(r.ID, b.ID, 500000, false), "")
		transfer := func(day calendar.Date, share int64) error {
			return w.do(func(tx *db.Tx) error {
				return Transfer(system, tx, r.ID, day, []NewOwner{{CustomerID: c.ID, Share: share, IsMain: true}})
			})
		}
		wantFields(t, "transfer of half", transfer("2026-01-01", 500000), "/owners")
		wantFields(t, "transfer before the start", transfer("2020-01-01", Whole), "/day")
		wantFields(t, "transfer", transfer("2026-01-01", Whole), "")
		for day, want := range map[calendar.Date]db.ID{"2025-12-31": a.ID, "2026-01-01": c.ID} {
			p, err := PayerOf(system, d.Reader(), r.ID, PropertyFee, day)
			if err != nil || p.CustomerID != want || p.Role != "owner" {
				t.Errorf("payer on %s: %+v %v", day, p, err)
			}
		}
	})
}

func TestPayer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		r, owner, tenant := w.room("101", "sold"), w.person("业主", "13800000001"), w.person("租客", "13800000002")
		dev := &Customer{Row: register.Row{ProjectID: w.project}, Name: "某置业公司", Kind: "developer", Phone: "0532-88888888", PhoneState: "verified"}
		w.must(func(tx *db.Tx) error { dev.ID = 0; return Customers.Create(system, tx, dev) })
		wantFields(t, "owner", w.owns(r.ID, owner.ID, Whole, true), "")
		payer := func(item Item, day calendar.Date) db.ID {
			p, err := PayerOf(system, d.Reader(), r.ID, item, day)
			if err != nil || p.Zh == "" || p.En == "" {
				t.Fatalf("%+v %v", p, err)
			}
			return p.CustomerID
		}
		if got := payer(PropertyFee, "2026-05-01"); got != dev.ID {
			t.Errorf("before delivery %d pays, want the developer", got)
		}
		w.must(func(tx *db.Tx) error {
			_, err := Rooms.Update(system, tx, r.ID, 0, func(r *Room) error { r.Status, r.DeliveredOn = "vacant", "2026-03-01"; return nil })
			return err
		})
		lease := Lease{RoomID: r.ID, TenantID: tenant.ID, ValidFrom: "2026-04-01", ValidTo: "2026-12-31", OwnerConsent: true,
			PayerProperty: "owner", PayerWater: "tenant", PayerPower: "tenant", PayerHeating: "owner", PayerParking: "owner"}
		add := func(l Lease) error {
			return w.do(func(tx *db.Tx) error { l.ID = 0; return Leases.Create(system, tx, &l) })
		}
		refused := lease
		refused.OwnerConsent, refused.ValidTo = false, "2026-03-01"
		wantFields(t, "without consent and ending before its start", add(refused), "/valid_to /owner_consent")
		wantFields(t, "lease", add(lease), "")
		overlap := lease
		overlap.ValidFrom, overlap.ValidTo = "2026-12-31", "2027-12-31"
		wantFields(t, "overlapping lease", add(overlap), "/valid_from")
		for _, tc := range []struct {
			item Item
			day  calendar.Date
			want db.ID
		}{{PropertyFee, "2026-02-28", dev.ID}, {PropertyFee, "2026-03-01", owner.ID}, {WaterFee, "2026-03-31", owner.ID}, {WaterFee, "2026-04-01", tenant.ID},
			{HeatingFee, "2026-04-01", owner.ID}, {PowerFee, "2026-12-31", tenant.ID}, {PowerFee, "2027-01-01", owner.ID}, {"garbage", "2026-05-01", owner.ID}} {
			if got := payer(tc.item, tc.day); got != tc.want {
				t.Errorf("%s on %s: %d pays, want %d", tc.item, tc.day, got, tc.want)
			}
		}
		rooms, err := RoomsOf(system, d.Reader(), "2026-05-01", tenant.ID)
		if err != nil || len(rooms) != 1 || rooms[0].Relation != "tenant" || rooms[0].ID != r.ID {
			t.Errorf("rooms of the tenant: %+v %v", rooms, err)
		}
		if rooms, err := RoomsOf(system, d.Reader(), "2027-05-01", tenant.ID); err != nil || len(rooms) != 0 {
			t.Errorf("after the lease: %+v %v", rooms, err)
		}
	})
}

func TestCustomers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		a := w.person("张三", "13800000001")
		create := func(c Customer) error {
			c.ProjectID, c.PhoneState = w.project, "unverified"
			return w.do(func(tx *db.Tx) error { c.ID = 0; return Customers.Create(system, tx, &c) })
		}
		wantFields(t, "taken phone", create(Customer{Name: "李四", Kind: "person", Phone: "13800000001"}), "/phone")
		wantFields(t, "shared phone", create(Customer{Name: "李四", Kind: "person", Phone: "13800000001", PhoneShared: true}), "")
		wantFields(t, "company without phone", create(Customer{Name: "某公司", Kind: "company"}), "/phone")
		wantFields(t, "wrong check digit", create(Customer{Name: "王五", Kind: "person", IDNo: "110101199001010000"}), "/id_no")
		wantFields(t, "right check digit", create(Customer{Name: "王五", Kind: "person", IDNo: "110101199001010007"}), "")
		if got, err := CustomersByPhone(system, d.Reader(), "13800000001"); err != nil || len(got) != 2 {
			t.Errorf("by phone %v %v", got, err)
		}
		b := w.person("张三", "")
		w.must(func(tx *db.Tx) error { return Merge(system, tx, b.ID, a.ID) })
		if got, err := Resolve(system, d.Reader(), b.ID); err != nil || got != a.ID {
			t.Errorf("merged id leads to %d %v", got, err)
		}
		err := w.do(func(tx *db.Tx) error { return Merge(system, tx, a.ID, b.ID) })
		wantFields(t, "a circle", err, "/merged_into")
	})
	for no, want := range map[string]bool{"11010519491231002X": true, "110105194912310021": false, "110105194913310026": false, "1101051949123100": false} {
		if ValidIDCard(no) != want {
			t.Errorf("%s valid: %v", no, !want)
		}
	}
}

func TestChildrenAndFaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		r, child, adult := w.room("101", "self"), w.person("小明", ""), w.person("张三", "13800000001")
		lives := func(p db.ID, consent bool) error {
			return w.do(func(tx *db.Tx) error {
				return Occupancies.Create(system, tx, &Occupancy{RoomID: r.ID, PersonID: p, Relation: "child", ValidFrom: "2025-01-01", Under14: true, GuardianConsent: consent})
			})
		}
		wantFields(t, "no consent", lives(child.ID, false), "/guardian_consent")
		wantFields(t, "with a phone", lives(adult.ID, true), "/person_id")
		wantFields(t, "a child", lives(child.ID, true), "")
		err := w.do(func(tx *db.Tx) error {
			_, err := Customers.Update(system, tx, child.ID, 0, func(c *Customer) error { c.Phone = "13800000009"; return nil })
			return err
		})
		wantFields(t, "a phone for a child", err, "/phone")
		face := func() error {
			return w.do(func(tx *db.Tx) error {
				return Credentials.Create(system, tx, &Credential{Row: register.Row{ProjectID: w.project}, CredNo: "F1", Kind: "face", PersonID: adult.ID, ValidFrom: "2026-01-01", Status: "valid"})
			})
		}
		wantFields(t, "face without consent", face(), "/kind")
		w.must(func(tx *db.Tx) error {
			return Consents.Create(system, tx, &Consent{Row: register.Row{ProjectID: w.project}, CustomerID: adult.ID, Kind: "face", GivenOn: "2026-01-01", Proof: "同意书 1 号"})
		})
		wantFields(t, "face with consent", face(), "")
	})
}

func TestFindHouseholds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		r, other := w.room("1802", "self"), w.room("180", "self")
		owner, guest := w.person("欧阳_娜", "13812345678"), w.person("住客", "13900000000")
		wantFields(t, "owner", w.owns(r.ID, owner.ID, Whole, true), "")
		w.must(func(tx *db.Tx) error {
			if err := Occupancies.Create(system, tx, &Occupancy{RoomID: other.ID, PersonID: guest.ID, Relation: "relative", ValidFrom: "2025-01-01"}); err != nil {
				return err
			}
			return Vehicles.Create(system, tx, &Vehicle{Row: register.Row{ProjectID: w.project}, Plate: "鲁B12345", Type: "car", OwnerID: owner.ID, RoomID: r.ID})
		})
		for term, want := range map[string][]string{"1802": {"1-2-1802"}, "180": {"1-2-180"}, "18": {"1-2-180", "1-2-1802"}, "1号楼2单元1802": {"1-2-1802"}, "1-2-1802": {"1-2-1802"}, "1号楼2单元": {"1-2-180", "1-2-1802"},
			"欧阳": {"1-2-1802"}, "阳_娜": {"1-2-1802"}, "阳%": nil, "13812345678": {"1-2-1802"}, "5678": {"1-2-1802"}, "鲁b12345": {"1-2-1802"}, "12345": {"1-2-1802"},
			"住客": {"1-2-180"}, "": nil, "没有": nil, `\`: nil} {
			found, err := FindHouseholds(system, d.Reader(), term, 10)
			var codes []string
			for _, h := range found {
				codes = append(codes, h.Code)
			}
			if err != nil || !reflect.DeepEqual(codes, want) {
				t.Errorf("%q finds %v %v, want %v", term, codes, err, want)
			}
		}
		found, err := FindHouseholds(system, d.Reader(), "1802", 10)
		if err != nil || len(found) != 1 || found[0].Owner != "欧阳_娜" || found[0].Phone != "138****5678" || !reflect.DeepEqual(found[0].Plates, []string{"鲁B12345"}) {
			t.Errorf("card %+v %v", found, err)
		}
		stranger := access.With(context.Background(), &access.Principal{Kind: access.Staff})
		if found, err := FindHouseholds(stranger, d.Reader(), "1802", 10); err != nil || len(found) != 0 {
			t.Errorf("without a right: %v %v", found, err)
		}
	})
}

func TestNightlyChecks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		today := calendar.DateOf(d.Now())
		a, b := w.person("甲某", "13800000001"), w.person("乙某", "13800000002")
		orphan, half := w.room("101", "vacant"), w.room("102", "self")
		w.room("103", "sold") // nothing to complain about
		wantFields(t, "half", w.owns(half.ID, a.ID, 500000, true), "")
		zero := int64(0)
		w.must(func(tx *db.Tx) error {
			row := register.Row{ProjectID: w.project}
			for _, create := range []func() error{
				func() error {
					return Leases.Create(system, tx, &Lease{RoomID: half.ID, TenantID: b.ID, ValidFrom: "2020-01-01", ValidTo: today.AddDays(-1), OwnerConsent: true,
						PayerProperty: "owner", PayerWater: "owner", PayerPower: "owner", PayerHeating: "owner", PayerParking: "owner"})
				},
				func() error {
					return Occupancies.Create(system, tx, &Occupancy{RoomID: half.ID, PersonID: b.ID, Relation: "tenant", ValidFrom: "2020-01-01"})
				},
				func() error {
					return Credentials.Create(system, tx, &Credential{Row: row, CredNo: "C1", Kind: "card", PersonID: b.ID, ValidFrom: "2020-01-01", Status: "valid"})
				},
				func() error {
					return Meters.Create(system, tx, &Meter{Row: row, MeterNo: "W1", Kind: "water", Scope: "room", RoomID: half.ID, Ratio: 10000, Digits: 5, InitReading: &zero, InstalledOn: today.AddDays(-46)})
				},
				func() error {
					return Meters.Create(system, tx, &Meter{Row: row, MeterNo: "W2", Kind: "water", Scope: "room", RoomID: half.ID, Ratio: 10000, Digits: 5, InitReading: &zero, InstalledOn: today.AddDays(-45)})
				},
				func() error {
					_, err := Rooms.Update(system, tx, orphan.ID, 0, func(r *Room) error { r.DeliveredOn = today.AddMonths(-24).AddDays(-1); return nil })
					return err
				},
			} {
				if err := create(); err != nil {
					return err
				}
			}
			return nil
		})
		run := func() string {
			results, err := RunChecks(system, d)
			if err != nil {
				t.Fatal(err)
			}
			var s []string
			for _, r := range results {
				s = append(s, fmt.Sprintf("%s %d+%d-%d", r.Kind, r.Open, r.New, r.Solved))
			}
			return strings.Join(s, ", ")
		}
		if got, want := run(), "no_main_owner 1+1-0, shares 1+1-0, expired_lease 1+1-0, departed_credential 0+0-0, unread_meter 1+1-0, provisional_area 1+1-0"; got != want {
			t.Errorf("first night: %s", got)
		}
		w.must(func(tx *db.Tx) error {
			rows, err := Occupancies.Select(system, tx, "person_id = $1", b.ID)
			if err != nil {
				return err
			}
			_, err = Occupancies.Update(system, tx, rows[0].ID, 0, func(o *Occupancy) error { o.ValidTo = today.AddDays(-1); return nil })
			return err
		})
		wantFields(t, "main owner", w.owns(orphan.ID, a.ID, Whole, true), "")
		if got, want := run(), "no_main_owner 0+0-1, shares 1+0-0, expired_lease 0+0-1, departed_credential 1+1-0, unread_meter 1+0-0, provisional_area 1+0-0"; got != want {
			t.Errorf("second night: %s", got)
		}
		page, err := Findings.List(system, d.Reader(), url.Values{"state": {"open"}})
		if err != nil || page.Total != 4 {
			t.Errorf("open findings %d %v", page.Total, err)
		}
	})
}
