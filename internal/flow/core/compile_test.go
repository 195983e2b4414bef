package core_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/flow/bpmn"
	"github.com/lifang/lifang/internal/flow/core"
	"github.com/lifang/lifang/internal/problem"
)

// wrap makes a file of a process body, which starts on line 4.
func wrap(body string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lf="urn:lifang:bpmn:1" targetNamespace="t">
<process id="p" name="流程" isExecutable="true">
` + strings.TrimSpace(body) + `
</process></definitions>`)
}

// chain writes sequence flows: "a b c" is a→b, b→c; several chains are separated by ";".
func chain(text string) string {
	var b strings.Builder
	for _, part := range strings.Split(text, ";") {
		ids := strings.Fields(part)
		for i := 1; i < len(ids); i++ {
			b.WriteString(`<sequenceFlow id="` + ids[i-1] + `_` + ids[i] + `" sourceRef="` + ids[i-1] + `" targetRef="` + ids[i] + `"/>` + "\n")
		}
	}
	return b.String()
}

var names = core.Names{
	Clocks:  func(code string) bool { return code == "CAL-OFFICE" },
	Roles:   map[string]bool{"CLERK": true, "BOSS": true},
	Actions: map[string][]core.Var{"act": {{Name: "made", Type: "string"}}},
	Flows:   map[string]bool{"other": true},
	Forms: map[string][]byte{
		"f":   []byte(`{"type":"object","properties":{"amount":{"type":"integer","title":"金额","x-en":"Amount"},"who":{"type":"string"},"ok":{"type":"boolean"}}}`),
		"g":   []byte(`{"type":"object","properties":{"amount":{"type":"string"}}}`),
		"bad": []byte(`{"type":"object","properties":{"outcome":{"type":"string"}}}`),
	},
}

const ends = `<startEvent id="s" lf:form="f"/><endEvent id="e"/>`

func TestWhatCannotRunIsRefusedByNameAndLine(t *testing.T) {
	t.Parallel()
	task := `<userTask id="a" lf:role="CLERK"/>`
	for name, c := range map[string]struct {
		body string
		want string
		line int
	}{
		"complex gateway":      {ends + "\n" + `<complexGateway id="c"/>` + chain("s c e"), "complexGateway is not supported", 5},
		"inclusive gateway":    {ends + "\n" + `<inclusiveGateway id="c"/>` + user("a", "") + chain("s c a e;c e"), "needs a default flow", 5},
		"message event":        {ends + "\n" + `<intermediateCatchEvent id="c"><messageEventDefinition/></intermediateCatchEvent>` + chain("s c e"), "intermediateCatchEvent with messageEventDefinition is not supported", 5},
		"no id":                {ends + task + "\n<manualTask/>" + chain("s a e"), "the attribute id is missing", 5},
		"script language":      {ends + "\n" + `<scriptTask id="c" scriptFormat="groovy"/>` + chain("s c e"), "scriptFormat", 5},
		"sub-process":          {ends + "\n" + `<subProcess id="c"><startEvent id="i"/></subProcess>` + chain("s c e"), "the flow stops here", 5},
		"message start":        {`<startEvent id="s"><messageEventDefinition/></startEvent><endEvent id="e"/>` + chain("s e"), "startEvent with messageEventDefinition is not supported", 4},
		"conditional boundary": {ends + task + "\n\n" + `<boundaryEvent id="b" attachedToRef="a"><conditionalEventDefinition/></boundaryEvent>` + chain("s a e;b e"), "boundaryEvent with conditionalEventDefinition is not supported", 6},
		"ad hoc":               {ends + `<adHocSubProcess id="x"/>` + chain("s x e"), "adHocSubProcess is not supported", 4},
		"transaction":          {ends + `<transaction id="x"/>` + chain("s x e"), "transaction is not supported", 4},
		"compensation":         {ends + `<userTask id="a" lf:role="CLERK" isForCompensation="true"/>` + chain("s a e"), "compensation is not supported", 4},
		"standard loop":        {ends + `<userTask id="a" lf:role="CLERK"><standardLoopCharacteristics/></userTask>` + chain("s a e"), "standardLoopCharacteristics is not supported", 4},
		"multi instance":       {ends + `<userTask id="a" lf:role="CLERK"><multiInstanceLoopCharacteristics><loopDataOutputRef>x</loopDataOutputRef></multiInstanceLoopCharacteristics></userTask>` + chain("s a e"), "loopDataOutputRef is not supported", 4},
		"completion condition": {ends + `<userTask id="a" lf:role="CLERK"><multiInstanceLoopCharacteristics><completionCondition>agrees == n</completionCondition></multiInstanceLoopCharacteristics></userTask>` + chain("s a e"), "unknown name agrees", 4},
		"policies":             {ends + `<userTask id="a" lf:role="CLERK" lf:empty="wait"/>` + chain("s a e"), "lf:empty must be", 4},
		"time date":            {ends + `<intermediateCatchEvent id="a"><timerEventDefinition><timeDate>2026</timeDate></timerEventDefinition></intermediateCatchEvent>` + chain("s a e"), "timeDate is not supported", 4},
		"unknown role":         {ends + "\n" + `<userTask id="a" lf:role="KING"/>` + chain("s a e"), "there is no position KING", 5},
		"nobody":               {ends + `<userTask id="a"/>` + chain("s a e"), "nobody is named to act", 4},
		"unknown form":         {ends + `<userTask id="a" lf:role="CLERK" lf:form="x"/>` + chain("s a e"), "there is no form x", 4},
		"reserved field":       {ends + `<userTask id="a" lf:role="CLERK" lf:form="bad"/>` + chain("s a e"), "reserved", 4},
		"two types":            {ends + `<userTask id="a" lf:role="CLERK" lf:form="g"/>` + chain("s a e"), "two types", 4},
		"unknown action":       {ends + `<serviceTask id="a" lf:action="x"/>` + chain("s a e"), `there is no action "x"`, 4},
		"unknown flow":         {ends + `<callActivity id="a" calledElement="x"/>` + chain("s a e"), `there is no flow "x"`, 4},
		"unknown step":         {ends + `<userTask id="a" lf:role="CLERK" lf:back="zz"/>` + chain("s a e"), "no user task", 4},
		"bad limit":            {ends + `<userTask id="a" lf:role="CLERK" lf:due="soon"/>` + chain("s a e"), "cannot be read", 4},
		"bad limit expression": {ends + `<userTask id="a" lf:role="CLERK" lf:due="= amount + 1"/>` + chain("s a e"), "expected string", 4},
		"bad evidence":         {ends + `<userTask id="a" lf:role="CLERK" lf:need="photos"/>` + chain("s a e"), "the evidence", 4},
		"evidence not in form": {ends + `<userTask id="a" lf:role="CLERK" lf:need="gps" lf:form="f"/>` + chain("s a e"), "no field of the form", 4},
		"unknown calendar":     {ends + `<userTask id="a" lf:role="CLERK" lf:due="2h CAL-MOON"/>` + chain("s a e"), "no working calendar CAL-MOON", 4},
		"bad pause":            {`<extensionElements><lf:pause name="x"/></extensionElements>` + ends + task + chain("s a e"), "its id is missing", 4},
		"bad lf:not":           {ends + `<userTask id="a" lf:role="CLERK" lf:not="s"/>` + chain("s a e"), "lf:not names s", 4},
		"bad assign":           {ends + `<userTask id="a" lf:assign="nobody"/>` + chain("s a e"), "unknown name nobody", 4},
		"bad condition":        {ends + `<exclusiveGateway id="x" default="x_e"/>` + chain("s x e") + "\n" + `<sequenceFlow id="q" sourceRef="x" targetRef="e"><conditionExpression>amuont > 1</conditionExpression></sequenceFlow>`, "unknown name amuont", 7},
		"wrong type":           {ends + `<exclusiveGateway id="x" default="x_e"/>` + chain("s x e") + `<sequenceFlow id="q" sourceRef="x" targetRef="e"><conditionExpression>amount == 'x'</conditionExpression></sequenceFlow>`, "mismatched types", 6},
		"no default":           {ends + `<exclusiveGateway id="x"/>` + chain("s x e;x e"), "needs a default flow", 4},
		"no start":             {`<endEvent id="e"/>` + task + chain("a e"), "no start event", 3},
		"dead end":             {ends + task + `<userTask id="b" lf:role="CLERK"/><parallelGateway id="g"/>` + chain("s g a e;g b"), "the flow stops here", 4},
		"unreachable":          {ends + task + "\n" + `<userTask id="b" lf:role="CLERK"/>` + chain("s a e;b e"), "cannot be reached", 5},
		"no way out":           {ends + task + `<userTask id="b" lf:role="CLERK"/><userTask id="c" lf:role="CLERK"/><exclusiveGateway id="x" default="x_e"/>` + chain("s a x e;b c b") + `<sequenceFlow id="q" sourceRef="x" targetRef="b"><conditionExpression>ok</conditionExpression></sequenceFlow>`, "no end event can be reached", 4},
		"waits for ever":       {ends + task + `<userTask id="b" lf:role="CLERK"/><exclusiveGateway id="x" default="x_a"/><parallelGateway id="j"/>` + chain("s x a j e;b j") + `<sequenceFlow id="q" sourceRef="x" targetRef="b"><conditionExpression>ok</conditionExpression></sequenceFlow>`, "wait for ever", 4},
		"twice":                {ends + task + `<userTask id="b" lf:role="CLERK"/><userTask id="c" lf:role="CLERK"/><parallelGateway id="g"/>` + chain("s g a c e;g b c"), "twice at once", 4},
		"condition elsewhere":  {ends + task + chain("s a") + `<sequenceFlow id="q" sourceRef="a" targetRef="e"><conditionExpression>ok</conditionExpression></sequenceFlow>`, "only a flow out of an exclusive gateway", 5},
		"nowhere":              {ends + task + chain("s a e") + `<sequenceFlow id="q" sourceRef="a" targetRef="zz"/>`, "names no element", 6},
		"same id":              {ends + task + task + chain("s a e"), "used twice", 4},
		"withdraw":             {ends + task + chain("s a e") + `</process><process id="q"/><process id="r">`, "exactly one process", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := core.Compile(wrap(c.body), names)
			var faults bpmn.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("not refused: %v", err)
			}
			for _, f := range faults {
				if strings.Contains(f.En, c.want) && f.Line == c.line && f.Zh != "" && f.Element != "" {
					return
				}
			}
			t.Errorf("want %q on line %d, got\n%v", c.want, c.line, err)
		})
	}
}

func TestSoundFlowsAreAccepted(t *testing.T) {
	t.Parallel()
	task := func(ids string) string {
		var b strings.Builder
		for _, id := range strings.Fields(ids) {
			b.WriteString(`<userTask id="` + id + `" lf:role="CLERK"/>`)
		}
		return b.String()
	}
	for name, body := range map[string]string{
		"straight":                  ends + task("a") + chain("s a e"),
		"parallel":                  ends + task("a b") + `<parallelGateway id="g"/><parallelGateway id="j"/>` + chain("s g a j e;g b j"),
		"parallel without a join":   ends + task("a b") + `<parallelGateway id="g"/><endEvent id="e2"/>` + chain("s g a e;g b e2"),
		"a loop":                    ends + task("a") + `<exclusiveGateway id="x" default="x_e"/>` + chain("s a x e") + `<sequenceFlow id="q" sourceRef="x" targetRef="a"><conditionExpression>ok</conditionExpression></sequenceFlow>`,
		"interrupting timer":        ends + task("a") + `<boundaryEvent id="b" attachedToRef="a"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>` + chain("s a e;b e"),
		"terminate":                 ends + task("a b") + `<parallelGateway id="g"/><endEvent id="t"><terminateEventDefinition/></endEvent>` + chain("s g a t;g b e"),
		"a reminder inside a loop":  ends + task("a") + `<exclusiveGateway id="x" default="x_e"/><boundaryEvent id="b" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeDuration>1wd</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="e2"/>` + chain("s a x e;b e2") + `<sequenceFlow id="q" sourceRef="x" targetRef="a"><conditionExpression>ok</conditionExpression></sequenceFlow>`,
		"action, timer, call, text": ends + `<!-- c --><serviceTask id="a" lf:action="act"/><intermediateCatchEvent id="w"><timerEventDefinition><timeDuration>P1DT2H</timeDuration></timerEventDefinition></intermediateCatchEvent><callActivity id="c" calledElement="other" lf:take="z"/><exclusiveGateway id="x" default="x_e"/><textAnnotation id="n"/>` + chain("s a w c x e") + `<sequenceFlow id="q" sourceRef="x" targetRef="a"><conditionExpression>z == 1 or made != ''</conditionExpression></sequenceFlow>`,
	} {
		if _, err := core.Compile(wrap(body), names); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(string(wrap(ends + `<userTask id="a" lf:role="CLERK" lf:due="= ok ? '1h' : '2wd'" lf:need="photo>=2" lf:late="escalate BOSS"/>` + chain("s a e"))))
	f.Add(string(wrap(ends + fork + user("a", "") + user("b", "") + chain("s g a j e;g b j"))))
	f.Add(string(wrap(ends + `<callActivity id="c" calledElement="other" lf:take="z"/>` + timer("tm", "c", "PT1H", true) + chain("s c e;tm e"))))
	f.Fuzz(func(t *testing.T, src string) {
		def, err := core.Compile([]byte(src), names)
		if err == nil && (def.Start == nil || def.Hash == "") {
			t.Fatal("half a definition")
		}
		if err == nil {
			def.SVG(nil, "en")
		}
	})
}

func FuzzForm(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"type":"string","minLength":1,"oneOf":[{"const":"x","title":"y"}]}},"required":["a"]}`, `{"a":"x"}`)
	f.Fuzz(func(t *testing.T, schema, data string) {
		form, err := core.ParseForm("f", []byte(schema))
		if err != nil {
			return
		}
		var values map[string]any
		if json.Unmarshal([]byte(data), &values) != nil {
			return
		}
		taken, err := form.Accept(values)
		if p, refused := problem.As(err); err != nil && (!refused || p.Status != 422) {
			t.Fatalf("neither taken nor refused: %v", err)
		}
		if err == nil && len(taken) > len(values) {
			t.Fatal("took more than was given")
		}
	})
}
