package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Registers mounts every register of the program: list, record, create, change,
// archive, history, reveal, export and import template.
func Registers() Module {
	return func(s *Server) {
		s.registerIndex()
		for _, r := range register.All() {
			s.mountRegister(r)
		}
	}
}

// rawJSON is an answer that a register has written itself.
type rawJSON struct {
	body   json.RawMessage
	etag   string
	status int
}

// Respond writes the body, or 304 when the client has it already.
func (a *rawJSON) Respond(w http.ResponseWriter, r *http.Request) error {
	if a.etag != "" {
		w.Header().Set("ETag", a.etag)
		w.Header().Set("Cache-Control", "private, no-cache")
		if strings.Contains(r.Header.Get("If-None-Match"), a.etag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	return writeBytes(w, r, max(a.status, http.StatusOK), a.body)
}

func (s *Server) registerIndex() {
	type entry struct {
		Name string   `json:"name"`
		Zh   string   `json:"zh"`
		En   string   `json:"en"`
		Can  []string `json:"can"`
	}
	type index struct {
		Items []entry `json:"items"`
	}
	Add(s, Op{Method: "GET", Path: "/api/registers", ID: "registers", Permission: Staff, Tag: "register",
		Zh: "可以查看的台账", En: "Registers the caller may see"},
		func(ctx context.Context, _ *Nothing) (*index, error) {
			out := &index{}
			for _, r := range register.All() {
				if can := r.Can(access.From(ctx)); len(can) > 0 {
					zh, en := r.Titles()
					out.Items = append(out.Items, entry{r.Name(), zh, en, can})
				}
			}
			return out, nil
		})
	type byName struct {
		Register string `path:"register"`
	}
	add(s, Op{Method: "GET", Path: "/api/meta/{register}", ID: "meta", Permission: Staff, Tag: "register",
		Zh: "台账的字段与权限", En: "Fields of a register and what the caller may do with it"},
		nil, s.component("RegisterMeta", registerMetaSchema),
		func(ctx context.Context, in *byName) (*rawJSON, error) {
			r, ok := register.Lookup(in.Register)
			if !ok || len(r.Can(access.From(ctx))) == 0 {
				return nil, problem.NotFound("没有这个台账", "There is no such register")
			}
			meta := r.Meta(access.From(ctx))
			return &rawJSON{body: meta.JSON, etag: meta.ETag}, nil
		})
}

var registerMetaSchema = json.RawMessage(`{"type":"object","required":["name","zh","en","scope","primary","sort","schema","can","views"],"properties":{
	"name":{"type":"string"},"zh":{"type":"string"},"en":{"type":"string"},
	"scope":{"enum":["project","company"]},"primary":{"type":"string"},"sort":{"type":"string"},
	"schema":{"type":"object","description":"JSON Schema of the fields, in the order of the columns","additionalProperties":{}},
	"can":{"type":"array","items":{"enum":["read","create","update","archive","import","export","reveal"]}},
	"views":{"type":"array","items":{"type":"object","required":["key","zh","en","query"],"properties":{
		"key":{"type":"string"},"zh":{"type":"string"},"en":{"type":"string"},"query":{"type":"string"}}}}}}`)

// add is Add with schemas that come from elsewhere.
func add[I, O any](s *Server, op Op, in, out *schemaRef, handler func(ctx context.Context, in *I) (*O, error)) {
	Add(s, op, handler, func(o *Operation) {
		if in != nil {
			o.inSchema = in
		}
		if out != nil {
			o.outSchema = out
		}
	})
}

// The inputs that all registers share.
type (
	registerList struct {
		Query   url.Values `query:"*"`
		Page    string     `query:"page" doc:"from 1"`
		Size    string     `query:"size" doc:"rows a page, at most 200"`
		Sort    string     `query:"sort" doc:"field, -field for falling; several with commas"`
		Q       string     `query:"q" doc:"searched in the fields meant for it"`
		Project string     `query:"project" doc:"id of a project"`
		Batch   string     `query:"batch" doc:"id of an import"`
	}
	registerRow struct {
		ID db.ID `path:"id"`
	}
	registerCreate struct {
		Body json.RawMessage
	}
	registerPatch struct {
		ID   db.ID `path:"id"`
		Body json.RawMessage
	}
	registerVersion struct {
		ID   db.ID `path:"id"`
		Body struct {
			Version int64 `json:"version" minimum:"1"`
		}
	}
	registerReveal struct {
		ID   db.ID `path:"id"`
		Body struct {
			Field string `json:"field" maxLength:"60"`
		}
	}
	registerExport struct {
		Query  url.Values `query:"*"`
		Format string     `query:"format" enum:"xlsx,csv"`
	}
	revealed struct {
		Value string `json:"value"`
	}
	registerHistory struct {
		Items []register.Event `json:"items"`
	}
)

func (s *Server) mountRegister(r register.Any) {
	name, permission := r.Name(), r.Permission()
	zh, en := r.Titles()
	base := "/api/" + name
	shapes := s.registerShapes(r)
	op := func(method, path, action, verbZh, verbEn string) Op {
		return Op{Method: method, Path: base + path, Permission: permission + "." + action, Tag: name,
			Zh: zh + "：" + verbZh, En: en + ": " + verbEn}
	}
	d := s.config.DB
	add(s, op("GET", "", "read", "列表", "list"), nil, shapes.page,
		func(ctx context.Context, in *registerList) (*rawJSON, error) {
			body, err := r.ListJSON(ctx, d.Reader(), in.Query)
			return &rawJSON{body: body}, err
		})
	add(s, op("GET", "/{id}", "read", "查看", "read"), nil, shapes.item,
		func(ctx context.Context, in *registerRow) (*rawJSON, error) {
			body, err := r.GetJSON(ctx, d.Reader(), in.ID)
			return &rawJSON{body: body}, err
		})
	Add(s, op("GET", "/{id}/history", "read", "变更历史", "history"),
		func(ctx context.Context, in *registerRow) (*registerHistory, error) {
			events, err := r.History(ctx, d.Reader(), in.ID)
			return &registerHistory{events}, err
		})
	export := op("GET", "/export", "export", "导出", "export")
	export.Produces, export.Timeout = "application/octet-stream", -1
	Add(s, export, func(_ context.Context, in *registerExport) (*registerFile, error) {
		return &registerFile{register: r, db: d, query: in.Query, csv: in.Format == "csv"}, nil
	})
	if shapes.revealable {
		// Who may see which value is decided by the register: the right is its own.
		Add(s, op("POST", "/{id}/reveal", "read", "查看完整信息（留痕）", "reveal a masked value (recorded)"),
			func(ctx context.Context, in *registerReveal) (*revealed, error) {
				out := &revealed{}
				err := d.Write(ctx, func(tx *db.Tx) (err error) {
					out.Value, err = r.Reveal(ctx, tx, in.ID, in.Body.Field)
					return err
				})
				return out, err
			})
	}
	if shapes.readOnly {
		return
	}
	template := op("GET", "/template", "write", "导入模板", "import template")
	template.Produces = "application/octet-stream"
	Add(s, template, func(context.Context, *Nothing) (*templateFile, error) { return &templateFile{r}, nil })
	create := op("POST", "", "write", "新建", "create")
	create.Status = http.StatusCreated
	add(s, create, shapes.create, shapes.item,
		func(ctx context.Context, in *registerCreate) (*rawJSON, error) {
			out := &rawJSON{status: http.StatusCreated}
			err := d.Write(ctx, func(tx *db.Tx) (err error) {
				_, out.body, err = r.CreateJSON(ctx, tx, in.Body)
				return err
			})
			return out, err
		})
	add(s, op("PATCH", "/{id}", "write", "修改", "change"), shapes.patch, shapes.item,
		func(ctx context.Context, in *registerPatch) (*rawJSON, error) {
			out := &rawJSON{}
			err := d.Write(ctx, func(tx *db.Tx) (err error) {
				out.body, err = r.UpdateJSON(ctx, tx, in.ID, in.Body)
				return err
			})
			return out, err
		})
	for _, verb := range []struct {
		path, zh, en string
		do           func(ctx context.Context, tx *db.Tx, id db.ID, version int64) error
	}{{"/{id}/archive", "停用", "archive", r.Archive}, {"/{id}/restore", "恢复", "restore", r.Restore}} {
		add(s, op("POST", verb.path, "write", verb.zh, verb.en), nil, shapes.item,
			func(ctx context.Context, in *registerVersion) (*rawJSON, error) {
				err := d.Write(ctx, func(tx *db.Tx) error { return verb.do(ctx, tx, in.ID, in.Body.Version) })
				if err != nil {
					return nil, err
				}
				body, err := r.GetJSON(ctx, d.Reader(), in.ID)
				return &rawJSON{body: body}, err
			})
	}
}
