package rehearse_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/flow/bpmn"
	"github.com/lifang/lifang/internal/flow/rehearse"
)

// file makes a plain BPMN file of the content of <definitions>.
func file(content string) []byte {
	return []byte(`<?xml version="1.0"?><definitions xmlns="` + bpmn.NS + `" targetNamespace="t">` + content + `</definitions>`)
}

func process(body string) []byte {
	return file(`<process id="p" isExecutable="true">` + body + `</process>`)
}

// el writes elements: "task a b; parallelGateway g".
func el(text string) string {
	var b strings.Builder
	for _, part := range strings.Split(text, ";") {
		f := strings.Fields(part)
		for _, id := range f[1:] {
			b.WriteString("<" + f[0] + ` id="` + id + `"/>`)
		}
	}
	return b.String()
}

// to writes flows: "a b c; b d"; "a -x>1- b" is one with a condition, written without blanks.
func to(text string) string {
	var b strings.Builder
	for _, part := range strings.Split(text, ";") {
		f, from, cond := strings.Fields(part), "", ""
		for _, w := range f {
			if strings.HasPrefix(w, "[") {
				cond = `<conditionExpression>` + strings.Trim(w, "[]") + `</conditionExpression>`
				continue
			}
			if from != "" {
				b.WriteString(`<sequenceFlow id="` + from + "_" + w + `" sourceRef="` + from + `" targetRef="` + w + `">` + cond + `</sequenceFlow>`)
			}
			from, cond = w, ""
		}
	}
	return b.String()
}

func def(kind, attrs string) string { return "<" + kind + "EventDefinition " + attrs + "/>" }

func catch(id, inner string) string {
	return `<intermediateCatchEvent id="` + id + `">` + inner + `</intermediateCatchEvent>`
}

func throw(id, inner string) string {
	return `<intermediateThrowEvent id="` + id + `">` + inner + `</intermediateThrowEvent>`
}

func bound(id, at, inner string, cancel bool) string {
	c := map[bool]string{true: "true", false: "false"}[cancel]
	return `<boundaryEvent id="` + id + `" attachedToRef="` + at + `" cancelActivity="` + c + `">` + inner + `</boundaryEvent>`
}

func after(d string) string {
	return `<timerEventDefinition><timeDuration>` + d + `</timeDuration></timerEventDefinition>`
}

const ses = `<startEvent id="s"/><endEvent id="e"/>`

func run(t *testing.T, src []byte, o rehearse.Options) (visited, state string) {
	t.Helper()
	r, err := rehearse.Run(src, o)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, v := range r.Visited {
		ids = append(ids, v.ID)
	}
	return strings.Join(ids, " "), r.State
}

// TestPatterns takes its cases from the workflow control patterns of van der Aalst, by number.
func TestPatterns(t *testing.T) {
	t.Parallel()
	x := map[string]any{"x": 1, "y": 1}
	for _, c := range []struct {
		name, body, want, state string
		vars                    map[string]any
	}{
		{"1 sequence", ses + el("task a b") + to("s a b e"), "s a b e", "completed", nil},
		{"2, 3 parallel split and synchronisation", ses + el("task a b;parallelGateway g j") + to("s g a j e;g b j"), "s g a b j e", "completed", nil},
		{"4, 5 exclusive choice and simple merge", ses + el("task a b c;exclusiveGateway g j") + to("s g [x==2] a j c e;g [x==1] b j"), "s g b j c e", "completed", x},
		{"4 the default of a choice", ses + `<exclusiveGateway id="g" default="g_b"/>` + el("task a b") + to("s g [x==2] a e;g b e"), "s g b e", "completed", x},
		{"4 no way out of a choice", ses + el("exclusiveGateway g;task a") + to("s g [x==2] a e"), "s g", "error flow_condition", x},
		{"6, 7 multi-choice and structured synchronising merge", ses + el("task a b c d;inclusiveGateway g j") + to("s g [x==1] a j d e;g [y==1] b j;g [y==2] c j"), "s g a b j d e", "completed", x},
		{"6, 7 one of several", ses + el("task a b c d;inclusiveGateway g j") + to("s g [x==1] a j d e;g [y==3] b j;g [y==2] c j"), "s g a j d e", "completed", x},
		{"7 a synchronising merge waits for what can still come", ses + el("userTask a;task b c;inclusiveGateway g j") + to("s g [x==1] a c j e;g [y==1] b j"), "s g a b c j e", "completed", x},
		{"8 multi-merge", ses + el("task a b c;parallelGateway g") + to("s g a c e;g b c"), "s g a c e b c e", "completed", nil},
		{"9 discriminator by terminate", `<startEvent id="s"/><endEvent id="e"><terminateEventDefinition/></endEvent>` + el("task a;userTask b;parallelGateway g") + to("s g b e;g a e"), "s g b a e", "terminated", nil},
		{"10 arbitrary cycles", ses + el("exclusiveGateway m g") + `<scriptTask id="a" scriptFormat="expr"><script>x = x + 1</script></scriptTask>` + to("s m a g [3>x] m;g [x>=3] e"), "s m a g m a g e", "completed", x},
		{"11 implicit termination", `<startEvent id="s"/>` + el("task a b;parallelGateway g") + to("s g a;g b"), "s g a b", "completed", nil},
		{"12, 13 several instances, known beforehand", ses + `<task id="a"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></task>` + to("s a e"), "s a e", "completed", nil},
		{"14 several instances, known at run time", ses + `<userTask id="a"><multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>x+1</loopCardinality></multiInstanceLoopCharacteristics></userTask>` + to("s a e"), "s a e", "completed", x},
		{"14 no instance at all", ses + `<subProcess id="a"><multiInstanceLoopCharacteristics><loopCardinality>x-1</loopCardinality></multiInstanceLoopCharacteristics><task id="i"/></subProcess>` + to("s a e"), "s a e", "completed", x},
		{"16 deferred choice", ses + el("eventBasedGateway g;task a b") + catch("m", def("message", "")) + catch("w", after("PT10S")) + to("s g m a e;g w b e"), "s g w b e", "completed", nil},
		{"16 the earlier of two timers", ses + el("eventBasedGateway g;task a b") + catch("late", after("PT2M")) + catch("soon", after("PT10S")) + to("s g late a e;g soon b e"), "s g soon b e", "completed", nil},
		{"18 milestone by an event", ses + el("task a b;parallelGateway g j") + catch("m", def("signal", `signalRef="go"`)) + throw("t", def("signal", `signalRef="go"`)) + to("s g m a j e;g b t j"), "s g m b t a j e", "completed", nil},
		{"19 cancel activity", ses + el("receiveTask a;task b") + bound("c", "a", after("PT1H"), true) + to("s a e;c b e"), "s a c b e", "completed", nil},
		{"20 cancel case", `<startEvent id="s"/><endEvent id="e"/><endEvent id="k"><terminateEventDefinition/></endEvent>` + el("receiveTask a;task b;parallelGateway g") + to("s g a e;g b k"), "s g a b k", "terminated", nil},
		{"a parallel join that waits for ever", ses + el("exclusiveGateway g;parallelGateway j;task a b") + to("s g [x==1] a j e;g [x==2] b j"), "s g a", "waiting", x},
		{"inclusive join in a circle", ses + el("inclusiveGateway j;task a;exclusiveGateway g") + `<scriptTask id="b" scriptFormat="expr"><script>x = x + 1</script></scriptTask>` + to("s j b g [3>x] a j;g [x>=3] e"), "s j b g a j b g e", "completed", x},
		{"condition on a flow out of a task", ses + `<task id="a" default="a_c"/>` + el("task b c") + to("s a [x==1] b e;a c e"), "s a b e", "completed", x},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			visited, state := run(t, process(c.body), rehearse.Options{Vars: c.vars})
			if visited != c.want || state != c.state {
				t.Errorf("got %q %s, want %q %s", visited, state, c.want, c.state)
			}
		})
	}
}

// TestSemantics takes its cases from the chapter on execution semantics of BPMN 2.0 (13).
func TestSemantics(t *testing.T) {
	t.Parallel()
	sub := func(id, attrs, body string) string {
		return `<subProcess id="` + id + `" ` + attrs + `>` + body + `</subProcess>`
	}
	inner := `<startEvent id="is"/><endEvent id="ie"/>`
	for _, c := range []struct{ name, body, want, state string }{
		{"sub-process", ses + el("task b") + sub("a", "", inner+el("task i")+to("is i ie")) + to("s a b e"), "s a is i ie b e", "completed"},
		{"sub-process with parallel ends", ses + el("task b") + sub("a", "", `<startEvent id="is"/>`+el("parallelGateway g;userTask i;task j")+to("is g i;g j")) + to("s a b e"), "s a is g i j b e", "completed"},
		{"terminate ends the sub-process only", ses + el("task b") + sub("a", "", `<startEvent id="is"/><endEvent id="k"><terminateEventDefinition/></endEvent>`+el("parallelGateway g;receiveTask i;task j")+to("is g i k;g j k")) + to("s a b e"), "s a is g i j k b e", "completed"},
		{"error caught on the border", ses + el("task b") + sub("a", "", `<startEvent id="is"/><endEvent id="x">`+def("error", `errorRef="E1"`)+`</endEvent>`+to("is x")) + bound("c", "a", def("error", `errorRef="E1"`), true) + to("s a e;c b e"), "s a is x c b e", "completed"},
		{"error of another code is not caught", ses + el("task b") + sub("a", "", `<startEvent id="is"/><endEvent id="x">`+def("error", `errorRef="E1"`)+`</endEvent>`+to("is x")) + bound("c", "a", def("error", `errorRef="E2"`), true) + to("s a e;c b e"), "s a is x", "error E1"},
		{"error without a code catches all", ses + el("task b") + sub("a", "", `<startEvent id="is"/><endEvent id="x">`+def("error", `errorRef="E1"`)+`</endEvent>`+to("is x")) + bound("c", "a", def("error", ""), true) + to("s a e;c b e"), "s a is x c b e", "completed"},
		{"error through two levels", ses + el("task b") + sub("o", "", `<startEvent id="os"/>`+sub("a", "", `<startEvent id="is"/><endEvent id="x">`+def("error", `errorRef="E1"`)+`</endEvent>`+to("is x"))+to("os a")) + bound("c", "o", def("error", ""), true) + to("s o e;c b e"), "s o os a is x c b e", "completed"},
		{"error caught by an event sub-process", `<startEvent id="s"/><endEvent id="x">` + def("error", `errorRef="E1"`) + `</endEvent>` + el("parallelGateway g;receiveTask r") + sub("h", `triggeredByEvent="true"`, `<startEvent id="hs">`+def("error", "")+`</startEvent>`+el("task t")+to("hs t")) + to("s g r;g x"), "s g r x h hs t", "completed"},
		{"escalation that interrupts", ses + el("task b") + sub("a", "", `<startEvent id="is"/><endEvent id="ie"/>`+throw("x", def("escalation", `escalationRef="L1"`))+el("task i")+to("is x i ie")) + bound("c", "a", def("escalation", `escalationRef="L1"`), true) + to("s a e;c b e"), "s a is x c b e", "completed"},
		{"escalation beside", ses + el("task b") + sub("a", "", `<startEvent id="is"/><endEvent id="ie"/>`+throw("x", def("escalation", `escalationRef="L1"`))+el("task i")+to("is x i ie")) + bound("c", "a", def("escalation", `escalationRef="L1"`), false) + to("s a e;c b"), "s a is x c b i ie e", "completed"},
		{"escalation unheard", `<startEvent id="s"/><endEvent id="x">` + def("escalation", `escalationRef="L1"`) + `</endEvent>` + to("s x"), "s x", "completed"},
		{"event sub-process by a timer, interrupting", ses + el("receiveTask r") + sub("h", `triggeredByEvent="true"`, `<startEvent id="hs">`+after("PT1H")+`</startEvent>`+el("task t")+to("hs t")) + to("s r e"), "s r h hs t", "completed"},
		{"event sub-process by a timer, beside", ses + catch("w", after("PT2H")) + sub("h", `triggeredByEvent="true"`, `<startEvent id="hs" isInterrupting="false">`+after("PT1H")+`</startEvent>`+el("task t")+to("hs t")) + to("s w e"), "s w h hs t e", "completed"},
		{"an event sub-process that nothing triggers", ses + el("task a") + sub("h", `triggeredByEvent="true"`, `<startEvent id="hs">`+def("message", "")+`</startEvent>`+el("task t")+to("hs t")) + to("s a e"), "s a e", "completed"},
		{"event sub-process inside a sub-process", ses + el("task b") + sub("a", "", inner+el("receiveTask r")+sub("h", `triggeredByEvent="true"`, `<startEvent id="hs">`+after("PT1H")+`</startEvent>`+el("task t")+to("hs t"))+to("is r ie")) + to("s a b e"), "s a is r h hs t b e", "completed"},
		{"a timer on the border of a sub-process takes all of it away", ses + el("task b") + sub("a", "", inner+el("receiveTask r q;parallelGateway g")+to("is g r ie;g q ie")) + bound("c", "a", after("PT1H"), true) + to("s a e;c b e"), "s a is g r q c b e", "completed"},
		{"elements without an id", ses + "<task/><task/>" + el("task a") + to("s a e"), "s a e", "completed"},
		{"links", ses + throw("l1", `<linkEventDefinition name="L"/>`) + catch("l2", `<linkEventDefinition name="L"/>`) + el("task a") + to("s l1;l2 a e"), "s l1 l2 a e", "completed"},
		{"a script in an unknown language does nothing", ses + `<scriptTask id="a" scriptFormat="groovy"><script>x = 1</script></scriptTask>` + to("s a e"), "s a e", "completed"},
		{"no start event: what nothing leads to begins", el("task a b") + to("a b"), "a b", "completed"},
		{"several instances of a sub-process share nothing", ses + sub("a", "", `<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>`+inner+el("parallelGateway g j;task i k")+to("is g i j ie;g k j")) + to("s a e"), "s a is g i k j ie is g i k j ie e", "completed"},
		{"instances one after another until the condition holds", ses + sub("a", "", `<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>5</loopCardinality><completionCondition>done >= 2</completionCondition></multiInstanceLoopCharacteristics>`+inner+to("is ie")) + to("s a e"), "s a is ie is ie e", "completed"},
		{"a message that nobody sends", ses + el("receiveTask r") + to("s r e"), "s r", "waiting"},
		{"a message to oneself", `<startEvent id="s"/><endEvent id="e"/>` + el("parallelGateway g j") + `<sendTask id="a" messageRef="m"/><receiveTask id="r" messageRef="m"/>` + to("s g r j e;g a j"), "s g r a j e", "completed"},
		{"a message that comes before anybody waits", ses + `<sendTask id="a" messageRef="m"/><receiveTask id="r" messageRef="m"/>` + to("s a r e"), "s a r e", "completed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			visited, state := run(t, process(c.body), rehearse.Options{})
			if visited != c.want || state != c.state {
				t.Errorf("got %q %s, want %q %s", visited, state, c.want, c.state)
			}
		})
	}
}

func TestProcessesTalkToEachOther(t *testing.T) {
	t.Parallel()
	src := file(`<collaboration id="c"><participant id="pa" processRef="buyer"/><participant id="pb" processRef="seller"/>
		<messageFlow id="m1" sourceRef="order" targetRef="ordered"/><messageFlow id="m2" sourceRef="deliver" targetRef="wait"/></collaboration>
		<process id="buyer" isExecutable="true"><startEvent id="s"/><endEvent id="e"/><sendTask id="order"/><receiveTask id="wait"/>` + to("s order wait e") + `</process>
		<process id="seller" isExecutable="true"><startEvent id="ordered"><messageEventDefinition/></startEvent><endEvent id="se"/><userTask id="pack"/>
		<intermediateThrowEvent id="deliver"><messageEventDefinition/></intermediateThrowEvent>` + to("ordered pack deliver se") + `</process>`)
	if visited, state := run(t, src, rehearse.Options{}); visited != "s order wait ordered pack deliver e se" && visited != "s order ordered wait pack deliver e se" && visited != "s order wait ordered pack deliver se e" || state != "completed" {
		t.Errorf("%s %s", visited, state)
	}
	called := file(`<process id="main" isExecutable="true">` + ses + `<callActivity id="c" calledElement="other"/>` + bound("x", "c", def("error", `errorRef="E"`), true) + el("task b") + to("s c e;x b e") + `</process>
		<process id="other" isExecutable="true"><startEvent id="os"/><endEvent id="oe">` + def("error", `errorRef="E"`) + `</endEvent>` + to("os oe") + `</process>`)
	if visited, state := run(t, called, rehearse.Options{}); visited != "s c os oe x b e" || state != "completed" {
		t.Errorf("%s %s", visited, state)
	}
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	src := process(ses + `<userTask id="a"/>` + el("task b c") + `<exclusiveGateway id="g" default="g_c"/>` + to(`s a g [outcome=="again"] b a;g c e`))
	visited, state := run(t, src, rehearse.Options{Decide: map[string][]string{"a": {"again", "again", "enough"}}})
	if visited != "s a g b a g b a g c e" || state != "completed" {
		t.Errorf("%s %s", visited, state)
	}
	visited, _ = run(t, process(ses+`<userTask id="a"/>`+el("task b c")+`<exclusiveGateway id="g" default="g_c"/>`+to(`s a g [result["a"]=="yes"] b e;g c e`)), rehearse.Options{Decide: map[string][]string{"a": {"yes"}}})
	if visited != "s a g b e" {
		t.Error(visited)
	}
}

func TestWhatIsNotSupportedIsRefused(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		el("complexGateway c"):  "complexGateway is not supported",
		el("transaction c"):     "transaction is not supported",
		el("adHocSubProcess c"): "adHocSubProcess is not supported",
		`<intermediateCatchEvent id="c">` + def("conditional", "") + `</intermediateCatchEvent>`:                 "intermediateCatchEvent with conditionalEventDefinition is not supported",
		`<intermediateThrowEvent id="c">` + def("compensate", "") + `</intermediateThrowEvent>`:                  "intermediateThrowEvent with compensateEventDefinition is not supported",
		`<task id="c"><standardLoopCharacteristics/></task>`:                                                     "standardLoopCharacteristics is not supported",
		ses + el("exclusiveGateway g") + to("s g [x==] e"):                                                       "is wrong",
		`<intermediateCatchEvent id="c">` + def("message", "") + def("signal", "") + `</intermediateCatchEvent>`: "several definitions",
	} {
		err := rehearse.Check(process(body))
		var faults bpmn.Faults
		if !errors.As(err, &faults) || !strings.Contains(err.Error(), want) || faults[0].Line != 1 {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if err := rehearse.Check(process(ses + to("s e"))); err != nil {
		t.Error(err)
	}
	if err := rehearse.Check([]byte("<definitions")); err == nil {
		t.Error("no XML is accepted")
	}
}
