package core_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lifang/lifang/internal/flow/core"
	"github.com/lifang/lifang/internal/problem"
)

// grower writes random flows that are sound by construction.
type grower struct {
	t     *rapid.T
	nodes strings.Builder
	flows strings.Builder
	n     int
}

func (g *grower) id(kind string) string {
	g.n++
	return kind + strconv.Itoa(g.n)
}

func (g *grower) flow(from, to, when string) {
	g.n++
	cond := ""
	if when != "" {
		cond = "<conditionExpression>" + when + "</conditionExpression>"
	}
	fmt.Fprintf(&g.flows, `<sequenceFlow id="q%d" sourceRef=%q targetRef=%q>%s</sequenceFlow>`+"\n", g.n, from, to, cond)
}

// block writes a part of a flow after a node and gives the node at its end.
func (g *grower) block(after string, depth int) string {
	kinds := []string{"task", "act", "timed", "call", "wait"}
	if depth > 0 {
		kinds = append(kinds, "seq", "seq", "and", "and", "xor", "or", "loop", "sub", "sub", "many")
	}
	switch kind := rapid.SampledFrom(kinds).Draw(g.t, "block"); kind {
	case "act":
		id := g.id("act")
		fmt.Fprintf(&g.nodes, `<serviceTask id=%q lf:action="act"/>`+"\n", id)
		g.flow(after, id, "")
		return id
	case "call":
		id := g.id("call")
		fmt.Fprintf(&g.nodes, `<callActivity id=%q calledElement="other" lf:take="z"/>`+"\n", id)
		g.flow(after, id, "")
		return id
	case "wait":
		id := g.id("wait")
		fmt.Fprintf(&g.nodes, `<intermediateCatchEvent id=%q><timerEventDefinition><timeDuration>PT5M</timeDuration></timerEventDefinition></intermediateCatchEvent>`+"\n", id)
		g.flow(after, id, "")
		return id
	case "timed":
		id, b := g.task(after), g.id("tm")
		side := rapid.Bool().Draw(g.t, "side")
		g.nodes.WriteString(timer(b, id, "PT9M", !side) + "\n")
		if side {
			e := g.id("end")
			fmt.Fprintf(&g.nodes, `<endEvent id=%q/>`+"\n", e)
			g.flow(g.task(b), e, "")
			return id
		}
		x := g.id("x")
		fmt.Fprintf(&g.nodes, `<exclusiveGateway id=%q/>`+"\n", x)
		g.flow(id, x, "")
		g.flow(b, x, "")
		return x
	case "seq":
		for range rapid.IntRange(2, 3).Draw(g.t, "length") {
			after = g.block(after, depth-1)
		}
		return after
	case "many":
		id := g.id("n")
		fmt.Fprintf(&g.nodes, `<serviceTask id=%q lf:action="act"><multiInstanceLoopCharacteristics isSequential="%v"><loopCardinality>amount</loopCardinality></multiInstanceLoopCharacteristics></serviceTask>`+"\n",
			id, rapid.Bool().Draw(g.t, "sequential"))
		g.flow(after, id, "")
		return id
	case "sub":
		return g.sub(after, depth-1)
	case "and", "xor", "or":
		open, closing := g.id("o"), g.id("c")
		tag, extra := "parallelGateway", ""
		if kind != "and" {
			tag = map[string]string{"xor": "exclusiveGateway", "or": "inclusiveGateway"}[kind]
			extra = fmt.Sprintf(` default="d%s"`, open)
		}
		fmt.Fprintf(&g.nodes, "<%s id=%q%s/><%s id=%q/>\n", tag, open, extra, tag, closing)
		g.flow(after, open, "")
		for i := range rapid.IntRange(2, 3).Draw(g.t, "branches") {
			first := g.id("act")
			fmt.Fprintf(&g.nodes, `<serviceTask id=%q lf:action="act"/>`+"\n", first)
			switch {
			case kind == "and":
				g.flow(open, first, "")
			case i == 0:
				fmt.Fprintf(&g.flows, `<sequenceFlow id="d%s" sourceRef=%q targetRef=%q/>`+"\n", open, open, first)
			default:
				g.flow(open, first, fmt.Sprintf(map[string]string{"xor": "amount == %d", "or": "amount >= %d"}[kind], i))
			}
			g.flow(g.block(first, depth-1), closing, "")
		}
		return closing
	case "loop":
		head, tail := g.id("h"), g.id("t")
		fmt.Fprintf(&g.nodes, `<exclusiveGateway id=%q/><exclusiveGateway id=%q default="d%s"/>`+"\n", head, tail, tail)
		g.flow(after, head, "")
		g.flow(g.task(g.block(head, depth-1)), tail, "")
		g.flow(tail, head, "ok")
		out := g.id("act")
		fmt.Fprintf(&g.nodes, `<serviceTask id=%q lf:action="act"/>`+"\n", out)
		fmt.Fprintf(&g.flows, `<sequenceFlow id="d%s" sourceRef=%q targetRef=%q/>`+"\n", tail, tail, out)
		return out
	}
	return g.task(after)
}

// sub writes a sub-process: with a block inside, perhaps several times, an error on the way out, a timer on its border or an
// event sub-process inside.
func (g *grower) sub(after string, depth int) string {
	id, s, e := g.id("sub"), g.id("is"), g.id("ie")
	outerNodes, outerFlows := g.nodes, g.flows
	g.nodes, g.flows = strings.Builder{}, strings.Builder{}
	g.n++
	fmt.Fprintf(&g.nodes, `<startEvent id=%q/><endEvent id=%q/>`+"\n", s, e)
	fails, listens := rapid.Bool().Draw(g.t, "fails"), rapid.Bool().Draw(g.t, "listens")
	last := g.block(s, depth)
	if fails {
		x, bad := g.id("x"), g.id("bad")
		fmt.Fprintf(&g.nodes, `<exclusiveGateway id=%q default="d%s"/><endEvent id=%q><errorEventDefinition errorRef="E"/></endEvent>`+"\n", x, x, bad)
		g.flow(last, x, "")
		g.flow(x, bad, "ok")
		fmt.Fprintf(&g.flows, `<sequenceFlow id="d%s" sourceRef=%q targetRef=%q/>`+"\n", x, x, e)
	} else {
		g.flow(last, e, "")
	}
	if listens {
		ev, es, ee := g.id("ev"), g.id("es"), g.id("ee")
		deep := g.nodes
		g.nodes = strings.Builder{}
		flows := g.flows
		g.flows = strings.Builder{}
		fmt.Fprintf(&g.nodes, `<startEvent id=%q isInterrupting="%v"><timerEventDefinition><timeDuration>PT7M</timeDuration></timerEventDefinition></startEvent><endEvent id=%q/>`, es, rapid.Bool().Draw(g.t, "interrupting"), ee)
		g.flow(g.task(es), ee, "")
		inner := g.nodes.String() + g.flows.String()
		g.nodes, g.flows = strings.Builder{}, strings.Builder{}
		g.nodes.WriteString(deep.String() + fmt.Sprintf(`<subProcess id=%q triggeredByEvent="true">%s</subProcess>`, ev, inner))
		g.flows.WriteString(flows.String())
	}
	inside := g.nodes.String() + g.flows.String()
	g.nodes, g.flows = strings.Builder{}, strings.Builder{}
	g.nodes.WriteString(outerNodes.String())
	g.flows.WriteString(outerFlows.String())
	several := ""
	if rapid.IntRange(0, 3).Draw(g.t, "several subs") == 0 {
		several = fmt.Sprintf(`<multiInstanceLoopCharacteristics isSequential="%v"><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>`, rapid.Bool().Draw(g.t, "one by one"))
	}
	fmt.Fprintf(&g.nodes, `<subProcess id=%q>%s%s</subProcess>`+"\n", id, several, inside)
	g.flow(after, id, "")
	if !fails {
		return id
	}
	b, x := g.id("caught"), g.id("x")
	fmt.Fprintf(&g.nodes, `<boundaryEvent id=%q attachedToRef=%q><errorEventDefinition/></boundaryEvent><exclusiveGateway id=%q/>`+"\n", b, id, x)
	g.flow(id, x, "")
	g.flow(b, x, "")
	return x
}

func (g *grower) task(after string) string {
	id := g.id("u")
	if rapid.IntRange(0, 3).Draw(g.t, "several") == 0 {
		until := rapid.SampledFrom([]string{"", "agree == n", "agree >= 0.6*n", "done >= 1", "reject >= 1"}).Draw(g.t, "until")
		g.nodes.WriteString(sign(id, `lf:form="f" lf:back="any" lf:allow="add before after remove delegate direct retake transfer"`, rapid.SampledFrom([]string{"true", "false"}).Draw(g.t, "sequential"), until) + "\n")
		g.flow(after, id, "")
		return id
	}
	attrs := rapid.SampledFrom([]string{"", `lf:due="60m"`, `lf:due="2h work" lf:from="case"`, `lf:assign="leader(starter)"`}).Draw(g.t, "attrs")
	g.nodes.WriteString(user(id, attrs+` lf:form="f" lf:back="any" lf:allow="hold transfer add before after remove delegate direct retake"`) + "\n")
	g.flow(after, id, "")
	return id
}

func grow(t *rapid.T, depth int) []byte {
	g := &grower{t: t}
	g.nodes.WriteString(`<startEvent id="s" lf:form="f"/><endEvent id="e"/>` + "\n")
	last := g.block(g.block("s", depth), depth)
	g.flow(last, "e", "")
	return wrap(g.nodes.String() + g.flows.String())
}

// random does one random thing in a case; a refusal is fine, anything else is not.
func random(t *rapid.T, w *world) {
	c := core.Command{Kind: rapid.SampledFrom([]string{"complete", "complete", "complete", "complete", "claim", "release", "transfer", "return", "return", "hold", "resume",
		"add", "before", "after", "remove", "delegate", "direct", "retake", "urge", "cc", "fire", "fire", "child", "withdraw"}).Draw(t, "verb"), Actor: 7, Reason: "r", To: []int64{rapid.Int64Range(8, 9).Draw(t, "to")}}
	pick := func(from []string) string {
		slices.Sort(from)
		if len(from) == 0 {
			return ""
		}
		return rapid.SampledFrom(from).Draw(t, "pick")
	}
	switch c.Kind {
	case "retake":
		if n := len(w.doc.Seen); n > 0 {
			c.Actor = w.doc.Seen[n-1].Who
		}
	case "fire":
		c.Job = pick(slices.Collect(maps.Keys(w.jobs)))
	case "child":
		for k := range w.kids {
			c.Token = max(c.Token, k)
		}
	default:
		c.Slot = pick(slices.Collect(maps.Keys(w.tasks)))
	}
	if _, s := w.doc.Find(c.Slot); s != nil && (c.Kind == "complete" || c.Kind == "remove") {
		c.Actor = s.Who
		if c.Actor == 0 {
			c.Actor = rapid.Int64Range(8, 30).Draw(t, "actor")
		}
		if c.Kind == "remove" {
			c.To = []int64{s.Who}
		}
		c.Outcome = outcome(w, c.Slot, rapid.Bool().Draw(t, "agree"))
	}
	if c.Kind == "direct" {
		c.Kind, c.Direct = "return", true
	}
	if c.Kind == "complete" {
		c.Data = map[string]any{"ok": rapid.Bool().Draw(t, "ok"), "amount": rapid.IntRange(0, 3).Draw(t, "amount")}
	}
	if c.Kind == "return" {
		if targets := w.def.Targets(w.doc, c.Slot); len(targets) > 0 {
			c.Node = rapid.SampledFrom(targets).Draw(t, "target").ID
		}
	}
	try(t, w, c)
}

// outcome gives an outcome that a slot's task takes: the first or the last.
func outcome(w *world, slot string, first bool) string {
	tok, _ := w.doc.Find(slot)
	list := w.def.Node(tok.Node).Task.Outcomes
	if len(list) == 0 {
		return ""
	}
	if first {
		return list[0].Key
	}
	return list[len(list)-1].Key
}

func try(t *rapid.T, w *world, c core.Command) {
	err := w.do(c)
	if p, refused := problem.As(err); err != nil && !errors.Is(err, core.ErrGone) && (!refused || p.Status >= 500) {
		t.Fatalf("%s: %v\n%s\n%s", c.Kind, err, w.def.XML, w.doc.Encode())
	}
}

// drain finishes a case the shortest way: everything completed, everything fired; it must end.
func drain(t *rapid.T, w *world) {
	for i := 0; !w.doc.State.Over(); i++ {
		if i > 2000 {
			t.Fatalf("the case does not end\n%s\n%s", w.def.XML, w.doc.Encode())
		}
		switch {
		case len(w.tasks) > 0:
			slot := slices.Min(slices.Collect(maps.Keys(w.tasks)))
			try(t, w, core.Command{Kind: "resume", Slot: slot, Actor: 7})
			try(t, w, core.Command{Kind: "complete", Slot: slot, Actor: int64(100 + i), Outcome: outcome(w, slot, true), Data: map[string]any{"ok": false, "amount": 0}})
		case len(w.kids) > 0:
			try(t, w, core.Command{Kind: "child", Token: slices.Min(slices.Collect(maps.Keys(w.kids)))})
		case len(w.jobs) > 0:
			try(t, w, core.Command{Kind: "fire", Job: slices.Min(slices.Collect(maps.Keys(w.jobs)))})
		default:
			t.Fatalf("nothing is open, but the case has not ended\n%s\n%s", w.def.XML, w.doc.Encode())
		}
	}
}

// TestRandomCommandsOverRandomSoundFlows: open tasks are open slots, jobs are armed timers, the fold is the state, and every
// case can still end. LIFANG_SOAK=n runs n times as many commands per flow.
func TestRandomCommandsOverRandomSoundFlows(t *testing.T) {
	t.Parallel()
	more, _ := strconv.Atoi(os.Getenv("LIFANG_SOAK"))
	rapid.Check(t, func(t *rapid.T) {
		src := grow(t, rapid.IntRange(0, 3).Draw(t, "depth"))
		def, err := core.Compile(src, names)
		if err != nil {
			t.Fatalf("a sound flow is refused: %v\n%s", err, src)
		}
		for range 1 + more {
			w := newWorld(def)
			try(t, w, core.Command{Kind: "start", Actor: 7, Org: 1, Data: map[string]any{"amount": 1}})
			for range rapid.IntRange(0, 30).Draw(t, "commands") {
				if w.doc.State.Over() {
					break
				}
				random(t, w)
			}
			drain(t, w)
		}
	})
}
