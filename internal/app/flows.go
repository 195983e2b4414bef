package app

import (
	"context"
	"encoding/json"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// flowRight says which permission starts a flow and which shows its cases to
// somebody who has no part in them. What is not listed can be started and seen by
// nobody but those who have a part.
type flowRight struct {
	start, see string
	residents  bool // residents may start it for their own rooms
}

var flowRights = map[string]flowRight{
	"order-intake": {start: "svc.order.write", see: "svc.order.read", residents: true},
	"repair":       {start: "svc.order.write", see: "svc.order.read"},
}

func mayStart(who *access.Principal, key string, project db.ID) bool {
	right, ok := flowRights[key]
	if !ok {
		return false
	}
	if who.Kind == access.Resident {
		return right.residents // whose room it is for is checked with the data
	}
	return holds(who, right.start, project)
}

func maySee(who *access.Principal, key string, project db.ID) bool {
	right, ok := flowRights[key]
	return ok && who.Kind != access.Resident && holds(who, right.see, project)
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
		Engine: a.Flow, MayStart: mayStart, MaySee: maySee,
		Files: a.attachments, Resident: a.residentStarts, Label: a.label,
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

// attachments turns uploaded files into attachments of a case.
func (a *App) attachments(context.Context, []db.ID) ([]flow.File, error) {
	return nil, problem.NotFound("没有这个文件", "There is no such file")
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
