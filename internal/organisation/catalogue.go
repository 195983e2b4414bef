package organisation

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"gopkg.in/yaml.v3"

	"github.com/lifang/lifang/internal/access"
)

// Catalogue is positions.yaml, checked: what kinds of posts a company has.
type Catalogue struct {
	Version      int                 `yaml:"version"`
	Ranks        map[string]Title    `yaml:"ranks"`
	Objects      map[string]Title    `yaml:"objects"`
	Baseline     Grants              `yaml:"baseline"`
	Holds        map[string]Title    `yaml:"holds"`
	Incompatible []Pair              `yaml:"incompatible"`
	InAMatter    []Pair              `yaml:"incompatible_in_a_matter"`
	Escalation   map[string][]string `yaml:"escalation"`
	Departments  []Department        `yaml:"departments"`
	Positions    []Post              `yaml:"positions"`
	Functions    []Post              `yaml:"functions"`

	posts    map[string]*Post
	baseline []string // expanded and sorted
}

// Title is a name in both languages.
type Title struct {
	Zh string `yaml:"zh"`
	En string `yaml:"en"`
}

// Pair are two things that one person never has in charge together.
type Pair struct {
	A     string `yaml:"a"`
	B     string `yaml:"b"`
	Title `yaml:",inline"`
}

// Department is a kind of department; several units can be of one kind.
type Department struct {
	Code    string `yaml:"code"`
	Title   `yaml:",inline"`
	Aliases []string `yaml:"aliases"`
}

// Post is a position, or a function given to a person by name.
type Post struct {
	Code         string `yaml:"code"`
	Title        `yaml:",inline"`
	Department   string         `yaml:"department"`
	Rank         string         `yaml:"rank"`
	ReportsTo    string         `yaml:"reports_to"`
	StandIn      string         `yaml:"stand_in"`
	Source       string         `yaml:"source"`
	Duties       map[int]string `yaml:"duties"`
	Holds        []string       `yaml:"holds"`
	Certificates []string       `yaml:"certificates"`
	Grants       Grants         `yaml:"grants"`

	permissions []string // area.object.action@level, expanded and sorted
}

// Permissions are the post's own permissions as area.object.action@level, sorted,
// without the baseline.
func (p *Post) Permissions() []string { return slices.Clone(p.permissions) }

// Grants are permissions by level.
type Grants map[string][]string

// Load reads and checks organisation/positions.yaml. Every mistake is named: unknown
// keys, objects, levels, holds and codes are errors, so that a grant is never lost
// because of a misspelling.
func Load(files fs.FS) (*Catalogue, error) {
	const path = "organisation/positions.yaml"
	text, err := fs.ReadFile(files, path)
	if err != nil {
		return nil, err
	}
	var c Catalogue
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &c, nil
}

func (c *Catalogue) check() error {
	c.posts = map[string]*Post{}
	departments := map[string]bool{}
	for _, d := range c.Departments {
		departments[d.Code] = true
	}
	var err error
	if c.baseline, err = c.expand(c.Baseline); err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	for _, list := range [][]Post{c.Positions, c.Functions} {
		for i := range list {
			p := &list[i]
			if p.Code == "" || p.Zh == "" || p.En == "" || c.posts[p.Code] != nil {
				return fmt.Errorf("position %q: needs a code of its own and a name in both languages", p.Code)
			}
			c.posts[p.Code] = p
			if p.permissions, err = c.expand(p.Grants); err != nil {
				return fmt.Errorf("%s: %w", p.Code, err)
			}
			for _, h := range p.Holds {
				if _, ok := c.Holds[h]; !ok {
					return fmt.Errorf("%s holds %q, which is not listed under holds", p.Code, h)
				}
			}
			if slices.ContainsFunc(p.permissions, func(k string) bool { return strings.Contains(k, ".approve@") }) {
				p.Holds = append(p.Holds, "approval")
			}
		}
	}
	for _, p := range c.Positions {
		if !departments[p.Department] {
			return fmt.Errorf("%s: no department %q", p.Code, p.Department)
		}
		if _, ok := c.Ranks[p.Rank]; !ok {
			return fmt.Errorf("%s: no rank %q", p.Code, p.Rank)
		}
		for _, other := range []string{p.ReportsTo, p.StandIn} {
			if other != "" && c.posts[other] == nil {
				return fmt.Errorf("%s: no position %q", p.Code, other)
			}
		}
		if err := c.climb(p.Code); err != nil {
			return err
		}
	}
	for line, chain := range c.Escalation {
		for _, code := range chain {
			if c.posts[code] == nil {
				return fmt.Errorf("escalation %s: no position %q", line, code)
			}
		}
	}
	for _, pair := range c.Incompatible {
		for _, h := range []string{pair.A, pair.B} {
			if _, ok := c.Holds[h]; !ok {
				return fmt.Errorf("incompatible: %q is not listed under holds", h)
			}
		}
	}
	return nil
}

// climb refuses a chain of superiors that comes back to where it began.
func (c *Catalogue) climb(code string) error {
	seen := map[string]bool{}
	for at := code; at != ""; at = c.posts[at].ReportsTo {
		if seen[at] {
			return fmt.Errorf("%s: its superiors go in a circle through %s", code, at)
		}
		seen[at] = true
		if c.posts[at] == nil {
			return fmt.Errorf("%s: no position %q", code, at)
		}
	}
	return nil
}

// expand turns grants into area.object.action@level keys and checks each.
func (c *Catalogue) expand(g Grants) ([]string, error) {
	var keys []string
	for level, permissions := range g {
		for _, permission := range permissions {
			area, action, all := strings.Cut(permission, ".*.")
			found := false
			for object := range c.Objects {
				if all && strings.HasPrefix(object, area+".") && !strings.HasSuffix(object, "_sensitive") {
					keys = append(keys, object+"."+action+"@"+level)
					found = true
				}
			}
			if all && found {
				continue
			}
			keys = append(keys, permission+"@"+level)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	for _, text := range keys {
		if err := c.knows(text); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// knows refuses a key whose form is wrong or whose object is not in the catalogue.
func (c *Catalogue) knows(text string) error {
	key, err := access.ParseKey(text)
	if err != nil {
		return err
	}
	if _, ok := c.Objects[key.Area+"."+key.Object]; !ok {
		return fmt.Errorf("permission %q: no object %s.%s", text, key.Area, key.Object)
	}
	if key.Level == "" {
		return fmt.Errorf("permission %q: say where, for example %s@project", text, text)
	}
	return nil
}

// Post finds a position or function by its code; nil if there is none.
func (c *Catalogue) Post(code string) *Post { return c.posts[code] }

// Codes lists all positions and functions, sorted.
func (c *Catalogue) Codes() []string { return slices.Sorted(maps.Keys(c.posts)) }

// BaselinePermissions are those of every employee, as area.object.action@level, sorted.
func (c *Catalogue) BaselinePermissions() []string { return slices.Clone(c.baseline) }

// Conflict names the first incompatible pair between two sets of things in charge, if any.
func (c *Catalogue) Conflict(one, other []string) (Pair, bool) {
	for _, pair := range c.Incompatible {
		if slices.Contains(one, pair.A) && slices.Contains(other, pair.B) || slices.Contains(one, pair.B) && slices.Contains(other, pair.A) {
			return pair, true
		}
	}
	return Pair{}, false
}

// inForce is the catalogue by which appointments and deputies are judged.
var inForce atomic.Pointer[Catalogue]

func enforced() (*Catalogue, error) {
	if c := inForce.Load(); c != nil {
		return c, nil
	}
	return nil, errors.New("organisation: no catalogue of positions is in force; make a Directory first")
}
