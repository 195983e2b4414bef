package bpmn_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/flow/bpmn"
)

// tokens lists what a file consists of, as Go's own reader sees it.
func tokens(t *testing.T, src []byte) []string {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(src))
	dec.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("only UTF-8 here") }
	var out []string
	for {
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := tok.(xml.ProcInst); ok && p.Target == "xml" {
			continue
		}
		out = append(out, fmt.Sprintf("%T %v %s", tok, tok, tok))
	}
}

const foreign = `<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand --><!DOCTYPE x>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:z="urn:z" xmlns="urn:other" id="d">
  <bpmn:process id="p" name="a &amp; &lt;b&gt; &quot;c&quot;&#10;d"><bpmn:documentation><![CDATA[x < y]]> &amp; z</bpmn:documentation>
    <bpmn:extensionElements><z:thing z:a="1" a="2"><unknown/></z:thing></bpmn:extensionElements>
    <bpmn:sequenceFlow id="f2" sourceRef="s" targetRef="e"/><?pi some data?>
    <bpmn:startEvent id="s"/><bpmn:endEvent id="e"></bpmn:endEvent>
    <bpmn:sequenceFlow sourceRef="s" targetRef="e" name="  中文
 名"/>
  </bpmn:process>
</bpmn:definitions>
<!-- the end -->
`

func TestReadingAndWritingChangesNoToken(t *testing.T) {
	t.Parallel()
	repair, err := os.ReadFile("../testdata/repair.bpmn")
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range [][]byte{[]byte(foreign), repair} {
		doc, err := bpmn.Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		want, got := tokens(t, src), tokens(t, doc.Write())
		if strings.Join(want, "\n") != strings.Join(got, "\n") {
			t.Errorf("want\n%s\ngot\n%s", want, got)
		}
	}
}

func TestTheProcessInTheFile(t *testing.T) {
	t.Parallel()
	doc, err := bpmn.Parse([]byte(foreign))
	if err != nil {
		t.Fatal(err)
	}
	list, faults := doc.Processes()
	if len(list) != 1 || len(faults) != 0 {
		t.Fatalf("%v %v", list, faults)
	}
	p := list[0]
	if len(p.Flows) != 2 || p.Flows[0].ID != "f2" || p.Flows[1].ID != "flow_2" || p.Flows[1].Name != "中文 名" || p.Flows[1].Line != 8 {
		t.Errorf("flows %+v %+v", p.Flows[0], p.Flows[1])
	}
	if s := p.Element("s"); s.Line != 7 || len(s.Out) != 2 || s.Type != "startEvent" {
		t.Errorf("start %+v", s)
	}
}

func TestLatin1IsRead(t *testing.T) {
	t.Parallel()
	src := []byte("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><definitions xmlns=\"" + bpmn.NS + "\"><process id=\"p\" name=\"Stra\xdfe\"/></definitions>")
	doc, err := bpmn.Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	if list, _ := doc.Processes(); list[0].Name != "Straße" {
		t.Errorf("name %q", list[0].Name)
	}
	if again, err := bpmn.Parse(doc.Write()); err != nil || again.Root.All(bpmn.NS, "process")[0].Attr("name") != "Straße" {
		t.Errorf("written wrongly: %v", err)
	}
}

func TestBrokenFilesNameTheirLine(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("<a>", 300)
	for src, want := range map[string]string{
		"":                 "no element",
		"<a>\n<b>\n</a>":   "line 3: </a> closes <b> opened on line 2",
		"<a>\n\n<b>":       "inside <b> opened on line 3",
		"<a>\n<x:b/></a>":  `line 2: prefix "x"`,
		"<a>\n</a>\n<b/>":  "line 3: a second root",
		"<a/>text":         "text outside",
		"<a b='1' b='2'/>": "given twice",
		"</a>":             "closes nothing",
		"<a>\n&nope;</a>":  "line 2: ",
		deep:               "nested deeper",
		"<?xml version='1.0' encoding='KOI8-R'?><a/>": "not supported",
	} {
		_, err := bpmn.Parse([]byte(src))
		var syntax *bpmn.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %q", src, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(foreign))
	f.Add([]byte("<a xmlns:b='c'><b:d e='f'/>&#13;</a>"))
	f.Fuzz(func(t *testing.T, src []byte) {
		doc, err := bpmn.Parse(src)
		if err != nil {
			return
		}
		written := doc.Write()
		again, err := bpmn.Parse(written)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%q", err, written)
		}
		if !bytes.Equal(again.Write(), written) {
			t.Fatalf("writing again differs\n%q\n%q", written, again.Write())
		}
		list, _ := doc.Processes()
		for _, p := range list {
			bpmn.Layout(p).SVG(bpmn.Look{})
		}
	})
}
