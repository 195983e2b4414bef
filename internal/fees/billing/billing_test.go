package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register/registertest"
)

func TestRegister(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		registertest.CheckTable(t, d, BillRuns)
		registertest.CheckPlan(t, d, BillRuns)
	})
}

// The statement in the database and package tariff charge the same payers the same fen, whatever is special
// about a room, and hold back the same bindings.
func TestTheDatabaseChargesLikeTheReference(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPortfolio(t, d)
		p.random(150, 20251123)
		run, err := p.prepare()
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		got := p.charged(run.ID)
		all, err := bindings(ctx, d.Reader(), `b.project_id = $1 AND b.archived_at = 0 AND b.valid_from <= '2025-11-30' AND (b.valid_to = '' OR b.valid_to >= '2025-11-01')`, project)
		if err != nil {
			t.Fatal(err)
		}
		want, held := map[string]int64{}, int64(0)
		for _, b := range all {
			lines, hold, _, err := b.lines(ctx, d.Reader(), november)
			if err != nil {
				t.Fatal(err)
			}
			if hold != "" {
				held++
			}
			for _, l := range lines {
				want[fmt.Sprintf("%s/%s", b.id, l.Payer)] = int64(l.Amount)
			}
		}
		for key, amount := range want {
			if got[key] != amount {
				t.Errorf("binding/payer %s: %d fen in the run, %d by the reference", key, got[key], amount)
			}
		}
		if len(got) != len(want) || run.Held != held || run.Lines != int64(len(want)) {
			t.Errorf("%d lines and %d held, the reference has %d and %d", run.Lines, run.Held, len(want), held)
		}
		var byStatement int64
		if err := d.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM bill_line WHERE explanation = ''`).Scan(&byStatement); err != nil {
			t.Fatal(err)
		}
		if other := run.Lines - byStatement; byStatement < 30 || other < 30 || run.Held < 5 {
			t.Errorf("%d lines by the statement, %d by the reference, %d held: too few to compare", byStatement, other, run.Held)
		}
		p.approve(run.ID)
		if err := p.runs.Post(ctx, d, run.ID, nil); err != nil {
			t.Fatal(err)
		}
		p.sound(run.Lines, int64(run.Amount))
	})
}

// charged are the lines of a run, binding/payer → fen.
func (p *portfolio) charged(run db.ID) map[string]int64 {
	p.t.Helper()
	type row struct {
		binding, payer db.ID
		amount         int64
	}
	found, err := rows(context.Background(), p.d.Reader(), `SELECT binding_id, payer_id, amount FROM bill_line WHERE run_id = $1`, []any{run},
		func(r *row) []any { return []any{&r.binding, &r.payer, &r.amount} })
	if err != nil {
		p.t.Fatal(err)
	}
	list := map[string]int64{}
	for _, r := range found {
		list[fmt.Sprintf("%s/%s", r.binding, r.payer)] = r.amount
	}
	return list
}

// F-3.4: a second run adds what is missing and nothing else.
func TestASecondRunAddsOnlyWhatIsMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		p := newPortfolio(t, d)
		p.simple(5)
		post := func(lines int64) {
			t.Helper()
			run, err := p.prepare()
			if err != nil {
				t.Fatal(err)
			}
			if run.Lines != lines || run.Held != 0 {
				t.Fatalf("%d lines and %d held, want %d lines", run.Lines, run.Held, lines)
			}
			p.approve(run.ID)
			for range 2 { // posting what is posted changes nothing
				if err := p.runs.Post(ctx, d, run.ID, nil); err != nil {
					t.Fatal(err)
				}
			}
		}
		post(5)
		p.sound(5, 5*25470)
		post(0)
		room := p.room("1-1-new", "self", "2020-05-01", 10000)
		p.owner(room, 77, 1, "2020-05-01", "")
		p.bind(room, 0, p.area, "A", fees.PayerOwner, 0, "2020-06-01", "")
		post(1)
		p.sound(6, 5*25470+28500)
		var charge db.ID
		if err := d.Reader().QueryRowContext(ctx, `SELECT id FROM charge WHERE room_id = $1`, room).Scan(&charge); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := p.desk.ReverseCharge(p.manager, tx, charge, "面积有误")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		p.sound(5, 5*25470)
		post(1)
		p.sound(6, 5*25470+28500)
	})
}

// A run that is cut off while it posts goes on where it was: nothing twice, nothing left out.
func TestPostingGoesOnAfterACut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPortfolio(t, d)
		p.simple(2*chunk + 20)
		run, err := p.prepare()
		if err != nil {
			t.Fatal(err)
		}
		p.approve(run.ID)
		cut := errors.New("cut")
		if err := p.runs.Post(context.Background(), d, run.ID, func(int64, int64) error { return cut }); !errors.Is(err, cut) {
			t.Fatal(err)
		}
		p.sound(chunk, chunk*25470)
		dead, cancel := context.WithCancel(context.Background())
		if err := p.runs.Post(dead, d, run.ID, func(done, _ int64) error { cancel(); return nil }); err == nil {
			t.Fatal("posting went on after the end")
		}
		p.sound(2*chunk, 2*chunk*25470)
		var seen []int64
		if err := p.runs.Post(context.Background(), d, run.ID, func(done, total int64) error { seen = append(seen, done, total); return nil }); err != nil {
			t.Fatal(err)
		}
		if want := []int64{run.Lines, run.Lines}; !slices.Equal(seen, want) {
			t.Errorf("progress %v, want %v", seen, want)
		}
		p.sound(run.Lines, int64(run.Amount))
	})
}

func TestAnApprovedRunIsPostedByAJob(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPortfolio(t, d)
		p.simple(3)
		run, err := p.prepare()
		if err != nil {
			t.Fatal(err)
		}
		p.queue.Start(t.Context())
		t.Cleanup(p.queue.Stop)
		p.approve(run.ID)
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			now, err := byID(context.Background(), d.Reader(), run.ID)
			if err != nil {
				t.Fatal(err)
			}
			if now.Status == Posted {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("the run is still %s", now.Status)
			}
		}
		p.sound(3, 3*25470)
	})
}

func TestRunsAreGuarded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPortfolio(t, d)
		p.simple(2)
		run, err := p.prepare()
		if err != nil {
			t.Fatal(err)
		}
		refused := func(name, code string, err error) {
			t.Helper()
			if e, ok := problem.As(err); !ok || e.Code != code {
				t.Errorf("%s: %v, want %s", name, err, code)
			}
		}
		_, err = p.prepare()
		refused("two runs of a month", "run_open", err)
		act := func(who context.Context, what func(context.Context, *db.Tx, db.ID) (*Run, error)) error {
			return d.Write(who, func(tx *db.Tx) error {
				_, err := what(who, tx, run.ID)
				return err
			})
		}
		both := person(41, "会计", Prepare, Approve)
		refused("approved by its preparer", "same_person", act(both, p.runs.Approve))
		refused("approved without permission", "forbidden", act(p.accountant, p.runs.Approve))
		if err := act(p.accountant, p.runs.Cancel); err != nil {
			t.Fatal(err)
		}
		refused("approved after the end", "run_state", act(p.manager, p.runs.Approve))
		if err := p.runs.Post(context.Background(), d, run.ID, nil); err == nil {
			t.Error("a cancelled run was posted")
		}
		err = d.Write(p.accountant, func(tx *db.Tx) error {
			_, err := p.runs.Prepare(p.accountant, tx, project, 209901, "2099-01-15")
			return err
		})
		refused("a month to come", "invalid", err)
		if _, err := p.prepare(); err != nil {
			t.Errorf("after the end of the first run: %v", err)
		}
		p.sound(0, 0)
	})
}

func TestPreviewComparesAndPointsOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		p := newPortfolio(t, d)
		p.simple(2)
		var last *Run
		p.write(func(tx *db.Tx) (err error) {
			last, err = p.runs.Prepare(p.accountant, tx, project, november.Add(-1), "2025-10-15")
			return err
		})
		p.approve(last.ID)
		if err := p.runs.Post(ctx, d, last.ID, nil); err != nil {
			t.Fatal(err)
		}
		nobody := p.room("1-1-zz", "self", "2020-05-01", 10000)
		p.bind(nobody, 0, p.area, "A", fees.PayerOwner, 0, "2020-06-01", "")
		p.write(func(tx *db.Tx) error { // one room has grown to twice its size
			_, err := tx.ExecContext(ctx, `UPDATE room SET build_area = 17874 WHERE label = '1-1-0001'`)
			return err
		})
		run, err := p.prepare()
		if err != nil {
			t.Fatal(err)
		}
		view, err := p.runs.Preview(p.manager, d.Reader(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(view.Items) != 1 || view.Items[0].Lines != 2 || view.Items[0].Amount != 25470+50941 || view.Items[0].Last != 2*25470 {
			t.Errorf("items %+v", view.Items)
		} else if change := view.Items[0].Change().Text(4); change != "0.5000" {
			t.Errorf("changed by %s", change)
		}
		if len(view.Buildings) != 1 || view.Buildings[0].Amount != view.Items[0].Amount || view.Buildings[0].Last != 2*25470 {
			t.Errorf("buildings %+v", view.Buildings)
		}
		if len(view.Findings) != 2 || view.Findings[0].Reason != NoPayer || view.Findings[0].RoomID != nobody ||
			view.Findings[1].Reason != Jump || view.Findings[1].Amount != 50941 || view.Findings[1].Last != 25470 {
			t.Errorf("findings %+v", view.Findings)
		}
		if _, err := p.runs.Preview(person(9, "外人"), d.Reader(), run.ID); err == nil {
			t.Error("anybody may look")
		}
	})
}
