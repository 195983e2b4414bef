package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// Case is one worked example. Fields are named by path: "start", "expect/due". Looking at a field marks
// it, and whatever lies below it, as used.
type Case struct {
	Section string // as named in Sections
	ID      string // its id, or section-NN counted from 1 when it carries none
	node    *yaml.Node
	read    map[string]bool
	t       testing.TB
}

func newCase(section string, index int, node *yaml.Node) *Case {
	id := scalar(child(node, "id"))
	if id == "" {
		id = strings.ReplaceAll(section, "/", "-")
		if index >= 0 {
			id = fmt.Sprintf("%s-%02d", id, index+1)
		}
	}
	return &Case{Section: section, ID: id, node: node, read: map[string]bool{}}
}

// Has reports whether the field is written in the case, null included. It does not mark the field.
func (c *Case) Has(path string) bool { return find(c.node, path) != nil }

// Text returns a scalar exactly as written, without quotes; null is "". A missing field ends the test.
func (c *Case) Text(path string) string {
	c.t.Helper()
	node := c.must(path)
	if node.Kind != yaml.ScalarNode {
		c.t.Fatalf("%s: the field %q is not a single value", c.ID, path)
	}
	return scalar(node)
}

// TextOr is Text for a field that may be missing.
func (c *Case) TextOr(path, missing string) string {
	c.t.Helper()
	if !c.Has(path) {
		return missing
	}
	return c.Text(path)
}

// Int returns a whole number. A missing field or another value ends the test.
func (c *Case) Int(path string) int64 {
	c.t.Helper()
	n, err := strconv.ParseInt(c.Text(path), 10, 64)
	if err != nil {
		c.t.Fatalf("%s: the field %q: %v", c.ID, path, err)
	}
	return n
}

// IntOr is Int for a field that may be missing.
func (c *Case) IntOr(path string, missing int64) int64 {
	c.t.Helper()
	if !c.Has(path) {
		return missing
	}
	return c.Int(path)
}

// Decode reads the field into a Go value, refusing keys that the value does not know.
func (c *Case) Decode(path string, into any) {
	c.t.Helper()
	text, err := yaml.Marshal(c.must(path))
	if err == nil {
		dec := yaml.NewDecoder(strings.NewReader(string(text)))
		dec.KnownFields(true)
		err = dec.Decode(into)
	}
	if err != nil {
		c.t.Fatalf("%s: the field %q: %v", c.ID, path, err)
	}
}

// Keys returns the keys of a mapping in the order they are written, without marking anything.
func (c *Case) Keys(path string) []string {
	node := find(c.node, path)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	var keys []string
	for i := 0; i+1 < len(node.Content); i += 2 {
		keys = append(keys, node.Content[i].Value)
	}
	return keys
}

// Ignore marks fields that only describe the case (a category name, a method named in words).
func (c *Case) Ignore(paths ...string) {
	for _, path := range paths {
		c.read[path] = true
	}
}

// Check compares the field with what was computed and fails the test where they differ. Values are
// compared by their YAML text, so "2.35" equals "2.35" and never 2.350; nil equals null; maps and lists
// are compared in depth.
func (c *Case) Check(path string, got any) {
	c.t.Helper()
	want := c.must(path)
	var node yaml.Node
	if err := node.Encode(got); err != nil {
		c.t.Fatalf("%s: %q cannot be compared: %v", c.ID, path, err)
	}
	if where, ok := same(want, &node); !ok {
		c.t.Errorf("%s: %s%s: got %s, want %s", c.ID, path, where, flat(&node), flat(want))
	}
}

func (c *Case) must(path string) *yaml.Node {
	c.t.Helper()
	node := find(c.node, path)
	if node == nil {
		c.t.Fatalf("%s: the field %q is missing", c.ID, path)
	}
	c.read[path] = true
	return node
}

// describing are the fields that explain a case to its reader and state nothing to compute.
var describing = []string{"id", "title", "note", "why"}

// unread returns the paths of the fields that nothing looked at.
func (c *Case) unread() []string {
	var left []string
	var visit func(node *yaml.Node, path string)
	visit = func(node *yaml.Node, path string) {
		if c.read[path] {
			return
		}
		if path != "" && node.Kind != yaml.MappingNode {
			left = append(left, path)
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i].Value, node.Content[i+1]
			if path == "" && (slices.Contains(describing, key) || key == "rule" && value.Kind == yaml.ScalarNode) {
				continue // rule is a citation when it is a word and an input when it is a mapping
			}
			visit(value, strings.TrimPrefix(path+"/"+key, "/"))
		}
	}
	visit(c.node, "")
	return left
}

func find(node *yaml.Node, path string) *yaml.Node {
	for _, key := range strings.Split(path, "/") {
		if node = child(node, key); node == nil {
			return nil
		}
	}
	return node
}

func child(node *yaml.Node, key string) *yaml.Node {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

func scalar(node *yaml.Node) string {
	if node == nil || node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		return ""
	}
	return node.Value
}

// same compares two values; where is the path of the first difference.
func same(want, got *yaml.Node) (where string, ok bool) {
	if want.Kind != got.Kind {
		return "", false
	}
	switch want.Kind {
	case yaml.ScalarNode:
		return "", (want.Tag == "!!null") == (got.Tag == "!!null") && scalar(want) == scalar(got)
	case yaml.SequenceNode:
		if len(want.Content) != len(got.Content) {
			return "", false
		}
		for i := range want.Content {
			if where, ok := same(want.Content[i], got.Content[i]); !ok {
				return fmt.Sprintf("[%d]%s", i, where), false
			}
		}
	case yaml.MappingNode:
		if len(want.Content) != len(got.Content) {
			return "", false
		}
		for i := 0; i+1 < len(want.Content); i += 2 {
			key := want.Content[i].Value
			other := child(got, key)
			if other == nil {
				return "/" + key, false
			}
			if where, ok := same(want.Content[i+1], other); !ok {
				return "/" + key + where, false
			}
		}
	}
	return "", true
}

func flat(node *yaml.Node) string {
	text, err := yaml.Marshal(node)
	if err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(string(text)), " ")
}
