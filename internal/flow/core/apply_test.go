package core_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/flow/core"
	"github.com/lifang/lifang/internal/problem"
)

// world keeps what the effects of a case make outside: rows of tasks, jobs, running children.
type world struct {
	def   *core.Definition
	doc   *core.Doc
	cmds  []*core.Command
	tasks map[string]string // slot → node, open
	jobs  map[string]int64
	waits map[string]string // slot → node, waiting for an adviser
	kids  map[int]bool
	acts  []core.CallAction
	now   int64
	ended int
	read  map[string]bool  // slots that somebody looked at
	staff map[string]int64 // number of holders of a position, 3 when not set
}

func newWorld(def *core.Definition) *world {
	return &world{def: def, tasks: map[string]string{}, waits: map[string]string{}, jobs: map[string]int64{}, kids: map[int]bool{}, now: 1_000_000}
}

// ask answers with pool −1, superior person+1, and a deadline of that many minutes by the clock.
func (w *world) ask(q core.Question) (int64, error) {
	switch q.Kind {
	case core.AskPool:
		if q.Role == core.AdminRole {
			return -9, nil
		}
		return -1, nil
	case core.AskLeader:
		if q.Person >= 30 {
			return 0, nil
		}
		return q.Person + int64(q.Level), nil
	case core.AskHolder:
		if n, set := w.staff[q.Role]; q.Level > 3 || set && int64(q.Level) > n {
			return 0, nil
		}
		return int64(10 + q.Level), nil
	case core.AskRead:
		if w.read[q.Slot] {
			return 1, nil
		}
		return 0, nil
	}
	at := q.From + q.Limit.N*60_000*int64(q.Percent)/100
	for _, p := range q.Pauses {
		at += p[1] - p[0]
	}
	return at, nil
}

func (w *world) do(c core.Command) error {
	w.now++
	c.At, c.Ask = w.now, w.ask
	doc, effects, err := core.Apply(w.def, w.doc, &c)
	if err != nil {
		return err
	}
	w.doc = doc
	w.cmds = append(w.cmds, &c)
	for _, x := range effects {
		switch x := x.(type) {
		case core.OpenTask:
			w.tasks[x.Slot.ID] = x.Node.ID
		case core.ChangeTask:
			if x.Slot.State == core.SlotWaits {
				w.waits[x.Slot.ID] = w.tasks[x.Slot.ID]
				delete(w.tasks, x.Slot.ID)
			} else if n := w.waits[x.Slot.ID]; n != "" {
				w.tasks[x.Slot.ID] = n
				delete(w.waits, x.Slot.ID)
			}
		case core.CloseTask:
			if w.waits[x.Slot] != "" {
				delete(w.waits, x.Slot)
				continue
			}
			if w.tasks[x.Slot] == "" {
				return fmt.Errorf("slot %s closed twice", x.Slot)
			}
			delete(w.tasks, x.Slot)
		case core.ArmJob:
			w.jobs[x.Key] = x.At
		case core.DisarmJob:
			delete(w.jobs, x.Key)
		case core.StartChild:
			w.kids[x.Token] = true
		case core.StopChild:
			delete(w.kids, x.Token)
		case core.EndCase:
			w.ended++
		case core.CallAction:
			w.acts = append(w.acts, x)
		}
	}
	if c.Kind == "fire" {
		delete(w.jobs, c.Job)
	}
	if c.Kind == "child" {
		delete(w.kids, c.Token)
	}
	for len(w.acts) > 0 {
		a := w.acts[0]
		w.acts = w.acts[1:]
		if err := w.do(core.Command{Kind: "acted", Token: a.Token, Data: map[string]any{"made": "x"}}); err != nil && !errors.Is(err, core.ErrGone) {
			return err
		}
	}
	return w.check()
}

// check compares the state with the world and with the fold of the commands.
func (w *world) check() error {
	open := map[string]bool{}
	for _, s := range w.doc.Open() {
		open[s.ID] = true
		if w.tasks[s.ID] == "" {
			return fmt.Errorf("slot %s has no task", s.ID)
		}
	}
	if len(open) != len(w.tasks) {
		return fmt.Errorf("%d slots, %d tasks", len(open), len(w.tasks))
	}
	var jobs []string
	for k := range w.jobs {
		jobs = append(jobs, k)
	}
	slices.Sort(jobs)
	if got := w.doc.Timers(); !slices.Equal(got, jobs) {
		return fmt.Errorf("timers %v, jobs %v", got, jobs)
	}
	if w.doc.State.Over() && len(w.waits) > 0 {
		return fmt.Errorf("%d slots wait for ever", len(w.waits))
	}
	if over := w.doc.State.Over(); over != (len(w.doc.Tokens) == 0) || over && (w.ended != 1 || len(w.kids) > 0) {
		return fmt.Errorf("state %s with %d tokens, ended %d times, %d children", w.doc.State, len(w.doc.Tokens), w.ended, len(w.kids))
	}
	stored := make([]*core.Command, len(w.cmds))
	for i, c := range w.cmds {
		again := *c
		again.Ask = nil
		stored[i] = &again
	}
	folded, err := core.Fold(w.def, stored)
	if err != nil {
		return err
	}
	if string(folded.Encode()) != string(w.doc.Encode()) {
		return fmt.Errorf("the fold differs:\n%s\n%s", folded.Encode(), w.doc.Encode())
	}
	back, err := core.DecodeDoc(w.doc.Encode())
	if err == nil && string(back.Encode()) != string(w.doc.Encode()) {
		err = errors.New("reading the state back changes it")
	}
	return err
}

// slot gives the open slot at a node.
func (w *world) slot(node string) string {
	for s, n := range w.tasks {
		if n == node {
			return s
		}
	}
	return "none"
}

func (w *world) open() string {
	var out []string
	for _, n := range w.tasks {
		out = append(out, n)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// story runs lines of "verb node [argument]" and compares the open steps after each with what stands behind "=>".
func story(t *testing.T, body string, lines ...string) *world {
	t.Helper()
	def, err := core.Compile(wrap(body), names)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(def)
	for _, line := range append([]string{"start s => *"}, lines...) {
		what, want, _ := strings.Cut(line, " =>")
		f := strings.Fields(what)
		c := core.Command{Kind: f[0], Actor: 7, Reason: "r"}
		if len(f) > 1 && f[0] != "start" {
			c.Slot = w.slot(f[1])
		}
		switch f[0] {
		case "fire":
			c.Slot = ""
			for k := range w.jobs {
				if strings.HasSuffix(k, "/"+f[1]) {
					c.Job = k
				}
			}
		case "child":
			c.Slot = ""
			for k := range w.kids {
				c.Token = k
			}
			c.Data = map[string]any{"z": 5}
		case "return":
			if len(f) > 2 {
				c.Node = f[2]
			}
		case "complete":
			for _, arg := range f[2:] {
				k, v, _ := strings.Cut(arg, "=")
				if k == "outcome" {
					c.Outcome = v
					continue
				}
				c.Data = map[string]any{k: v == "true"}
			}
		}
		err := w.do(c)
		got := w.open()
		if err != nil {
			got = "! " + err.Error()
			if p, ok := problem.As(err); ok {
				got = "! " + p.Code
			}
		}
		if w.doc.State.Over() && err == nil {
			got = w.doc.State.String()
		}
		if want = strings.TrimSpace(want); want != "*" && got != want {
			t.Fatalf("%s: got %q, want %q\n%s", what, got, want, w.doc.Encode())
		}
	}
	return w
}

func user(id, attrs string) string {
	if !strings.Contains(attrs, "lf:assign") {
		attrs += ` lf:role="CLERK"`
	}
	return `<userTask id="` + id + `" ` + attrs + `/>`
}

func timer(id, at, duration string, interrupts bool) string {
	return fmt.Sprintf(`<boundaryEvent id=%q attachedToRef=%q cancelActivity="%v"><timerEventDefinition><timeDuration>%s</timeDuration></timerEventDefinition></boundaryEvent>`,
		id, at, interrupts, duration)
}

const fork = `<parallelGateway id="g"/><parallelGateway id="j"/>`

func TestStepsFollowTheFlow(t *testing.T) {
	t.Parallel()
	inBranches := ends + fork + user("a", `lf:back="any"`) + user("a2", `lf:back="any"`) + user("b", `lf:back="any"`) + user("z", `lf:back="any"`) + user("first", "")
	both := chain("s first g a a2 j z e;g b j")
	for name, c := range map[string]struct {
		body  string
		lines []string
	}{
		"a join waits for every branch": {inBranches + both, []string{"complete first => a b", "complete b => a", "complete a => a2", "complete a2 => z", "complete z => done"}},
		"return to before the fork cancels every branch": {inBranches + both, []string{"complete first => a b", "complete a => a2 b", "return a2 first => first",
			"complete first => a b", "complete a => a2 b", "complete a2 => b", "complete b => z", "complete z => done"}},
		"return within a branch leaves the other alone": {inBranches + both, []string{"complete first => a b", "complete a => a2 b", "return a2 a => a b", "complete b => a",
			"complete a => a2", "complete a2 => z", "complete z => done"}},
		"return into a joined branch reopens only that": {inBranches + both, []string{"complete first => a b", "complete a => a2 b", "complete a2 => b", "complete b => z",
			"return z a => a", "complete a => a2", "complete a2 => z", "return z b => b", "complete b => z", "complete z => done"}},
		"return into a living sibling is refused": {inBranches + both, []string{"complete first => a b", "complete b => a", "return a b => ! invalid", "complete a => a2"}},
		"what was joined before a return to before the fork is forgotten": {inBranches + both, []string{"complete first => a b", "complete a => a2 b", "complete a2 => b", "complete b => z",
			"return z first => first", "complete first => a b", "return b a => ! invalid", "return b first => first"}},
		"return to the starter":                           {ends + user("a", `lf:back="start"`) + chain("s a e"), []string{"return a s => s", "complete s => a", "complete a => done"}},
		"return is refused where the step has no lf:back": {ends + user("a", "") + user("b", "") + chain("s a b e"), []string{"complete a => b", "return b a => ! no_return"}},
		"the first true condition in document order wins": {ends + user("a", `lf:form="f"`) + user("b", "") + user("c", "") + `<exclusiveGateway id="x" default="x_e"/>` + chain("s a x e;b e;c e") +
			`<sequenceFlow id="y" sourceRef="x" targetRef="c"><conditionExpression>ok</conditionExpression></sequenceFlow>
			 <sequenceFlow id="w" sourceRef="x" targetRef="b"><conditionExpression>true</conditionExpression></sequenceFlow>`,
			[]string{"complete a ok=true => c", "complete c => done"}},
		"an interrupting timer takes the task away": {ends + user("a", "") + user("late", "") + timer("tm", "a", "PT1H", true) + chain("s a e;tm late e"),
			[]string{"fire tm => late", "complete late => done"}},
		"a timer beside the task leaves it": {ends + user("a", "") + user("late", "") + `<endEvent id="e2"/>` + timer("tm", "a", "PT1H", false) + chain("s a e;tm late e2"),
			[]string{"fire tm => a late", "complete a => late", "complete late => done"}},
		"a timer that comes too late is nothing": {ends + user("a", "") + user("b", "") + timer("tm", "a", "PT1H", true) + chain("s a b e;tm e"),
			[]string{"complete a => b", "fire tm => ! the case has moved on", "complete b => done"}},
		"terminate ends everything": {ends + fork2 + user("a", "") + user("b", "") + `<endEvent id="t" lf:state="refused"><terminateEventDefinition/></endEvent>` + chain("s g a t;g b e"),
			[]string{"complete a => refused"}},
		"an intermediate timer": {ends + `<intermediateCatchEvent id="w"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent>` + user("a", "") + chain("s w a e"),
			[]string{"fire w => a", "complete a => done"}},
		"a called flow gives back what is taken": {ends + `<callActivity id="c" calledElement="other" lf:take="z"/><exclusiveGateway id="x" default="x_e"/>` + user("a", "") + chain("s c x e;a e") +
			`<sequenceFlow id="q" sourceRef="x" targetRef="a"><conditionExpression>z == 5</conditionExpression></sequenceFlow>`, []string{"child c => a", "complete a => done"}},
		"a timer on a called flow stops it":       {ends + `<callActivity id="c" calledElement="other"/>` + timer("tm", "c", "PT1H", true) + chain("s c e;tm e"), []string{"fire tm => done"}},
		"actions run between steps":               {ends + `<serviceTask id="act" lf:action="act"/>` + user("a", "") + chain("s act a e"), []string{"complete a => done"}},
		"a split without a gateway":               {ends + user("a", "") + user("b", "") + user("c", "") + `<parallelGateway id="j"/>` + chain("s a b j e;a c j"), []string{"complete a => b c", "complete c => b", "complete b => done"}},
		"whoever did the work does not verify it": {ends + user("a", "") + user("b", `lf:not="a"`) + chain("s a b e"), []string{"complete a => b", "complete b => ! same_person"}},
		"a hold needs a reason of the list":       {`<extensionElements><lf:pause id="r" name="等"/></extensionElements>` + ends + user("a", `lf:allow="hold"`) + chain("s a e"), []string{"hold a => a", "resume a => a", "complete a => done"}},
		"a hold for another reason":               {`<extensionElements><lf:pause id="parts" name="等配件"/></extensionElements>` + ends + user("a", `lf:allow="hold"`) + chain("s a e"), []string{"hold a => ! invalid"}},
		"stop":                                    {inBranches + both, []string{"complete first => a b", "stop => stopped", "urge => ! case_ended", "comment => ! invalid"}},
		"a flow that runs in circles":             {ends + user("a", `lf:form="f"`) + `<exclusiveGateway id="x" default="x_y"/><exclusiveGateway id="y" default="y_x"/>` + chain("s a x y x") + `<sequenceFlow id="q" sourceRef="y" targetRef="e"><conditionExpression>ok</conditionExpression></sequenceFlow>`, []string{"complete a ok=false => ! flow_loop", "complete a ok=true => done"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, c.body, c.lines...)
		})
	}
}

const fork2 = `<parallelGateway id="g"/>`

func TestWhoActs(t *testing.T) {
	t.Parallel()
	w := story(t, ends+user("a", `lf:assign="starter"`)+user("b", `lf:assign="leader(doer('a'))"`)+user("c", `lf:assign="who" lf:role="BOSS"`)+chain("s a b c e"), "complete a => b")
	if s := w.doc.Open()[0]; s.Who != 8 {
		t.Errorf("the superior of 7 is %d", s.Who)
	}
	if err := w.do(core.Command{Kind: "complete", Slot: w.slot("b"), Actor: 8}); err != nil {
		t.Fatal(err)
	}
	if s := w.doc.Open()[0]; s.Who != 0 || s.Pool != -1 {
		t.Errorf("without a person in the form the task lies in the pool: %+v", s)
	}
}

func TestApplyLeavesTheOldStateAlone(t *testing.T) {
	t.Parallel()
	w := story(t, ends+user("a", `lf:due="1h" lf:allow="hold transfer"`)+chain("s a e"))
	before := string(w.doc.Encode())
	for _, c := range []core.Command{{Kind: "hold", Reason: "x"}, {Kind: "transfer", To: []int64{9}}, {Kind: "claim"}, {Kind: "urge"}, {Kind: "complete"}, {Kind: "stop"}} {
		c.Slot, c.Actor, c.At, c.Ask = w.slot("a"), 7, w.now, w.ask
		if _, _, err := core.Apply(w.def, w.doc, &c); err != nil {
			t.Errorf("%s: %v", c.Kind, err)
		}
		if string(w.doc.Encode()) != before {
			t.Fatalf("%s changed the state it was given", c.Kind)
		}
	}
}
