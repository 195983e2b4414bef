package blob

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// File is one upload. Size is in bytes, instants are unix ms, 0 where unknown; Geo is
// "latitude,longitude" as the device said.
type File struct {
	ID         db.ID  `json:"id"`
	ProjectID  db.ID  `json:"project_id"`
	SHA256     string `json:"sha256"`
	Name       string `json:"name"`
	Mime       string `json:"mime"`
	Size       int64  `json:"size"`
	TakenAt    int64  `json:"taken_at"`
	Geo        string `json:"geo"`
	UploadedBy db.ID  `json:"uploaded_by"`
	CreatedAt  int64  `json:"created_at"`
}

// Upload is what the sender says of a file.
type Upload struct {
	Name    string
	TakenAt int64 // unix ms
	Geo     string
	By      db.ID // account
	Project db.ID // 0 where it is not known yet
}

// Store keeps files. It is safe for concurrent use.
type Store struct {
	db     *db.DB
	folder folder
	thumbs thumbs
}

// Open opens or makes the folder.
func Open(d *db.DB, dir string) (*Store, error) {
	s := &Store{db: d, folder: folder{dir}, thumbs: newThumbs(filepath.Join(dir, "thumbs"))}
	return s, s.folder.prepare()
}

// Put takes a file to its end and returns it once both content and row are durable.
// What is too large, empty or of a type that is not taken gives a problem, and nothing
// stays behind; so does a reader that fails midway.
func (s *Store) Put(ctx context.Context, r io.Reader, u Upload) (File, error) {
	draft, err := s.folder.receive(r)
	switch {
	case errors.Is(err, errTooLarge):
		return File{}, tooLarge(largest)
	case errors.Is(err, syscall.ENOSPC):
		return File{}, full()
	case err != nil:
		return File{}, err
	}
	f, err := s.accept(ctx, draft, u)
	if err != nil {
		return File{}, errors.Join(err, draft.drop())
	}
	return f, nil
}

func (s *Store) accept(ctx context.Context, d *draft, u Upload) (File, error) {
	if d.size == 0 {
		return File{}, problem.New(http.StatusUnprocessableEntity, "file_empty", "文件是空的，请重新选择", "The file is empty, choose another")
	}
	mime, err := detect(d.file, d.size, u.Name)
	if err != nil {
		return File{}, err
	}
	if mime == "" {
		return File{}, problem.New(http.StatusUnsupportedMediaType, "file_type",
			"不接受这种文件，可以上传：图片、PDF、Excel（xlsx）、CSV、录音和录像", "This kind of file is not taken; images, PDF, Excel (xlsx), CSV, audio and video are")
	}
	if limit := Types[mime]; d.size > limit {
		return File{}, tooLarge(limit)
	}
	if err := s.folder.keep(d); errors.Is(err, syscall.ENOSPC) {
		return File{}, full()
	} else if err != nil {
		return File{}, err
	}
	var f File
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		f = File{ID: tx.NewID(), ProjectID: u.Project, SHA256: d.sum, Name: cleanName(u.Name, mime), Mime: mime, Size: d.size,
			TakenAt: u.TakenAt, Geo: u.Geo, UploadedBy: u.By, CreatedAt: tx.Now()}
		_, err := tx.ExecContext(ctx, `INSERT INTO blob (id, project_id, sha256, name, mime, size, taken_at, geo, uploaded_by, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			f.ID, f.ProjectID, f.SHA256, f.Name, f.Mime, f.Size, f.TakenAt, f.Geo, f.UploadedBy, f.CreatedAt)
		return err
	})
	return f, err
}

func tooLarge(limit int64) error {
	mb := limit / megabyte
	return problem.New(http.StatusRequestEntityTooLarge, "file_too_large",
		"文件太大，这类文件最大 "+strconv.FormatInt(mb, 10)+" MB，请压缩后再传", "The file is too large, this kind may have "+strconv.FormatInt(mb, 10)+" MB; make it smaller")
}

func full() error {
	return problem.New(http.StatusInsufficientStorage, "disk_full", "服务器磁盘已满，文件没有保存，请联系系统管理员", "The server's disk is full, the file was not saved; tell the administrator")
}

// Get reads a file's row; db.ErrNotFound if there is none.
func (s *Store) Get(ctx context.Context, q db.Queryer, id db.ID) (File, error) {
	var f File
	err := q.QueryRowContext(ctx, `SELECT id, project_id, sha256, name, mime, size, taken_at, geo, uploaded_by, created_at FROM blob WHERE id = $1`, id).
		Scan(&f.ID, &f.ProjectID, &f.SHA256, &f.Name, &f.Mime, &f.Size, &f.TakenAt, &f.Geo, &f.UploadedBy, &f.CreatedAt)
	return f, err
}

// Content opens a file's content for reading from any place in it.
func (s *Store) Content(f File) (io.ReadSeekCloser, error) { return s.folder.open(f.SHA256) }

// cleanName keeps what a name may show: its last part, without control characters.
func cleanName(name, mime string) string {
	name = strings.ToValidUTF8(name, "")
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name))
	for utf8.RuneCountInString(name) > 120 {
		_, size := utf8.DecodeRuneInString(name)
		name = name[size:] // the end has the extension
	}
	if strings.Trim(name, "./") == "" {
		_, kind, _ := strings.Cut(mime, "/")
		return "file." + kind
	}
	return name
}

// Broken is a file whose content is missing or not what was uploaded.
type Broken struct {
	File File
	Err  error
}

// Verify reads every content again and compares it with its SHA-256. It returns how
// many contents it read and the rows that are broken.
func (s *Store) Verify(ctx context.Context) (checked int, broken []Broken, err error) {
	last := ""
	for {
		files, err := s.distinct(ctx, last)
		if err != nil || len(files) == 0 {
			return checked, broken, err
		}
		for _, f := range files {
			if err := ctx.Err(); err != nil {
				return checked, broken, err
			}
			checked++
			last = f.SHA256
			if err := s.folder.check(f.SHA256, f.Size); err != nil {
				broken = append(broken, Broken{f, err})
			}
		}
	}
}

func (s *Store) distinct(ctx context.Context, after string) (files []File, err error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT sha256, MIN(size), MIN(id), MIN(name) FROM blob WHERE sha256 > $1 GROUP BY sha256 ORDER BY sha256 LIMIT 500`, after)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var f File
		if err := rows.Scan(&f.SHA256, &f.Size, &f.ID, &f.Name); err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, rows.Err()
}
