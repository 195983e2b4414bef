package flow

import (
	"context"
	"fmt"
	"strings"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow/core"
	"github.com/lifang/lifang/internal/problem"
)

// waiting is what makes a task one to do; the list, the badge and the index say it alike.
const waiting = `kind = 0 AND state IN (0, 3)`

// box is how one box is read: rows of flow_task, or of flow_inst for what one started.
type box struct {
	table, by, at, where string
}

var boxes = map[string]box{
	"todo":    {"flow_task", "who", "opened_at", waiting},
	"cc":      {"flow_task", "who", "opened_at", `kind = 1`},
	"done":    {"flow_task", "done_by", "done_at", `kind = 0 AND state = 1`},
	"started": {"flow_inst", "starter", "started_at", `parent_id = 0`},
}

// List gives a page of one of a person's boxes: todo 待我处理, started 我发起的, done 我已处理, cc 抄送我的. What waits in his
// pools, and for those whose deputy he is, is in todo.
func (e *Engine) List(ctx context.Context, person db.ID, query Query) (*Page, error) {
	b, known := boxes[query.Box]
	if !known {
		return nil, problem.BadRequest("没有这个列表", "There is no such box")
	}
	if query.Size <= 0 || query.Size > 100 {
		query.Size = 20
	}
	if person == 0 {
		return &Page{Items: []TaskView{}}, nil // nobody has nothing
	}
	keys := map[int64]db.ID{int64(person): 0}
	if query.Box == "todo" {
		var err error
		if keys, err = (facts{e: e, ctx: ctx, q: e.d.Reader(), person: person, at: e.d.Now(), flow: query.Flow}).keys(); err != nil {
			return nil, err
		}
	}
	return e.page(ctx, b, keys, query)
}

// Badge counts what a person has to do, by the same condition as the list.
func (e *Engine) Badge(ctx context.Context, person db.ID) (int64, error) {
	keys, err := facts{e: e, ctx: ctx, q: e.d.Reader(), person: person, at: e.d.Now()}.keys()
	if err != nil {
		return 0, err
	}
	sql, args := boxes["todo"].count(keys, Query{Box: "todo"})
	var n int64
	err = e.d.Reader().QueryRowContext(ctx, sql, args...).Scan(&n)
	return n, err
}

// padded gives keys in a number that is a power of two, filled up with 0 that matches nobody: few different statements.
func padded(keys map[int64]db.ID) []int64 {
	out := make([]int64, 0, len(keys)+4)
	for k := range keys {
		out = append(out, k)
	}
	for len(out)&(len(out)-1) != 0 {
		out = append(out, 0)
	}
	return out
}

// narrow gives the further conditions of a query.
func (b box) narrow(query Query, args *[]any) string {
	where := b.where
	if query.Flow != "" {
		*args = append(*args, query.Flow)
		where += fmt.Sprintf(" AND key = $%d", len(*args))
	}
	if text := strings.ToLower(strings.TrimSpace(query.Text)); text != "" {
		*args = append(*args, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)+"%")
		like := fmt.Sprintf(`LIKE $%d ESCAPE '\'`, len(*args))
		if b.table == "flow_inst" {
			where += " AND (lower(title) " + like + " OR lower(no) " + like + ")"
		} else {
			where += " AND (lower(title) " + like + " OR EXISTS (SELECT 1 FROM flow_inst n WHERE n.id = inst_id AND lower(n.no) " + like + "))"
		}
	}
	return where
}

func (b box) count(keys map[int64]db.ID, query Query) (string, []any) {
	var args []any
	var parts []string
	where := b.narrow(query, &args)
	for _, k := range padded(keys) {
		args = append(args, k)
		parts = append(parts, fmt.Sprintf(`(SELECT COUNT(*) FROM %s WHERE %s = $%d AND %s)`, b.table, b.by, len(args), where))
	}
	return "SELECT " + strings.Join(parts, " + "), args
}

// page reads a page of a box: the newest of every key, merged, and only then the rows themselves.
func (e *Engine) page(ctx context.Context, b box, keys map[int64]db.ID, query Query) (*Page, error) {
	page := &Page{}
	sql, args := b.count(keys, query)
	if err := e.d.Reader().QueryRowContext(ctx, sql, args...).Scan(&page.Count); err != nil {
		return nil, err
	}
	args = nil
	where := b.narrow(query, &args)
	if query.Cursor != "" {
		var at, id int64
		if _, err := fmt.Sscanf(query.Cursor, "%d-%d", &at, &id); err != nil {
			return nil, problem.BadRequest("翻页参数不对", "The cursor is wrong")
		}
		args = append(args, at, id)
		where += fmt.Sprintf(" AND (%s, id) < ($%d, $%d)", b.at, len(args)-1, len(args))
	}
	limit := query.Size + 1
	var parts []string
	for _, k := range padded(keys) {
		args = append(args, k)
		parts = append(parts, fmt.Sprintf(`SELECT * FROM (SELECT id, %[2]s AS at FROM %[1]s WHERE %[3]s = $%[4]d AND %[5]s ORDER BY %[2]s DESC, id DESC LIMIT %[6]d) k%[4]d`,
			b.table, b.at, b.by, len(args), where, limit))
	}
	picked := fmt.Sprintf(`SELECT id, at FROM (%s) k ORDER BY at DESC, id DESC LIMIT %d`, strings.Join(parts, " UNION ALL "), limit)
	cards, err := e.cards(ctx, b, picked, args)
	if err != nil {
		return nil, err
	}
	if len(cards) > query.Size {
		cards = cards[:query.Size]
		last := cards[query.Size-1]
		page.Next = fmt.Sprintf("%d-%d", last.at, last.id)
	}
	page.Items, err = e.shown(ctx, b, cards, keys)
	return page, err
}

// card is a row of a box as read.
type card struct {
	TaskView
	id, at, who, state int64
	def                db.ID
	doc                string
	inst               core.State
}

// cards reads the rows whose ids (and place in the order, "at") a query picks.
func (e *Engine) cards(ctx context.Context, b box, picked string, args []any) ([]card, error) {
	join := `JOIN flow_task t ON t.id = k.id JOIN flow_inst i ON i.id = t.inst_id`
	if b.table == "flow_inst" {
		join = `JOIN flow_inst i ON i.id = k.id LEFT JOIN flow_task t ON t.id = (SELECT MIN(o.id) FROM flow_task o WHERE o.inst_id = i.id AND o.kind = 0 AND o.state IN (0, 3))`
	}
	rows, err := e.d.Reader().QueryContext(ctx, `SELECT k.id, k.at, i.id, i.def_id, i.no, i.title, i.org_id, i.doc, i.state, COALESCE(t.id, 0), COALESCE(t.node, ''),
		COALESCE(t.who, 0), COALESCE(t.state, 0), COALESCE(t.opened_at, i.started_at), COALESCE(t.due_at, 0), COALESCE(t.urges, 0), COALESCE(t.priority, 0)
		FROM (`+picked+`) k `+join+` ORDER BY k.at DESC, k.id DESC`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	var out []card
	for rows.Next() {
		var c card
		if err := rows.Scan(&c.id, &c.at, &c.CaseID, &c.def, &c.No, &c.Title, &c.ProjectID, &c.doc, &c.inst, &c.TaskID, &c.Node,
			&c.who, &c.state, &c.OpenedAt, &c.DueAt, &c.Urges, &c.Priority); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// shown turns cards into what is shown to a person who acts for these keys.
func (e *Engine) shown(ctx context.Context, b box, cards []card, keys map[int64]db.ID) ([]TaskView, error) {
	out := make([]TaskView, 0, len(cards))
	for _, c := range cards {
		d, err := e.Definition(ctx, e.d.Reader(), c.def)
		if err != nil {
			return nil, err
		}
		doc, err := core.DecodeDoc([]byte(c.doc))
		if err != nil {
			return nil, err
		}
		v := c.TaskView
		v.Flow, v.FlowZh, v.FlowEn, v.Summary = d.Key, d.Zh, d.En, []Value{}
		if n := d.Node(v.Node); n != nil {
			v.NodeZh, v.NodeEn = n.Zh, n.En
		}
		v.State = core.SlotState(c.state).String()
		if b.table == "flow_inst" {
			v.State, v.OpenedAt = c.inst.String(), c.at
		}
		open := core.SlotState(c.state) == core.SlotOpen && !c.inst.Over()
		v.Late = v.DueAt != 0 && v.DueAt < e.d.Now() && open
		v.Claimable = c.who < 0 && open
		if p := keys[c.who]; p != 0 {
			if v.ForWhom, err = e.name(ctx, e.d.Reader(), p); err != nil {
				return nil, err
			}
		}
		for _, name := range d.Summary {
			if value, ok := doc.Vars[name]; ok {
				v.Summary = append(v.Summary, d.Field(name).Value(value))
			}
		}
		v.Steps.Now, v.Steps.Total = d.Steps(doc)
		out = append(out, v)
	}
	return out, nil
}

func (e *Engine) name(ctx context.Context, q db.Queryer, id db.ID) (string, error) {
	names, err := e.o.Directory.Names(ctx, q, []db.ID{id})
	return names[id], err
}

// MarkRead notes that somebody opened a task or a copy; it answers whether it was unread.
func (e *Engine) MarkRead(ctx context.Context, person, task db.ID) (bool, error) {
	fresh := false
	err := e.d.Write(ctx, func(tx *db.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE flow_task SET read_at = $1 WHERE id = $2 AND who = $3 AND read_at = 0`, tx.Now(), task, person)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		fresh = n == 1
		return err
	})
	return fresh, err
}
