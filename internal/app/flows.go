package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/blob"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// flowRight says which permission starts a flow and which shows its cases to
// somebody who has no part in them. What is not listed can be started and seen by
// nobody but those who have a part.
type flowRight struct {
	start, see string
	phones     string // shows phone numbers to somebody who has no part
	report     string // also starts it: staff who report what they see on their way
	residents  bool   // residents may start it for their own rooms
}

var flowRights = map[string]flowRight{
	"order-intake": {start: "svc.order.write", see: "svc.order.read", report: "estate.building.read", residents: true},
	"repair":       {start: "svc.order.write", see: "svc.order.read", phones: "svc.order_sensitive.read"},
}

func mayStart(who *access.Principal, key string, project db.ID) bool {
	right, ok := flowRights[key]
	if !ok {
		return false
	}
	if who.Kind == access.Resident {
		return right.residents // whose room it is for is checked with the data
	}
	return holds(who, right.start, project) || right.report != "" && holds(who, right.report, project)
}

func maySee(who *access.Principal, key string, project db.ID) bool {
	right, ok := flowRights[key]
	return ok && who.Kind != access.Resident && holds(who, right.see, project)
}

func maySeePhones(who *access.Principal, key string, project db.ID) bool {
	right, ok := flowRights[key]
	return ok && who.Kind != access.Resident && holds(who, right.phones, project)
}

func holds(who *access.Principal, permission string, project db.ID) bool {
	scope := who.Scope(permission)
	if project == 0 {
		return !scope.Empty()
	}
	return scope.Covers(project)
}

func (a *App) flowDesk() api.FlowDesk {
	return api.FlowDesk{
		Engine: a.Flow, MayStart: mayStart, MaySee: maySee, MaySeePhones: maySeePhones,
		Files: a.attachments, Resident: a.residentStarts, MayName: a.mayName, Label: a.label,
	}
}

// residentStarts makes sure that a resident acts for a room of his own and fills
// in who he is, whatever the client sent.
func (a *App) residentStarts(ctx context.Context, who *access.Principal, _ string, project db.ID, data map[string]any) error {
	rooms, err := a.roomsOf(ctx, who)
	if err != nil {
		return err
	}
	chosen, _ := data["room_id"].(string)
	for _, room := range rooms {
		if room.ProjectID != project || chosen != "" && room.ID.String() != chosen {
			continue
		}
		data["requester_id"] = room.CustomerID.String()
		data["requester_name"] = who.Name
		data["channel"] = "app"
		data["relation"] = "family"
		if room.Relation == "owner" || room.Relation == "tenant" {
			data["relation"] = room.Relation
		}
		return nil
	}
	return problem.Invalid().At("/data/room_id", "请选择您自己的房屋", "Choose a room of your own")
}

// mayName makes sure that a case is started for a resident of its project whom the
// caller may see.
func (a *App) mayName(ctx context.Context, person, project db.ID) error {
	customer, err := estate.Customers.Get(ctx, a.DB.Reader(), person)
	if p, refused := problem.As(err); refused && p.Status < http.StatusInternalServerError || err == nil && customer.ProjectID != project {
		return problem.Invalid().At("/for", "请选择本项目的住户", "Choose a resident of this project")
	}
	return err
}

// label names a linked row as its register does; empty when the caller may not see it.
func (a *App) label(ctx context.Context, name string, id db.ID) string {
	r, ok := register.Lookup(name)
	if !ok {
		return ""
	}
	row, err := r.GetJSON(ctx, a.DB.Reader(), id)
	if err != nil {
		return ""
	}
	var meta struct {
		Primary string `json:"primary"`
	}
	var fields map[string]any
	if json.Unmarshal(r.Meta(access.From(ctx)).JSON, &meta) != nil || json.Unmarshal(row, &fields) != nil {
		return ""
	}
	text, _ := fields[meta.Primary].(string)
	return text
}

// attachments turns uploaded files into attachments of a case. Only files that the
// caller has brought himself can be attached.
func (a *App) attachments(ctx context.Context, ids []db.ID) ([]flow.File, error) {
	files := make([]flow.File, 0, len(ids))
	for _, id := range ids {
		f, err := a.Files.Get(ctx, a.DB.Reader(), id)
		if errors.Is(err, db.ErrNotFound) || err == nil && f.UploadedBy != access.From(ctx).AccountID {
			return nil, problem.Invalid().At("/files", "没有这个文件，请重新上传", "There is no such file; upload it again")
		}
		if err != nil {
			return nil, err
		}
		files = append(files, flow.File{ID: f.ID, SHA256: f.SHA256, Name: f.Name, Mime: f.Mime, Size: f.Size, TakenAt: f.TakenAt, Geo: f.Geo})
	}
	return files, nil
}

// maySeeFile says whether a file is attached to a case that the caller may see.
func (a *App) maySeeFile(ctx context.Context, who *access.Principal, f blob.File) (bool, error) {
	rows, err := a.DB.Reader().QueryContext(ctx, `SELECT DISTINCT inst_id FROM flow_file WHERE id = $1 LIMIT 20`, f.ID)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var cases []db.ID
	for rows.Next() {
		var id db.ID
		if err := rows.Scan(&id); err != nil {
			return false, err
		}
		cases = append(cases, id)
	}
	if err := rows.Err(); err != nil {
		return false, err
	}
	for _, id := range cases {
		_, err := a.Flow.Case(ctx, flow.Viewer{Person: who.PersonID, Lang: "zh",
			Sees: func(key string, org db.ID) bool { return maySee(who, key, org) }}, id)
		if err == nil {
			return true, nil
		}
		if p, ok := problem.As(err); !ok || p.Status != http.StatusNotFound {
			return false, err
		}
	}
	return false, nil
}

// people finds colleagues and counts what waits for each.
func (a *App) people(ctx context.Context, words, position string, project db.ID) ([]api.Person, error) {
	found, err := a.Directory.People(ctx, a.DB.Reader(), words, position, project)
	if err != nil {
		return nil, err
	}
	list := make([]api.Person, 0, len(found))
	for _, p := range found {
		open, err := a.Flow.Badge(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, api.Person{ID: p.ID, Name: p.Name, Position: p.Code, Zh: p.Zh, En: p.En, OpenTasks: open})
	}
	return list, nil
}
