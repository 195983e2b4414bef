package estate

import (
	"context"
	"errors"
	"slices"
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

// FindHouseholds finds the rooms meant by a room number, code or label, a name, phone or plate. Where nothing is called
// exactly so, parts of them are enough. At most limit, by code. Only rooms within the principal's scope for
// estate.room.read are found. Everything is answered from indexes.
func FindHouseholds(ctx context.Context, q db.Queryer, term string, limit int) ([]FoundHousehold, error) {
	term = strings.TrimSpace(term)
	found := []FoundHousehold{}
	f := finder{ctx: ctx, q: q, limit: limit, scope: access.From(ctx).Scope("estate.room.read"), seen: map[db.ID]bool{}}
	if term == "" || limit <= 0 || f.scope.Empty() {
		return found, nil
	}
	if err := f.exactly(term); err != nil {
		return nil, err
	}
	if len(f.rooms) == 0 {
		if err := f.partly(term); err != nil {
			return nil, err
		}
	}
	for _, id := range f.rooms {
		h, err := HouseholdOf(ctx, q, id)
		if err != nil {
			return nil, err
		}
		found = append(found, h)
	}
	slices.SortStableFunc(found, func(a, b FoundHousehold) int { return strings.Compare(a.Code, b.Code) })
	return found, nil
}

// finder collects rooms until there are enough.
type finder struct {
	ctx   context.Context
	q     db.Queryer
	scope access.Scope
	limit int
	rooms []db.ID
	seen  map[db.ID]bool
}

// ids runs "SELECT x.id FROM table x WHERE condition on $1", limited to the scope.
func (f *finder) ids(table, condition, value string) ([]db.ID, error) {
	args := []any{value}
	query := "SELECT x.id FROM " + table + " x WHERE " + condition + " AND x.archived_at = 0 AND " + f.scope.Where("x.project_id", &args)
	args = append(args, f.limit)
	var ids []db.ID
	err := each(f.ctx, f.q, query+" LIMIT $"+strconv.Itoa(len(args)), args, func(scan func(...any) error) error {
		var id db.ID
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

func (f *finder) add(ids ...db.ID) {
	for _, id := range ids {
		if id != 0 && !f.seen[id] && len(f.rooms) < f.limit {
			f.seen[id] = true
			f.rooms = append(f.rooms, id)
		}
	}
}

func (f *finder) byRoom(condition, value string) error {
	ids, err := f.ids("room", condition, value)
	f.add(ids...)
	return err
}

// byCustomer adds the rooms that people own or live in.
func (f *finder) byCustomer(condition, value string) error {
	people, err := f.ids("customer", condition, value)
	for _, id := range people {
		for _, query := range []string{
			"SELECT o.room_id FROM ownership o JOIN room r ON r.id = o.room_id AND r.archived_at = 0 WHERE o.customer_id = $1 AND o.valid_to = '' AND o.archived_at = 0",
			"SELECT o.room_id FROM occupancy o JOIN room r ON r.id = o.room_id AND r.archived_at = 0 WHERE o.person_id = $1 AND o.valid_to = '' AND o.archived_at = 0",
		} {
			if err := each(f.ctx, f.q, query, []any{id}, func(scan func(...any) error) error {
				var room db.ID
				err := scan(&room)
				f.add(room)
				return err
			}); err != nil {
				return err
			}
		}
	}
	return err
}

func (f *finder) byPlate(condition, value string) error {
	cars, err := f.ids("vehicle", condition, value)
	for _, id := range cars {
		var room db.ID
		if err := one(f.ctx, f.q, "SELECT v.room_id FROM vehicle v JOIN room r ON r.id = v.room_id AND r.archived_at = 0 WHERE v.id = $1", []any{id}, &room); err != nil {
			return err
		}
		f.add(room)
	}
	return err
}

func (f *finder) exactly(term string) error {
	return errors.Join(f.byRoom("x.room_no = $1", term), f.byRoom("x.code = $1", codeOf(term)), f.byCustomer("x.name = $1", term),
		f.byCustomer("x.phone = $1 AND x.phone <> ''", term), f.byPlate("x.plate = $1", strings.ToUpper(term)))
}

func (f *finder) partly(term string) error {
	part := func(s string) string {
		return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s) + "%"
	}
	const like = ` LIKE $1 ESCAPE '\'`
	err := f.byRoom("x.code"+like, part(codeOf(term)))
	if err == nil && len(f.rooms) < f.limit && numeric(term) && len(term) >= 3 {
		err = f.byCustomer("x.phone <> '' AND x.phone"+like, part(term))
	}
	if err == nil && len(f.rooms) < f.limit {
		err = f.byCustomer("x.name"+like, part(term))
	}
	if err == nil && len(f.rooms) < f.limit {
		err = f.byPlate("x.plate"+like, part(strings.ToUpper(term)))
	}
	return err
}

// codeOf turns what people say into the form of a code: 1号楼2单元1802 is 1-2-1802, 1号楼商铺5 is 1-0-5.
func codeOf(term string) string {
	return strings.NewReplacer("号楼商铺", "-0-", "商铺", "-0-", "号楼", "-", "单元", "-", " ", "").Replace(term)
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

// Owned says whether the person owns the room. What is owed for it and was paid is told to owners only: not to tenants,
// relatives or helpers who live there (residents ).
func (r ResidentRoom) Owned() bool { return r.Relation == "owner" }

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
	err := each(ctx, q, "SELECT id FROM customer WHERE phone = $1 AND phone <> '' AND archived_at = 0 ORDER BY id", []any{phone}, func(scan func(...any) error) error {
		var id db.ID
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}
