package bpmn

import (
	"slices"
	"strconv"
	"strings"
)

// The namespaces of the diagram part.
const (
	nsDI = "http://www.omg.org/spec/BPMN/20100524/DI"
	nsDC = "http://www.omg.org/spec/DD/20100524/DC"
	nsDD = "http://www.omg.org/spec/DD/20100524/DI"
)

// Exchange gives a file in the form that other tools edit: every element names its incoming and outgoing flows, and a derived
// diagram is added for every process and every sub-process, the latter drawn closed in the process around it. A diagram that the
// file had is dropped. The file must have a process without broken references; otherwise the error is [Faults] or a *SyntaxError.
func Exchange(src []byte) ([]byte, error) {
	doc, err := Parse(src)
	if err != nil {
		return nil, err
	}
	list, faults := doc.Processes()
	if len(faults) > 0 {
		return nil, Faults(faults)
	}
	if len(list) == 0 {
		return nil, Faults{{Line: doc.Root.Line, Element: doc.Root.Local, Zh: "文件里没有流程", En: "there is no process in the file"}}
	}
	root := doc.Root
	root.Children = slices.DeleteFunc(root.Children, func(n *Node) bool { return n.Kind == Tag && n.Space == nsDI })
	for n := len(root.Children); n > 0 && root.Children[n-1].Kind == Text && strings.TrimSpace(root.Children[n-1].Text) == ""; n-- {
		root.Children = root.Children[:n-1] // the space before what was dropped
	}
	prefix := strings.TrimSuffix(root.Raw, root.Local)
	for _, p := range list {
		p.connect(prefix)
		root.Children = append(root.Children, p.diagrams()...)
	}
	root.Children = append(root.Children, blank("\n"))
	return doc.Write(), nil
}

func blank(text string) *Node { return &Node{Kind: Text, Text: text} }

// element makes an element: attributes are given as name, value, name, value …
func element(raw string, attrs ...string) *Node {
	n := &Node{Kind: Tag, Raw: raw, Local: raw[strings.IndexByte(raw, ':')+1:]}
	for i := 0; i+1 < len(attrs); i += 2 {
		n.Attrs = append(n.Attrs, Attr{Raw: attrs[i], Local: attrs[i], Value: attrs[i+1]})
	}
	return n
}

// connect writes incoming and outgoing into every element, and an id into every flow that has none.
func (p *Process) connect(prefix string) {
	for _, f := range p.Flows {
		if f.Node.Attr("id") == "" {
			f.ID = p.ID + "_" + f.ID
			f.Node.Attrs = append(f.Node.Attrs, Attr{Raw: "id", Local: "id", Value: f.ID})
		}
	}
	for _, e := range p.Elements {
		if e.Node.Attr("id") == "" {
			e.Node.Attrs = append(e.Node.Attrs, Attr{Raw: "id", Local: "id", Value: e.ID})
		}
		e.Node.Children = slices.DeleteFunc(e.Node.Children, func(n *Node) bool {
			return n.Kind == Tag && n.Space == NS && (n.Local == "incoming" || n.Local == "outgoing")
		})
		at := 0 // the schema wants them behind documentation and extensions
		for i, c := range e.Node.Children {
			if c.Kind == Tag && c.Space == NS && slices.Contains([]string{"documentation", "extensionElements", "auditing", "monitoring", "categoryValueRef"}, c.Local) {
				at = i + 1
			}
		}
		var refs []*Node
		ref := func(local, id string) {
			n := element(prefix + local)
			n.Space, n.Children = NS, []*Node{blank(id)}
			refs = append(refs, n)
		}
		for _, f := range e.In {
			ref("incoming", f.ID)
		}
		for _, f := range e.Out {
			ref("outgoing", f.ID)
		}
		e.Node.Children = slices.Insert(e.Node.Children, at, refs...)
		if e.Inside != nil {
			e.Inside.connect(prefix)
		}
	}
}

// diagrams draws a process and what lies in its sub-processes, each on a plane of its own.
func (p *Process) diagrams() []*Node {
	d := Layout(p)
	plane := element("bpmndi:BPMNPlane", "id", p.ID+"_plane", "bpmnElement", p.ID)
	add := func(n *Node) { plane.Children = append(plane.Children, blank("\n      "), n) }
	px := strconv.Itoa
	for _, s := range d.Shapes {
		shape := element("bpmndi:BPMNShape", "id", s.Element.ID+"_di", "bpmnElement", s.Element.ID)
		if s.Element.Inside != nil {
			shape.Attrs = append(shape.Attrs, Attr{Raw: "isExpanded", Local: "isExpanded", Value: "false"})
		}
		if s.Element.Type == "exclusiveGateway" {
			shape.Attrs = append(shape.Attrs, Attr{Raw: "isMarkerVisible", Local: "isMarkerVisible", Value: "true"})
		}
		shape.Children = []*Node{element("dc:Bounds", "x", px(s.X), "y", px(s.Y), "width", px(s.W), "height", px(s.H))}
		add(shape)
	}
	for _, l := range d.Lines {
		edge := element("bpmndi:BPMNEdge", "id", l.Flow.ID+"_di", "bpmnElement", l.Flow.ID)
		for _, point := range l.Points {
			edge.Children = append(edge.Children, element("di:waypoint", "x", px(point.X), "y", px(point.Y)))
		}
		add(edge)
	}
	plane.Children = append(plane.Children, blank("\n    "))
	diagram := element("bpmndi:BPMNDiagram", "xmlns:bpmndi", nsDI, "xmlns:dc", nsDC, "xmlns:di", nsDD, "id", p.ID+"_diagram")
	diagram.Children = []*Node{blank("\n    "), plane, blank("\n  ")}
	out := []*Node{blank("\n  "), diagram}
	for _, e := range p.Elements {
		if e.Inside != nil {
			out = append(out, e.Inside.diagrams()...)
		}
	}
	return out
}
