package fees

import (
	"context"
	"encoding/json"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/money"
)

const selectCharge = `SELECT c.id, c.no, c.room_id, i.name_zh, i.name_en, c.month, c.amount, c.paid, c.owed, c.due_on, c.effective_due_on,
	c.status, c.explanation, c.source_case_id, c.priority, c.project_id FROM charge c JOIN fee_item i ON i.id = c.item_id WHERE `

func readCharges(ctx context.Context, q db.Queryer, condition string, args ...any) ([]Charge, error) {
	rows, err := q.QueryContext(ctx, selectCharge+condition, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	list := []Charge{}
	for rows.Next() {
		var c Charge
		var explanation string
		if err := rows.Scan(&c.ID, &c.No, &c.RoomID, &c.ItemZh, &c.ItemEn, &c.Period, &c.Amount, &c.Paid, &c.Owed, &c.DueOn, &c.effective,
			&c.Status, &explanation, &c.SourceCase, &c.priority, &c.project); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(explanation), &c.Explanation); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

func chargeByID(ctx context.Context, q db.Queryer, id db.ID) (Charge, error) {
	list, err := readCharges(ctx, q, `c.id = $1`, id)
	if err == nil && len(list) == 0 {
		err = db.ErrNotFound
	}
	if err != nil {
		return Charge{}, err
	}
	return list[0], nil
}

// Charge returns one charge with its explanation. It needs ReadBills or Collect in its project.
func (f *Fees) Charge(ctx context.Context, q db.Queryer, id db.ID) (Charge, error) {
	c, err := chargeByID(ctx, q, id)
	if err != nil {
		return Charge{}, notThere(err, "没有这笔费用", "There is no such charge")
	}
	return c, readable(ctx, c.project)
}

// Account is what the desk shows of one room.
type Account struct {
	RoomID    db.ID     `json:"room_id"`
	ProjectID db.ID     `json:"project_id"`
	Room      string    `json:"room"`
	Owner     string    `json:"owner"`
	Phone     string    `json:"phone"`
	Charges   []Charge  `json:"charges"` // with something owed, in the order in which money pays them (F-11.1)
	Prepaid   money.Fen `json:"prepaid"`
	Owed      money.Fen `json:"owed"`
}

// Account returns a room's open charges, what it owes and what it has paid ahead. now is the present
// instant (unix ms). It needs ReadBills in the room's project.
func (f *Fees) Account(ctx context.Context, q db.Queryer, room db.ID, now int64) (Account, error) {
	home, err := f.household(ctx, q, room)
	if err != nil {
		return Account{}, err
	}
	if err := readable(ctx, home.ProjectID); err != nil {
		return Account{}, err
	}
	a := Account{RoomID: room, ProjectID: home.ProjectID, Room: home.Room, Owner: home.Owner, Phone: home.Phone}
	if a.Charges, err = f.OpenCharges(ctx, q, now, room); err != nil {
		return Account{}, err
	}
	for _, c := range a.Charges {
		a.Owed += c.Owed
	}
	ahead, err := ledger.RoomBalance(ctx, q, room, "2203") // a credit balance is money of the household
	a.Prepaid = -ahead
	return a, err
}

// readable is nil for whoever may see bills or collect money in the project.
func readable(ctx context.Context, project db.ID) error {
	p := access.From(ctx)
	if p.Scope(ReadBills).Covers(project) || !p.May(Collect) {
		return p.Require(ReadBills, project)
	}
	return p.Require(Collect, project)
}

// OpenCharges returns what these rooms owe, in the order in which a payment at now (unix ms) pays it.
// It asks for no permission: the caller has made sure that the rooms are the asker's own or in scope.
func (f *Fees) OpenCharges(ctx context.Context, q db.Queryer, now int64, rooms ...db.ID) ([]Charge, error) {
	today := calendar.DateOf(now)
	args := []any{string(today)}
	list, err := readCharges(ctx, q, access.In("c.room_id", rooms, &args)+` AND c.owed > 0
		ORDER BY CASE WHEN c.effective_due_on > $1 THEN 1 ELSE 0 END, c.effective_due_on, c.month, c.priority, c.id`, args...)
	for i := range list {
		list[i].Overdue = list[i].effective < today
	}
	return list, err
}

// Charges returns all charges of these rooms, the newest month first, at most limit. No permission is
// asked for, as in OpenCharges.
func (f *Fees) Charges(ctx context.Context, q db.Queryer, now int64, limit int, rooms ...db.ID) ([]Charge, error) {
	today := calendar.DateOf(now)
	args := []any{limit}
	list, err := readCharges(ctx, q, access.In("c.room_id", rooms, &args)+` ORDER BY c.month DESC, c.id DESC LIMIT $1`, args...)
	for i := range list {
		list[i].Overdue = list[i].Owed > 0 && list[i].effective < today
	}
	return list, err
}

// Owing is what some rooms owe together.
type Owing struct {
	Owed  money.Fen     // sum of open charges
	Count int64         // how many
	DueOn calendar.Date // earliest due date, "" when nothing is owed
}

// Owing sums up the open charges of rooms, for the owner's home page.
func (f *Fees) Owing(ctx context.Context, q db.Queryer, rooms ...db.ID) (Owing, error) {
	var args []any
	var o Owing
	err := q.QueryRowContext(ctx, `SELECT CAST(COALESCE(SUM(owed), 0) AS BIGINT), COUNT(*), COALESCE(MIN(due_on), '') FROM charge WHERE `+
		access.In("room_id", rooms, &args)+` AND owed > 0`, args...).Scan(&o.Owed, &o.Count, &o.DueOn)
	return o, err
}

// OwedIn sums up what is owed in the projects of a scope, for the workbench.
func OwedIn(ctx context.Context, q db.Queryer, scope access.Scope) (money.Fen, error) {
	var args []any
	var sum money.Fen
	err := q.QueryRowContext(ctx, `SELECT CAST(COALESCE(SUM(owed), 0) AS BIGINT) FROM charge WHERE owed > 0 AND `+
		scope.Where("project_id", &args), args...).Scan(&sum)
	return sum, err
}

// Found is one hit of the desk's search.
type Found struct {
	RoomID    db.ID     `json:"room_id"`
	ProjectID db.ID     `json:"project_id"`
	Room      string    `json:"room"`
	Owner     string    `json:"owner"`
	Phone     string    `json:"phone"`
	Plates    []string  `json:"plates"`
	Owed      money.Fen `json:"owed"`
}

// Find searches households by room, name, phone or plate, within the caller's projects.
func (f *Fees) Find(ctx context.Context, q db.Queryer, text string, limit int) ([]Found, error) {
	homes, err := f.estate.FindHouseholds(ctx, q, text, limit)
	if err != nil {
		return nil, err
	}
	list := []Found{}
	for _, h := range homes {
		if readable(ctx, h.ProjectID) != nil {
			continue
		}
		owing, err := f.Owing(ctx, q, h.RoomID)
		if err != nil {
			return nil, err
		}
		list = append(list, Found{RoomID: h.RoomID, ProjectID: h.ProjectID, Room: h.Room, Owner: h.Owner, Phone: h.Phone, Plates: h.Plates, Owed: owing.Owed})
	}
	return list, nil
}
