// Package cases runs worked examples: YAML files that state an input and the exact answer.
//
// A package keeps its examples in testdata/cases/<name>.yaml and lists, per section of the file,
// the function that computes the answer:
//
//	func TestCases(t *testing.T) {
//		cases.Run(t, "finance-cases.yaml", cases.Sections{
//			"rounding": func(t *testing.T, c *cases.Case) {
//				got := round(c.Text("input"), c.Int("dp"))
//				c.Check("expect", got)
//			},
//		})
//	}
//
// The same examples can be extended without touching the project: a file of the same name in the
// directory named by the environment variable LIFANG_CASES is run through the same functions.
//
// The runner is strict, because an example that is not really compared proves nothing: a file without
// cases fails, and so does a case with a field that the function never looked at.
// It must never turn a number into binary floating point: scalars are handed over as the text that was
// written.
package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// Sections maps a section of a case file to the function that works its cases.
//
// A key is a path of mapping keys: "rounding", "cases/calendar". Its last element may select by a field
// instead: "cases/kind=vat" takes the cases of the list "cases" whose kind is vat. A section is a list
// of cases, or one mapping that is itself a case.
type Sections map[string]func(t *testing.T, c *Case)

// Run works every case of the named file as a subtest <file>/<case id>: of testdata/cases/<name>, where
// each listed section must have cases, and of $LIFANG_CASES/<name> if there is one, which may hold only
// some of the sections but not none.
func Run(t *testing.T, name string, sections Sections) {
	t.Helper()
	own := filepath.Join("testdata", "cases", name)
	t.Run(name, func(t *testing.T) { runFile(t, own, sections, true) })

	more := os.Getenv("LIFANG_CASES")
	if more == "" {
		return
	}
	path := filepath.Join(more, name)
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return
	}
	t.Run(name, func(t *testing.T) { runFile(t, path, sections, false) })
}

func runFile(t *testing.T, path string, sections Sections, complete bool) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("reading the case file: %v", err)
	}
	found, err := load(text, sections)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if err := enough(found, sections, complete); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for _, c := range found {
		t.Run(c.ID, func(t *testing.T) {
			c.t = t
			sections[c.Section](t, c)
			if t.Failed() || t.Skipped() {
				return
			}
			for _, field := range c.unread() {
				t.Errorf("%s: the field %q was never looked at, so this case proves less than it says", c.ID, field)
			}
		})
	}
}

// enough refuses a file that would pass by holding nothing.
func enough(found []*Case, sections Sections, complete bool) error {
	if len(found) == 0 {
		return fmt.Errorf("no cases found")
	}
	if !complete {
		return nil
	}
	have := map[string]bool{}
	for _, c := range found {
		have[c.Section] = true
	}
	for section := range sections {
		if !have[section] {
			return fmt.Errorf("no cases in section %q", section)
		}
	}
	return nil
}

// load returns the cases of the wanted sections in the order of the file.
func load(text []byte, sections Sections) ([]*Case, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	var found []*Case
	walk(doc.Content[0], "", func(section string, index int, node *yaml.Node) {
		if _, wanted := sections[section]; wanted {
			found = append(found, newCase(section, index, node))
			return
		}
		for key := range sections {
			if list, field, value, ok := selector(key); ok && list == section && scalar(child(node, field)) == value {
				c := newCase(key, index, node)
				c.read[field] = true
				found = append(found, c)
			}
		}
	})
	return found, nil
}

// walk visits every mapping that can be a case: the elements of a list in a section, and the section
// itself where it is a mapping (index −1). It looks at most two keys deep.
func walk(root *yaml.Node, prefix string, visit func(section string, index int, node *yaml.Node)) {
	if root.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		section, value := prefix+root.Content[i].Value, root.Content[i+1]
		switch value.Kind {
		case yaml.SequenceNode:
			for n, item := range value.Content {
				if item.Kind == yaml.MappingNode {
					visit(section, n, item)
				}
			}
		case yaml.MappingNode:
			visit(section, -1, value)
			if prefix == "" {
				walk(value, section+"/", visit)
			}
		}
	}
}

// selector splits "cases/kind=vat" into "cases", "kind" and "vat".
func selector(key string) (list, field, value string, ok bool) {
	slash := strings.LastIndexByte(key, '/')
	if slash < 0 {
		return "", "", "", false
	}
	field, value, ok = strings.Cut(key[slash+1:], "=")
	return key[:slash], field, value, ok
}
