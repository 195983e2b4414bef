package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFlowFilesOfOtherTools(t *testing.T) {
	dir := t.TempDir()
	write := func(name, body string) string {
		path := filepath.Join(dir, name)
		text := `<?xml version="1.0"?><b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"><b:process id="p">` + body + `</b:process></b:definitions>`
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good.bpmn", `<b:startEvent id="s"/><b:userTask id="a"/><b:exclusiveGateway id="g" default="d"/><b:endEvent id="e"/><b:endEvent id="k"><b:terminateEventDefinition/></b:endEvent>
		<b:sequenceFlow id="f1" sourceRef="s" targetRef="a"/><b:sequenceFlow id="f2" sourceRef="a" targetRef="g"/><b:sequenceFlow id="d" sourceRef="g" targetRef="e"/>
		<b:sequenceFlow id="f3" sourceRef="g" targetRef="k"><b:conditionExpression>outcome == "no" and amount > 5</b:conditionExpression></b:sequenceFlow>`)
	bad := write("bad.bpmn", "\n"+`<b:complexGateway id="c"/>`)
	must(t, "flow", "check", good)
	must(t, "flow", "roundtrip", good)
	if code, out, _ := lifang(t, "flow", "check", bad); code != 1 || !strings.Contains(out, "line 2: c: complexGateway is not supported") {
		t.Errorf("exit %d: %s", code, out)
	}
	if out := must(t, "flow", "simulate", good); out != "s startEvent\na userTask\ng exclusiveGateway\ne endEvent\ncompleted\n" {
		t.Error(out)
	}
	if out := must(t, "flow", "simulate", good, "--json", "--decide", "a=no", "--var", "amount=6"); out != `{"visited":[{"id":"s","kind":"startEvent"},{"id":"a","kind":"userTask"},{"id":"g","kind":"exclusiveGateway"},{"id":"k","kind":"endEvent"}],"state":"terminated"}`+"\n" {
		t.Error(out)
	}
	if code, _, _ := lifang(t, "flow", "simulate", bad); code != 1 {
		t.Errorf("exit %d", code)
	}
	ours := filepath.Join("..", "..", "rulebook", "service", "flows", "repair.bpmn")
	if out := must(t, "flow", "simulate", ours); !strings.HasSuffix(out, "completed\n") {
		t.Error(out)
	}
	must(t, "flow", "roundtrip", ours)
	published, read := must(t, "flow", "export", "repair"), must(t, "flow", "export", ours)
	if published != read || !strings.Contains(read, "BPMNShape") || !strings.Contains(read, "incoming") {
		t.Errorf("%d and %d bytes", len(published), len(read))
	}
	if code, _, _ := lifang(t, "flow", "export", "nothing"); code != 1 {
		t.Errorf("exit %d", code)
	}
}
