package facility

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
)

// Day counts requests opened and closed on a day.
type Day struct {
	Date   calendar.Date `json:"date"`
	Opened int64         `json:"opened"`
	Closed int64         `json:"closed"`
}

// OpenRequests counts the requests that are not closed in the projects of a scope.
func OpenRequests(ctx context.Context, q db.Queryer, scope access.Scope) (n int64, err error) {
	var args []any
	err = q.QueryRowContext(ctx, `SELECT COUNT(*) FROM service_request WHERE closed_at = 0 AND `+scope.Where("project_id", &args), args...).Scan(&n)
	return n, err
}

// Trend counts the requests of the last days in the projects of a scope, oldest day first; now is unix ms.
func Trend(ctx context.Context, q db.Queryer, scope access.Scope, now int64, days int) ([]Day, error) {
	first := calendar.DateOf(now).AddDays(1 - days)
	out := make([]Day, days)
	at := map[calendar.Date]*Day{}
	for i := range out {
		out[i].Date = first.AddDays(i)
		at[out[i].Date] = &out[i]
	}
	for _, column := range []string{"opened_at", "closed_at"} {
		args := []any{first.Start()}
		rows, err := q.QueryContext(ctx, `SELECT `+column+` FROM service_request WHERE `+column+` >= $1 AND `+scope.Where("project_id", &args), args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var ms int64
			if err := rows.Scan(&ms); err != nil {
				_ = rows.Close()
				return nil, err
			}
			day := at[calendar.DateOf(ms)]
			switch {
			case day == nil: // later than now: another clock
			case column == "opened_at":
				day.Opened++
			default:
				day.Closed++
			}
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Thread is a request as its requester and the desk see it: where it stands and what comes next.
type Thread struct {
	RequestID db.ID
	CaseID    db.ID // of the request, or of its repair while that is in progress
	No        string
	Title     string // place and category
	TitleEn   string
	RoomID    db.ID
	Priority  string
	State     string // of the request
	Step      Title  // where it stands
	Next      Title  // what comes next, empty when closed
	NextAt    int64  // unix ms, 0 when unknown
	Now       int    // step Now of Total
	Total     int
	OpenedAt  int64
	ClosedAt  int64
}

const threadSteps = 6

// stages says where a request stands, by the state of its repair, and what comes next.
var stages = map[string]struct {
	now        int
	step, next Title
}{
	"registered": {1, Title{"待客服受理", "Waiting for the service desk"}, Title{"客服判级派工", "The desk grades it"}},
	"accepted":   {2, Title{"待派单", "To be dispatched"}, Title{"安排维修工", "A technician is assigned"}},
	"dispatched": {2, Title{"已派单", "Dispatched"}, Title{"维修工接单", "The technician takes it"}},
	"taken":      {3, Title{"维修工已接单", "Taken by a technician"}, Title{"上门到场", "He comes to you"}},
	"on_site":    {4, Title{"维修工已到场", "The technician is there"}, Title{"诊断报价", "He finds the cause"}},
	"quoting":    {4, Title{"待确认报价", "Quote to be confirmed"}, Title{"确认后施工", "Work begins when you agree"}},
	"working":    {4, Title{"维修中", "Under repair"}, Title{"完工验收", "Work is finished and accepted"}},
	"done":       {5, Title{"已完工，待验收", "Finished, to be accepted"}, Title{"请验收并评价", "Please accept and rate the work"}},
	"closed":     {6, Title{"已验收，待回访", "Accepted, to be followed up"}, Title{"客服回访", "The desk calls back"}},
	"refused":    {6, Title{"已放弃维修", "Given up"}, Title{"归档", "It is filed"}},
	"cancelled":  {6, Title{"已取消", "Cancelled"}, Title{"归档", "It is filed"}},
}

// threadColumns reads a request with the newest of its orders.
const threadColumns = `SELECT r.id, r.case_id, r.no, r.place, r.category, r.room_id, r.priority, r.state, r.opened_at, r.due_at, r.closed_at,
	r.close_code, COALESCE(o.state, ''), COALESCE(o.case_id, 0)
	FROM service_request r LEFT JOIN work_order o ON o.id = (SELECT MAX(x.id) FROM work_order x WHERE x.request_id = r.id AND x.request_id <> 0) WHERE `

// ThreadsOf gives the newest requests that these customers started, or the desk for them, at most limit; open ones first.
// The caller has made sure that they are the asker.
func (s *Service) ThreadsOf(ctx context.Context, q db.Queryer, limit int, persons ...db.ID) ([]Thread, error) {
	args := []any{limit}
	return s.threads(ctx, q, access.In("r.starter_id", persons, &args)+" ORDER BY CASE WHEN r.closed_at = 0 THEN 0 ELSE 1 END, r.opened_at DESC, r.id DESC LIMIT $1", args)
}

// ThreadsIn gives the open requests of these rooms, for the desk. The caller has made sure that they are in scope.
func (s *Service) ThreadsIn(ctx context.Context, q db.Queryer, rooms ...db.ID) ([]Thread, error) {
	var args []any
	return s.threads(ctx, q, access.In("r.room_id", rooms, &args)+" AND r.closed_at = 0 ORDER BY r.opened_at DESC, r.id DESC", args)
}

func (s *Service) threads(ctx context.Context, q db.Queryer, condition string, args []any) ([]Thread, error) {
	rows, err := q.QueryContext(ctx, threadColumns+condition, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := []Thread{}
	for rows.Next() {
		t := Thread{Total: threadSteps}
		var place, category, code, order string
		var repair db.ID
		if err := rows.Scan(&t.RequestID, &t.CaseID, &t.No, &place, &category, &t.RoomID, &t.Priority, &t.State, &t.OpenedAt, &t.NextAt, &t.ClosedAt,
			&code, &order, &repair); err != nil {
			return nil, err
		}
		names := s.faults.Categories[category]
		t.Title, t.TitleEn = place+" "+names.Zh, place+" "+names.En
		t.stand(order, code)
		if t.State == "processing" && repair != 0 {
			t.CaseID = repair
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// stand says where a request stands by its own state and that of its repair.
func (t *Thread) stand(order, code string) {
	key := t.State
	if t.State == "processing" || t.State == "done" {
		key = order
	}
	stage := stages[key]
	t.Now, t.Step, t.Next = stage.now, stage.step, stage.next
	if t.ClosedAt == 0 {
		return
	}
	t.Now, t.Step, t.Next, t.NextAt = threadSteps, Title{"已关闭", "Closed"}, Title{}, 0
	switch code {
	case "withdrawn":
		t.Step = Title{"已撤销", "Withdrawn"}
	case "given_up":
		t.Step = Title{"已放弃维修", "Given up"}
	}
}
