package estate

import (
	"context"
	"strconv"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
)

// FoundHousehold is what the service desk and the cashier see of a household.
type FoundHousehold struct {
	RoomID    db.ID    `json:"room_id"`
	ProjectID db.ID    `json:"project_id"`
	Code      string   `json:"code"`
	Room      string   `json:"room"` // label
	Status    string   `json:"status"`
	OwnerID   db.ID    `json:"owner_id"`
	Owner     string   `json:"owner"`
	Phone     string   `json:"phone"` // masked
	Plates    []string `json:"plates"`
}

// FindHouseholds finds the rooms meant by a room number or code, a name, phone or plate, or a part of one: exact
// matches first, then parts, at most limit. Only rooms within the principal's scope for estate.room.read are found.
// Exact matches use indexes; parts look through the projects in scope, and only if there is room left.
func FindHouseholds(ctx context.Context, q db.Queryer, term string, limit int) ([]FoundHousehold, error) {
	term = strings.TrimSpace(term)
	found := []FoundHousehold{}
	if term == "" || limit <= 0 || access.From(ctx).Scope("estate.room.read").Empty() {
		return found, nil
	}
	var ids []db.ID
	seen := map[db.ID]bool{}
	for _, s := range searches(term) {
		if len(ids) >= limit {
			break
		}
		args := []any{s.value}
		query := "SELECT r.id FROM " + s.from + " WHERE " + s.where + " AND r.archived_at = 0 AND " +
			access.From(ctx).Scope("estate.room.read").Where("r.project_id", &args)
		args = append(args, limit)
		query += " ORDER BY r.code, r.id LIMIT $" + strconv.Itoa(len(args))
		if err := each(ctx, q, query, args, func(scan func(...any) error) error {
			var id db.ID
			err := scan(&id)
			if !seen[id] && len(ids) < limit {
				seen[id] = true
				ids = append(ids, id)
			}
			return err
		}); err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		h, err := HouseholdOf(ctx, q, id)
		if err != nil {
			return nil, err
		}
		found = append(found, h)
	}
	return found, nil
}

type search struct {
	from, where string
	value       any
}

// People belong to a room by owning it or by living in it.
const (
	byOwner    = "customer c JOIN ownership p ON p.customer_id = c.id AND p.valid_to = '' AND p.archived_at = 0 JOIN room r ON r.id = p.room_id"
	byOccupant = "customer c JOIN occupancy p ON p.person_id = c.id AND p.valid_to = '' AND p.archived_at = 0 JOIN room r ON r.id = p.room_id"
	byVehicle  = "vehicle v JOIN room r ON r.id = v.room_id AND v.archived_at = 0"
)

// searches are the ways to understand a term, the likeliest first.
func searches(term string) []search {
	upper := strings.ToUpper(term)
	part := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(upper) + "%"
	like := func(column string) string { return "upper(" + column + `) LIKE $1 ESCAPE '\'` }
	return []search{
		{"room r", "r.room_no = $1", term},
		{"room r", "r.code = $1", term},
		{byOwner, "c.name = $1", term},
		{byOccupant, "c.name = $1", term},
		{byOwner, "c.phone = $1", term},
		{byOccupant, "c.phone = $1", term},
		{byVehicle, "v.plate = $1", upper},
		{"room r", "(" + like("r.code") + " OR " + like("r.label") + ")", part},
		{byOwner, "(" + like("c.name") + " OR c.phone LIKE $1)", part},
		{byOccupant, "(" + like("c.name") + " OR c.phone LIKE $1)", part},
		{byVehicle, like("v.plate"), part},
	}
}

// HouseholdOf gives the card of one room: its main owner (or the first) and the plates.
func HouseholdOf(ctx context.Context, q db.Queryer, room db.ID) (FoundHousehold, error) {
	h := FoundHousehold{RoomID: room, Plates: []string{}}
	if err := one(ctx, q, "SELECT project_id, code, label, status FROM room WHERE id = $1", []any{room}, &h.ProjectID, &h.Code, &h.Room, &h.Status); err != nil {
		return h, err
	}
	if err := one(ctx, q, `SELECT c.id, c.name, c.phone FROM ownership o JOIN customer c ON c.id = o.customer_id
		WHERE o.room_id = $1 AND o.valid_to = '' AND o.archived_at = 0 ORDER BY o.is_main DESC, o.id LIMIT 1`, []any{room}, &h.OwnerID, &h.Owner, &h.Phone); err != nil {
		return h, err
	}
	h.Phone = MaskPhone(h.Phone)
	err := each(ctx, q, "SELECT plate FROM vehicle WHERE room_id = $1 AND archived_at = 0 ORDER BY plate", []any{room}, func(scan func(...any) error) error {
		var plate string
		err := scan(&plate)
		h.Plates = append(h.Plates, plate)
		return err
	})
	return h, err
}

// MaskPhone shows 138****1234.
func MaskPhone(phone string) string {
	if len(phone) < 8 {
		return phone
	}
	return phone[:3] + strings.Repeat("*", len(phone)-7) + phone[len(phone)-4:]
}

// ResidentRoom is a room that a person belongs to.
type ResidentRoom struct {
	ID         db.ID  `json:"id"`
	ProjectID  db.ID  `json:"project_id"`
	Code       string `json:"code"`
	Label      string `json:"label"`
	Relation   string `json:"relation"` // owner, tenant, or the relation of the occupancy
	CustomerID db.ID  `json:"customer_id"`
}

// RoomsOf are the rooms a customer owns, rents or lives in on a day, owned ones first; each room once.
func RoomsOf(ctx context.Context, q db.Queryer, day calendar.Date, customers ...db.ID) ([]ResidentRoom, error) {
	found := []ResidentRoom{}
	seen := map[db.ID]bool{}
	const in = " AND x.archived_at = 0 AND x.valid_from <= $2 AND (x.valid_to = '' OR x.valid_to >= $2) AND r.archived_at = 0"
	for _, customer := range customers {
		for _, query := range []string{
			"SELECT r.id, r.project_id, r.code, r.label, 'owner' FROM ownership x JOIN room r ON r.id = x.room_id WHERE x.customer_id = $1" + in,
			"SELECT r.id, r.project_id, r.code, r.label, 'tenant' FROM lease_registration x JOIN room r ON r.id = x.room_id WHERE x.tenant_id = $1 AND (x.ended_on = '' OR x.ended_on >= $2)" + in,
			"SELECT r.id, r.project_id, r.code, r.label, x.relation FROM occupancy x JOIN room r ON r.id = x.room_id WHERE x.person_id = $1" + in,
		} {
			if err := each(ctx, q, query+" ORDER BY r.code", []any{customer, string(day)}, func(scan func(...any) error) error {
				r := ResidentRoom{CustomerID: customer}
				if err := scan(&r.ID, &r.ProjectID, &r.Code, &r.Label, &r.Relation); err != nil {
					return err
				}
				if !seen[r.ID] {
					seen[r.ID] = true
					found = append(found, r)
				}
				return nil
			}); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// CustomersByPhone are the customers in use with this phone, in all projects: one person may own in several. A shared
// phone gives several customers of one project.
func CustomersByPhone(ctx context.Context, q db.Queryer, phone string) ([]db.ID, error) {
	if phone == "" {
		return nil, nil
	}
	var ids []db.ID
	err := each(ctx, q, "SELECT id FROM customer WHERE phone = $1 AND archived_at = 0 ORDER BY id", []any{phone}, func(scan func(...any) error) error {
		var id db.ID
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}
