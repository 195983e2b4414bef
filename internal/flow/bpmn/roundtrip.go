package bpmn

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Roundtrip reads a file and writes it again. The error says what was lost on the way, or why it cannot be read; the XML
// declaration does not count, since the text is written as UTF-8.
func Roundtrip(src []byte) ([]byte, error) {
	doc, err := Parse(src)
	if err != nil {
		return nil, err
	}
	out := doc.Write()
	before, err := tokens(src)
	if err != nil {
		return nil, err
	}
	after, err := tokens(out)
	if err != nil {
		return nil, err
	}
	for i := range max(len(before), len(after)) {
		a, b := "the end of the file", "the end of the file"
		if i < len(before) {
			a = before[i]
		}
		if i < len(after) {
			b = after[i]
		}
		if a != b {
			return nil, fmt.Errorf("token %d was %s and is now %s", i+1, a, b)
		}
	}
	return out, nil
}

// tokens lists what a file consists of as encoding/xml reads it, independently of [Parse]. Text next to text is one.
func tokens(src []byte) ([]string, error) {
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))))
	dec.CharsetReader = charset
	var out []string
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			out = append(out, fmt.Sprintf("text %q", text.String()))
			text.Reset()
		}
	}
	for {
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			flush()
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if t, ok := tok.(xml.CharData); ok {
			text.Write(t)
			continue
		}
		flush()
		switch t := tok.(type) {
		case xml.ProcInst:
			if t.Target != "xml" {
				out = append(out, fmt.Sprintf("instruction %s %q", t.Target, t.Inst))
			}
		case xml.StartElement:
			out = append(out, fmt.Sprintf("<%s> with %q", qname(t.Name), t.Attr))
		case xml.EndElement:
			out = append(out, "</"+qname(t.Name)+">")
		case xml.Comment:
			out = append(out, fmt.Sprintf("comment %q", string(t)))
		case xml.Directive:
			out = append(out, fmt.Sprintf("directive %q", string(t)))
		}
	}
}

// Extended tells that a file uses words of Lifang's own namespace anywhere.
func (d *Document) Extended() bool { return d.Root.extended() }

func (n *Node) extended() bool {
	if n.Space == LF {
		return true
	}
	for _, a := range n.Attrs {
		if a.Space == LF {
			return true
		}
	}
	for _, c := range n.Children {
		if c.extended() {
			return true
		}
	}
	return false
}
