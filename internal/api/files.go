package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/blob"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// FileDesk is what the operations on files need.
type FileDesk struct {
	DB    *db.DB
	Store *blob.Store
	// MaySee says whether the caller may see a file that somebody else brought.
	MaySee func(ctx context.Context, who *access.Principal, file blob.File) (bool, error)
}

// StoredFile is an uploaded file.
type StoredFile struct {
	ID     db.ID  `json:"id"`
	SHA256 string `json:"sha256"`
	Name   string `json:"name"`
	Mime   string `json:"mime"`
	Size   int64  `json:"size" doc:"bytes"`
}

// Files adds the upload of photos and documents and their display.
func Files(desk FileDesk) Module {
	return func(s *Server) {
		type uploadIn struct {
			File    *Upload
			TakenAt int64  `form:"taken_at" minimum:"0" doc:"unix ms"`
			Geo     string `form:"geo" maxLength:"60" doc:"latitude,longitude"`
		}
		Add(s, Op{Method: "POST", Path: "/api/files", ID: "upload", Permission: Authenticated, Tag: "files", Status: http.StatusCreated,
			Zh: "上传照片或文件", En: "Upload a photo or a file"},
			func(ctx context.Context, in *uploadIn) (*StoredFile, error) {
				f, err := desk.Store.Put(ctx, in.File.File, blob.Upload{Name: in.File.Name, TakenAt: in.TakenAt, Geo: in.Geo, By: access.From(ctx).AccountID})
				return &StoredFile{f.ID, f.SHA256, f.Name, f.Mime, f.Size}, err
			})
		type fileIn struct {
			ID    db.ID `path:"id"`
			Width int64 `query:"w" minimum:"1" maximum:"1280" doc:"a smaller picture of at least this width"`
		}
		Add(s, Op{Method: "GET", Path: "/api/files/{id}", ID: "file", Permission: Authenticated, Tag: "files", Produces: "application/octet-stream",
			Zh: "查看文件", En: "Show a file"},
			func(ctx context.Context, in *fileIn) (*fileAnswer, error) {
				f, err := desk.Store.Get(ctx, desk.DB.Reader(), in.ID)
				if err != nil {
					return nil, err
				}
				who := access.From(ctx)
				if f.UploadedBy != who.AccountID {
					seen, err := desk.MaySee(ctx, who, f)
					if err != nil {
						return nil, err
					}
					if !seen {
						return nil, problem.NotFound("没有这个文件", "There is no such file")
					}
				}
				out := &fileAnswer{file: f, mime: f.Mime}
				if in.Width > 0 {
					out.mime = "image/jpeg"
					out.content, err = desk.Store.Thumb(f, int(in.Width))
				} else {
					out.content, err = desk.Store.Content(f)
				}
				out.tag = `"` + f.SHA256[:24] + "-" + strconv.FormatInt(in.Width, 10) + `"`
				return out, err
			})
	}
}

// fileAnswer serves a file, in parts if asked.
type fileAnswer struct {
	file    blob.File
	mime    string
	tag     string
	content io.ReadSeekCloser
}

// shown are the types that browsers may show in place; everything else is saved.
var shown = map[string]bool{"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true, "application/pdf": true,
	"audio/mpeg": true, "audio/mp4": true, "audio/webm": true, "video/mp4": true, "video/webm": true}

// Respond writes the content. It never changes under its id, so browsers keep it.
func (a *fileAnswer) Respond(w http.ResponseWriter, r *http.Request) error {
	defer a.content.Close() // only read
	h := w.Header()
	disposition := "attachment"
	if shown[a.mime] {
		disposition = "inline"
	}
	h.Set("Content-Type", a.mime)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": a.file.Name}))
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	if a.mime != "application/pdf" { // the browsers' own viewer does not run in a sandbox
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	}
	h.Set("ETag", a.tag)
	http.ServeContent(w, r, "", time.UnixMilli(a.file.CreatedAt), a.content)
	return nil
}
