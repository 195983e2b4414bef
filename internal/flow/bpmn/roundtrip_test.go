package bpmn_test

import (
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/flow/bpmn"
)

func TestRoundtrip(t *testing.T) {
	t.Parallel()
	latin := "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><definitions xmlns=\"" + bpmn.NS + "\" name=\"caf\xe9\"><!-- \xfc --></definitions>"
	for _, src := range []string{foreign, latin} {
		out, err := bpmn.Roundtrip([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := bpmn.Roundtrip(out); err != nil || string(again) != string(out) {
			t.Errorf("writing twice differs: %v", err)
		}
	}
	if out, _ := bpmn.Roundtrip([]byte(latin)); !strings.Contains(string(out), `name="café"`) {
		t.Errorf("%s", out)
	}
	if _, err := bpmn.Roundtrip([]byte("<a><b></a>")); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("broken: %v", err)
	}
}

func TestExtended(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]bool{foreign: false, `<definitions xmlns="` + bpmn.NS + `" xmlns:lf="` + bpmn.LF + `"><process lf:no="A"/></definitions>`: true} {
		doc, err := bpmn.Parse([]byte(src))
		if err != nil || doc.Extended() != want {
			t.Errorf("%v, %v: %s", doc.Extended(), err, src)
		}
	}
}
