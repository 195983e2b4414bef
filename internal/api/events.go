package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/notify"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// heartbeat keeps proxies from closing a quiet stream, and is when the stream
// looks whether its session still lives.
const heartbeat = 25 * time.Second

// maxStreams is how many streams one account may hold open: one per browser.
const maxStreams = 20

// Events adds the stream that wakes open screens. It says only that something
// changed; the screen asks again for what it shows.
func Events(hub *notify.Hub) Module {
	return func(s *Server) {
		streams := newGauge(maxStreams)
		Add(s, Op{Method: "GET", Path: "/api/events", ID: "events", Permission: Authenticated, Tag: "events", Timeout: -1,
			Produces: "text/event-stream", Zh: "变更通知（SSE）", En: "Notices of change (server-sent events): data is {\"topic\":…}"},
			func(ctx context.Context, _ *Nothing) (*stream, error) {
				who := access.From(ctx)
				release, ok := streams.enter(who.AccountID.String())
				if !ok {
					return nil, problem.New(http.StatusTooManyRequests, "too_many_streams", "打开的页面太多，请关闭一些", "Too many pages are open; close some")
				}
				return &stream{server: s, hub: hub, who: who, release: release}, nil
			})
	}
}

type stream struct {
	server  *Server
	hub     *notify.Hub
	who     *access.Principal
	release func()
}

// concerns says whether an event is for somebody: what names a person is for that
// person, what is in a project for those who may read the register there. Whoever
// may read only his own rows is told by the events that name him.
func concerns(who *access.Principal, e notify.Event) bool {
	if e.Person != 0 {
		return e.Person == who.PersonID
	}
	if who.Kind == access.Resident {
		return false
	}
	if r, ok := register.Lookup(e.Topic); ok {
		scope := who.Scope(r.Permission() + ".read")
		return scope.Covers(e.Project) || e.Project == 0 && (scope.All || len(scope.Projects) > 0)
	}
	return true
}

// Respond streams until the browser leaves, the session ends or the server drains.
func (a *stream) Respond(w http.ResponseWriter, r *http.Request) error {
	defer a.release()
	subscription := a.hub.Subscribe(func(e notify.Event) bool { return concerns(a.who, e) })
	defer subscription.Close()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	control := http.NewResponseController(w)
	// A reader that does not read must not hold the stream for ever.
	send := func(text string) bool {
		_ = control.SetWriteDeadline(time.Now().Add(heartbeat))
		if _, err := w.Write([]byte(text)); err != nil {
			return false
		}
		return control.Flush() == nil
	}
	if !send("retry: 3000\n: open\n\n") {
		return nil
	}
	_ = control.SetReadDeadline(time.Time{}) // the stream outlives the reading of the request
	for {
		events, ended := a.next(r.Context(), subscription)
		switch {
		case ended:
			return nil
		case len(events) == 0:
			who, err := a.server.caller(r, &request{lang: a.who.Lang, ip: a.who.IP})
			if err != nil || who.AccountID != a.who.AccountID || !send(": alive\n\n") {
				return nil
			}
		}
		for _, e := range events {
			data, err := json.Marshal(e)
			if err != nil {
				return nil
			}
			if !send(fmt.Sprintf("data: %s\n\n", data)) {
				return nil
			}
		}
	}
}

// next waits for events, for the heartbeat (no events), or for the end.
func (a *stream) next(ctx context.Context, subscription *notify.Subscription) (events []notify.Event, ended bool) {
	wait, cancel := context.WithTimeout(ctx, heartbeat)
	defer cancel()
	stop := context.AfterFunc(a.server.drained, cancel)
	defer stop()
	events, err := subscription.Next(wait)
	if err != nil && (ctx.Err() != nil || a.server.drained.Err() != nil) {
		return nil, true
	}
	return events, false
}
