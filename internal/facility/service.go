package facility

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
)

// Charger makes a charge of a repair's fee in the same transaction. Charging twice under one key gives the first charge.
type Charger interface {
	Charge(ctx context.Context, tx *db.Tx, c Charge) (id db.ID, err error)
}

// Charge is the fee of paid work on a room.
type Charge struct {
	ProjectID   db.ID
	RoomID      db.ID
	Item        string    // code of the fee item
	Amount      money.Fen // above zero
	Explanation Explanation
	CaseID      db.ID  // of the repair
	Key         string // the same when the step is tried again
}

// Service holds the rules of requests and repairs. It is safe for concurrent use.
type Service struct {
	// Holders gives who holds a position at a project: orders are given to technicians only. Nil asks nobody.
	Holders func(ctx context.Context, q db.Queryer, position string, project db.ID) ([]db.ID, error)

	levels  *Levels
	faults  *Catalogue
	book    *calendar.Book
	charger Charger
}

// New reads the rules from the rule book.
func New(files fs.FS, book *calendar.Book, charger Charger) (*Service, error) {
	l, err := LoadLevels(files)
	if err != nil {
		return nil, err
	}
	c, err := LoadCatalogue(files)
	if err != nil {
		return nil, err
	}
	return &Service{levels: l, faults: c, book: book, charger: charger}, nil
}

// Register makes the actions of the flows order-intake and repair known to the engine, with the variables they set.
func (s *Service) Register(e *flow.Engine) {
	vars := func(text string) (out []flow.Var) {
		for _, word := range strings.Fields(text) {
			name, typ, _ := strings.Cut(word, ":")
			if typ == "" {
				typ = "string"
			}
			out = append(out, flow.Var{Name: name, Type: typ})
		}
		return out
	}
	// Every action writes one of the registers: the screens that show them are told.
	add := func(name string, act flow.ActionFunc, sets string) {
		e.RegisterAction(name, func(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
			out, err := act(ctx, tx, in)
			if err == nil {
				Requests.Announce(tx, in.Org)
				Orders.Announce(tx, in.Org)
			}
			return out, err
		}, vars(sets)...)
	}
	add("facility.open_request", s.openRequest, `request_id requester_id requester_name phone place kind priority
		reported_at:integer grade_limit duplicate_no summary`)
	add("facility.grade_request", s.gradeRequest, ``)
	add("facility.request_repaired", s.requestRepaired, `follow:boolean close_code`)
	add("facility.reopen_request", s.reopenRequest, `charge_kind reopened:boolean`)
	add("facility.close_request", s.closeRequest, ``)
	add("facility.open_order", s.openOrder, `order_id order_state fault_name make_safe reported_at:integer technician
		charge_kind rework:boolean refusals:integer rework_count:integer dispatch_limit take_limit on_site_limit finish_limit`)
	add("facility.set_state", s.setState, `order_state`)
	add("facility.refuse_order", s.refuseOrder, `refusals:integer technician order_state`)
	add("facility.quote", s.quote, `charge_kind quote_fee:integer quote_text quote_review:boolean order_state`)
	add("facility.finish", s.finish, `fee:integer order_state`)
	add("facility.rework", s.rework, `rework_count:integer order_state`)
	add("facility.settle", s.settle, `charge_id order_state`)
	add("facility.close_order", s.closeOrder, `order_state`)
}

// Watch keeps the registers right when a case ends without an action: withdrawn by its starter or stopped by an
// administrator. It is called with every notice of the engine, in the transaction of the command.
func (s *Service) Watch(ctx context.Context, tx *db.Tx, n flow.Notice) error {
	if n.Kind != "withdrawn" && n.Kind != "stopped" {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `UPDATE service_request SET state = 'withdrawn', close_code = 'withdrawn', closed_at = $1, updated_at = $1,
		version = version + 1 WHERE case_id = $2 AND closed_at = 0`, tx.Now(), n.CaseID); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE work_order SET state = 'cancelled', closed_at = $1, updated_at = $1, version = version + 1
		WHERE case_id = $2 AND closed_at = 0`, tx.Now(), n.CaseID)
	return err
}

// set writes columns of one row, given as name, value, name, value …; the row must be there.
func set(ctx context.Context, tx *db.Tx, table string, id db.ID, pairs ...any) error {
	columns := []string{"version = version + 1", "updated_at = $1"}
	args := []any{tx.Now()}
	for i := 0; i+1 < len(pairs); i += 2 {
		args = append(args, pairs[i+1])
		columns = append(columns, fmt.Sprintf("%s = $%d", pairs[i], len(args)))
	}
	args = append(args, id)
	err := db.ExecOne(ctx, tx, fmt.Sprintf("UPDATE %s SET %s WHERE id = $%d", table, strings.Join(columns, ", "), len(args)), args...)
	if errors.Is(err, db.ErrStale) {
		return problem.NotFound("找不到对应的台账记录", "The register row of this case is missing")
	}
	return err
}

// insert writes a new row, given as name, value, name, value …
func insert(ctx context.Context, tx *db.Tx, table string, id, project db.ID, pairs ...any) error {
	pairs = append([]any{"id", id, "project_id", project, "version", 1, "archived_at", 0, "created_at", tx.Now(), "updated_at", tx.Now(), "batch_id", 0}, pairs...)
	var names, marks []string
	var args []any
	for i := 0; i+1 < len(pairs); i += 2 {
		args = append(args, pairs[i+1])
		names = append(names, pairs[i].(string))
		marks = append(marks, fmt.Sprintf("$%d", len(args)))
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(names, ", "), strings.Join(marks, ", ")), args...)
	return err
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
