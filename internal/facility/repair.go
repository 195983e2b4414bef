package facility

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
)

// openOrder makes the work order of a repair and computes what is left of its limits, which run from the registration of
// the request. The same fault in the same room repaired lately makes it a rework, which is free.
func (s *Service) openOrder(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	fault, known := s.faults.Faults[in.Text("fault_code")]
	if !known {
		return nil, problem.Invalid().At("/data/fault_code", "故障类别不在目录中", "The fault is not in the catalogue")
	}
	reported, request := cmp.Or(in.Int("reported_at"), in.At), in.Ref("request_id")
	if request != 0 {
		err := tx.QueryRowContext(ctx, `SELECT opened_at FROM service_request WHERE id = $1 AND project_id = $2 AND closed_at = 0`, request, in.Org).Scan(&reported)
		if errors.Is(err, db.ErrNotFound) {
			return nil, problem.Invalid().At("/data/request_id", "没有这个在办的接单", "There is no such open request")
		}
		if err != nil {
			return nil, err
		}
	}
	again, err := s.reworkOf(ctx, tx, in, request)
	if err != nil {
		return nil, err
	}
	charge := cmp.Or(in.Text("charge_kind"), "free")
	if again != 0 {
		charge = "free"
	}
	if again != 0 {
		reported = in.At // a rework has the time of a new order
	}
	u := urgency(in, reported)
	due, err := s.levels.Due(s.book, Finish, u)
	if err != nil {
		return nil, err
	}
	id := tx.NewID()
	if err := insert(ctx, tx, "work_order", id, in.Org, "no", in.No, "state", "accepted", "fault_code", in.Text("fault_code"), "trade", fault.Trade,
		"priority", u.Priority, "room_id", in.Ref("room_id"), "place", in.Text("place"), "description", in.Text("description"), "charge_kind", charge,
		"area_kind", cmp.Or(in.Text("area_kind"), "private"), "assignee_id", 0, "helper_id", 0, "opened_at", reported, "due_at", due, "taken_at", 0,
		"arrived_at", 0, "finished_at", 0, "closed_at", 0, "cause", "", "liability", "", "work_done", "", "labour_min", 0, "needs", "", "lines", "", "labour_fee", 0, "quote_fee", 0, "cost", 0,
		"explanation", "", "rating", 0, "auto_accepted", 0, "refusals", 0, "rework_count", 0, "rework_of", again, "request_id", request,
		"charge_id", 0, "case_id", in.CaseID); err != nil {
		return nil, err
	}
	if err := in.Link("work-orders", id); err != nil {
		return nil, err
	}
	for register, row := range map[string]db.ID{"rooms": in.Ref("room_id"), "service-requests": request} {
		if row == 0 {
			continue
		}
		if err := in.Link(register, row); err != nil {
			return nil, err
		}
	}
	out := map[string]any{"order_id": id.String(), "order_state": "accepted", "fault_name": fault.Zh, "make_safe": fault.First, "reported_at": reported,
		"technician": "", "charge_kind": charge, "rework": again != 0, "refusals": 0, "rework_count": 0}
	for step, name := range map[Step]string{Dispatch: "dispatch_limit", Take: "take_limit", OnSite: "on_site_limit", Finish: "finish_limit"} {
		if out[name], err = s.levels.Remaining(s.book, step, u, in.At); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// reworkOf finds the last repair of the same fault in the same room within the rework days, or of the same request.
func (s *Service) reworkOf(ctx context.Context, q db.Queryer, in flow.ActionInput, request db.ID) (id db.ID, err error) {
	err = q.QueryRowContext(ctx, `SELECT id FROM work_order WHERE project_id = $1 AND state = 'closed' AND fault_code = $2 AND closed_at >= $3
		AND (room_id = $4 AND room_id <> 0 OR request_id = $5 AND request_id <> 0) ORDER BY closed_at DESC, id DESC LIMIT 1`,
		in.Org, in.Text("fault_code"), in.At-s.levels.ReworkDays*24*3_600_000, in.Ref("room_id"), request).Scan(&id)
	if errors.Is(err, db.ErrNotFound) {
		return 0, nil
	}
	return id, err
}

// setState notes that an order has reached the state of the parameter "state".
func (s *Service) setState(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	state := in.Params["state"]
	pairs := []any{"state", state}
	switch state {
	case "dispatched":
		for _, field := range []string{"technician", "helper"} {
			if err := s.mayRepair(ctx, tx, in, field); err != nil {
				return nil, err
			}
		}
		pairs = append(pairs, "assignee_id", in.Ref("technician"), "helper_id", in.Ref("helper"), "needs", in.Text("needs"))
	case "taken":
		pairs = append(pairs, "assignee_id", in.Actor, "taken_at", in.At)
	case "on_site":
		if in.Text("gps") == "" && in.Text("scan") == "" {
			return nil, problem.Invalid().At("/data/gps", "请定位或扫描门牌二维码", "Give the location or scan the label at the door")
		}
		pairs = append(pairs, "assignee_id", in.Actor, "arrived_at", in.At)
	}
	return map[string]any{"order_state": state}, set(ctx, tx, "work_order", in.Ref("order_id"), pairs...)
}

// repairers are the positions that orders are given to.
var repairers = []string{"TECHNICIAN", "LIFT_ADMIN", "ENG_SUP"}

// mayRepair refuses somebody who does not repair in the project; nobody named is for whoever is on shift.
func (s *Service) mayRepair(ctx context.Context, q db.Queryer, in flow.ActionInput, field string) error {
	who := in.Ref(field)
	if who == 0 || s.Holders == nil {
		return nil
	}
	for _, position := range repairers {
		found, err := s.Holders(ctx, q, position, in.Org)
		if err != nil || slices.Contains(found, who) {
			return err
		}
	}
	return problem.Invalid().At("/data/"+field, "此人不是本项目的维修人员，请重新选择", "This person does not repair in this project; choose another")
}

// refuseOrder counts a refusal and takes the order from the technician.
func (s *Service) refuseOrder(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	n := in.Int("refusals") + 1
	return map[string]any{"refusals": n, "technician": "", "order_state": "accepted"},
		set(ctx, tx, "work_order", in.Ref("order_id"), "state", "accepted", "assignee_id", 0, "refusals", n)
}

// quote takes the diagnosis; paid work is priced, free work begins.
func (s *Service) quote(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	kind := in.Params["charge_kind"]
	if kind != "paid" {
		if was := in.Text("charge_kind"); was == "warranty" || was == "third" {
			kind = was
		}
		return map[string]any{"charge_kind": kind, "quote_fee": 0, "quote_text": "", "quote_review": false, "order_state": "working"},
			set(ctx, tx, "work_order", in.Ref("order_id"), "state", "working", "charge_kind", kind, "cause", in.Text("cause"),
				"liability", in.Text("liability"), "quote_fee", 0)
	}
	switch {
	case in.Bool("rework"):
		return nil, problem.Conflict("rework_is_free", "30 天内同类返修免费，请选择免费维修", "The same fault within 30 days is repaired free of charge; choose free")
	case in.Ref("room_id") == 0:
		return nil, problem.Conflict("no_room_to_charge", "没有房屋，不能计入业主账户，请选择免费维修", "There is no room whose account could be charged; choose free")
	}
	fee, why, lines, err := feeOf(in)
	if err != nil {
		return nil, err
	}
	if fee == 0 {
		return nil, problem.Invalid().At("/data/labour_fee", "有偿维修的报价不能为零", "A quote for paid work cannot be zero")
	}
	return map[string]any{"charge_kind": "paid", "quote_fee": int64(fee), "quote_text": why.text(), "quote_review": int64(fee) > s.levels.ReviewAbove, "order_state": "quoting"},
		set(ctx, tx, "work_order", in.Ref("order_id"), "state", "quoting", "charge_kind", "paid", "cause", in.Text("cause"),
			"liability", in.Text("liability"), "quote_fee", int64(fee), "lines", lines, "labour_fee", in.Int("labour_fee"))
}

// feeOf computes the fee from the variables of a case; materials is the list of lines as it is stored.
func feeOf(in flow.ActionInput) (fee money.Fen, why *Explanation, materials string, err error) {
	var lines []Line
	if raw, has := in.Vars["lines"]; has && raw != nil {
		text, err := json.Marshal(raw)
		if err == nil {
			err = json.Unmarshal(text, &lines)
		}
		if err != nil {
			return 0, nil, "", problem.Invalid().At("/data/lines", "材料清单不正确", "The list of materials is wrong")
		}
		materials = string(text)
	}
	fee, why, err = Fee(lines, money.Fen(in.Int("labour_fee")))
	return fee, why, materials, err
}

// finish takes what was done and computes the fee. It may not exceed the signed quote by more than the rules allow.
func (s *Service) finish(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	fee, explanation, materials, labour := money.Fen(0), "", "", int64(0)
	if in.Text("charge_kind") == "paid" {
		computed, why, lines, err := feeOf(in)
		if err != nil {
			return nil, err
		}
		if quote := money.Fen(in.Int("quote_fee")); exceeds(computed, quote, s.levels.ExceedPercent) {
			return nil, problem.Invalid().At("/data/labour_fee", "结算 "+computed.Format()+" 元超过业主确认的报价 "+quote.Format()+" 元 10% 以上，请退回重新报价",
				"The fee of "+computed.Format()+" yuan exceeds the signed quote of "+quote.Format()+" yuan by more than 10 %; quote again")
		}
		text, err := json.Marshal(why)
		if err != nil {
			return nil, err
		}
		fee, explanation, materials, labour = computed, string(text), lines, in.Int("labour_fee")
	}
	return map[string]any{"fee": int64(fee), "order_state": "done"},
		set(ctx, tx, "work_order", in.Ref("order_id"), "state", "done", "finished_at", in.At, "cost", int64(fee), "explanation", explanation,
			"lines", materials, "labour_fee", labour, "work_done", in.Text("work_done"), "labour_min", in.Int("labour_min"))
}

// rework sends an order back to work because it was not accepted.
func (s *Service) rework(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	n := in.Int("rework_count") + 1
	return map[string]any{"rework_count": n, "order_state": "working"},
		set(ctx, tx, "work_order", in.Ref("order_id"), "state", "working", "rework_count", n, "finished_at", 0)
}

// settle closes an order; the fee of paid work becomes a charge on the room.
func (s *Service) settle(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	order, fee := in.Ref("order_id"), money.Fen(in.Int("fee"))
	charge := db.ID(0)
	if fee > 0 && in.Text("charge_kind") == "paid" && in.Ref("room_id") != 0 {
		_, why, _, err := feeOf(in)
		if err != nil {
			return nil, err
		}
		if charge, err = s.charger.Charge(ctx, tx, Charge{ProjectID: in.Org, RoomID: in.Ref("room_id"), Item: in.Params["item"], Amount: fee,
			Explanation: *why, CaseID: in.CaseID, Key: "repair:" + in.CaseID.String()}); err != nil {
			return nil, err
		}
	}
	return map[string]any{"charge_id": idText(charge), "order_state": "closed"},
		set(ctx, tx, "work_order", order, "state", "closed", "closed_at", in.At, "rating", in.Int("score"), "auto_accepted", bit(in.Actor == 0), "charge_id", charge)
}

// closeOrder ends an order that is not carried out, in the state of the parameter "state".
func (s *Service) closeOrder(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
	state := in.Params["state"]
	return map[string]any{"order_state": state}, set(ctx, tx, "work_order", in.Ref("order_id"), "state", state, "closed_at", in.At)
}
