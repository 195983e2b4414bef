package flow

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lifang/lifang/internal/db"
)

// Speed is what Measure found.
type Speed struct {
	Callers   int
	Instances float64 // 3-step human flows from start to end, per second
	Raw       float64 // the same rows written without the engine, in transactions of the same size, flows per second
	P50, P99  time.Duration
}

// Ratio is the share of the raw limit that the engine reaches.
func (s Speed) Ratio() float64 { return s.Instances / s.Raw }

const benchFlow = `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lf="urn:lifang:bpmn:1" targetNamespace="lifang">
<process id="bench" name="测速" lf:en="Speed test" lf:no="BENCH">
<startEvent id="start" lf:form="bench"/><userTask id="one" lf:assign="starter" lf:form="bench"/><userTask id="two" lf:assign="starter" lf:form="bench"/>
<userTask id="three" lf:assign="starter" lf:form="bench"/><endEvent id="end"/>
<sequenceFlow id="a" sourceRef="start" targetRef="one"/><sequenceFlow id="b" sourceRef="one" targetRef="two"/>
<sequenceFlow id="c" sourceRef="two" targetRef="three"/><sequenceFlow id="d" sourceRef="three" targetRef="end"/></process></definitions>`

const benchForm = `{"type":"object","properties":{"amount":{"type":"integer","title":"金额","x-en":"Amount"},"note":{"type":"string","title":"说明","x-en":"Note"}}}`

// Measure runs 3-step human flows from many callers for a while, and then the raw limit: the same number of transactions and
// row writes with nothing around them, in the same database. It leaves its cases behind; use a throw-away database.
func (e *Engine) Measure(ctx context.Context, callers int, each time.Duration) (Speed, error) {
	if _, err := e.Publish(ctx, Source{XML: []byte(benchFlow), Forms: map[string][]byte{"bench": []byte(benchForm)}}); err != nil {
		return Speed{}, err
	}
	s := Speed{Callers: callers}
	var mu sync.Mutex
	var taken []time.Duration
	var serial atomic.Int64
	var err error
	s.Instances, err = rate(callers, each, func() error {
		n := serial.Add(1)
		person, data := db.ID(n%1000+1), map[string]any{"amount": n, "note": "一段普通的说明文字"}
		a, err := e.Start(ctx, Start{Command: fmt.Sprintf("bench/%d", n), Flow: "bench", Org: 1, Actor: person, Data: data})
		for step := range 3 {
			if err != nil {
				return err
			}
			var task db.ID
			if err = e.d.Reader().QueryRowContext(ctx, `SELECT id FROM flow_task WHERE inst_id = $1 AND slot = $2`, a.CaseID, fmt.Sprintf("%d.1.1", step+2)).Scan(&task); err != nil {
				return err
			}
			began := time.Now()
			_, err = e.Do(ctx, Request{Command: fmt.Sprintf("bench/%d/%d", n, step), Verb: "complete", Task: task, Actor: person, Data: data})
			mu.Lock()
			taken = append(taken, time.Since(began))
			mu.Unlock()
		}
		return err
	})
	if err != nil {
		return s, err
	}
	s.P50, s.P99 = percentiles(taken)
	s.Raw, err = rate(callers, each, func() error { return e.raw(ctx) })
	return s, err
}

// raw writes the rows of one bench flow in four transactions.
func (e *Engine) raw(ctx context.Context) error {
	id := e.d.NewID()
	const doc = `{"state":0,"starter":1,"org":1,"at":1795395600000,"vars":{"amount":1,"note":"一段普通的说明文字"},"tokens":[{"id":2,"node":"one","at":1795395600000,"rounds":[{"slots":[{"id":"2.1.1","who":1}]}]}],"next":3}`
	for step := range 4 {
		err := e.d.Write(ctx, func(tx *db.Tx) error {
			if step == 0 {
				if _, err := tx.ExecContext(ctx, `INSERT INTO flow_inst (id, def_id, key, no, title, org_id, subject, starter, state, rev, hash, doc, parent_id, parent_token, started_at, ended_at)
					VALUES ($1, 0, 'raw', $2, '', 1, '', 1, 1, 1, '', $3, 0, 0, 1, 0)`, id, fmt.Sprintf("raw-%d", id), doc); err != nil {
					return err
				}
			} else {
				if err := db.ExecOne(ctx, tx, `UPDATE flow_inst SET rev = $1, doc = $2 WHERE id = $3 AND rev = $4`, step+1, doc, id, step); err != nil {
					return err
				}
				if err := db.ExecOne(ctx, tx, `UPDATE flow_task SET state = 1, done_by = 1, done_at = 1 WHERE inst_id = $1 AND slot = $2 AND state IN (0, 3)`, id, fmt.Sprint(step)); err != nil {
					return err
				}
			}
			if step < 3 {
				if _, err := tx.ExecContext(ctx, `INSERT INTO flow_task (id, inst_id, slot, node, kind, who, pool, state, org_id, def_id, key, title, priority, urges, opened_at, read_at, due_at, done_by, done_at, outcome)
					VALUES ($1, $2, $3, 'one', 0, 1, 0, 0, 1, 0, 'raw', '', 0, 0, 1, 0, 0, 0, 0, '')`, tx.NewID(), id, fmt.Sprint(step+1)); err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO flow_event (inst_id, seq, cmd, kind, node, task_id, actor, for_whom, at, data, hash) VALUES ($1, $2, $3, 'complete', 'one', 1, 1, 0, 1, $4, $5)`,
				id, step+1, fmt.Sprintf("raw/%d/%d", id, step), doc, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func percentiles(taken []time.Duration) (p50, p99 time.Duration) {
	if len(taken) == 0 {
		return 0, 0
	}
	slices.Sort(taken)
	return taken[len(taken)/2], taken[len(taken)*99/100]
}

// rate calls fn from many goroutines for a while and gives calls per second.
func rate(callers int, each time.Duration, fn func() error) (float64, error) {
	var done atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	began := time.Now()
	for range callers {
		wg.Go(func() {
			for time.Since(began) < each {
				if err := fn(); err != nil {
					mu.Lock()
					defer mu.Unlock()
					first = err
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), first
}
