package bpmn_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lifang/lifang/internal/flow/bpmn"
)

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

func layout(t failer, src string) *bpmn.Diagram {
	t.Helper()
	doc, err := bpmn.Parse([]byte(src))
	if err != nil {
		t.Fatalf("%v", err)
	}
	list, faults := doc.Processes()
	if len(list) != 1 || len(faults) > 0 {
		t.Fatalf("%v", faults)
	}
	return bpmn.Layout(list[0])
}

// proper demands that no shapes overlap, no line runs through a shape, lines are made of level and upright parts, and all lies
// inside the picture.
func proper(t failer, d *bpmn.Diagram) {
	t.Helper()
	inside := func(x, y int) bool { return x >= 0 && y >= 0 && x <= d.W && y <= d.H }
	for i, a := range d.Shapes {
		if !inside(a.X, a.Y) || !inside(a.X+a.W, a.Y+a.H) {
			t.Fatalf("%s lies outside the picture", a.Element.ID)
		}
		for _, b := range d.Shapes[i+1:] {
			if a.Element.Host == b.Element || b.Element.Host == a.Element {
				continue // sits on its border
			}
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Fatalf("%s and %s overlap", a.Element.ID, b.Element.ID)
			}
		}
	}
	for _, l := range d.Lines {
		for i := 1; i < len(l.Points); i++ {
			p, q := l.Points[i-1], l.Points[i]
			if p.X != q.X && p.Y != q.Y {
				t.Fatalf("%s runs aslant", l.Flow.ID)
			}
			if !inside(p.X, p.Y) || !inside(q.X, q.Y) {
				t.Fatalf("%s leaves the picture", l.Flow.ID)
			}
			for _, s := range d.Shapes {
				if max(p.X, q.X) > s.X && min(p.X, q.X) < s.X+s.W && max(p.Y, q.Y) > s.Y && min(p.Y, q.Y) < s.Y+s.H {
					t.Fatalf("%s runs through %s", l.Flow.ID, s.Element.ID)
				}
			}
		}
	}
}

func TestTheRepairFlowIsDrawnProperly(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../testdata/repair.bpmn")
	if err != nil {
		t.Fatal(err)
	}
	d := layout(t, string(src))
	proper(t, d)
	for lang, want := range map[string]string{"zh": ">派单</text>", "en": ">Dispatch</text>"} {
		svg := d.SVG(bpmn.Look{Lang: lang, Marks: map[string]bpmn.Mark{"dispatch": bpmn.Now, "report": bpmn.Done, "work": bpmn.Next}})
		for _, part := range []string{want, `class="lf-node lf-task lf-now" data-node="dispatch"`, `lf-event lf-done" data-node="report"`, `lf-next" data-node="work"`} {
			if !strings.Contains(svg, part) {
				t.Errorf("%s: %s is missing", lang, part)
			}
		}
		for _, colour := range []string{"#", "rgb", "style=", "stroke=", "black"} {
			if strings.Contains(svg, colour) {
				t.Errorf("the drawing decides about looks: %s", colour)
			}
		}
		for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestAnyGraphIsDrawnProperly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString(`<definitions xmlns="` + bpmn.NS + `"><process id="p">`)
		n := rapid.IntRange(1, 24).Draw(t, "elements")
		kinds := []string{"userTask", "userTask", "userTask", "serviceTask", "exclusiveGateway", "parallelGateway", "startEvent", "endEvent", "callActivity"}
		from := []string{}
		for i := range n {
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			fmt.Fprintf(&b, `<%s id="n%d" name="步骤 %d"/>`, kind, i, i)
			from = append(from, fmt.Sprintf("n%d", i))
			if strings.HasSuffix(kind, "Task") {
				for j := range rapid.IntRange(0, 2).Draw(t, "bounds") {
					fmt.Fprintf(&b, `<boundaryEvent id="b%d_%d" attachedToRef="n%d"/>`, i, j, i)
					from = append(from, fmt.Sprintf("b%d_%d", i, j))
				}
			}
		}
		for i := range rapid.IntRange(0, 2*n).Draw(t, "flows") {
			fmt.Fprintf(&b, `<sequenceFlow id="f%d" sourceRef="%s" targetRef="n%d"/>`, i, rapid.SampledFrom(from).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to"))
		}
		b.WriteString(`</process></definitions>`)
		proper(t, layout(t, b.String()))
	})
}
