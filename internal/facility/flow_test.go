package facility

import (
	"sync"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/problem"
)

var materials = []any{data{"item": "角阀", "qty": 100, "unit_price": 3500}}

func code(err error) string {
	if p, ok := problem.As(err); ok {
		return p.Code
	}
	return ""
}

// field gives the first field that a refusal names.
func field(err error) string {
	if p, ok := problem.As(err); ok && len(p.Fields) > 0 {
		return p.Fields[0].Pointer
	}
	return ""
}

func TestPaidRepairFromReportToCharge(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, err := h.report(h.owner, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a.No != "QQ-JLHY-20261123-0001" {
			t.Errorf("the request is called %s", a.No)
		}
		r := h.request()
		if r.State != "registered" || r.RequesterName != "王建国" || r.Phone != "13800000001" || r.Channel != "app" || r.Place != "1号楼2单元502" || r.Priority != "P2" {
			t.Errorf("registered as %+v", r)
		}
		var title string
		if err := h.d.Reader().QueryRowContext(h.ctx, `SELECT title FROM flow_inst WHERE id = $1`, a.CaseID).Scan(&title); err != nil || title != "1号楼2单元502 户内给排水" {
			t.Errorf("title %q %v", title, err)
		}
		if want := local(t, "2026-11-23T09:15"); h.due("grade") != want {
			t.Errorf("to be graded by %s", calendar.FormatLocal(h.due("grade")))
		}
		h.advance(4)
		h.do(clerk, "grade", "repair", grade)
		// Every limit runs from the report at 9:00, although the order was made at 9:04.
		if got := h.due("dispatch"); got != local(t, "2026-11-23T09:15") {
			t.Errorf("to be dispatched by %s", calendar.FormatLocal(got))
		}
		h.do(clerk, "dispatch", "", data{"technician": tech.String(), "needs": "角阀"})
		if _, _, who := h.task("take"); who != tech {
			t.Errorf("to be taken by %d", who)
		}
		h.do(tech, "take", "take", nil)
		if got := h.due("arrive"); got != local(t, "2026-11-23T09:30") {
			t.Errorf("to arrive by %s", calendar.FormatLocal(got))
		}
		if err := h.try(tech, "arrive", "", data{"manner": true}); field(err) != "/data/gps" {
			t.Errorf("arriving without a trace: %v", err)
		}
		h.do(tech, "arrive", "", data{"gps": "36.65,117.12", "manner": true})
		quote := data{"cause": "wear", "liability": "private", "lines": materials, "labour_fee": 5000}
		if err := h.try(tech, "diagnose", "paid", quote); field(err) != "/files/before" {
			t.Errorf("a diagnosis without a photo: %v", err)
		}
		h.do(tech, "diagnose", "paid", quote, "before")
		if err := h.try(tech, "agree", "agree", nil); field(err) != "/files/sign" {
			t.Errorf("agreed without a signature: %v", err)
		}
		h.do(tech, "agree", "agree", nil, "sign")
		done := data{"work_done": "更换角阀", "lines": materials, "labour_fee": 6500, "test": "pressure", "cleaned": true, "old_parts": "owner", "labour_min": 30}
		if err := h.try(tech, "work_paid", "", done, "after", "sign"); field(err) != "/data/labour_fee" {
			t.Errorf("100 yuan for a quote of 85: %v", err)
		}
		done["labour_fee"] = 5500
		h.do(tech, "work_paid", "", done, "after", "sign")
		if len(h.till.charges) != 1 {
			t.Fatalf("%d charges", len(h.till.charges))
		}
		c := h.till.charges[0]
		if c.Amount != 9000 || c.RoomID != h.room || c.Item != "PAID_SERVICE" || c.ProjectID != h.project || len(c.Explanation.Steps) != 4 {
			t.Errorf("charged %+v", c)
		}
		o := h.orders()[0]
		if o.State != "closed" || o.Cost != 9000 || o.AssigneeID != tech || o.WorkDone != "更换角阀" || o.ChargeID == 0 || o.OpenedAt != local(t, "2026-11-23T09:00") || o.No != "BX-JLHY-20261123-0001" {
			t.Errorf("order %+v", o)
		}
		h.do(clerk, "follow_up", "solved", data{"reached": true, "score": 5, "method": "phone"})
		if r := h.request(); r.State != "closed" || r.CloseCode != "done" || r.Cost != 9000 || r.Satisfaction != 5 || r.ClosedAt != h.d.Now() {
			t.Errorf("closed as %+v", r)
		}
		h.verify()
	})
}

func (h *house) verify() {
	h.t.Helper()
	report, err := h.e.Verify(h.ctx)
	if err != nil || len(report.Wrong) > 0 {
		h.t.Errorf("verify: %+v %v", report, err)
	}
}

func TestFreeRepairIsAcceptedByTheOwnerOrBySilence(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		free := func() {
			h.toSite()
			h.do(tech, "diagnose", "free", data{"cause": "wear", "liability": "common"}, "before")
			h.do(tech, "work", "", data{"work_done": "紧固接头", "test": "pressure", "cleaned": true}, "after")
		}
		free()
		if err := h.try(tech, "accept", "pass", nil); code(err) != "not_yours" {
			t.Errorf("whoever did the work accepts it: %v", err)
		}
		h.do(h.owner, "accept", "fail", data{"fail_reason": "还在滴水"})
		if o := h.orders()[0]; o.State != "working" || o.ReworkCount != 1 {
			t.Errorf("after the failure %s, reworked %d", o.State, o.ReworkCount)
		}
		h.do(tech, "work", "", data{"work_done": "更换密封圈", "test": "pressure", "cleaned": true}, "after")
		h.do(h.owner, "accept", "pass", data{"score": 4})
		if o := h.orders()[0]; o.State != "closed" || o.Rating != 4 || o.AutoAccepted || o.Cost != 0 {
			t.Errorf("accepted as %+v", o)
		}
		h.do(clerk, "follow_up", "solved", data{"reached": true, "score": 2, "opinion": "等了两天"})
		h.do(head, "care", "", data{"care_note": "已致歉，调整派单"})
		if r := h.request(); r.State != "closed" || r.Satisfaction != 2 {
			t.Errorf("dissatisfied, it is closed as %+v", r)
		}
		h.advance(31 * 24 * 60)
		free()
		h.advance(72*60 - 1)
		h.tick()
		h.task("accept")
		h.advance(1)
		h.tick()
		if o := h.orders()[1]; o.State != "closed" || !o.AutoAccepted {
			t.Errorf("after 72 hours of silence %s %v", o.State, o.AutoAccepted)
		}
		if len(h.till.charges) != 0 {
			t.Errorf("free work was charged: %+v", h.till.charges)
		}
		h.verify()
	})
}

func TestTwoRefusalsGoToTheSupervisor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if _, err := h.report(h.owner, nil); err != nil {
			t.Fatal(err)
		}
		h.do(clerk, "grade", "repair", grade)
		if err := h.try(clerk, "dispatch", "", data{"technician": clerk2.String()}); field(err) != "/data/technician" {
			t.Errorf("an order was given to a clerk: %v", err)
		}
		h.do(clerk, "dispatch", "", data{"technician": tech.String()})
		h.do(tech, "take", "refuse", data{"refuse_reason": "busy"})
		if o := h.orders()[0]; o.State != "accepted" || o.AssigneeID != 0 || o.Refusals != 1 {
			t.Errorf("after the first refusal %+v", o)
		}
		h.do(clerk, "dispatch", "", data{"technician": tech2.String()})
		h.do(tech2, "take", "refuse", data{"refuse_reason": "skill"})
		if err := h.try(clerk, "redispatch", "", data{"technician": tech.String()}); code(err) != "not_yours" {
			t.Errorf("the desk dispatches after two refusals: %v", err)
		}
		h.do(supervisor, "redispatch", "", data{"technician": tech.String()})
		h.do(tech, "take", "take", nil)
		if o := h.orders()[0]; o.State != "taken" || o.AssigneeID != tech || o.Refusals != 2 {
			t.Errorf("after the supervisor's dispatch %+v", o)
		}
	})
}

func TestFirstOfTwoTechniciansTakesTheOrder(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if _, err := h.report(h.owner, nil); err != nil {
			t.Fatal(err)
		}
		h.do(clerk, "grade", "repair", grade)
		h.do(clerk, "dispatch", "", nil) // nobody named: whoever is on shift
		task, _, _ := h.task("take")
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []db.ID{tech, tech2} {
			command := h.command()
			wg.Go(func() {
				_, errs[i] = h.e.Do(h.ctx, flow.Request{Command: command, Task: task, Verb: "complete", Actor: who, Outcome: "take"})
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both or none took it: %v, %v", errs[0], errs[1])
		}
		want := tech
		if errs[0] != nil {
			want = tech2
		}
		if o := h.orders()[0]; o.AssigneeID != want || o.State != "taken" {
			t.Errorf("taken by %d, want %d", o.AssigneeID, want)
		}
	})
}

func TestHoldStopsTheClock(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.toSite()
		h.do(tech, "diagnose", "free", data{"cause": "wear", "liability": "common"}, "before")
		if got := h.due("work"); got != local(t, "2026-11-24T09:00") {
			t.Fatalf("to be finished by %s", calendar.FormatLocal(got))
		}
		h.advance(60)
		resume := h.d.Now() + 3*3_600_000
		if err := h.verb(tech, "work", "hold", func(r *flow.Request) { r.Reason, r.Resume = "parts", resume }); err != nil {
			t.Fatal(err)
		}
		h.advance(180)
		h.tick()
		if got := h.due("work"); got != local(t, "2026-11-24T12:00") {
			t.Errorf("after three hours on hold: %s", calendar.FormatLocal(got))
		}
		h.verify()
	})
}

func TestDearQuotesAreReviewedAndOwnersMayDecline(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.toSite()
		dear := data{"cause": "misuse", "liability": "private", "lines": []any{data{"item": "水泵", "qty": 100, "unit_price": 45001}}, "labour_fee": 5000}
		h.do(tech, "diagnose", "paid", dear, "before")
		h.do(supervisor, "review", "adjust", nil)
		h.do(tech, "diagnose", "paid", dear, "before")
		h.do(supervisor, "review", "confirm", nil)
		h.do(tech, "agree", "decline", data{"made_safe": true, "decline_reason": "自行处理"})
		if o := h.orders()[0]; o.State != "refused" || o.QuoteFee != 50001 || o.Cost != 0 {
			t.Errorf("declined as %+v", o)
		}
		if r := h.request(); r.State != "closed" || r.CloseCode != "given_up" {
			t.Errorf("the request is %s %s", r.State, r.CloseCode)
		}
		if len(h.till.charges) != 0 {
			t.Error("declined work was charged")
		}
	})
}

func TestUnsolvedRequestsAreRepairedAgainForNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.toSite()
		paid := data{"cause": "wear", "liability": "private", "labour_fee": 5000}
		h.do(tech, "diagnose", "paid", paid, "before")
		h.do(tech, "agree", "agree", nil, "sign")
		h.do(tech, "work_paid", "", data{"work_done": "疏通", "labour_fee": 5000, "test": "flush", "cleaned": true, "old_parts": "none"}, "after", "sign")
		h.do(clerk, "follow_up", "unsolved", data{"opinion": "又堵了", "score": 2})
		orders := h.orders()
		if len(orders) != 2 || orders[1].ReworkOf != orders[0].ID || orders[1].ChargeKind != "free" || orders[1].RequestID != h.request().ID {
			t.Fatalf("the second order is %+v", orders[len(orders)-1])
		}
		h.do(clerk, "dispatch", "", data{"technician": tech2.String()})
		h.do(tech2, "take", "take", nil)
		h.do(tech2, "arrive", "", data{"scan": "ROOM-502", "manner": true})
		if err := h.try(tech2, "diagnose", "paid", paid, "before"); code(err) != "rework_is_free" {
			t.Errorf("a rework was quoted: %v", err)
		}
		h.do(tech2, "diagnose", "free", data{"cause": "block", "liability": "private"}, "before")
		h.do(tech2, "work", "", data{"work_done": "更换弯管", "test": "flush", "cleaned": true}, "after")
		h.do(h.owner, "accept", "pass", data{"score": 5})
		h.do(clerk2, "follow_up", "solved", data{"reached": true, "score": 5})
		if r := h.request(); r.State != "closed" || r.ReopenCount != 1 || r.Cost != 5000 {
			t.Errorf("closed as %+v", r)
		}
		h.verify()
	})
}

func TestReportsAreChecked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, c := range []struct {
			name  string
			actor db.ID
			data  data
			field string
		}{
			{"a neighbour's room", h.owner, data{"room_id": h.other.String()}, "/data/room_id"},
			{"nowhere", h.owner, data{"room_id": ""}, "/data/room_id"},
			{"a room that does not exist", clerk, data{"room_id": "12345"}, "/data/room_id"},
			{"no words", h.owner, data{"description": "漏"}, "/data/description"},
			{"a stranger's id as resident", clerk, data{"requester_id": "99"}, "/data/requester_id"},
			{"an unknown field", h.owner, data{"price": 1}, "/data/price"},
		} {
			if _, err := h.report(c.actor, c.data); field(err) != c.field {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if _, err := h.report(h.owner, data{"room_id": "", "place": "1号楼大堂"}); err != nil {
			t.Errorf("a public place of one's own estate: %v", err)
		}
		if _, err := h.report(clerk, data{"channel": "phone"}); err != nil {
			t.Fatal(err)
		}
		if r := h.request(); r.RequesterID != h.owner || r.RequesterName != "王建国" || r.Channel != "phone" {
			t.Errorf("registered by the desk as %+v", r)
		}
	})
}

func TestDangerAndDuplicates(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if _, err := h.report(h.owner, data{"spreading": true}); err != nil {
			t.Fatal(err)
		}
		if r := h.request(); r.Priority != "P1" {
			t.Errorf("spreading water is %s", r.Priority)
		}
		if got := h.due("grade"); got != h.d.Now()+5*60_000 {
			t.Errorf("to be graded by %s", calendar.FormatLocal(got))
		}
		if err := h.try(clerk, "grade", "repair", grade); field(err) != "/data/priority" {
			t.Errorf("spreading water was graded P2: %v", err)
		}
		first := h.request().No
		h.advance(23 * 60)
		if _, err := h.report(h.owner, nil); err != nil {
			t.Fatal(err)
		}
		_, inst, _ := h.task("grade")
		v, err := h.e.Case(h.ctx, flow.Viewer{Person: clerk}, inst)
		if err != nil {
			t.Fatal(err)
		}
		if v.Vars["duplicate_no"] != first {
			t.Errorf("the duplicate is %v, want %s", v.Vars["duplicate_no"], first)
		}
		h.do(clerk, "grade", "answer", data{"close_code": "merged", "answer": "已在处理", "merged_into": first})
		rows, err := Requests.Select(h.ctx, h.d.Reader(), "close_code = 'merged'")
		if err != nil || len(rows) != 1 || rows[0].State != "closed" || rows[0].HandlerID != clerk {
			t.Errorf("merged: %v %v", rows, err)
		}
	})
}

func TestPublicWorkIsInspectedByTheDesk(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if _, err := h.report(clerk, data{"room_id": "", "place": "3号楼大堂", "category": "lighting", "description": "大堂灯不亮"}); err != nil {
			t.Fatal(err)
		}
		public := data{"priority": "P2", "charge_kind": "paid", "area_kind": "public", "fault_code": "E04"}
		if err := h.try(clerk, "grade", "repair", public); field(err) != "/data/charge_kind" {
			t.Errorf("work without a room was to be charged: %v", err)
		}
		public["charge_kind"] = "free"
		h.do(clerk, "grade", "repair", public)
		h.do(clerk, "dispatch", "", data{"technician": tech.String()})
		h.do(tech, "take", "take", nil)
		h.do(tech, "arrive", "", data{"scan": "LOBBY-3", "manner": true})
		h.do(tech, "diagnose", "free", data{"cause": "wear", "liability": "common"}, "before")
		h.do(tech, "work", "", data{"work_done": "换灯管", "test": "run", "cleaned": true}, "after")
		h.do(clerk2, "inspect", "pass", data{"score": 5})
		if o := h.orders()[0]; o.State != "closed" || o.Rating != 5 {
			t.Errorf("inspected as %+v", o)
		}
	})
}

func TestWithdrawnRequestsAreClosed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, err := h.report(h.owner, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.e.Do(h.ctx, flow.Request{Command: h.command(), Case: a.CaseID, Verb: "withdraw", Actor: h.owner}); err != nil {
			t.Fatal(err)
		}
		if r := h.request(); r.State != "withdrawn" || r.ClosedAt == 0 {
			t.Errorf("withdrawn as %+v", r)
		}
	})
}

// The registers are written by the flows only, whoever asks.
func TestRegistersCannotBeWrittenByHand(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		err := h.d.Write(h.ctx, func(tx *db.Tx) error { return Requests.Create(access.With(h.ctx, access.System("x")), tx, &Request{}) })
		if code(err) != "read_only" {
			t.Errorf("a request was made by hand: %v", err)
		}
	})
}
