package bpmn

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of a file that is read: 8 MiB and 256 levels. A definition that a company writes has some KiB and 8 levels.
const (
	maxBytes = 8 << 20
	maxDepth = 256
)

// Kind tells what a [Node] is.
type Kind int

// The kinds of nodes. Text holds unescaped character data; Comment, Instruction and Directive hold their inner text.
const (
	Tag Kind = iota
	Text
	Comment
	Instruction
	Directive
)

// Node is one token of an XML file with its children, in document order.
type Node struct {
	Kind     Kind
	Raw      string // qualified name as written, "bpmn:userTask"; target of an instruction
	Space    string // resolved namespace, "" when none
	Local    string // name without prefix
	Attrs    []Attr
	Children []*Node
	Text     string
	CDATA    bool // text that stood in a CDATA section
	Line     int  // 1-based line on which the token starts
}

// Attr is one attribute as written, with its namespace resolved. An attribute without a prefix has Space "".
type Attr struct {
	Raw, Space, Local, Value string
}

// Document is a whole file: what stands before the root, the root, and what follows.
type Document struct {
	Nodes []*Node
	Root  *Node
}

// SyntaxError says on which line a file cannot be read.
type SyntaxError struct {
	Line int
	Msg  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Msg) }

// Parse reads a file. It keeps every token: prefixes, unknown elements, comments, white space and order.
// It understands UTF-8, US-ASCII and ISO-8859-1 and expands no external entity. The error is a *SyntaxError.
func Parse(src []byte) (*Document, error) {
	if len(src) > maxBytes {
		return nil, &SyntaxError{Line: 1, Msg: "the file is larger than 8 MiB"}
	}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	dec := xml.NewDecoder(bytes.NewReader(src))
	recoded := false
	dec.CharsetReader = func(name string, in io.Reader) (io.Reader, error) {
		recoded = true
		return charset(name, in)
	}
	r := reader{dec: dec, doc: &Document{}}
	for {
		line, _ := dec.InputPos()
		at := int(dec.InputOffset())
		r.cdata = !recoded && bytes.HasPrefix(src[min(at, len(src)):], []byte("<![CDATA["))
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = r.take(tok, line)
		}
		if err != nil {
			at, _ := dec.InputPos()
			var syntax *xml.SyntaxError
			if errors.As(err, &syntax) {
				return nil, &SyntaxError{Line: syntax.Line, Msg: syntax.Msg}
			}
			return nil, &SyntaxError{Line: at, Msg: err.Error()}
		}
	}
	line, _ := dec.InputPos()
	if len(r.open) > 0 {
		top := r.open[len(r.open)-1].node
		return nil, &SyntaxError{Line: line, Msg: fmt.Sprintf("the file ends inside <%s> opened on line %d", top.Raw, top.Line)}
	}
	if r.doc.Root == nil {
		return nil, &SyntaxError{Line: line, Msg: "there is no element in the file"}
	}
	return r.doc, nil
}

type scope struct {
	node *Node
	ns   map[string]string
}

type reader struct {
	dec   *xml.Decoder
	doc   *Document
	open  []scope
	cdata bool // the token begins a CDATA section
}

func (r *reader) take(tok xml.Token, line int) error {
	switch t := tok.(type) {
	case xml.StartElement:
		return r.start(t, line)
	case xml.EndElement:
		if len(r.open) == 0 {
			return fmt.Errorf("</%s> closes nothing", qname(t.Name))
		}
		top := r.open[len(r.open)-1]
		if top.node.Raw != qname(t.Name) {
			return fmt.Errorf("</%s> closes <%s> opened on line %d", qname(t.Name), top.node.Raw, top.node.Line)
		}
		r.open = r.open[:len(r.open)-1]
	case xml.CharData:
		if len(r.open) == 0 && len(bytes.TrimSpace(t)) > 0 {
			return errors.New("text outside the root element")
		}
		r.add(&Node{Kind: Text, Text: string(t), CDATA: r.cdata, Line: line})
	case xml.Comment:
		r.add(&Node{Kind: Comment, Text: string(t), Line: line})
	case xml.ProcInst:
		r.add(&Node{Kind: Instruction, Raw: t.Target, Text: string(t.Inst), Line: line})
	case xml.Directive:
		r.add(&Node{Kind: Directive, Text: string(t), Line: line})
	}
	return nil
}

func (r *reader) start(t xml.StartElement, line int) error {
	if len(r.open) >= maxDepth {
		return fmt.Errorf("elements are nested deeper than %d levels", maxDepth)
	}
	ns := map[string]string{"xml": "http://www.w3.org/XML/1998/namespace"}
	if len(r.open) > 0 {
		ns = r.open[len(r.open)-1].ns
	}
	own := false
	for _, a := range t.Attr {
		prefix, isNS := "", a.Name.Space == "" && a.Name.Local == "xmlns"
		if a.Name.Space == "xmlns" {
			prefix, isNS = a.Name.Local, true
		}
		if isNS {
			if !own {
				ns, own = clone(ns), true
			}
			ns[prefix] = a.Value
		}
	}
	n := &Node{Raw: qname(t.Name), Space: ns[t.Name.Space], Local: t.Name.Local, Line: line}
	if t.Name.Space != "" && n.Space == "" {
		return fmt.Errorf("prefix %q of <%s> is not declared", t.Name.Space, n.Raw)
	}
	seen := map[string]bool{}
	for _, a := range t.Attr {
		attr := Attr{Raw: qname(a.Name), Local: a.Name.Local, Value: a.Value}
		if a.Name.Space != "" && a.Name.Space != "xmlns" {
			if attr.Space = ns[a.Name.Space]; attr.Space == "" {
				return fmt.Errorf("prefix %q of attribute %s is not declared", a.Name.Space, attr.Raw)
			}
		}
		if seen[attr.Raw] {
			return fmt.Errorf("attribute %s is given twice", attr.Raw)
		}
		seen[attr.Raw] = true
		n.Attrs = append(n.Attrs, attr)
	}
	if len(r.open) == 0 {
		if r.doc.Root != nil {
			return fmt.Errorf("a second root element <%s>", n.Raw)
		}
		r.doc.Root = n
	}
	r.add(n)
	r.open = append(r.open, scope{n, ns})
	return nil
}

func (r *reader) add(n *Node) {
	if len(r.open) == 0 {
		r.doc.Nodes = append(r.doc.Nodes, n)
		return
	}
	top := r.open[len(r.open)-1].node
	top.Children = append(top.Children, n)
}

func qname(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

func clone(m map[string]string) map[string]string {
	out := make(map[string]string, len(m)+4)
	for k, v := range m {
		out[k] = v
	}
	return out
}

// charset turns ISO-8859-1 into UTF-8; the other two are UTF-8 already.
func charset(name string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return in, nil
	case "iso-8859-1", "latin1":
		raw, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		out := make([]rune, len(raw))
		for i, b := range raw {
			out[i] = rune(b)
		}
		return strings.NewReader(string(out)), nil
	}
	return nil, fmt.Errorf("the encoding %q is not supported, save the file as UTF-8", name)
}

// Attr gives the value of an attribute without a prefix, "" when absent.
func (n *Node) Attr(local string) string { return n.attr("", local) }

// LF gives the value of an attribute of Lifang's namespace, "" when absent.
func (n *Node) LF(local string) string { return n.attr(LF, local) }

func (n *Node) attr(space, local string) string {
	for _, a := range n.Attrs {
		if a.Local == local && a.Space == space && a.Raw != "xmlns:"+local {
			return a.Value
		}
	}
	return ""
}

// All gives the child elements with a namespace and local name, in document order.
func (n *Node) All(space, local string) []*Node {
	var out []*Node
	for _, c := range n.Children {
		if c.Kind == Tag && c.Space == space && c.Local == local {
			out = append(out, c)
		}
	}
	return out
}

// First gives the first child element with a namespace and local name, nil when there is none.
func (n *Node) First(space, local string) *Node {
	for _, c := range n.Children {
		if c.Kind == Tag && c.Space == space && c.Local == local {
			return c
		}
	}
	return nil
}

// Inner gives the text directly inside an element, white space at the ends removed.
func (n *Node) Inner() string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	for _, c := range n.Children {
		if c.Kind == Text {
			b.WriteString(c.Text)
		}
	}
	return strings.TrimSpace(b.String())
}

// Write gives the file back. Reading what it wrote gives the same tokens; the text is always UTF-8.
func (d *Document) Write() []byte {
	var b bytes.Buffer
	for _, n := range d.Nodes {
		n.write(&b)
	}
	return b.Bytes()
}

var (
	escText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;")
	escAttr = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;", "\t", "&#9;", "\r", "&#13;")
)

func (n *Node) write(b *bytes.Buffer) {
	switch n.Kind {
	case Text:
		if n.CDATA {
			b.WriteString("<![CDATA[" + n.Text + "]]>")
			return
		}
		b.WriteString(escText.Replace(n.Text))
	case Comment:
		b.WriteString("<!--" + n.Text + "-->")
	case Directive:
		b.WriteString("<!" + n.Text + ">")
	case Instruction:
		text := n.Text
		if n.Raw == "xml" {
			text = `version="1.0" encoding="UTF-8"`
		}
		b.WriteString("<?" + n.Raw + " " + text + "?>")
	case Tag:
		b.WriteString("<" + n.Raw)
		for _, a := range n.Attrs {
			b.WriteString(" " + a.Raw + `="` + escAttr.Replace(a.Value) + `"`)
		}
		if len(n.Children) == 0 {
			b.WriteString("/>")
			return
		}
		b.WriteByte('>')
		for _, c := range n.Children {
			c.write(b)
		}
		b.WriteString("</" + n.Raw + ">")
	}
}
