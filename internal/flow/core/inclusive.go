package core

import (
	"slices"
)

// fork sends a token out by every flow whose condition holds, or by the default flow when none does.
func (r *run) fork(t *Token, n *Node) error {
	id := t.ID
	out, err := r.picked(n)
	if err != nil {
		return err
	}
	return r.leave(r.doc.token(id), out)
}

// picked gives the flows whose condition holds, or the default flow.
func (r *run) picked(n *Node) ([]*Edge, error) {
	var out []*Edge
	for _, e := range n.Out {
		if e == n.Default {
			continue
		}
		yes := e.when == nil
		if e.when != nil {
			var err error
			if yes, err = r.condition(e); err != nil {
				return nil, err
			}
		}
		if yes {
			out = append(out, e)
		}
	}
	if len(out) == 0 && n.Default != nil {
		out = []*Edge{n.Default}
	}
	if len(out) == 0 && len(n.Out) > 0 {
		return nil, nowhere(n)
	}
	return out, nil
}

// nothingMore tells that an inclusive join need not wait (BPMN 2.0, 13.4.3): every token elsewhere in the scope that could
// still come by a flow on which none has come could also come by one on which one waits already.
func (r *run) nothingMore(at *Token, n *Node) bool {
	scope := scopeOf(at.Path)
	have := map[string]bool{}
	for i := range r.doc.Tokens {
		if t := &r.doc.Tokens[i]; t.Node == n.ID && t.Edge != "" && scopeOf(t.Path) == scope {
			have[t.Edge] = true
		}
	}
	for i := range r.doc.Tokens {
		t := &r.doc.Tokens[i]
		if t.Node == n.ID || scopeOf(t.Path) != scope || r.idle(t) {
			continue
		}
		from := t.Node
		for back := t.Return; back != nil; back = back.Then {
			from = back.Node // it comes straight back there
		}
		full, empty := reaches(r.def.nodes[from], n, have)
		if empty && !full {
			return false
		}
	}
	return true
}

// reaches tells by which kind of incoming flows of a join a token at a node can come to it: such on which one waits, or others.
func reaches(from, join *Node, have map[string]bool) (full, empty bool) {
	seen := map[*Node]bool{}
	var visit func(n *Node)
	visit = func(n *Node) {
		if seen[n] || n == join {
			return
		}
		seen[n] = true
		for _, src := range append([]*Node{n}, n.Bounds...) {
			for _, e := range src.Out {
				if e.To == join {
					full, empty = full || have[e.ID], empty || !have[e.ID]
					continue
				}
				visit(e.To)
			}
		}
	}
	visit(from)
	return full, empty
}

// merged lets an inclusive join go on as one token, one consumed for every flow.
func (r *run) merged(at *Token, n *Node) error {
	scope := scopeOf(at.Path)
	record := Join{Node: n.ID, Path: at.Path, Seen: len(r.doc.Seen)}
	came := map[string]bool{}
	for _, t := range slices.Clone(r.doc.Tokens) {
		if t.Node == n.ID && t.Edge != "" && scopeOf(t.Path) == scope && !came[t.Edge] {
			came[t.Edge] = true
			record.Path = meet(record.Path, t.Path)
			record.Arrived = append(record.Arrived, t)
			r.remove(t.ID)
		}
	}
	r.doc.Joins = append(r.doc.Joins, record)
	r.trace(n)
	return r.fork(r.spawn(n, record.Path), n)
}

// loop begins an activity that runs several times. Its token stays, with the events on its border; the instances lie inside.
func (r *run) loop(t *Token, n *Node) error {
	id := t.ID
	v, err := r.eval(n.Loop.count)
	if err != nil {
		return err
	}
	k, ok := size(v)
	if !ok || k > maxInstances {
		return nowhere(n)
	}
	if k <= 0 {
		return r.leave(t, n.Out)
	}
	t.Loop = &Loop{N: k}
	if err := r.bounds(t, n); err != nil {
		return err
	}
	first := k
	if n.Loop.Sequential {
		first = 1
	}
	for range first {
		if host := r.doc.token(id); host == nil || host.Loop.Begun >= k {
			break // an instance that ended at once has decided it
		}
		if err := r.instance(id, n); err != nil {
			return err
		}
	}
	return nil
}

const maxInstances = 1000

func size(v any) (int, bool) {
	switch v := v.(type) {
	case int:
		return v, true
	case float64:
		return int(v), v == float64(int(v))
	case []any:
		return len(v), true
	case nil:
		return 0, true
	}
	return 0, false
}

func (r *run) instance(host int, n *Node) error {
	h := r.doc.token(host)
	h.Loop.Begun++
	t := r.spawn(n, join(h.Path, host, 0))
	bare := *n
	bare.Bounds = nil // they lie on the whole
	return r.work(t, &bare)
}

// instanceDone counts an instance that has ended; the last one, or the completion condition, ends the whole.
func (r *run) instanceDone(host int, n *Node) error {
	h := r.doc.token(host)
	h.Loop.Done++
	c := tally{n: h.Loop.N, done: h.Loop.Done}
	over := c.done >= c.n
	if !over && n.Loop.until != nil {
		var err error
		if over, err = r.holds(n.Loop, c); err != nil {
			return err
		}
	}
	switch {
	case over:
		r.cancelWithin(join(h.Path, host, 0))
		h = r.doc.token(host)
		h.Loop = nil
		return r.leave(h, n.Out)
	case n.Loop.Sequential:
		return r.instance(host, n)
	}
	return nil
}
