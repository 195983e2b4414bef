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
	q := e.d.Reader()
	keys := map[int64]db.ID{int64(person): 0}
	if query.Box == "todo" {
		var err error
		if keys, err = (facts{e: e, ctx: ctx, q: q, person: person, at: e.d.Now(), flow: query.Flow}).keys(); err != nil {
			return nil, err
		}
	}
	page := &Page{Items: []TaskView{}}
	ids, err := e.pick(ctx, b, keys, query, page)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		v, err := e.card(ctx, q, b, id, keys)
		if err != nil {
			return nil, err
		}
		page.Items = append(page.Items, *v)
	}
	return page, nil
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

// pick finds the ids of a page: the newest of every key, merged.
func (e *Engine) pick(ctx context.Context, b box, keys map[int64]db.ID, query Query, page *Page) ([]db.ID, error) {
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
	rows, err := e.d.Reader().QueryContext(ctx, fmt.Sprintf(`SELECT id, at FROM (%s) k ORDER BY at DESC, id DESC LIMIT %d`, strings.Join(parts, " UNION ALL "), limit), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	var ids []db.ID
	for rows.Next() {
		var id, at int64
		if err := rows.Scan(&id, &at); err != nil {
			return nil, err
		}
		if len(ids) == query.Size {
			return ids, rows.Err()
		}
		ids = append(ids, db.ID(id))
		page.Next = fmt.Sprintf("%d-%d", at, id)
	}
	page.Next = "" // everything fitted
	return ids, rows.Err()
}

// card reads one entry of a box.
func (e *Engine) card(ctx context.Context, q db.Queryer, b box, id db.ID, keys map[int64]db.ID) (*TaskView, error) {
	var v TaskView
	var def db.ID
	var doc string
	var who, pool, state, inst int64
	const both = `i.id, i.def_id, i.no, i.title, i.org_id, i.doc, i.state`
	const task = `t.id, t.node, t.who, t.pool, t.state, t.opened_at, t.due_at, t.urges, t.priority`
	from := `SELECT ` + both + `, ` + task + ` FROM flow_task t JOIN flow_inst i ON i.id = t.inst_id WHERE t.id = $1`
	if b.table == "flow_inst" {
		from = `SELECT ` + both + `, COALESCE(t.id, 0), COALESCE(t.node, ''), COALESCE(t.who, 0), COALESCE(t.pool, 0), COALESCE(t.state, 0), i.started_at,
			COALESCE(t.due_at, 0), COALESCE(t.urges, 0), COALESCE(t.priority, 0) FROM flow_inst i LEFT JOIN flow_task t ON t.id =
			(SELECT MIN(o.id) FROM flow_task o WHERE o.inst_id = i.id AND o.` + strings.ReplaceAll(waiting, "AND state", "AND o.state") + `) WHERE i.id = $1`
	}
	if err := q.QueryRowContext(ctx, from, id).Scan(&v.CaseID, &def, &v.No, &v.Title, &v.ProjectID, &doc, &inst,
		&v.TaskID, &v.Node, &who, &pool, &state, &v.OpenedAt, &v.DueAt, &v.Urges, &v.Priority); err != nil {
		return nil, err
	}
	d, err := e.Definition(ctx, q, def)
	if err != nil {
		return nil, err
	}
	c, err := core.DecodeDoc([]byte(doc))
	if err != nil {
		return nil, err
	}
	v.Flow, v.FlowZh, v.FlowEn = d.Key, d.Zh, d.En
	if n := d.Node(v.Node); n != nil {
		v.NodeZh, v.NodeEn = n.Zh, n.En
	}
	v.State = core.SlotState(state).String()
	if b.table == "flow_inst" {
		v.State = core.State(inst).String()
	}
	v.Late = v.DueAt != 0 && v.DueAt < e.d.Now() && (state == int64(core.SlotOpen) && !core.State(inst).Over())
	v.Claimable = who < 0 && state == int64(core.SlotOpen)
	if p := keys[who]; p != 0 {
		if v.ForWhom, err = e.name(ctx, q, p); err != nil {
			return nil, err
		}
	}
	for _, name := range d.Summary {
		if value, ok := c.Vars[name]; ok {
			v.Summary = append(v.Summary, d.Field(name).Value(value))
		}
	}
	v.Steps.Now, v.Steps.Total = d.Steps(c)
	return &v, nil
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
