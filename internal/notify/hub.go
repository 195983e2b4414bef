package notify

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/lifang/lifang/internal/db"
)

// Event says that something on a topic has changed: "tasks", "import:42", "messages", a
// register's name. Person and Project, where set, say whom it concerns.
type Event struct {
	Topic   string `json:"topic"`
	Person  db.ID  `json:"-"`
	Project db.ID  `json:"-"`
}

// Hub wakes screens. Publish reaches the subscribers of this process at once and, where
// several nodes share a database, those of the others within a second.
type Hub struct {
	db     *db.DB
	log    *slog.Logger
	shared bool
	node   string

	mu      sync.Mutex
	subs    map[*Subscription]bool
	pending map[Event]bool // for the other nodes
}

const (
	hubPoll = 500 * time.Millisecond
	hubKeep = time.Minute
	hubBack = 10 * time.Second // how late a row may become visible
)

// NewHub makes a hub. shared says that other nodes use the same database.
func NewHub(d *db.DB, shared bool, log *slog.Logger) *Hub {
	return &Hub{db: d, log: log, shared: shared, node: rand.Text(), subs: map[*Subscription]bool{}, pending: map[Event]bool{}}
}

// Publish tells subscribers. It never blocks and never fails, and is called after the
// change has been committed.
func (h *Hub) Publish(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tell(e)
	if h.shared {
		h.pending[e] = true
	}
}

func (h *Hub) tell(e Event) {
	for s := range h.subs {
		if s.want(e) {
			s.pending[e] = true
			select {
			case s.ready <- struct{}{}:
			default: // it knows already
			}
		}
	}
}

// Subscription is one listener. However slow it is, it holds each event once.
type Subscription struct {
	hub     *Hub
	want    func(Event) bool
	pending map[Event]bool
	ready   chan struct{}
}

// Subscribe listens for the events that want accepts; want must be quick and must not
// call the hub. Close the subscription in the end.
func (h *Hub) Subscribe(want func(Event) bool) *Subscription {
	s := &Subscription{hub: h, want: want, pending: map[Event]bool{}, ready: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subs[s] = true
	return s
}

// Next waits for events and returns those since the last call, each once, in no order.
func (s *Subscription) Next(ctx context.Context) ([]Event, error) {
	for {
		s.hub.mu.Lock()
		var events []Event
		for e := range s.pending {
			events = append(events, e)
		}
		clear(s.pending)
		s.hub.mu.Unlock()
		if len(events) > 0 {
			return events, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.ready:
		}
	}
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.subs, s)
}

// Run passes events between nodes until ctx ends. Where no other node shares the
// database it only waits.
func (h *Hub) Run(ctx context.Context) {
	if !h.shared {
		<-ctx.Done()
		return
	}
	tick := time.NewTicker(hubPoll)
	defer tick.Stop()
	seen := map[db.ID]int64{}
	swept := h.db.Now()
	since := swept
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := errors.Join(h.pass(ctx), h.hear(ctx, since, seen)); err != nil && ctx.Err() == nil {
			h.log.Warn("events between nodes", "error", err)
		}
		now := h.db.Now()
		since = max(since, now-hubBack.Milliseconds())
		for id, at := range seen {
			if at < since {
				delete(seen, id)
			}
		}
		if now-swept > hubKeep.Milliseconds() {
			swept = now
			if err := h.db.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, `DELETE FROM wake WHERE at < $1`, now-hubKeep.Milliseconds())
				return err
			}); err != nil && ctx.Err() == nil {
				h.log.Warn("events between nodes", "error", err)
			}
		}
	}
}

// pass writes what the other nodes should know.
func (h *Hub) pass(ctx context.Context) error {
	h.mu.Lock()
	events := h.pending
	h.pending = map[Event]bool{}
	h.mu.Unlock()
	if len(events) == 0 {
		return nil
	}
	return h.db.Write(ctx, func(tx *db.Tx) error {
		for e := range events {
			if _, err := tx.ExecContext(ctx, `INSERT INTO wake (id, node, topic, person_id, project_id, at) VALUES ($1, $2, $3, $4, $5, $6)`,
				tx.NewID(), h.node, e.Topic, e.Person, e.Project, tx.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// hear reads what the other nodes wrote. Rows can become visible after later ones, so
// it looks back a while and remembers what it has told.
func (h *Hub) hear(ctx context.Context, since int64, seen map[db.ID]int64) error {
	rows, err := h.db.Reader().QueryContext(ctx, `SELECT id, topic, person_id, project_id, at FROM wake WHERE at >= $1 AND node <> $2`, since, h.node)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id db.ID
		var e Event
		var at int64
		if err := rows.Scan(&id, &e.Topic, &e.Person, &e.Project, &at); err != nil {
			return err
		}
		if _, told := seen[id]; told {
			continue
		}
		seen[id] = at
		h.mu.Lock()
		h.tell(e)
		h.mu.Unlock()
	}
	return rows.Err()
}
