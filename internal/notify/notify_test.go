package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/flow"
	"github.com/lifang/lifang/internal/job"
	"github.com/lifang/lifang/internal/notify"
	"github.com/lifang/lifang/rulebook"
)

const templates = `
flow.urge:
  params: [no, who, node_zh, due]
  zh: {title: "{{.who}} 催办 {{.no}}", body: "{{.node_zh}} {{.due}}"}
  en: {title: Urged}

late:
  params: [no]
  channels: [mail, group, fax]
  zh: {title: "超时：{{.no}}", body: "请处理 {{.no}}"}
  en: {title: "Late: {{.no}}", body: "Please see to {{.no}}"}
fire:
  urgent: true
  channels: [mail]
  zh: {title: 火警}
  en: {title: Fire}
`

// post is a channel that keeps what it is given.
type post struct {
	name   string
	shared bool
	mu     sync.Mutex
	fail   error
	sent   []notify.Outgoing
}

func (p *post) Name() string { return p.name }
func (p *post) Shared() bool { return p.shared }
func (p *post) Send(_ context.Context, m notify.Outgoing) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return "", p.fail
	}
	p.sent = append(p.sent, m)
	return "ok", nil
}

func (p *post) got() []notify.Outgoing {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]notify.Outgoing{}, p.sent...)
}

type house struct {
	t        *testing.T
	d        *db.DB
	jobs     *job.Queue
	hub      *notify.Hub
	notifier *notify.Notifier
	mail     *post
	group    *post
}

// noon is 12:00 in China, night is 22:30.
var (
	noon  = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC).UnixMilli()
	night = time.Date(2026, 11, 23, 14, 30, 0, 0, time.UTC).UnixMilli()
)

func each(t *testing.T, at int64, fn func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	all, err := notify.LoadTemplates(fstest.MapFS{"x/messages.yaml": &fstest.MapFile{Data: []byte(templates)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			o := dbtest.Options(t, engine)
			began := time.Now()
			o.Now = func() int64 { return at + time.Since(began).Milliseconds() }
			d, err := db.Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			})
			log := slog.New(slog.DiscardHandler)
			h := &house{t: t, d: d, mail: &post{name: "mail"}, group: &post{name: "group", shared: true}, hub: notify.NewHub(d, false, log)}
			h.jobs = job.NewQueue(d, job.Options{Poll: 20 * time.Millisecond, Grace: 50 * time.Millisecond, Log: log})
			h.notifier = notify.New(d, h.jobs, h.hub, all, notify.Options{
				Channels: []notify.Channel{h.mail, h.group}, Site: "https://lf.example",
				Names: func(context.Context, db.Queryer, []db.ID) (map[db.ID]string, error) {
					return map[db.ID]string{9: "王芳"}, nil
				},
				Address: func(_ context.Context, _ db.Queryer, person db.ID, channel string) (notify.Address, error) {
					switch person {
					case 1:
						return notify.Address{To: "wang@example.com", Lang: "zh"}, nil
					case 2:
						return notify.Address{To: "lee@example.com", Lang: "en"}, nil
					}
					return notify.Address{}, nil
				},
			})
			h.jobs.Start(t.Context())
			t.Cleanup(h.jobs.Stop)
			fn(t, h)
		})
	}
}

func (h *house) send(n notify.Notice) error {
	return h.d.Write(h.t.Context(), func(tx *db.Tx) error { return h.notifier.Send(h.t.Context(), tx, n) })
}

func (h *house) must(n notify.Notice) {
	h.t.Helper()
	if err := h.send(n); err != nil {
		h.t.Fatal(err)
	}
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited too long for: %s", what)
		}
	}
}

func (h *house) deliveries() string {
	h.t.Helper()
	rows, err := h.d.Reader().QueryContext(h.t.Context(), `SELECT channel, state, answer FROM delivery ORDER BY channel, state, id`)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var channel, answer string
		var state int
		if err := rows.Scan(&channel, &state, &answer); err != nil {
			h.t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %d %s", channel, state, answer))
	}
	return strings.Join(all, "; ")
}

func TestNoticeReachesAppAndChannelsOnce(t *testing.T) {
	each(t, noon, func(t *testing.T, h *house) {
		listener := h.hub.Subscribe(func(e notify.Event) bool { return e.Topic == "messages" && e.Person == 2 })
		defer listener.Close()
		n := notify.Notice{Key: "case/1/late", Template: "late", To: []db.ID{1, 2, 3, 1}, Params: map[string]string{"no": "WX-1"}, Project: 9, Link: "/cases/1"}
		h.must(n)
		h.must(n) // told twice, told once
		await(t, "deliveries", func() bool { return h.deliveries() == "group 1 ok; mail 1 ok; mail 1 ok; mail 2 no address" })
		texts := map[string]notify.Outgoing{}
		for _, m := range h.mail.got() {
			texts[m.To] = m
		}
		if len(h.mail.got()) != 2 || texts["wang@example.com"].Title != "超时：WX-1" || texts["lee@example.com"].Body != "Please see to WX-1" ||
			texts["lee@example.com"].Link != "https://lf.example/cases/1" || texts["wang@example.com"].Key == texts["lee@example.com"].Key {
			t.Errorf("mails %+v", h.mail.got())
		}
		if got := h.group.got(); len(got) != 1 || got[0].Key != "group/case/1/late" {
			t.Errorf("the group was told %+v", got)
		}
		if events, err := listener.Next(t.Context()); err != nil || len(events) != 1 {
			t.Errorf("events %v %v", events, err)
		}
		inbox, err := notify.Inbox(t.Context(), h.d.Reader(), 3, 10)
		if err != nil || len(inbox) != 1 || inbox[0].Title != "超时：WX-1" || inbox[0].TitleEn != "Late: WX-1" || inbox[0].ProjectID != 9 {
			t.Errorf("inbox %+v %v", inbox, err)
		}
	})
}

func TestNothingIsSentWhenTheCallersChangeIsUndone(t *testing.T) {
	each(t, noon, func(t *testing.T, h *house) {
		undo := errors.New("undo")
		err := h.d.Write(t.Context(), func(tx *db.Tx) error {
			return errors.Join(h.notifier.Send(t.Context(), tx, notify.Notice{Key: "k", Template: "fire", To: []db.ID{1}}), undo)
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
		time.Sleep(60 * time.Millisecond)
		if n, err := notify.Unread(t.Context(), h.d.Reader(), 1); n != 0 || err != nil || len(h.mail.got()) != 0 {
			t.Errorf("%d messages %v, mails %v", n, err, h.mail.got())
		}
	})
}

func TestUnknownTemplateAndMissingValueAreErrors(t *testing.T) {
	each(t, noon, func(t *testing.T, h *house) {
		for template, reason := range map[string]string{"nothing": "does not exist", "late": `"no" is missing`} {
			if err := h.send(notify.Notice{Key: "k", Template: template, To: []db.ID{1}}); err == nil || !strings.Contains(err.Error(), reason) {
				t.Errorf("%s: %v", template, err)
			}
		}
	})
}

func TestQuietHours(t *testing.T) {
	each(t, night, func(t *testing.T, h *house) {
		h.must(notify.Notice{Key: "a", Template: "late", To: []db.ID{1}, Params: map[string]string{"no": "WX-1"}})
		h.must(notify.Notice{Key: "b", Template: "fire", To: []db.ID{1}})
		h.must(notify.Notice{Key: "c", Template: "late", To: []db.ID{2}, Params: map[string]string{"no": "WX-2"}, Urgent: true})
		await(t, "the urgent ones", func() bool { return len(h.mail.got()) == 2 })
		time.Sleep(60 * time.Millisecond)
		if got := h.mail.got(); len(got) != 2 || strings.Contains(got[0].Title+got[1].Title, "超时：WX-1") {
			t.Errorf("at night went out %+v", got)
		}
		if n, err := notify.Unread(t.Context(), h.d.Reader(), 1); n != 2 || err != nil {
			t.Errorf("in the app are %d %v", n, err)
		}
		var waits int64
		if err := h.d.Reader().QueryRowContext(t.Context(), `SELECT MAX(run_at) FROM job WHERE state = 0`).Scan(&waits); err != nil {
			t.Fatal(err)
		}
		if morning := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC).UnixMilli(); waits != morning {
			t.Errorf("waits until %v", time.UnixMilli(waits).UTC())
		}
		for _, k := range []struct{ from, to, want string }{{"21:00", "08:00", "2026-11-24T00:00"}, {"00:00", "08:00", "2026-11-23T14:30"},
			{"22:00", "23:30", "2026-11-23T15:30"}, {"08:00", "08:00", "2026-11-23T14:30"}} {
			err := h.d.Write(t.Context(), func(tx *db.Tx) error {
				if err := errors.Join(notify.QuietFrom.Set(t.Context(), tx, 5, k.from, 0), notify.QuietTo.Set(t.Context(), tx, 5, k.to, 0)); err != nil {
					return err
				}
				at, err := notify.AfterQuiet(t.Context(), tx, 5, night)
				if got := time.UnixMilli(at).UTC().Format("2006-01-02T15:04"); got != k.want {
					t.Errorf("quiet %s–%s: %s, want %s", k.from, k.to, got, k.want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestFinalFailureIsAnIncidentThatCanBeRetried(t *testing.T) {
	each(t, noon, func(t *testing.T, h *house) {
		h.mail.fail = job.Fail(errors.New("550 no such user"))
		h.must(notify.Notice{Key: "a", Template: "fire", To: []db.ID{1}})
		var found []job.Status
		await(t, "the incident", func() bool {
			var err error
			if found, err = h.jobs.Incidents(t.Context(), h.d.Reader(), 5); err != nil {
				t.Fatal(err)
			}
			return len(found) == 1
		})
		if got := h.deliveries(); got != "mail 2 550 no such user" {
			t.Errorf("deliveries %q", got)
		}
		h.mail.mu.Lock()
		h.mail.fail = nil
		h.mail.mu.Unlock()
		if err := h.d.Write(t.Context(), func(tx *db.Tx) error { return h.jobs.Retry(t.Context(), tx, found[0].ID) }); err != nil {
			t.Fatal(err)
		}
		await(t, "the retry", func() bool { return h.deliveries() == "mail 1 ok" })
	})
}

func TestEverybodyReadsHisOwnMessages(t *testing.T) {
	each(t, noon, func(t *testing.T, h *house) {
		h.must(notify.Notice{Key: "a", Template: "fire", To: []db.ID{1, 2}})
		h.must(notify.Notice{Key: "b", Template: "fire", To: []db.ID{1}})
		p := &access.Principal{Kind: access.Staff, AccountID: 10, PersonID: 1}
		p.Grant("sys.message.write", access.Scope{Self: true})
		own := access.With(t.Context(), p)
		page, err := notify.Messages.List(own, h.d.Reader(), url.Values{})
		if err != nil || page.Total != 2 {
			t.Fatalf("%d messages %v", page.Total, err)
		}
		err = h.d.Write(own, func(tx *db.Tx) error {
			_, err := notify.Messages.Update(own, tx, page.Items[0].ID, 0, func(m *notify.Message) error { m.ReadAt = tx.Now(); return nil })
			return err
		})
		if n, countErr := notify.Unread(own, h.d.Reader(), 1); err != nil || countErr != nil || n != 1 {
			t.Errorf("%d unread %v %v", n, err, countErr)
		}
		err = h.d.Write(own, func(tx *db.Tx) error {
			return notify.Messages.Create(own, tx, &notify.Message{Title: "x", PersonID: 1})
		})
		if err == nil {
			t.Error("a person wrote himself a message")
		}
		err = h.d.Write(own, func(tx *db.Tx) error { return notify.MarkRead(own, tx, 1, tx.Now()) })
		if n, countErr := notify.Unread(own, h.d.Reader(), 1); err != nil || countErr != nil || n != 0 {
			t.Errorf("%d unread %v %v", n, err, countErr)
		}
		unread, err := url.ParseQuery(notify.Messages.Def.Views[0].Query)
		if err != nil {
			t.Fatal(err)
		}
		other := &access.Principal{Kind: access.Staff, AccountID: 11, PersonID: 2}
		other.Grant("sys.message.write", access.Scope{Self: true})
		for ctx, want := range map[context.Context]int64{own: 0, access.With(t.Context(), other): 1} {
			if page, err := notify.Messages.List(ctx, h.d.Reader(), unread); err != nil || page.Total != want {
				t.Errorf("the view of unread messages has %d %v, want %d", page.Total, err, want)
			}
		}
	})
}

func TestCasesTellPeople(t *testing.T) {
	each(t, noon, func(t *testing.T, h *house) {
		tasks := h.hub.Subscribe(func(e notify.Event) bool { return e.Topic == "tasks" && e.Person == 1 })
		defer tasks.Close()
		for _, c := range []flow.Notice{
			{Key: "1", Kind: "urge", To: []db.ID{1}, CaseID: 42, No: "WX-1", NodeZh: "维修", From: 9, Due: noon},
			{Key: "2", Kind: "yodel", To: []db.ID{1}},
			{Key: "3", Kind: "urge"},
		} {
			if err := h.d.Write(t.Context(), func(tx *db.Tx) error { return h.notifier.Case(t.Context(), tx, c) }); err != nil {
				t.Fatal(err)
			}
		}
		inbox, err := notify.Inbox(t.Context(), h.d.Reader(), 1, 10)
		if err != nil || len(inbox) != 1 || inbox[0].Title != "王芳 催办 WX-1" || inbox[0].Body != "维修 2026-11-23 12:00" || inbox[0].Link != "/case/42" {
			t.Errorf("inbox %+v %v", inbox, err)
		}
		if events, err := tasks.Next(t.Context()); err != nil || len(events) != 1 {
			t.Errorf("events %v %v", events, err)
		}
	})
}

func TestTemplatesOfTheRuleBook(t *testing.T) {
	t.Parallel()
	all, err := notify.LoadTemplates(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range strings.Fields("opened remind late urge comment cc returned transferred done refused withdrawn stopped incident") {
		if all["flow."+kind] == nil {
			t.Errorf("flow.%s is missing", kind)
		}
	}
}

func TestLoadTemplatesNamesTheMistake(t *testing.T) {
	t.Parallel()
	for text, reason := range map[string]string{
		"a: {zh: {title: 甲}}":                                "both languages",
		"a: {zh: {title: '{{.no}}'}, en: {title: b}}":        "no",
		"a: {zh: {title: '{{'}, en: {title: b}}":             "zh.title",
		"a: {zh: {title: 甲}, en: {title: b}, colour: green}": "colour",
	} {
		_, err := notify.LoadTemplates(fstest.MapFS{"x/messages.yaml": &fstest.MapFile{Data: []byte(text)}})
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, want %q", text, err, reason)
		}
	}
	twice := &fstest.MapFile{Data: []byte("a: {zh: {title: 甲}, en: {title: a}}")}
	if _, err := notify.LoadTemplates(fstest.MapFS{"x/messages.yaml": twice, "y/messages.yaml": twice}); err == nil {
		t.Error("a message that is there twice")
	}
}

func TestHubPassesEventsBetweenNodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		log := slog.New(slog.DiscardHandler)
		here, there := notify.NewHub(d, true, log), notify.NewHub(d, true, log)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { here.Run(ctx) })
		running.Go(func() { there.Run(ctx) })
		defer running.Wait()
		defer stop()
		all := func(notify.Event) bool { return true }
		near, far := here.Subscribe(all), there.Subscribe(all)
		defer near.Close()
		defer far.Close()
		e := notify.Event{Topic: "import:42", Person: 7, Project: 9}
		for range 100 {
			here.Publish(e) // a slow listener gets it once
		}
		wait, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		for name, s := range map[string]*notify.Subscription{"near": near, "far": far} {
			if got, err := s.Next(wait); err != nil || len(got) != 1 || got[0] != e {
				t.Errorf("%s: %v %v", name, got, err)
			}
		}
		short, cancelShort := context.WithTimeout(t.Context(), 1200*time.Millisecond)
		defer cancelShort()
		if got, err := far.Next(short); err == nil {
			t.Errorf("heard again: %v", got)
		}
		if text, err := json.Marshal(e); err != nil || string(text) != `{"topic":"import:42"}` {
			t.Errorf("screens see %s", text)
		}
	})
}
