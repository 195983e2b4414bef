package migrate

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/sheet"
)

// The states of a batch.
const (
	Checking = "checking"
	Checked  = "checked"
	Writing  = "writing"
	Written  = "written"
	Undoing  = "undoing"
	Undone   = "undone"
	Failed   = "failed"
)

// Batch is one import. Instants in unix ms.
type Batch struct {
	ID        db.ID
	ProjectID db.ID
	Kind      string // hc, or the name of a register
	Name      string // of the file
	FileID    db.ID
	State     string
	Done      int // rows gone through in the present state
	Rows      int // rows to go through, 0 until they are counted
	Written   int // rows a write that was cut short need not repeat
	Result    Result
	FailedZh  string
	FailedEn  string
	AccountID db.ID
	PersonID  db.ID
	Actor     string
	CreatedAt int64
	UpdatedAt int64
}

const batchColumns = `id, project_id, kind, name, file_id, state, done, total, written, ok, updates, same, bad, more, faults, headers, counts, notes,
	failed_zh, failed_en, account_id, person_id, actor, created_at, updated_at`

func scanBatch(scan func(...any) error) (*Batch, error) {
	b := &Batch{}
	var faults, headers, counts, notes string
	if err := scan(&b.ID, &b.ProjectID, &b.Kind, &b.Name, &b.FileID, &b.State, &b.Done, &b.Rows, &b.Written, &b.Result.OK, &b.Result.Updates, &b.Result.Same, &b.Result.Bad,
		&b.Result.More, &faults, &headers, &counts, &notes, &b.FailedZh, &b.FailedEn, &b.AccountID, &b.PersonID, &b.Actor, &b.CreatedAt, &b.UpdatedAt); err != nil {
		return nil, err
	}
	b.Result.Total = b.Result.OK + b.Result.Bad
	for text, into := range map[string]any{faults: &b.Result.Faults, headers: &b.Result.Headers, counts: &b.Result.Counts, notes: &b.Result.Notes} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Get reads a batch that the principal may see: his own, or one of a project whose imports he
// may read (sys.import.read).
func (s *Service) Get(ctx context.Context, id db.ID) (*Batch, error) {
	b, err := s.get(ctx, s.db.Reader(), id)
	if err != nil {
		return nil, err
	}
	who := access.From(ctx)
	if (b.AccountID == 0 || b.AccountID != who.AccountID) && !who.Scope("sys.import.read").Covers(b.ProjectID) {
		return nil, noBatch()
	}
	return b, nil
}

func noBatch() error { return problem.NotFound("没有这次导入", "There is no such import") }

func (s *Service) get(ctx context.Context, q db.Queryer, id db.ID) (*Batch, error) {
	b, err := scanBatch(q.QueryRowContext(ctx, "SELECT "+batchColumns+" FROM import_batch WHERE id = $1", id).Scan)
	if errors.Is(err, db.ErrNotFound) {
		return nil, noBatch()
	}
	return b, err
}

// List gives the newest batches the principal may see, without their faults.
func (s *Service) List(ctx context.Context, limit int) ([]*Batch, error) {
	who := access.From(ctx)
	args := []any{who.AccountID}
	where := "(account_id = $1 AND account_id <> 0 OR " + who.Scope("sys.import.read").Where("project_id", &args) + ")"
	rows, err := s.db.Reader().QueryContext(ctx, "SELECT "+batchColumns+" FROM import_batch WHERE "+where+" ORDER BY id DESC", args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	list := []*Batch{}
	for rows.Next() && len(list) < limit {
		b, err := scanBatch(rows.Scan)
		if err != nil {
			return nil, err
		}
		b.Result.Faults = []sheet.Fault{}
		list = append(list, b)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}

// move changes the state from one of several to another; it fails with a conflict when the batch is in none of them.
func (s *Service) move(ctx context.Context, tx *db.Tx, id db.ID, to string, from ...string) error {
	args := []any{to, tx.Now(), id}
	marks := ""
	for i, f := range from {
		if i > 0 {
			marks += ", "
		}
		args = append(args, f)
		marks += "$" + string(rune('0'+len(args)))
	}
	err := db.ExecOne(ctx, tx, "UPDATE import_batch SET state = $1, done = 0, updated_at = $2 WHERE id = $3 AND state IN ("+marks+")", args...)
	if errors.Is(err, db.ErrStale) {
		return problem.Conflict("import_state", "这次导入的状态已变化，请刷新后再操作", "The import has moved on; reload and look again")
	}
	tx.AfterCommit(func() { s.changed(id) })
	return err
}

// save stores a result.
func (s *Service) save(ctx context.Context, tx *db.Tx, id db.ID, r *Result) error {
	faults, err := json.Marshal(r.Faults)
	if err != nil {
		return err
	}
	headers, _ := json.Marshal(r.Headers) // maps and structs of text and numbers always marshal
	counts, _ := json.Marshal(r.Counts)
	notes, _ := json.Marshal(r.Notes)
	return db.ExecOne(ctx, tx, `UPDATE import_batch SET ok = $1, updates = $2, same = $3, bad = $4, more = $5, faults = $6, headers = $7, counts = $8, notes = $9,
		done = $10, total = $10 WHERE id = $11`, r.OK, r.Updates, r.Same, r.Bad, r.More, string(faults), string(headers), string(counts), string(notes), r.Total, id)
}

// progress stores how far a batch is.
func (s *Service) progress(ctx context.Context, id db.ID, done, total int) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { s.changed(id) })
		return db.ExecOne(ctx, tx, "UPDATE import_batch SET done = $1, total = $2 WHERE id = $3", done, total, id)
	})
}

// fail ends a batch with a reason for people.
func (s *Service) fail(ctx context.Context, id db.ID, cause error) error {
	zh, en := "导入时发生内部错误，已写入的行可以撤销。请联系系统管理员。", "An internal error stopped the import; what was written can be undone. Tell the administrator."
	if p, ok := problem.As(cause); ok {
		zh, en = p.Zh, p.En
		for _, f := range p.Fields {
			zh, en = zh+" "+f.Zh, en+" "+f.En
		}
	} else {
		s.log.Error("import failed", "batch", id, "error", cause)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { s.changed(id) })
		return db.ExecOne(ctx, tx, "UPDATE import_batch SET state = $1, failed_zh = $2, failed_en = $3, updated_at = $4 WHERE id = $5", Failed, zh, en, tx.Now(), id)
	})
}
