package flow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow/core"
	"github.com/lifang/lifang/internal/problem"
)

// session is one case inside one transaction: it applies commands, does their effects, and writes the case once at the end.
type session struct {
	e   *Engine
	ctx context.Context
	tx  *db.Tx
	def *Definition
	doc *core.Doc

	id          db.ID
	no, title   string
	subject     string
	org         db.ID
	starter     db.ID
	rev         int // as read
	seq         int // number of the last event
	hash        string
	parent      db.ID
	parentToken int
	inParent    bool // the parent's session runs and looks at the end itself

	command string // id of the client's command
	subs    int    // commands that followed from it
	task    db.ID  // that the command is about
	files   map[string][]File
	armed   bool
	now     int64
}

const instColumns = `i.id, i.def_id, i.no, i.title, i.org_id, i.subject, i.starter, i.rev, i.hash, i.doc, i.parent_id, i.parent_token`

// open reads a case in order to change it; on PostgreSQL others wait for it.
func (e *Engine) open(ctx context.Context, tx *db.Tx, id db.ID) (*session, error) {
	return e.read(ctx, tx, tx.QueryRowContext(ctx, `SELECT `+instColumns+`, 0, '' FROM flow_inst i WHERE i.id = $1`+db.ForUpdate(tx.Engine()), id), nil)
}

type scanner interface{ Scan(...any) error }

func (e *Engine) read(ctx context.Context, tx *db.Tx, row scanner, slot *string) (*session, error) {
	s := &session{e: e, ctx: ctx, tx: tx, now: tx.Now()}
	var def db.ID
	var doc, at string
	err := row.Scan(&s.id, &def, &s.no, &s.title, &s.org, &s.subject, &s.starter, &s.rev, &s.hash, &doc, &s.parent, &s.parentToken, &s.task, &at)
	if errors.Is(err, db.ErrNotFound) {
		return nil, problem.NotFound("找不到此单或任务", "There is no such case or task")
	}
	if err != nil {
		return nil, err
	}
	if slot != nil {
		*slot = at
	}
	s.seq = s.rev
	if s.doc, err = core.DecodeDoc([]byte(doc)); err != nil {
		return nil, err
	}
	s.def, err = e.Definition(ctx, tx, def)
	return s, err
}

// save writes the case; ErrStale when another node was faster.
func (s *session) save() error {
	if s.seq == s.rev {
		return nil
	}
	ended := int64(0)
	if s.doc.State.Over() {
		ended = s.now
	}
	if changed := s.e.o.Changed; changed != nil {
		s.tx.AfterCommit(func() { changed(s.id, s.org) })
	}
	doc := string(s.doc.Encode())
	if s.rev == 0 {
		_, err := s.tx.ExecContext(s.ctx, `INSERT INTO flow_inst (id, def_id, key, no, title, org_id, subject, starter, state, rev, hash, doc, parent_id, parent_token, started_at, ended_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`, s.id, s.def.ID, s.def.Key, s.no, s.title, s.org, s.subject,
			s.starter, s.doc.State, s.seq, s.hash, doc, s.parent, s.parentToken, s.doc.At, ended)
		return err
	}
	return db.ExecOne(s.ctx, s.tx, `UPDATE flow_inst SET state = $1, rev = $2, hash = $3, doc = $4, ended_at = CASE WHEN ended_at = 0 THEN $5 ELSE ended_at END
		WHERE id = $6 AND rev = $7`, s.doc.State, s.seq, s.hash, doc, ended, s.id, s.rev)
}

// apply does one command with everything that follows from it.
func (s *session) apply(c *core.Command) error {
	c.At, c.Ask = s.now, s.answer
	node := s.about(c)
	doc, effects, err := core.Apply(s.def, s.doc, c)
	if err != nil {
		return err
	}
	s.doc = doc
	if c.Kind == "start" || c.Kind == "acted" && s.rev == 0 { // the actions of the first step may say more
		s.title = s.def.Title(doc)
	}
	if err := s.event(c, node); err != nil {
		return err
	}
	// Actions and children lead to further commands, which need the rows of this one; they may also take each other's tokens away.
	var later []func() error
	for i, x := range effects {
		switch x := x.(type) {
		case core.CallAction:
			later = append(later, func() error { return s.ifThere(x.Token, func() error { return s.act(c, x) }) })
		case core.StartChild:
			later = append(later, func() error { return s.ifThere(x.Token, func() error { return s.startChild(x) }) })
		default:
			if err := s.perform(c, i, x); err != nil {
				return err
			}
		}
	}
	for _, do := range later {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) ifThere(token int, fn func() error) error {
	if s.doc.Has(token) {
		return fn()
	}
	return nil
}

// event writes the next event of the chain.
func (s *session) event(c *core.Command, node string) error {
	s.seq++
	id := s.command
	if s.subs > 0 {
		id += "#" + strconv.Itoa(s.subs)
	}
	s.subs++
	data := core.Canonical(c)
	s.hash = chain(s.hash, s.id, s.seq, id, data)
	_, err := s.tx.ExecContext(s.ctx, `INSERT INTO flow_event (inst_id, seq, cmd, kind, node, task_id, actor, for_whom, at, data, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, s.id, s.seq, id, c.Kind, node, s.task, c.Actor, c.For, c.At, string(data), s.hash)
	if db.IsUnique(err) {
		return errors.Join(db.ErrStale, err) // the command was done already, or another one came first
	}
	if err != nil {
		return err
	}
	for _, field := range slices.Sorted(maps.Keys(s.files)) {
		for _, f := range s.files[field] {
			if _, err := s.tx.ExecContext(s.ctx, `INSERT INTO flow_file (id, inst_id, seq, field, sha256, name, mime, size, taken_at, geo, by_id)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, f.ID, s.id, s.seq, field, f.SHA256, f.Name, f.Mime, f.Size, f.TakenAt, f.Geo, c.Actor); err != nil {
				return err
			}
		}
	}
	s.files = nil
	return nil
}

// chain gives the hash of an event: over the one before, its place, the command's id and its data.
func chain(prev string, inst db.ID, seq int, cmd string, data []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n%d\n%s\n", prev, inst, seq, cmd)
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

// about gives the node that a command is about, before it is applied.
func (s *session) about(c *core.Command) string {
	if s.doc == nil {
		return s.def.Start.ID
	}
	if t, _ := s.doc.Find(c.Slot); t != nil {
		return t.Node
	}
	if timer, ok := strings.CutPrefix(c.Job, "timer/"); ok {
		_, node, _ := strings.Cut(timer, "/")
		return node
	}
	for _, t := range s.doc.Tokens {
		if t.ID == c.Token || slices.ContainsFunc(t.Timers, func(m core.Timer) bool { return m.Key == c.Job }) {
			return t.Node
		}
	}
	return c.Node
}

// answer answers the core's questions from the directory and the calendar.
func (s *session) answer(q core.Question) (int64, error) {
	switch q.Kind {
	case core.AskPool:
		return s.pool(q.Role)
	case core.AskHolder:
		return s.holder(q.Role, q.Level)
	case core.AskRead:
		return s.touched(q.Slot)
	case core.AskLeader:
		id, err := s.e.o.Directory.Leader(s.ctx, s.tx, db.ID(q.Person), s.org, q.Level)
		return int64(id), err
	}
	pauses := make([]calendar.Pause, len(q.Pauses))
	for i, p := range q.Pauses {
		pauses[i] = calendar.Pause{From: p[0], To: p[1]}
	}
	if q.Percent == 100 {
		return s.e.o.Calendar.DueWithPauses(q.Limit.On, q.From, q.Limit.Limit, pauses)
	}
	return s.e.o.Calendar.Point(q.Limit.On, q.From, q.Limit.Limit, int64(q.Percent), pauses)
}

// holder gives the n-th holder of a position, nearest first; 0 when there are fewer.
func (s *session) holder(role string, n int) (int64, error) {
	p, err := s.unit(role)
	if err != nil {
		return 0, err
	}
	ids, err := s.e.o.Directory.Holders(s.ctx, s.tx, p.Role, p.Org)
	if err != nil || n > len(ids) {
		return 0, err
	}
	return int64(ids[n-1]), nil
}

// touched answers 1 when somebody has looked at the task of a slot or done anything with it.
func (s *session) touched(slot string) (int64, error) {
	var n int64
	err := s.tx.QueryRowContext(s.ctx, `SELECT COUNT(*) FROM flow_task t WHERE t.inst_id = $1 AND t.slot = $2
		AND (t.read_at <> 0 OR EXISTS (SELECT 1 FROM flow_event e WHERE e.inst_id = t.inst_id AND e.task_id = t.id))`, s.id, slot).Scan(&n)
	return n, err
}

// unit resolves CODE@company to the position and the unit where it is looked for.
func (s *session) unit(role string) (Pool, error) {
	if role == core.AdminRole {
		if role = s.e.o.Admin; role == "" {
			return Pool{}, problem.New(422, "flow_admin", "没有设置流程管理员岗位", "No position of flow administrators is set")
		}
	}
	code, kind, above := strings.Cut(role, "@")
	p := Pool{Role: code, Org: s.org}
	if !above || kind == "project" {
		return p, nil
	}
	org, err := s.e.o.Directory.Unit(s.ctx, s.tx, s.org, kind)
	if err == nil && org == 0 {
		err = problem.New(422, "flow_unit", "组织中没有上级单位："+kind, "There is no unit of this kind above the project: "+kind)
	}
	p.Org = org
	return p, err
}

// pool interns a position at a unit and gives its negative id.
func (s *session) pool(role string) (int64, error) {
	p, err := s.unit(role)
	if err != nil {
		return 0, err
	}
	s.e.mu.RLock()
	id, known := s.e.pools[p]
	s.e.mu.RUnlock()
	if known {
		return id, nil
	}
	if _, err := s.tx.ExecContext(s.ctx, `INSERT INTO flow_pool (id, role, org_id) VALUES ($1, $2, $3) ON CONFLICT (role, org_id) DO NOTHING`,
		s.tx.NewID(), p.Role, p.Org); err != nil {
		return 0, err
	}
	if err := s.tx.QueryRowContext(s.ctx, `SELECT -id FROM flow_pool WHERE role = $1 AND org_id = $2`, p.Role, p.Org).Scan(&id); err != nil {
		return 0, err
	}
	s.tx.AfterCommit(func() {
		s.e.mu.Lock()
		defer s.e.mu.Unlock()
		s.e.pools[p] = id
	})
	return id, nil
}

// number gives the next case number of a prefix, project and day: BX-JLHY-20261123-0007.
func (s *session) number() error {
	code, err := s.e.o.Directory.OrgCode(s.ctx, s.tx, s.org)
	if err != nil {
		return err
	}
	prefix := s.def.Prefix
	if prefix == "" {
		prefix = strings.ToUpper(s.def.Key)
	}
	day := strings.ReplaceAll(string(calendar.DateOf(s.now)), "-", "")
	key := prefix + "-" + code + "-" + day
	var n int64
	err = s.tx.QueryRowContext(s.ctx, `INSERT INTO counter (name, value) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value`, "flow/"+key).Scan(&n)
	s.no = fmt.Sprintf("%s-%04d", key, n)
	return err
}
