package fees_test

import (
	"context"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/fees"
)

// itemID finds a fee item by its code.
func itemID(t testing.TB, d *db.DB, code string) (id db.ID) {
	t.Helper()
	if err := d.Reader().QueryRowContext(context.Background(), `SELECT id FROM fee_item WHERE code = $1`, code).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestStandardsAndBindingsAreChecked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := access.With(context.Background(), access.System("test"))
		area, parking, service := itemID(t, d, "PROPERTY_FEE"), itemID(t, d, "PARKING_MONTH"), itemID(t, d, "PAID_SERVICE")
		standard := func(change func(*fees.PriceStandard)) error {
			s := fees.PriceStandard{Code: "HIGH", Name: "高层物业费", ItemID: area, Quantity: "build_area", Price: 2_850_000,
				HandoverRule: "NEXT_MONTH", EffectiveFrom: "2025-01-01", EffectiveTo: "2025-12-31", Basis: "contract", BasisFile: "合同", Publicity: "公示栏"}
			s.ProjectID = h.project
			change(&s)
			return d.Write(ctx, func(tx *db.Tx) error { return fees.PriceStandards.Create(ctx, tx, &s) })
		}
		if err := standard(func(*fees.PriceStandard) {}); err != nil {
			t.Fatal(err)
		}
		if err := standard(func(s *fees.PriceStandard) { s.EffectiveFrom, s.EffectiveTo = "2026-01-01", "" }); err != nil {
			t.Errorf("the next price: %v", err)
		}
		for name, change := range map[string]func(*fees.PriceStandard){
			"overlap":         func(s *fees.PriceStandard) { s.EffectiveFrom = "2025-06-01" },
			"inside a month":  func(s *fees.PriceStandard) { s.Code, s.EffectiveFrom = "B", "2025-06-10" },
			"not by month":    func(s *fees.PriceStandard) { s.Code, s.ItemID = "B", service },
			"area of a space": func(s *fees.PriceStandard) { s.Code, s.ItemID = "B", parking },
			"above ceiling":   func(s *fees.PriceStandard) { s.Code, s.Ceiling, s.CeilingBasis = "B", 2_000_000, "发改委文件" },
			"ceiling alone":   func(s *fees.PriceStandard) { s.Code, s.Ceiling = "B", 9_000_000 },
			"ends before":     func(s *fees.PriceStandard) { s.Code, s.EffectiveTo = "B", "2024-12-31" },
		} {
			refused(t, name, standard(change), "invalid", "")
		}

		room := addRoom(t, d, h.project, "1-1-101")
		binding := func(change func(*fees.Binding)) error {
			b := fees.Binding{RoomID: room, ItemID: area, Standard: "HIGH", PayerRule: fees.PayerOwner, ValidFrom: "2025-01-01"}
			change(&b)
			return d.Write(ctx, func(tx *db.Tx) error { return fees.Bindings.Create(ctx, tx, &b) })
		}
		if err := binding(func(*fees.Binding) {}); err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(*fees.Binding){
			"twice":            func(b *fees.Binding) { b.ValidFrom = "2026-05-01" },
			"unknown standard": func(b *fees.Binding) { b.Standard = "LOW" },
			"nobody named": func(b *fees.Binding) {
				b.ValidFrom, b.ValidTo, b.PayerRule = "2024-01-01", "2024-12-31", fees.PayerFixed
			},
			"ends before":     func(b *fees.Binding) { b.ValidFrom, b.ValidTo = "2024-12-31", "2024-01-01" },
			"space of a home": func(b *fees.Binding) { b.ValidFrom, b.ValidTo, b.SpaceID = "2024-01-01", "2024-12-31", 5 },
		} {
			refused(t, name, binding(change), "invalid", "")
		}

		discount := func(from, to calendar.Date) error {
			factor := int64(7000)
			one := fees.Discount{RoomID: room, ItemID: area, Kind: "vacancy", Factor: &factor, ValidFrom: from, ValidTo: to, Reason: "空置", Proof: "水电读数"}
			return d.Write(ctx, func(tx *db.Tx) error { return fees.Discounts.Create(ctx, tx, &one) })
		}
		if err := discount("2025-05-01", "2025-07-09"); err != nil {
			t.Fatal(err)
		}
		refused(t, "two discounts", discount("2025-07-09", ""), "invalid", "")
		refused(t, "ends before it begins", discount("2025-09-09", "2025-09-01"), "invalid", "")
	})
}

// addRoom writes a room of 100 m² that was delivered long ago.
func addRoom(t testing.TB, d *db.DB, project db.ID, label string) db.ID {
	t.Helper()
	id := d.NewID()
	if err := d.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(context.Background(), `INSERT INTO room (id, project_id, version, archived_at, created_at, updated_at, batch_id, code, label,
			building_id, unit_id, room_no, floor, usage, layout, orientation, status, delivered_on, build_area, inner_area, usable_area, heat_area,
			area_source, storey_height, heat_type, rent, note)
			VALUES ($1, $2, 1, 0, 1, 1, 0, $3, $3, 1, 1, $3, 1, 'home', '', '', 'self', '2020-01-01', 10000, 0, 0, 0, 'registry', 0, 'none', 0, '')`,
			id, project, label)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return id
}
