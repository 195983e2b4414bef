package billing

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/job"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/rulebook"
)

const (
	project   db.ID           = 11
	developer db.ID           = 900
	november  calendar.Period = 202511
)

// town is the estate that the desk is given: the rooms of the portfolio.
type town struct{}

func (town) FindHouseholds(context.Context, db.Queryer, string, int) ([]fees.Household, error) {
	return nil, nil
}

func (town) Household(ctx context.Context, q db.Queryer, room db.ID) (fees.Household, error) {
	h := fees.Household{RoomID: room, ProjectCode: "JLHY"}
	err := q.QueryRowContext(ctx, `SELECT project_id, label FROM room WHERE id = $1`, room).Scan(&h.ProjectID, &h.Room)
	return h, err
}

// portfolio is a project whose rooms, owners, leases, areas, prices and discounts are drawn by chance.
type portfolio struct {
	t                   testing.TB
	d                   *db.DB
	desk                *fees.Fees
	queue               *job.Queue
	runs                *Runs
	accountant, manager context.Context
	area, parking       db.ID
}

func newPortfolio(t testing.TB, d *db.DB) *portfolio {
	t.Helper()
	books, err := ledger.Load(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	workdays, err := calendar.LoadWorkdays(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	p := &portfolio{t: t, d: d, desk: fees.New(books, workdays, town{})}
	p.queue = job.NewQueue(d, job.Options{Log: slog.New(slog.DiscardHandler), Poll: 20 * time.Millisecond, Grace: 50 * time.Millisecond})
	p.runs = New(p.desk, d, p.queue)
	p.accountant, p.manager = person(41, "会计", Prepare, fees.ReadBills), person(42, "财务经理", Approve, fees.ReadBills)
	p.write(func(tx *db.Tx) error {
		if err := books.Install(context.Background(), tx, ledger.General); err != nil {
			return err
		}
		return p.desk.Install(context.Background(), tx, rulebook.Files)
	})
	p.area, p.parking = p.item("PROPERTY_FEE"), p.item("PARKING_MONTH")
	p.write(func(tx *db.Tx) error {
		_, err := tx.ExecContext(context.Background(), `INSERT INTO project (id, project_id, version, archived_at, created_at, updated_at, batch_id, code, name,
			region, type, service_stage, contract_no, address, duty_phone, developer, rules)
			VALUES ($1, $1, 1, 0, 1, 1, 0, 'JLHY', '锦澜花园', '', 'home', 'regular', '', '', '', '', '')`, project)
		return err
	})
	p.insert("customer", "name, kind, phone, phone_state, phone_shared, contacts, gender, id_type, id_no, id_unverified, address, invoice_titles, tags, source_code, merged_into",
		developer, "开发商", "developer", "", "", 0, "", "", "", "", "", "", "", "", "", 0)
	return p
}

func person(account db.ID, name string, permissions ...string) context.Context {
	who := &access.Principal{AccountID: account, Kind: access.Staff, Name: name}
	for _, permission := range permissions {
		who.Grant(permission, access.Scope{Projects: []db.ID{project}})
	}
	return access.With(context.Background(), who)
}

func (p *portfolio) item(code string) (id db.ID) {
	p.t.Helper()
	if err := p.d.Reader().QueryRowContext(context.Background(), `SELECT id FROM fee_item WHERE code = $1`, code).Scan(&id); err != nil {
		p.t.Fatal(err)
	}
	return id
}

func (p *portfolio) write(fn func(tx *db.Tx) error) {
	p.t.Helper()
	if err := p.d.Write(context.Background(), fn); err != nil {
		p.t.Fatal(err)
	}
}

// insert writes a row with the head that all registers have.
func (p *portfolio) insert(table, columns string, id db.ID, values ...any) db.ID {
	p.t.Helper()
	if id == 0 {
		id = p.d.NewID()
	}
	args := append([]any{id, project}, values...)
	marks := make([]string, len(values))
	for i := range values {
		marks[i] = fmt.Sprintf("$%d", i+3)
	}
	p.write(func(tx *db.Tx) error {
		_, err := tx.ExecContext(context.Background(), `INSERT INTO `+table+` (id, project_id, version, archived_at, created_at, updated_at, batch_id, `+
			columns+`) VALUES ($1, $2, 1, 0, 1, 1, 0, `+strings.Join(marks, ", ")+`)`, args...)
		return err
	})
	return id
}

func (p *portfolio) room(label, status string, delivered calendar.Date, area int64) db.ID {
	return p.insert("room", `code, label, building_id, unit_id, room_no, floor, usage, layout, orientation, status, delivered_on, build_area, inner_area,
		usable_area, heat_area, area_source, storey_height, heat_type, rent, note`, 0, label, label, 1, 1, label, 1, "home", "", "", status, string(delivered),
		area, area*8/10, 0, 0, "registry", 0, "none", 0, "")
}

func (p *portfolio) owner(room, customer db.ID, main int, from, to calendar.Date) {
	p.insert("ownership", "room_id, customer_id, label, share, is_main, valid_from, valid_to, cert_no, proof", 0, room, customer, "", 1_000_000, main,
		string(from), string(to), "", "")
}

func (p *portfolio) standard(code string, item db.ID, quantity, handover string, price int64, from, to calendar.Date) {
	p.insert("price_standard", `code, name, item_id, quantity, price, ceiling, ceiling_basis, handover_rule, effective_from, effective_to, mid_month, basis,
		basis_file, publicity`, 0, code, code, item, quantity, price, 0, "", handover, string(from), string(to), 1, "contract", "x", "x")
}

func (p *portfolio) bind(room, space, item db.ID, standard, rule string, fixed db.ID, from, to calendar.Date) db.ID {
	return p.insert("fee_binding", "label, room_id, space_id, item_id, standard, payer_rule, payer_id, valid_from, valid_to", 0, "", room, space, item,
		standard, rule, fixed, string(from), string(to))
}

// simple adds n rooms of one owner each, 2.85 yuan per m², without anything special.
func (p *portfolio) simple(n int) {
	p.standard("A", p.area, "build_area", "NEXT_MONTH", 2_850_000, "2020-01-01", "")
	for i := range n {
		room := p.room(fmt.Sprintf("1-1-%04d", i), "self", "2020-05-01", 8937)
		p.owner(room, db.ID(1000+i), 1, "2020-05-01", "")
		p.bind(room, 0, p.area, "A", fees.PayerOwner, 0, "2020-06-01", "")
	}
}

// random adds n rooms about which anything may be special in November 2025.
func (p *portfolio) random(n int, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	one := func(of int) bool { return r.IntN(of) == 0 }
	day := func() calendar.Date { return calendar.Date("2025-10-20").AddDays(r.IntN(50)) }
	price := func() int64 { return r.Int64N(9_999_999) }
	rules := []string{"NEXT_MONTH", "DELIVERY_DATE", "WHOLE_MONTH"}
	for _, code := range []string{"A", "B", "C", "P"} {
		item, quantity := p.area, []string{"build_area", "inner_area"}[r.IntN(2)]
		if code == "P" {
			item, quantity = p.parking, "one"
		}
		change := day()
		rule := rules[r.IntN(3)]
		switch code {
		case "B": // changes about the month
			p.standard(code, item, quantity, rule, price(), "2020-01-01", change.AddDays(-1))
			p.standard(code, item, quantity, rule, price(), change, "")
		case "C": // ends about the month
			p.standard(code, item, quantity, rule, price(), "2020-01-01", change)
		default: // prices of whole 0.05 yuan, so that halves of a fen are common
			p.standard(code, item, quantity, rule, (1+r.Int64N(199))*50_000, "2020-01-01", "")
		}
	}
	for i := range n {
		status, delivered := "self", calendar.Date("2020-05-01")
		switch r.IntN(10) {
		case 0:
			delivered = day()
		case 1:
			status, delivered = "unsold", ""
		case 2:
			delivered = ""
		}
		room := p.room(fmt.Sprintf("2-1-%04d", i), status, delivered, 1+r.Int64N(30_000))
		owner := db.ID(2000 + 10*i)
		turn := day()
		switch {
		case one(8):
			p.owner(room, owner, 1, "2020-05-01", turn.AddDays(-1))
			p.owner(room, owner+1, 1, turn, "")
		case one(10):
			p.owner(room, owner, 0, "2020-05-01", "") // no main owner
		case !one(15):
			p.owner(room, owner, 1, "2020-05-01", "")
		}
		if one(6) {
			p.insert("lease_registration", `room_id, tenant_id, label, valid_from, valid_to, ended_on, owner_consent, max_persons, deposit, contract_file,
				payer_property, payer_water, payer_power, payer_heating, payer_parking`, 0, room, owner+2, "", string(day()), "2026-10-31",
				[]string{"", "2025-11-25"}[r.IntN(2)], 1, 0, 0, "", []string{"owner", "tenant"}[r.IntN(2)], "owner", "owner", "owner", "tenant")
		}
		if one(2) {
			p.insert("room_area", "room_id, label, valid_from, build_area, inner_area, usable_area, heat_area, area_source, reason, proof", 0, room, "", "1900-01-01",
				1+r.Int64N(30_000), r.Int64N(20_000), 0, 0, "contract", "建档", "")
		}
		if one(6) {
			p.insert("room_area", "room_id, label, valid_from, build_area, inner_area, usable_area, heat_area, area_source, reason, proof", 0, room, "", string(day()),
				1+r.Int64N(30_000), 0, 0, 0, "survey", "实测", "")
		}
		if one(8) {
			p.insert("fee_discount", "label, room_id, item_id, kind, factor, valid_from, valid_to, reason, proof", 0, "", room, p.area, "vacancy",
				r.Int64N(10_000), string(day()), []string{"", "2025-11-28"}[r.IntN(2)], "x", "x")
		}
		from, to := calendar.Date("2020-06-01"), calendar.Date("")
		if one(10) {
			from = day()
		}
		if one(10) {
			to = day()
		}
		rule := []string{fees.PayerOwner, fees.PayerOwner, fees.PayerLease, fees.PayerLease, fees.PayerDeveloper, fees.PayerFixed}[r.IntN(6)]
		fixed := db.ID(0)
		if rule == fees.PayerFixed {
			fixed = owner + 3
		}
		p.bind(room, 0, p.area, []string{"A", "A", "A", "B", "C"}[r.IntN(5)], rule, fixed, from, to)
		if one(3) {
			p.bind(room, db.ID(50_000+i), p.parking, "P", []string{fees.PayerOwner, fees.PayerLease}[r.IntN(2)], 0, "2020-06-01", "")
		}
	}
}

// prepare makes a run of November, due on the 15th.
func (p *portfolio) prepare() (run *Run, err error) {
	err = p.d.Write(p.accountant, func(tx *db.Tx) error {
		run, err = p.runs.Prepare(p.accountant, tx, project, november, "2025-11-15")
		return err
	})
	return run, err
}

func (p *portfolio) approve(id db.ID) {
	p.t.Helper()
	p.write(func(tx *db.Tx) error {
		run, err := p.runs.Approve(p.manager, tx, id)
		if err == nil && run.Status != Approved {
			p.t.Errorf("approved, the run is %s", run.Status)
		}
		return err
	})
}

// sound fails unless charges and books agree and come to so many lines and fen.
func (p *portfolio) sound(lines int64, amount int64) {
	p.t.Helper()
	ctx := context.Background()
	if err := p.d.Snapshot(ctx, func(q db.Queryer) error {
		report, err := fees.Verify(ctx, q)
		if err != nil {
			return err
		}
		books, err := ledger.Verify(ctx, q)
		for _, fault := range append(report.Faults, books.Faults...) {
			p.t.Error(fault)
		}
		return err
	}); err != nil {
		p.t.Fatal(err)
	}
	var count, sum int64
	if err := p.d.Reader().QueryRowContext(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM charge WHERE status <> 'reversed'`).Scan(&count, &sum); err != nil {
		p.t.Fatal(err)
	}
	if count != lines || sum != amount {
		p.t.Errorf("%d charges of %d fen, want %d of %d", count, sum, lines, amount)
	}
}
