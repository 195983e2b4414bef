package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// FlowDesk is what the operations on cases need.
type FlowDesk struct {
	Engine *flow.Engine
	// MayStart says whether the caller may start a flow for a project (0: at all).
	MayStart func(who *access.Principal, flow string, project db.ID) bool
	// MaySee says whether the caller may see cases in which he has no part.
	MaySee func(who *access.Principal, flow string, project db.ID) bool
	// MaySeePhones says whether the caller may see phone numbers in such cases.
	MaySeePhones func(who *access.Principal, flow string, project db.ID) bool
	// Files turns stored files into attachments, in the order of their ids. It
	// refuses files that the caller has not brought himself.
	Files func(ctx context.Context, ids []db.ID) ([]flow.File, error)
	// Resident limits what a resident sends when starting a flow to his own rooms
	// and person, and fills in who he is.
	Resident func(ctx context.Context, who *access.Principal, flow string, project db.ID, data map[string]any) error
	// MayName checks that a case may be started for a person: a resident of the
	// project whom the caller may see.
	MayName func(ctx context.Context, person, project db.ID) error
	// Label names a register row for the links of a case.
	Label func(ctx context.Context, register string, id db.ID) string
}

type (
	taskQuery struct {
		Box    string `query:"box" enum:"todo,started,done,cc"`
		Cursor string `query:"cursor"`
		Q      string `query:"q" maxLength:"100"`
		Flow   string `query:"flow" maxLength:"60"`
		Size   int64  `query:"size" minimum:"1" maximum:"100"`
	}
	startIn struct {
		Body struct {
			Command   string             `json:"command" minLength:"8" maxLength:"80" doc:"a new UUID for each command; repeating it returns the first answer"`
			Flow      string             `json:"flow" maxLength:"60"`
			ProjectID db.ID              `json:"project_id"`
			Subject   string             `json:"subject,omitempty" maxLength:"100"`
			For       db.ID              `json:"for,omitempty" doc:"staff: the resident on whose behalf the case is started"`
			Data      map[string]any     `json:"data,omitempty"`
			Files     map[string][]db.ID `json:"files,omitempty" doc:"ids of uploaded files by field"`
		}
	}
	flowVerb struct {
		Command  string             `json:"command" minLength:"8" maxLength:"80" doc:"a new UUID for each command; repeating it returns the first answer"`
		Outcome  string             `json:"outcome,omitempty" maxLength:"60"`
		Data     map[string]any     `json:"data,omitempty"`
		Files    map[string][]db.ID `json:"files,omitempty" doc:"ids of uploaded files by field"`
		Comment  string             `json:"comment,omitempty" maxLength:"2000"`
		To       []db.ID            `json:"to,omitempty" doc:"transfer, delegate: one person; cc, add, before, after, remove: any number" maxItems:"100"`
		Node     string             `json:"node,omitempty" maxLength:"60" doc:"return: the step"`
		Reason   string             `json:"reason,omitempty" maxLength:"500"`
		ResumeAt int64              `json:"resume_at,omitempty" doc:"hold: when it resumes by itself, unix ms"`
		Direct   bool               `json:"direct,omitempty" doc:"return: the step comes straight back when it is done"`
	}
	taskVerbIn struct {
		ID   db.ID  `path:"id"`
		Verb string `path:"verb"`
		Body flowVerb
	}
	caseLink struct {
		Register string `json:"register"`
		ID       db.ID  `json:"id"`
		Label    string `json:"label"`
	}
	// Case is the page of a case, with the names of its linked rows.
	Case struct {
		flow.CaseView
		Links []caseLink `json:"links"`
	}
	linkQuery struct {
		Register string `query:"register" required:"true" maxLength:"60"`
		ID       db.ID  `query:"id" required:"true"`
	}
	linked struct {
		Items []flow.TaskView `json:"items"`
	}
	startables struct {
		Items []flow.Startable `json:"items"`
	}
	badge struct {
		Todo int64 `json:"todo"`
	}
)

var taskVerbs = map[string]bool{"complete": true, "claim": true, "release": true, "transfer": true, "return": true,
	"hold": true, "resume": true, "urge": true, "comment": true, "cc": true,
	"add": true, "before": true, "after": true, "remove": true, "delegate": true}

var caseVerbs = map[string]bool{"withdraw": true, "retake": true, "urge": true, "comment": true, "cc": true, "stop": true, "retry": true}

// Flows adds boxes, forms, cases and what can be done with them.
func Flows(desk FlowDesk) Module {
	return func(s *Server) {
		desk.boxes(s)
		desk.forms(s)
		desk.cases(s)
	}
}

func (desk FlowDesk) boxes(s *Server) {
	Add(s, Op{Method: "GET", Path: "/api/flow/tasks", ID: "tasks", Permission: Authenticated, Tag: "flow",
		Zh: "待办、我发起、已办、抄送", En: "To do, started, done, copied to me"},
		func(ctx context.Context, in *taskQuery) (*flow.Page, error) {
			if in.Box == "" {
				in.Box = "todo"
			}
			return desk.Engine.List(ctx, access.From(ctx).PersonID, flow.Query{Box: in.Box, Flow: in.Flow, Text: in.Q, Cursor: in.Cursor, Size: int(in.Size)})
		})
	Add(s, Op{Method: "GET", Path: "/api/flow/badge", ID: "badge", Permission: Authenticated, Tag: "flow",
		Zh: "待办数量", En: "Number of tasks to do"},
		func(ctx context.Context, _ *Nothing) (*badge, error) {
			count, err := desk.Engine.Badge(ctx, access.From(ctx).PersonID)
			return &badge{count}, err
		})
}

func (desk FlowDesk) forms(s *Server) {
	Add(s, Op{Method: "GET", Path: "/api/flow/startable", ID: "startable", Permission: Authenticated, Tag: "flow",
		Zh: "可以发起的流程", En: "Flows the caller may start"},
		func(ctx context.Context, _ *Nothing) (*startables, error) {
			all, err := desk.Engine.Startable(ctx)
			out := &startables{}
			for _, f := range all {
				if desk.MayStart(access.From(ctx), f.Flow, 0) {
					out.Items = append(out.Items, f)
				}
			}
			return out, err
		})
	type formIn struct {
		Flow string `path:"flow"`
		Form string `path:"form"`
	}
	Add(s, Op{Method: "GET", Path: "/api/flow/forms/{flow}/{form}", ID: "flowForm", Permission: Authenticated, Tag: "flow",
		Zh: "流程表单", En: "A form of a flow"},
		func(ctx context.Context, in *formIn) (*flow.FormView, error) {
			who := access.From(ctx)
			if !desk.MayStart(who, in.Flow, 0) && !desk.MaySee(who, in.Flow, 0) {
				return nil, problem.NotFound("没有这个表单", "There is no such form")
			}
			return desk.Engine.FormOf(ctx, in.Flow, in.Form)
		})
}

func (desk FlowDesk) cases(s *Server) {
	type byID struct {
		ID db.ID `path:"id"`
	}
	Add(s, Op{Method: "GET", Path: "/api/flow/cases/{id}", ID: "case", Permission: Authenticated, Tag: "flow",
		Zh: "办件详情", En: "The page of a case"},
		func(ctx context.Context, in *byID) (*Case, error) { return desk.view(ctx, in.ID) })
	Add(s, Op{Method: "GET", Path: "/api/flow/links", ID: "linkedCases", Permission: Staff, Tag: "flow",
		Zh: "与一条记录相关的办件", En: "Cases that have to do with a record"},
		func(ctx context.Context, in *linkQuery) (*linked, error) {
			r, ok := register.Lookup(in.Register)
			if !ok {
				return nil, problem.NotFound("没有这个台账", "There is no such register")
			}
			// Who may see the row may see its cases.
			if _, err := r.GetJSON(ctx, s.config.DB.Reader(), in.ID); err != nil {
				return nil, err
			}
			list, err := desk.Engine.Linked(ctx, in.Register, in.ID)
			return &linked{list}, err
		})
	Add(s, Op{Method: "POST", Path: "/api/flow/cases", ID: "startCase", Permission: Authenticated, Tag: "flow", Status: http.StatusCreated,
		Zh: "发起办件", En: "Start a case"}, desk.start)
	Add(s, Op{Method: "POST", Path: "/api/flow/tasks/{id}/{verb}", ID: "doTask", Permission: Authenticated, Tag: "flow",
		Zh: "办理任务", En: "Act on a task: complete claim release transfer return hold resume urge comment cc add before after remove delegate"},
		func(ctx context.Context, in *taskVerbIn) (*Case, error) {
			if !taskVerbs[in.Verb] {
				return nil, problem.NotFound("没有这个操作", "There is no such action")
			}
			return desk.do(ctx, in.Verb, 0, in.ID, in.Body)
		})
	Add(s, Op{Method: "POST", Path: "/api/flow/cases/{id}/{verb}", ID: "doCase", Permission: Authenticated, Tag: "flow",
		Zh: "办件操作", En: "Act on a case: withdraw retake urge comment cc stop retry"},
		func(ctx context.Context, in *taskVerbIn) (*Case, error) {
			if !caseVerbs[in.Verb] {
				return nil, problem.NotFound("没有这个操作", "There is no such action")
			}
			return desk.do(ctx, in.Verb, in.ID, 0, in.Body)
		})
}

func (desk FlowDesk) sees(who *access.Principal) func(string, db.ID) bool {
	return func(key string, org db.ID) bool { return desk.MaySee(who, key, org) }
}

func (desk FlowDesk) view(ctx context.Context, id db.ID) (*Case, error) {
	who := access.From(ctx)
	view, err := desk.Engine.Case(ctx, flow.Viewer{Person: who.PersonID, Lang: Language(ctx), Sees: desk.sees(who),
		Phones: func(key string, org db.ID) bool { return desk.MaySeePhones(who, key, org) }}, id)
	if err != nil {
		return nil, err
	}
	if who.Kind == access.Resident { // he has no colleagues
		view.Verbs = slices.DeleteFunc(view.Verbs, func(verb string) bool { return verb == "cc" })
	}
	out := &Case{CaseView: *view, Links: []caseLink{}}
	for _, link := range view.Links {
		out.Links = append(out.Links, caseLink{link.Register, link.ID, desk.Label(ctx, link.Register, link.ID)})
	}
	return out, nil
}

func (desk FlowDesk) start(ctx context.Context, in *startIn) (*Case, error) {
	who := access.From(ctx)
	body := in.Body
	if !desk.MayStart(who, body.Flow, body.ProjectID) {
		return nil, problem.Forbidden()
	}
	if body.Data == nil {
		body.Data = map[string]any{}
	}
	if who.Kind == access.Resident {
		body.For = 0
		if err := desk.Resident(ctx, who, body.Flow, body.ProjectID, body.Data); err != nil {
			return nil, err
		}
	}
	if body.For != 0 && body.For != who.PersonID {
		if err := desk.MayName(ctx, body.For, body.ProjectID); err != nil {
			return nil, err
		}
	}
	files, err := desk.attach(ctx, body.Files)
	if err != nil {
		return nil, err
	}
	answer, err := desk.Engine.Start(ctx, flow.Start{Command: body.Command, Flow: body.Flow, Org: body.ProjectID, Subject: body.Subject,
		Actor: who.PersonID, For: body.For, Data: body.Data, Files: files})
	if err != nil {
		return nil, err
	}
	return desk.view(ctx, answer.CaseID)
}

func (desk FlowDesk) do(ctx context.Context, verb string, id, task db.ID, body flowVerb) (*Case, error) {
	who := access.From(ctx)
	if verb == "cc" && who.Kind == access.Resident {
		return nil, problem.Forbidden()
	}
	files, err := desk.attach(ctx, body.Files)
	if err != nil {
		return nil, err
	}
	answer, err := desk.Engine.Do(ctx, flow.Request{Command: body.Command, Verb: verb, Case: id, Task: task, Actor: who.PersonID,
		Admin: who.May("sys.flow.admin"), Outcome: body.Outcome, Data: body.Data, Files: files, Comment: body.Comment, To: body.To,
		Node: body.Node, Reason: body.Reason, Resume: body.ResumeAt, Direct: body.Direct, Sees: desk.sees(who)})
	if err != nil {
		return nil, err
	}
	out, err := desk.view(ctx, answer.CaseID)
	if problem.NotFound("", "").Is(err) {
		// The step is done, and with it the caller's part in the case may be over.
		return &Case{CaseView: flow.CaseView{ID: answer.CaseID, No: answer.No, State: "gone"}, Links: []caseLink{}}, nil
	}
	return out, err
}

func (desk FlowDesk) attach(ctx context.Context, fields map[string][]db.ID) (map[string][]flow.File, error) {
	if len(fields) == 0 {
		return nil, nil
	}
	files := map[string][]flow.File{}
	for field, ids := range fields {
		if len(field) > 60 || len(fields) > 20 || len(ids) > 50 {
			return nil, problem.Invalid().At("/files", "文件太多或字段名太长", "There are too many files, or the name of a field is too long")
		}
		found, err := desk.Files(ctx, ids)
		if err != nil {
			return nil, err
		}
		files[field] = found
	}
	return files, nil
}
