package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/migrate"
)

// Import is one import as screens show it. Errors are bad cells whose rows stay out; rows of warnings are taken.
type Import struct {
	ID        db.ID          `json:"id"`
	Kind      string         `json:"kind" doc:"hc, or the name of a register"`
	Name      string         `json:"name" doc:"of the file"`
	State     string         `json:"state" enum:"checking,checked,writing,written,undoing,undone,failed"`
	Progress  ImportProgress `json:"progress"`
	Total     int            `json:"total" doc:"rows of the file"`
	OK        int            `json:"ok" doc:"rows that can be, or were, written"`
	Updates   int            `json:"updates" doc:"of those, rows that change something existing"`
	Same      int            `json:"same" doc:"of those, rows that are there already"`
	Bad       int            `json:"bad" doc:"rows left out"`
	Errors    []ImportCell   `json:"errors"`
	Warnings  []ImportCell   `json:"warnings"`
	ErrorsAll int            `json:"errors_total" doc:"bad cells, also those beyond the list"`
	Counts    map[string]int `json:"counts" doc:"new rows by register"`
	Notes     []migrate.Note `json:"notes"`
	ProjectID db.ID          `json:"project_id"`
	Actor     string         `json:"actor"`
	Detail    string         `json:"detail,omitempty" doc:"why it failed"`
	CreatedAt int64          `json:"created_at"`
	UpdatedAt int64          `json:"updated_at"`
}

// ImportProgress counts rows in the present state.
type ImportProgress struct {
	Done  int `json:"done"`
	Total int `json:"total" doc:"0 until the rows are counted"`
}

// ImportCell is one bad cell, named as Excel shows it.
type ImportCell struct {
	Sheet    string   `json:"sheet"`
	Row      int      `json:"row"`
	Column   string   `json:"column" doc:"title of the column"`
	Cell     string   `json:"cell,omitempty" doc:"such as F7"`
	Value    string   `json:"value"`
	Detail   string   `json:"detail"`
	DetailZh string   `json:"detail_zh"`
	DetailEn string   `json:"detail_en"`
	Allowed  []string `json:"allowed,omitempty"`
}

// shownCells is how many bad cells one answer carries; the workbook with marks has them all.
const shownCells = 1000

func importOf(ctx context.Context, b *migrate.Batch) *Import {
	lang := Language(ctx)
	i := &Import{ID: b.ID, Kind: b.Kind, Name: b.Name, State: b.State, Progress: ImportProgress{b.Done, b.Rows}, Total: b.Result.Total, OK: b.Result.OK,
		Updates: b.Result.Updates, Same: b.Result.Same, Bad: b.Result.Bad, Counts: b.Result.Counts, Notes: b.Result.Notes, ProjectID: b.ProjectID,
		Actor: b.Actor, Detail: b.FailedZh, CreatedAt: b.CreatedAt, UpdatedAt: b.UpdatedAt}
	if lang == "en" {
		i.Detail = b.FailedEn
	}
	bad, warnings := migrate.Cells(b.Result.Faults, lang)
	i.ErrorsAll = len(bad) + b.Result.More
	i.Errors, i.Warnings = importCells(bad), importCells(warnings)
	return i
}

func importCells(cells []migrate.Cell) []ImportCell {
	list := []ImportCell{}
	for _, c := range cells[:min(len(cells), shownCells)] {
		list = append(list, ImportCell{Sheet: c.Sheet, Row: c.Row, Column: c.Column, Cell: c.Cell, Value: c.Value, Detail: c.Detail, DetailZh: c.Zh, DetailEn: c.En, Allowed: c.Allowed})
	}
	return list
}

type importIn struct {
	Kind      string `form:"kind"`
	ProjectID db.ID  `form:"project_id"`
	File      *Upload
}

type importID struct {
	ID db.ID `path:"id"`
}

// importList is a list of imports, newest first, without their cells.
type importList struct {
	Items []*Import `json:"items"`
}

// Imports adds the operations on imports. Rights are those of what a file writes, and asked for by the service.
func Imports(service *migrate.Service) Module {
	return func(s *Server) {
		one := func(ctx context.Context, b *migrate.Batch, err error) (*Import, error) {
			if err != nil {
				return nil, err
			}
			return importOf(ctx, b), nil
		}
		Add(s, Op{Method: "POST", Path: "/api/imports", Permission: Staff, Status: http.StatusCreated, Zh: "上传并检查导入文件", En: "Upload a file and check it", Tag: "imports"},
			func(ctx context.Context, in *importIn) (*Import, error) {
				b, err := service.Start(ctx, migrate.Request{Kind: in.Kind, Project: in.ProjectID, Name: in.File.Name, Size: in.File.Size, File: in.File.File})
				return one(ctx, b, err)
			})
		Add(s, Op{Method: "GET", Path: "/api/imports", Permission: Staff, Zh: "导入记录", En: "Imports", Tag: "imports"},
			func(ctx context.Context, _ *Nothing) (*importList, error) {
				list, err := service.List(ctx, 100)
				out := &importList{}
				for _, b := range list {
					out.Items = append(out.Items, importOf(ctx, b))
				}
				return out, err
			})
		Add(s, Op{Method: "GET", Path: "/api/imports/{id}", Permission: Staff, Zh: "查看导入", En: "One import", Tag: "imports"},
			func(ctx context.Context, in *importID) (*Import, error) {
				b, err := service.Get(ctx, in.ID)
				return one(ctx, b, err)
			})
		Add(s, Op{Method: "POST", Path: "/api/imports/{id}/commit", Permission: Staff, Zh: "写入通过检查的行", En: "Write the good rows", Tag: "imports"},
			func(ctx context.Context, in *importID) (*Import, error) {
				b, err := service.Commit(ctx, in.ID)
				return one(ctx, b, err)
			})
		Add(s, Op{Method: "POST", Path: "/api/imports/{id}/undo", Permission: Staff, Zh: "撤销导入", En: "Undo an import", Tag: "imports"},
			func(ctx context.Context, in *importID) (*Import, error) {
				b, err := service.Undo(ctx, in.ID)
				return one(ctx, b, err)
			})
		Add(s, Op{Method: "GET", Path: "/api/imports/{id}/errors.xlsx", Permission: Staff, Timeout: -1, Produces: xlsxType,
			Zh: "下载标出错误的文件", En: "The file with its errors marked", Tag: "imports"},
			func(ctx context.Context, in *importID) (*markedFile, error) {
				b, err := service.Get(ctx, in.ID)
				if err != nil {
					return nil, err
				}
				return &markedFile{service, b}, nil
			})
	}
}

// markedFile is the workbook of an import with its bad cells red.
type markedFile struct {
	service *migrate.Service
	batch   *migrate.Batch
}

// Respond streams the workbook; a failure after the first byte breaks the connection.
func (f *markedFile) Respond(w http.ResponseWriter, r *http.Request) error {
	lang := Language(r.Context())
	name := strings.TrimSuffix(strings.TrimSuffix(f.batch.Name, ".xlsx"), ".csv")
	out := &lateFile{ResponseWriter: w, begin: func() {
		attach(w, name+map[bool]string{false: "-错误", true: "-errors"}[lang == "en"]+".xlsx", xlsxType)
	}}
	err := f.service.Errors(r.Context(), f.batch, lang, out)
	if err != nil && out.begun {
		panic(http.ErrAbortHandler)
	}
	return err
}

// lateFile sets the headers of a file with its first byte, so that until then an error can be told.
type lateFile struct {
	http.ResponseWriter
	begin func()
	begun bool
}

func (f *lateFile) Write(p []byte) (int, error) {
	if !f.begun {
		f.begun = true
		f.begin()
	}
	return f.ResponseWriter.Write(p)
}
