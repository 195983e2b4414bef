package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/job"
)

// Notice is something that persons should be told.
type Notice struct {
	// Key is unique for the notice: telling a person twice is told once.
	Key      string
	Template string
	To       []db.ID
	Params   map[string]string
	Project  db.ID
	// Link is where the app goes when the message is opened: "/cases/123".
	Link string
	// Urgent makes this one notice urgent; otherwise the template says.
	Urgent bool
}

// Outgoing is a message on its way out of the house.
type Outgoing struct {
	// Key is the same each time the delivery is tried; the receiver can know by it what
	// he has had already.
	Key   string
	To    string // mail address, phone number; "" for shared channels
	Title string
	Body  string
	Link  string
}

// Channel takes messages out of the house. Send returns the receiver's answer; an error
// is tried again unless it is marked with job.Fail.
type Channel interface {
	// Name is what templates call it: mail, sms, wecom.
	Name() string
	// Shared channels reach a group, not a person, and get each notice once.
	Shared() bool
	Send(ctx context.Context, m Outgoing) (answer string, err error)
}

// Address is where and in which language ("zh" or "en") a person is reached.
type Address struct {
	To   string
	Lang string
}

// Options are what a notifier works with. Address gives a person's address on a
// channel, empty where there is none; it is asked when the message goes out.
type Options struct {
	Channels []Channel
	Address  func(ctx context.Context, q db.Queryer, person db.ID, channel string) (Address, error)
	// Names gives the names of persons, for "王芳 asks you to hurry".
	Names func(ctx context.Context, q db.Queryer, persons []db.ID) (map[db.ID]string, error)
	// Site is put before links in outgoing messages: "https://lifang.example.com".
	Site string
}

// Notifier sends notices.
type Notifier struct {
	db        *db.DB
	jobs      *job.Queue
	hub       *Hub
	templates Templates
	opt       Options
	channels  map[string]Channel
}

const deliverKind = "notify.deliver"

type deliverArgs struct {
	Delivery db.ID `json:"delivery"`
}

// New makes a notifier and declares its job on the queue, before that starts.
func New(d *db.DB, jobs *job.Queue, hub *Hub, templates Templates, o Options) *Notifier {
	n := &Notifier{db: d, jobs: jobs, hub: hub, templates: templates, opt: o, channels: map[string]Channel{}}
	for _, c := range o.Channels {
		n.channels[c.Name()] = c
	}
	job.Handle(jobs, deliverKind, job.Quick, n.deliver)
	return n
}

// Send puts the notice into the persons' messages and starts its deliveries, all in
// the caller's transaction. An unknown template or a missing value is an error.
func (n *Notifier) Send(ctx context.Context, tx *db.Tx, notice Notice) error {
	t := n.templates[notice.Template]
	if t == nil {
		return fmt.Errorf("message template %q does not exist", notice.Template)
	}
	zh, en, err := t.words(notice.Params)
	if err != nil {
		return fmt.Errorf("message %s: %w", notice.Template, err)
	}
	params, err := json.Marshal(notice.Params)
	if err != nil {
		return err
	}
	notice.Urgent = notice.Urgent || t.Urgent
	var told []db.ID
	for _, person := range notice.To {
		id := tx.NewID()
		result, err := tx.ExecContext(ctx, `INSERT INTO message (id, project_id, version, archived_at, created_at, updated_at, batch_id,
				notice, person_id, template, params, title, title_en, body, body_en, link, urgent, read_at)
			VALUES ($1, $2, 1, 0, $3, $3, 0, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0) ON CONFLICT (person_id, notice) DO NOTHING`,
			id, notice.Project, tx.Now(), notice.Key, person, notice.Template, string(params), zh.Title, en.Title, zh.Body, en.Body, notice.Link, bit(notice.Urgent))
		if err != nil {
			return err
		}
		if rows, err := result.RowsAffected(); err != nil {
			return err
		} else if rows == 0 {
			continue
		}
		told = append(told, person)
		if err := n.dispatch(ctx, tx, notice, t.Channels, id); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() {
		for _, person := range told {
			n.hub.Publish(Event{Topic: "messages", Person: person})
		}
	})
	return nil
}

func (n *Notifier) dispatch(ctx context.Context, tx *db.Tx, notice Notice, channels []string, message db.ID) error {
	runAt := tx.Now()
	if !notice.Urgent {
		var err error
		if runAt, err = afterQuiet(ctx, tx, notice.Project, runAt); err != nil {
			return err
		}
	}
	for _, name := range channels {
		c := n.channels[name]
		if c == nil {
			continue // not set up here
		}
		key := name + "/" + message.String()
		if c.Shared() {
			key = name + "/" + notice.Key
		}
		id := tx.NewID()
		result, err := tx.ExecContext(ctx, `INSERT INTO delivery (id, idem, message_id, channel, state, answer, created_at, sent_at)
			VALUES ($1, $2, $3, $4, 0, '', $5, 0) ON CONFLICT (idem) DO NOTHING`, id, key, message, name, tx.Now())
		if err != nil {
			return err
		}
		if rows, err := result.RowsAffected(); err != nil {
			return err
		} else if rows == 0 {
			continue
		}
		if _, err := n.jobs.Enqueue(ctx, tx, job.Job{Kind: deliverKind, Args: deliverArgs{id}, Key: strconv.FormatInt(int64(id), 10), RunAt: runAt}); err != nil {
			return err
		}
	}
	return nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// deliver is the job: it sends and then notes the answer in the transaction that ends
// the job. If the process dies in between, it sends again under the same key.
func (n *Notifier) deliver(ctx context.Context, run *job.Run, a deliverArgs) error {
	var m Outgoing
	var zh, en Text
	var person db.ID
	var name string
	var state int64
	err := n.db.Reader().QueryRowContext(ctx, `SELECT d.idem, d.channel, d.state, m.person_id, m.title, m.title_en, m.body, m.body_en, m.link
		FROM delivery d JOIN message m ON m.id = d.message_id WHERE d.id = $1`, a.Delivery).
		Scan(&m.Key, &name, &state, &person, &zh.Title, &en.Title, &zh.Body, &en.Body, &m.Link)
	if err != nil {
		return err
	}
	c := n.channels[name]
	if c == nil {
		return fmt.Errorf("channel %s is not set up", name)
	}
	if state == 1 {
		return nil
	}
	at := Address{Lang: "zh"}
	if !c.Shared() {
		if at, err = n.opt.Address(ctx, n.db.Reader(), person, name); err != nil {
			return err
		}
		if at.To == "" {
			return n.note(ctx, run, a.Delivery, 2, "no address")
		}
	}
	m.To, m.Title, m.Body = at.To, zh.Title, zh.Body
	if at.Lang == "en" {
		m.Title, m.Body = en.Title, en.Body
	}
	if m.Link != "" {
		m.Link = n.opt.Site + m.Link
	}
	answer, err := c.Send(ctx, m)
	if err != nil {
		if job.IsFinal(err) {
			return errors.Join(err, n.note(ctx, nil, a.Delivery, 2, err.Error()))
		}
		return err
	}
	return n.note(ctx, run, a.Delivery, 1, answer)
}

func (n *Notifier) note(ctx context.Context, run *job.Run, delivery db.ID, state int64, answer string) error {
	return n.db.Write(ctx, func(tx *db.Tx) error {
		if err := db.ExecOne(ctx, tx, `UPDATE delivery SET state = $1, answer = $2, sent_at = $3 WHERE id = $4 AND state <> 1`, state, answer, tx.Now(), delivery); err != nil {
			return err
		}
		if run == nil {
			return nil
		}
		return run.CompleteIn(ctx, tx)
	})
}
