package core

import (
	"slices"

	"github.com/lifang/lifang/internal/flow/bpmn"
)

// Forecast gives the steps that a case will probably still go through, in order, by the conditions as they stand now.
func (d *Definition) Forecast(doc *Doc) []*Node {
	if doc.State.Over() {
		return nil
	}
	r := &run{def: d, doc: doc, cmd: &Command{Ask: func(Question) (int64, error) { return 0, nil }}}
	var out, queue []*Node
	seen := map[*Node]bool{}
	for _, t := range doc.Tokens {
		n := d.nodes[t.Node]
		seen[n] = true
		queue = append(queue, n)
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		edges := slices.Clone(n.Out)
		for _, s := range n.Inside {
			if n.Kind == KindSub && s.Kind == KindStart && !seen[s] {
				seen[s] = true
				queue = append([]*Node{s}, queue...)
			}
		}
		if n.Kind == KindXor {
			edges = []*Edge{n.Out[0]}
			if e, err := r.choose(n); err == nil {
				edges = []*Edge{e}
			}
		}
		for _, e := range edges {
			if seen[e.To] {
				continue
			}
			seen[e.To] = true
			queue = append(queue, e.To)
			if e.To.Kind == KindTask || e.To.Kind == KindCall {
				out = append(out, e.To)
			}
		}
	}
	return out
}

// Steps tells how far a case is: step now of about total, in steps that people or other flows do.
func (d *Definition) Steps(doc *Doc) (now, total int) {
	done := map[string]bool{}
	for _, v := range doc.Seen {
		done[v.Node] = true
	}
	open := 0
	for _, t := range doc.Tokens {
		if k := d.nodes[t.Node].Kind; k == KindTask || k == KindCall {
			open = 1
			delete(done, t.Node)
		}
	}
	next := 0
	for _, n := range d.Forecast(doc) {
		if !done[n.ID] {
			next++
		}
	}
	return len(done) + open, len(done) + open + next
}

// SVG draws the flow with what is done, what waits and what is expected next; doc nil draws it plain.
func (d *Definition) SVG(doc *Doc, lang string) string {
	marks := map[string]bpmn.Mark{}
	if doc != nil {
		d.mark(doc, marks)
	}
	return d.drawn().SVG(bpmn.Look{Lang: lang, Marks: marks})
}

func (d *Definition) mark(doc *Doc, marks map[string]bpmn.Mark) {
	for _, n := range d.Forecast(doc) {
		marks[n.ID] = bpmn.Next
	}
	marks[d.Start.ID] = bpmn.Done
	for _, v := range doc.Seen {
		marks[v.Node] = bpmn.Done
	}
	for _, t := range doc.Tokens {
		if t.Edge == "" {
			marks[t.Node] = bpmn.Now
		}
	}
	ended := doc.State == Done || doc.State == Refused
	passed := func(n *Node) bool { // lies between something done and something done or waiting
		before, after := n.Host != nil && marks[n.Host.ID] == bpmn.Done, (n.Kind == KindEnd || n.Kind == KindTerminate) && ended && (n.Ends == Refused) == (doc.State == Refused)
		for _, m := range d.Nodes {
			for _, e := range m.Out {
				before = before || e.To == n && marks[m.ID] == bpmn.Done
				after = after || m == n && (marks[e.To.ID] == bpmn.Done || marks[e.To.ID] == bpmn.Now)
			}
		}
		return before && after
	}
	// A chain of gateways and actions between two steps is found from both sides: forward reach, then trimmed.
	for changed := true; changed; {
		changed = false
		for _, n := range d.Nodes {
			if marks[n.ID] == "" && n.Kind != KindTask && n.Kind != KindCall && passed(n) {
				marks[n.ID], changed = bpmn.Done, true
			}
		}
	}
}
