package api

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/notify"
)

// InboxMessage is a message to the caller.
type InboxMessage struct {
	ID        db.ID  `json:"id"`
	Title     string `json:"title"`
	TitleEn   string `json:"title_en"`
	Body      string `json:"body"`
	BodyEn    string `json:"body_en"`
	Link      string `json:"link"`
	Urgent    bool   `json:"urgent"`
	CreatedAt int64  `json:"created_at"`
	ReadAt    int64  `json:"read_at" doc:"0 while not read"`
}

// Inbox adds the caller's own messages, for residents too, who have no registers.
func Inbox(d *db.DB, hub *notify.Hub) Module {
	return func(s *Server) {
		type query struct {
			Limit int64 `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}
		type inbox struct {
			Items  []InboxMessage `json:"items"`
			Unread int64          `json:"unread"`
		}
		Add(s, Op{Method: "GET", Path: "/api/inbox", ID: "inbox", Permission: Authenticated, Tag: "messages",
			Zh: "我的消息", En: "My messages"},
			func(ctx context.Context, in *query) (*inbox, error) {
				person := access.From(ctx).PersonID
				list, err := notify.Inbox(ctx, d.Reader(), person, int(in.Limit))
				if err != nil {
					return nil, err
				}
				out := &inbox{}
				for _, m := range list {
					out.Items = append(out.Items, InboxMessage{m.ID, m.Title, m.TitleEn, m.Body, m.BodyEn, m.Link, m.Urgent, m.CreatedAt, m.ReadAt})
				}
				out.Unread, err = notify.Unread(ctx, d.Reader(), person)
				return out, err
			})
		type readIn struct {
			Body struct {
				UpTo int64 `json:"up_to" minimum:"0" doc:"unix ms: everything that came until then has been read"`
			}
		}
		Add(s, Op{Method: "POST", Path: "/api/inbox/read", ID: "readInbox", Permission: Authenticated, Tag: "messages",
			Zh: "标为已读", En: "Mark as read"},
			func(ctx context.Context, in *readIn) (*Nothing, error) {
				person := access.From(ctx).PersonID
				return nil, d.Write(ctx, func(tx *db.Tx) error {
					tx.AfterCommit(func() { hub.Publish(notify.Event{Topic: "messages", Person: person}) })
					return notify.MarkRead(ctx, tx, person, in.Body.UpTo)
				})
			})
	}
}
