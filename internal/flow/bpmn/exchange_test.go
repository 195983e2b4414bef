package bpmn_test

import (
	"os"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/flow/bpmn"
)

func TestExchangeForm(t *testing.T) {
	t.Parallel()
	src := `<b:definitions xmlns:b="` + bpmn.NS + `"><b:process id="p"><b:startEvent id="s"><b:documentation>d</b:documentation><b:outgoing>wrong</b:outgoing></b:startEvent>
<b:subProcess id="u"><b:startEvent id="is"/><b:endEvent id="ie"/><b:sequenceFlow sourceRef="is" targetRef="ie"/></b:subProcess><b:endEvent id="e"/>
<b:sequenceFlow id="f1" sourceRef="s" targetRef="u"/><b:sequenceFlow id="f2" sourceRef="u" targetRef="e"/></b:process>
<x:BPMNDiagram xmlns:x="http://www.omg.org/spec/BPMN/20100524/DI"/></b:definitions>`
	out, err := bpmn.Exchange([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<b:documentation>d</b:documentation><b:outgoing>f1</b:outgoing></b:startEvent>`, `<b:subProcess id="u"><b:incoming>f1</b:incoming><b:outgoing>f2</b:outgoing>`,
		`<b:sequenceFlow sourceRef="is" targetRef="ie" id="u_flow_1"/>`, `bpmnElement="f2"`, `bpmnElement="u" isExpanded="false"`, `<bpmndi:BPMNPlane id="u_plane" bpmnElement="u">`, `bpmnElement="u_flow_1"`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s is missing in\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "wrong") || strings.Contains(string(out), "x:BPMNDiagram") {
		t.Errorf("what the file said before is still there:\n%s", out)
	}
	again, err := bpmn.Exchange(out)
	if err != nil || string(again) != string(out) {
		t.Errorf("the exchange form of the exchange form differs: %v", err)
	}
	if _, err := bpmn.Roundtrip(out); err != nil {
		t.Error(err)
	}
	repair, err := os.ReadFile("../testdata/repair.bpmn")
	if err != nil {
		t.Fatal(err)
	}
	out, err = bpmn.Exchange(repair)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := bpmn.Parse(out)
	if err != nil {
		t.Fatal(err)
	}
	list, faults := doc.Processes()
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, e := range list[0].Elements {
		if !strings.Contains(string(out), `<bpmndi:BPMNShape id="`+e.ID+`_di"`) {
			t.Errorf("%s is not drawn", e.ID)
		}
	}
	for _, bad := range []string{`<definitions/>`, `<definitions`, `<definitions xmlns="` + bpmn.NS + `"><process id="p"><sequenceFlow sourceRef="a" targetRef="b"/></process></definitions>`} {
		if _, err := bpmn.Exchange([]byte(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
