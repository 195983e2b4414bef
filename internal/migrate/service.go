package migrate

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/blob"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/job"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
	"github.com/lifang/lifang/internal/sheet"
)

// Options of a Service. All but Changed and Log are needed.
type Options struct {
	DB    *db.DB
	Files *blob.Store
	Jobs  *job.Queue
	// Sources by kind; a kind that is not here is the name of a register.
	Sources map[string]Source
	// Changed is told, after the commit, that a batch has moved. It must not block.
	Changed func(batch db.ID)
	Log     *slog.Logger
}

// Service runs imports. Make it before the queue starts: it declares the kinds of its jobs.
type Service struct {
	db      *db.DB
	files   *blob.Store
	jobs    *job.Queue
	sources map[string]Source
	changed func(db.ID)
	log     *slog.Logger
}

type jobArgs struct {
	Batch db.ID `json:"batch"`
}

// New makes the service and declares its jobs.
func New(o Options) *Service {
	s := &Service{db: o.DB, files: o.Files, jobs: o.Jobs, sources: o.Sources, changed: o.Changed, log: o.Log}
	if s.changed == nil {
		s.changed = func(db.ID) {}
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	for kind, do := range map[string]func(context.Context, *Batch) error{"import.check": s.check, "import.write": s.write, "import.undo": s.undo} {
		job.Handle(s.jobs, kind, job.Long, func(ctx context.Context, run *job.Run, a jobArgs) error {
			b, err := s.get(ctx, s.db.Reader(), a.Batch)
			if err != nil {
				return job.Fail(err)
			}
			err = do(actor(ctx, b), b)
			if err == nil || ctx.Err() != nil || errors.Is(err, job.ErrLost) {
				return err
			}
			if _, said := problem.As(err); !said && run.Attempt < 3 {
				return err // the machine's fault: try again, rows already written count as written
			}
			return s.fail(ctx, b.ID, err)
		})
	}
	return s
}

// actor is the person who asked, with the rights checked when he did.
func actor(ctx context.Context, b *Batch) context.Context {
	kind := access.Staff
	if b.AccountID == 0 {
		kind = access.Automatic
	}
	return access.OnBehalf(access.With(ctx, &access.Principal{AccountID: b.AccountID, PersonID: b.PersonID, Kind: kind, Name: b.Actor}))
}

// Request is a file to be imported. File is read from its start.
type Request struct {
	Kind    string
	Project db.ID
	Name    string
	Size    int64
	File    interface {
		io.ReaderAt
		io.Reader
	}
}

// Start looks whether the file can be read at all and whether the caller may import it, keeps it, and checks its rows
// in the background.
func (s *Service) Start(ctx context.Context, r Request) (*Batch, error) {
	if err := s.may(ctx, r.Kind, r.Project); err != nil {
		return nil, err
	}
	if _, err := sheet.Open(r.File, r.Size, r.Name, sheet.DefaultLimits); err != nil {
		return nil, err
	}
	id, err := s.keep(ctx, r, Checking, func(tx *db.Tx, id db.ID) error {
		_, err := s.jobs.Enqueue(ctx, tx, job.Job{Kind: "import.check", Args: jobArgs{id}, Key: id.String()})
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.get(ctx, s.db.Reader(), id)
}

// keep stores the file and a new batch; then runs in the same transaction.
func (s *Service) keep(ctx context.Context, r Request, state string, then func(tx *db.Tx, id db.ID) error) (id db.ID, err error) {
	who := access.From(ctx)
	file, err := s.files.Put(ctx, io.NewSectionReader(r.File, 0, r.Size), blob.Upload{Name: r.Name, By: who.AccountID, Project: r.Project})
	if err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		id = tx.NewID()
		if _, err := tx.ExecContext(ctx, `INSERT INTO import_batch (`+batchColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, 0, 0, 0, 0, '[]', '{}', '{}', '[]', '', '', $7, $8, $9, $10, $10)`,
			id, r.Project, r.Kind, r.Name, file.ID, state, who.AccountID, who.PersonID, who.Name, tx.Now()); err != nil {
			return err
		}
		return then(tx, id)
	})
	return id, err
}

// may says whether the caller may import this kind into the project. Sources ask again for what they write.
func (s *Service) may(ctx context.Context, kind string, project db.ID) error {
	if s.sources[kind] != nil {
		if project == 0 {
			return problem.Invalid().At("/project_id", "请选择项目", "Choose a project")
		}
		return access.From(ctx).Require("sys.import.write", project)
	}
	r, ok := register.Lookup(kind)
	if !ok || r.TableName() == "" {
		return problem.Invalid().At("/kind", "没有这种导入", "There is no such kind of import")
	}
	if project == 0 && !r.Company() {
		return problem.Invalid().At("/project_id", "请选择项目", "Choose a project")
	}
	return access.From(ctx).Require(r.Permission()+".write", project)
}

func (s *Service) source(kind string) Source {
	if src := s.sources[kind]; src != nil {
		return src
	}
	return Registers{Name: kind}
}

// Commit writes the good rows of a checked batch in the background.
func (s *Service) Commit(ctx context.Context, id db.ID) (*Batch, error) {
	return s.next(ctx, id, "import.write", Writing, Checked)
}

// Undo archives what a batch has created, in the background. It is refused while rows of it have been changed since or
// are used by rows of others, with what and how many.
func (s *Service) Undo(ctx context.Context, id db.ID) (*Batch, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	if err := s.obstacles(ctx, s.db.Reader(), id); err != nil {
		return nil, err
	}
	return s.next(ctx, id, "import.undo", Undoing, Written, Failed)
}

func (s *Service) next(ctx context.Context, id db.ID, kind, to string, from ...string) (*Batch, error) {
	b, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.may(ctx, b.Kind, b.ProjectID); err != nil {
		return nil, err
	}
	if to == Writing && b.Result.OK == 0 {
		return nil, problem.Conflict("nothing_to_write", "没有可以写入的行，请改正文件后重新上传", "No row can be written; mend the file and upload it again")
	}
	if err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.move(ctx, tx, id, to, from...); err != nil {
			return err
		}
		_, err := s.jobs.Enqueue(ctx, tx, job.Job{Kind: kind, Args: jobArgs{id}, Key: id.String()})
		return err
	}); err != nil {
		return nil, err
	}
	return s.get(ctx, s.db.Reader(), id)
}

func (s *Service) check(ctx context.Context, b *Batch) error {
	if b.State != Checking {
		return nil
	}
	result, err := s.run(ctx, b, false)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.save(ctx, tx, b.ID, result); err != nil {
			return err
		}
		return s.move(ctx, tx, b.ID, Checked, Checking)
	})
}

func (s *Service) write(ctx context.Context, b *Batch) error {
	if b.State != Writing {
		return nil
	}
	result, err := s.run(ctx, b, true)
	if err != nil {
		return err
	}
	if result.Counts, err = Created(ctx, s.db.Reader(), b.ID); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.save(ctx, tx, b.ID, result); err != nil {
			return err
		}
		return s.move(ctx, tx, b.ID, Written, Writing)
	})
}

// run opens the kept file and goes through it.
func (s *Service) run(ctx context.Context, b *Batch, write bool) (*Result, error) {
	var result *Result
	err := s.withBook(ctx, b, func(book *sheet.Book) error {
		rows, err := Rows(book)
		if err != nil {
			return err
		}
		var last time.Time
		in := In{DB: s.db, Book: book, Project: b.ProjectID, Batch: b.ID, Write: write, Resume: b.Written}
		in.Mark = func(ctx context.Context, tx *db.Tx, rows int) error {
			return db.ExecOne(ctx, tx, "UPDATE import_batch SET written = $1 WHERE id = $2", rows, b.ID)
		}
		in.Progress = func(done int) error {
			if time.Since(last) < 300*time.Millisecond {
				return ctx.Err()
			}
			last = time.Now()
			return s.progress(ctx, b.ID, done, max(rows, done))
		}
		result, err = s.source(b.Kind).Run(ctx, in)
		return err
	})
	return result, err
}

// Rows counts the rows of a file that are not empty, titles and remarks included: an upper bound for progress.
func Rows(book *sheet.Book) (int, error) {
	n := 0
	for _, name := range book.Sheets() {
		if err := book.Rows(name, func(sheet.Row) error { n++; return nil }); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// withBook opens the kept file of a batch.
func (s *Service) withBook(ctx context.Context, b *Batch, fn func(*sheet.Book) error) error {
	f, err := s.files.Get(ctx, s.db.Reader(), b.FileID)
	if err != nil {
		return err
	}
	content, err := s.files.Content(f)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	at, ok := content.(io.ReaderAt)
	if !ok {
		local, err := os.CreateTemp("", "import-*")
		if err != nil {
			return err
		}
		defer func() { _ = errors.Join(local.Close(), os.Remove(local.Name())) }()
		if _, err := io.Copy(local, content); err != nil {
			return err
		}
		at = local
	}
	book, err := sheet.Open(at, f.Size, b.Name, sheet.DefaultLimits)
	if err != nil {
		return err
	}
	return fn(book)
}

// Errors writes the workbook of a batch with its bad cells red and a column of reasons.
func (s *Service) Errors(ctx context.Context, b *Batch, lang string, out io.Writer) error {
	return s.withBook(ctx, b, func(book *sheet.Book) error {
		return sheet.Annotate(out, book, sheet.Marks{Faults: b.Result.Faults, Headers: b.Result.Headers, Lang: lang})
	})
}

// Created counts the rows of each register that a batch has created and that are in use.
func Created(ctx context.Context, q db.Queryer, batch db.ID) (map[string]int, error) {
	counts := map[string]int{}
	for _, r := range register.All() {
		if r.TableName() == "" {
			continue
		}
		n := 0
		if err := q.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+r.TableName()+" WHERE batch_id = $1 AND archived_at = 0", batch).Scan(&n); err != nil {
			return nil, err
		}
		if n > 0 {
			counts[r.Name()] = n
		}
	}
	return counts, nil
}

// obstacles says why a batch cannot be undone, nil if it can.
func (s *Service) obstacles(ctx context.Context, q db.Queryer, id db.ID) error {
	wrong := problem.Conflict("import_in_use", "这批数据已被修改或使用，不能整批撤销", "Rows of this import have been changed or used; it cannot be undone as a whole")
	for _, r := range register.All() {
		if r.TableName() == "" {
			continue
		}
		n := 0
		if err := q.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+r.TableName()+" WHERE batch_id = $1 AND archived_at = 0 AND version > 1", id).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			zh, en := r.Titles()
			wrong = wrong.At("/"+r.Name(), zh+"：有 "+strconv.Itoa(n)+" 行导入后被修改过", en+": "+strconv.Itoa(n)+" rows were changed since")
		}
	}
	uses, err := register.BatchUses(ctx, q, id)
	if err != nil {
		return err
	}
	for _, u := range uses {
		zh, en := u.To.Titles()
		byZh, byEn := u.By.Titles()
		n := strconv.FormatInt(u.Count, 10)
		wrong = wrong.At("/"+u.To.Name(), zh+"（如“"+u.Sample+"”）已被 "+n+" 条"+byZh+"使用", en+" (such as “"+u.Sample+"”) are used by "+n+" rows of "+byEn)
	}
	if len(wrong.Fields) == 0 {
		return nil
	}
	return wrong
}

func (s *Service) undo(ctx context.Context, b *Batch) error {
	if b.State != Undoing {
		return nil
	}
	if err := s.obstacles(ctx, s.db.Reader(), b.ID); err != nil {
		return err
	}
	// A transaction for each register, so that a large undo does not keep others waiting; cut short, it goes on where it was.
	for _, r := range register.All() {
		if r.TableName() == "" {
			continue
		}
		n := 0
		if err := s.db.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM "+r.TableName()+" WHERE batch_id = $1 AND archived_at = 0", b.ID).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := s.db.Write(ctx, func(tx *db.Tx) error {
			_, _, err := r.UndoBatch(ctx, tx, b.ID, b.ProjectID)
			return err
		}); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.move(ctx, tx, b.ID, Undone, Undoing) })
}
