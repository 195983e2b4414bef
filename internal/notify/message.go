package notify

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Message is what a person finds in the app. Only ReadAt can be changed.
type Message struct {
	register.Row
	Title    string `zh:"标题" en:"Title" lf:"readonly,primary,search"`
	TitleEn  string `zh:"英文标题" en:"English title" lf:"readonly,hidden"`
	Body     string `zh:"内容" en:"Text" lf:"readonly,search,format=textarea"`
	BodyEn   string `zh:"英文内容" en:"English text" lf:"readonly,hidden"`
	Link     string `zh:"链接" en:"Link" lf:"readonly"`
	Template string `zh:"消息类型" en:"Kind" lf:"readonly,filter=in"`
	Urgent   bool   `zh:"紧急" en:"Urgent" lf:"readonly,filter=in"`
	ReadAt   int64  `zh:"阅读时间" en:"Read at" lf:"format=datetime,filter=range,min=0" help:"0 为未读" help_en:"0 while not read"`
	PersonID db.ID  `zh:"收件人" en:"To" lf:"readonly,hidden"`
}

// Messages are everybody's own messages.
var Messages = register.New(register.Def[Message]{
	Name: "messages", Table: "message", Zh: "消息", En: "Messages", Permission: "sys.message", Self: "person_id", Sort: "-created_at",
	Check: func(ctx context.Context, _ db.Queryer, old, _ *Message) error {
		if old == nil && access.From(ctx).Kind != access.Automatic {
			return problem.Forbidden()
		}
		return nil
	},
	Views: []register.View{{Key: "unread", Zh: "未读", En: "Unread", Query: "read_at=~0"}},
})

// Unread counts the messages that a person has not read.
func Unread(ctx context.Context, q db.Queryer, person db.ID) (int64, error) {
	var n int64
	err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM message WHERE person_id = $1 AND read_at = 0 AND archived_at = 0`, person).Scan(&n)
	return n, err
}

// Inbox lists a person's newest messages, at most limit: for residents, who have no
// registers.
func Inbox(ctx context.Context, q db.Queryer, person db.ID, limit int) ([]Message, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, project_id, created_at, title, title_en, body, body_en, link, template, urgent, read_at
		FROM message WHERE person_id = $1 AND archived_at = 0 ORDER BY created_at DESC, id DESC LIMIT $2`, person, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	list := []Message{}
	for rows.Next() {
		m := Message{PersonID: person}
		var urgent int64
		if err := rows.Scan(&m.ID, &m.ProjectID, &m.CreatedAt, &m.Title, &m.TitleEn, &m.Body, &m.BodyEn, &m.Link, &m.Template, &urgent, &m.ReadAt); err != nil {
			return nil, err
		}
		m.Urgent = urgent != 0
		list = append(list, m)
	}
	return list, rows.Err()
}

// MarkRead notes that a person has read his messages up to an instant (unix ms); what
// was read before keeps its time.
func MarkRead(ctx context.Context, tx *db.Tx, person db.ID, upTo int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE message SET read_at = $1, updated_at = $1, version = version + 1 WHERE person_id = $2 AND read_at = 0 AND created_at <= $3`,
		tx.Now(), person, upTo)
	return err
}
