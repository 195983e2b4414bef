package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/lifang/lifang/internal/problem"
)

// Upload is a received file. It lies on disk until the handler has returned; a
// handler that needs it longer copies it.
type Upload struct {
	Name string // as the sender called it, without folders
	Mime string // as the sender said; the content may be something else
	Size int64
	File *os.File // at its start; also an io.ReaderAt
}

func (u *Upload) close() {
	// The file is temporary: failing to close or remove it harms nobody.
	_ = u.File.Close()
	_ = os.Remove(u.File.Name()) //nolint:gosec // a name that os.CreateTemp gave
}

const maxFormField = 64 << 10

// readUpload receives a multipart body with exactly one file in a stream.
func readUpload(r *http.Request, temp string) (*Upload, map[string]string, error) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, nil, problem.New(http.StatusUnsupportedMediaType, "unsupported_media_type",
			"请用 multipart/form-data 上传文件", "Send the file as multipart/form-data")
	}
	reader := multipart.NewReader(r.Body, params["boundary"])
	fields := map[string]string{}
	var upload *Upload
	fail := func(err error) (*Upload, map[string]string, error) {
		if upload != nil {
			upload.close()
		}
		return nil, nil, err
	}
	for {
		part, err := reader.NextPart()
		if err == io.EOF { //nolint:errorlint // a wrapped EOF is a body that was cut off
			break
		}
		if err != nil {
			return fail(readProblem(err))
		}
		if part.FileName() == "" {
			text, err := io.ReadAll(io.LimitReader(part, maxFormField+1))
			if err != nil {
				return fail(readProblem(err))
			}
			if len(text) > maxFormField || len(fields) > 50 {
				return fail(problem.New(http.StatusRequestEntityTooLarge, "too_large",
					"表单内容太大", "The form fields are too large"))
			}
			fields[part.FormName()] = string(text)
			continue
		}
		if upload != nil {
			return fail(problem.Invalid().At("/file", "一次只能上传一个文件", "Send one file at a time"))
		}
		upload, err = store(part, temp)
		if err != nil {
			return fail(err)
		}
	}
	if upload == nil && len(fields) == 0 {
		return nil, nil, readProblem(io.ErrUnexpectedEOF)
	}
	if upload == nil {
		return nil, nil, problem.Invalid().At("/file", "请选择文件", "Choose a file")
	}
	return upload, fields, nil
}

func store(part *multipart.Part, temp string) (*Upload, error) {
	file, err := os.CreateTemp(temp, "upload-*")
	if err != nil {
		return nil, diskProblem(err)
	}
	u := &Upload{Name: path.Base(strings.ReplaceAll(part.FileName(), `\`, "/")), Mime: part.Header.Get("Content-Type"), File: file}
	u.Size, err = io.Copy(file, part)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		u.close()
		return nil, diskProblem(err)
	}
	return u, nil
}

// diskProblem tells a full disk from a broken connection.
func diskProblem(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return problem.New(http.StatusInsufficientStorage, "disk_full",
			"服务器磁盘已满，请联系管理员", "The server's disk is full; tell the administrator")
	}
	if _, ok := errors.AsType[*os.PathError](err); ok {
		return err
	}
	return readProblem(err)
}
