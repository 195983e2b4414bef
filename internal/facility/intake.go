package facility

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/problem"
)

// report is what is known of a new request, from the form and from the estate.
type report struct {
	room                       db.ID
	place                      string
	requester                  db.ID
	name, phone                string
	channel, relation          string
	kind, category, priority   string
	danger, spreading, fragile bool
}

// openRequest registers a request. A resident may report for his own rooms and for public places of his project; staff for
// any room of the project.
func (s *Service) openRequest(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	r := report{room: in.Ref("room_id"), place: strings.TrimSpace(in.Text("place")), requester: in.Ref("requester_id"), name: in.Text("requester_name"),
		phone: in.Text("phone"), channel: in.Text("channel"), relation: in.Text("relation"), kind: cmp.Or(in.Text("kind"), "repair"),
		category: in.Text("category"), danger: in.Bool("danger"), spreading: in.Bool("spreading"), fragile: in.Bool("vulnerable")}
	if r.room == 0 && r.place == "" {
		return nil, problem.Invalid().At("/data/room_id", "请选择房屋，或写明公共位置", "Choose the room, or say which public place")
	}
	if r.room != 0 {
		var project db.ID
		err := tx.QueryRowContext(ctx, `SELECT label, project_id FROM room WHERE id = $1`, r.room).Scan(&r.place, &project)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return nil, err
		}
		if project != in.Org {
			return nil, problem.Invalid().At("/data/room_id", "该房屋不在所选项目", "The room is not part of the project")
		}
	}
	if err := s.whoReports(ctx, tx, in, &r); err != nil {
		return nil, err
	}
	r.priority = min(cmp.Or(s.faults.Categories[r.category].Level, "P3"), Floor(r.danger, r.spreading))
	duplicate, duplicateNo, err := s.duplicate(ctx, tx, r, in.At)
	if err != nil {
		return nil, err
	}
	id := tx.NewID()
	if err := insert(ctx, tx, "service_request", id, in.Org, "no", in.No, "state", "registered", "kind", r.kind, "category", r.category,
		"fault_code", "", "room_id", r.room, "place", r.place, "description", in.Text("description"), "priority", r.priority, "charge_kind", "",
		"area_kind", "", "channel", r.channel, "relation", r.relation, "requester_id", r.requester, "requester_name", r.name, "phone", r.phone,
		"danger", bit(r.danger), "spreading", bit(r.spreading), "vulnerable", bit(r.fragile), "entry_ok", bit(in.Bool("entry_ok")),
		"slot_from", in.Int("slot_from"), "opened_at", in.At, "due_at", 0, "closed_at", 0, "starter_id", in.Starter, "handler_id", 0, "cost", 0,
		"rating", 0, "satisfaction", 0, "reopen_count", 0, "duplicate_of", duplicate, "close_code", "", "answer", "", "case_id", in.CaseID); err != nil {
		return nil, err
	}
	if err := in.Link("service-requests", id); err != nil {
		return nil, err
	}
	if r.room != 0 {
		if err := in.Link("rooms", r.room); err != nil {
			return nil, err
		}
	}
	out := map[string]any{
		"request_id": id.String(), "requester_id": idText(r.requester), "requester_name": r.name, "phone": r.phone, "place": r.place,
		"kind": r.kind, "priority": r.priority, "reported_at": in.At, "duplicate_no": duplicateNo,
		"grade_limit": s.levels.Reply(r.kind, r.danger || r.spreading), "summary": s.faults.Categories[r.category].Zh,
	}
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == "" }) // an empty answer is none: forms would refuse it
	return out, nil
}

func idText(id db.ID) string {
	if id == 0 {
		return ""
	}
	return id.String()
}

// whoReports completes the requester from the estate and refuses residents who report for other people's homes.
func (s *Service) whoReports(ctx context.Context, tx *db.Tx, in flow.ActionInput, r *report) error {
	var name, phone string
	err := tx.QueryRowContext(ctx, `SELECT name, phone FROM customer WHERE id = $1`, in.Starter).Scan(&name, &phone)
	resident := err == nil
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	if resident {
		rooms, err := RoomsOfResident(ctx, tx, in.Starter, in.At)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(rooms, func(o estate.ResidentRoom) bool { return o.ProjectID == in.Org && (r.room == 0 || o.ID == r.room) })
		if at < 0 {
			return problem.Invalid().At("/data/room_id", "只能为本人的房屋或所在项目的公共区域报修", "You can report for your own rooms and for public areas of your estate only")
		}
		channel := "app"
		if in.Actor != in.Starter {
			channel = "phone" // the desk reports for him
		}
		r.requester, r.name, r.phone, r.channel = in.Starter, cmp.Or(r.name, name), cmp.Or(r.phone, phone), cmp.Or(r.channel, channel)
		r.relation = cmp.Or(r.relation, map[string]string{"owner": "owner", "self": "owner", "tenant": "tenant"}[rooms[at].Relation], "family")
		return nil
	}
	if in.Starter != in.Actor {
		return problem.Invalid().At("/for", "只能替住户登记", "A request can be made for residents only")
	}
	r.channel, r.relation = cmp.Or(r.channel, "phone"), cmp.Or(r.relation, "owner")
	if r.requester == 0 && r.room != 0 {
		home, err := estate.HouseholdOf(ctx, tx, r.room)
		if err != nil {
			return err
		}
		r.requester, r.name = home.OwnerID, cmp.Or(r.name, home.Owner)
	}
	if r.requester == 0 {
		return nil
	}
	// Only residents of the project: naming any other would show his phone.
	err = tx.QueryRowContext(ctx, `SELECT name, phone FROM customer WHERE id = $1 AND project_id = $2`, r.requester, in.Org).Scan(&name, &phone)
	if errors.Is(err, db.ErrNotFound) {
		return problem.Invalid().At("/data/requester_id", "本项目没有这位住户", "There is no such resident in this project")
	}
	r.name, r.phone = cmp.Or(r.name, name), cmp.Or(r.phone, phone)
	return err
}

// RoomsOfResident are the rooms of whoever stands behind a customer: one person may be a customer of several projects
// under one phone. at is unix ms.
func RoomsOfResident(ctx context.Context, q db.Queryer, person db.ID, at int64) ([]estate.ResidentRoom, error) {
	var phone string
	if err := q.QueryRowContext(ctx, `SELECT phone FROM customer WHERE id = $1`, person).Scan(&phone); err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	same, err := estate.CustomersByPhone(ctx, q, phone)
	if err != nil {
		return nil, err
	}
	ids := []db.ID{person}
	for _, id := range same {
		if id != person {
			ids = append(ids, id)
		}
	}
	return estate.RoomsOf(ctx, q, calendar.DateOf(at), ids...)
}

// duplicate finds an open request for the same room and category of the last hours.
func (s *Service) duplicate(ctx context.Context, q db.Queryer, r report, at int64) (id db.ID, no string, err error) {
	if r.room == 0 {
		return 0, "", nil
	}
	err = q.QueryRowContext(ctx, `SELECT id, no FROM service_request WHERE room_id = $1 AND category = $2 AND opened_at >= $3 AND closed_at = 0
		ORDER BY opened_at DESC, id DESC LIMIT 1`, r.room, r.category, at-s.levels.DuplicateHours*3_600_000).Scan(&id, &no)
	if errors.Is(err, db.ErrNotFound) {
		return 0, "", nil
	}
	return id, no, err
}

// gradeRequest takes the desk's judgement. The desk may raise the level that the report demands, never lower it.
func (s *Service) gradeRequest(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	priority := in.Text("priority")
	if floor := Floor(in.Bool("danger"), in.Bool("spreading")); priority > floor {
		return nil, problem.Invalid().At("/data/priority", "有人身危险或正在扩大，级别不能低于 "+floor, "There is danger or spreading damage: the level must be at least "+floor)
	}
	if in.Text("charge_kind") == "paid" && in.Ref("room_id") == 0 {
		return nil, problem.Invalid().At("/data/charge_kind", "有偿维修须有房屋，才能计入业主账户", "Paid work needs a room whose account is charged")
	}
	due, err := s.levels.Due(s.book, Finish, Urgency{Priority: priority, Reported: in.Int("reported_at"), Slot: in.Int("slot_from")})
	if err != nil {
		return nil, err
	}
	return nil, set(ctx, tx, "service_request", in.Ref("request_id"), "state", "processing", "priority", priority, "charge_kind", in.Text("charge_kind"),
		"area_kind", in.Text("area_kind"), "fault_code", in.Text("fault_code"), "handler_id", in.Actor, "due_at", due)
}

// requestRepaired takes the result of a repair and decides whether it is followed up: always for urgent, paid and
// reworked ones and low ratings, otherwise a share of them by the request's id (residents §6).
func (s *Service) requestRepaired(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	request := in.Ref("request_id")
	fee, score := in.Int("fee"), in.Int("score")
	if in.Text("order_state") != "closed" { // given up by the owner, or stopped
		if err := set(ctx, tx, "service_request", request, "state", "done"); err != nil {
			return nil, err
		}
		return map[string]any{"follow": false, "close_code": "given_up"}, nil
	}
	var cost int64
	if err := tx.QueryRowContext(ctx, `SELECT cost FROM service_request WHERE id = $1`, request).Scan(&cost); err != nil {
		return nil, err
	}
	follow := slices.Contains(s.levels.FollowLevels, in.Text("priority")) || in.Text("charge_kind") == "paid" || in.Int("rework_count") > 0 ||
		in.Bool("reopened") || score != 0 && score <= 3 || int64(request)/7%100 < s.levels.FollowPercent
	return map[string]any{"follow": follow, "close_code": "done"},
		set(ctx, tx, "service_request", request, "state", "done", "cost", cost+fee, "rating", score)
}

// reopenRequest sends an unsolved request to repair again, free of charge.
func (s *Service) reopenRequest(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	request := in.Ref("request_id")
	var count int64
	if err := tx.QueryRowContext(ctx, `SELECT reopen_count FROM service_request WHERE id = $1`, request).Scan(&count); err != nil {
		return nil, err
	}
	return map[string]any{"charge_kind": "free", "reopened": true},
		set(ctx, tx, "service_request", request, "state", "processing", "reopen_count", count+1, "satisfaction", in.Int("score"))
}

// closeRequest archives a request with how it was closed.
func (s *Service) closeRequest(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	code := cmp.Or(in.Text("close_code"), "done")
	pairs := []any{"state", "closed", "closed_at", in.At, "close_code", code}
	if answer := in.Text("answer"); answer != "" {
		if merged := in.Text("merged_into"); merged != "" {
			answer += " (" + merged + ")"
		}
		pairs = append(pairs, "answer", answer, "handler_id", in.Actor)
	}
	if in.Bool("follow") && in.Bool("reached") {
		pairs = append(pairs, "satisfaction", in.Int("score"))
	}
	return nil, set(ctx, tx, "service_request", in.Ref("request_id"), pairs...)
}

// urgency reads what limits depend on from the variables of a repair.
func urgency(in flow.ActionInput, reported int64) Urgency {
	return Urgency{Priority: in.Text("priority"), Reported: reported, Slot: in.Int("slot_from"), Vulnerable: in.Bool("vulnerable")}
}
