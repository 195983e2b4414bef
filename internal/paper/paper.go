// Package paper prints: it turns the rule book's templates and a document's data into a page that a
// browser prints in the right size, in Chinese or English.
//
// The main type is Press, the templates as loaded from papers/*.html:
//
//	press, err := paper.Load(rulebook.Files)
//	err = press.Print(w, "receipt", "zh", data)
//
// A paper is one file papers/<name>.html that defines "title", "page" (the size, "A5 landscape") and
// "body"; papers/sheet.html is the page around them. In a template, t picks the language, money writes fen
// as 1,409.50, capitals as 壹仟肆佰零玖元伍角, time an instant, and lines pads a table to a height.
//
// The package knows no business: what the data of a paper is, the template says in its first comment. It
// must never let data into a page unescaped, and never print what the caller has not recorded as printed.
package paper

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/money"
)

// Press holds the templates, in both languages. It is safe for concurrent use.
type Press struct {
	papers map[string]map[string]*template.Template // language → name → template
}

const sheet = "papers/sheet.html"

// Load reads papers/*.html. A template that cannot be parsed, or lacks a part, is refused.
func Load(files fs.FS) (*Press, error) {
	names, err := fs.Glob(files, "papers/*.html")
	if err != nil {
		return nil, err
	}
	p := &Press{papers: map[string]map[string]*template.Template{"zh": {}, "en": {}}}
	for _, file := range names {
		if file == sheet {
			continue
		}
		name := strings.TrimSuffix(path.Base(file), ".html")
		for language, papers := range p.papers {
			t, err := template.New("sheet.html").Option("missingkey=error").Funcs(functions(language)).ParseFS(files, sheet, file)
			if err != nil {
				return nil, fmt.Errorf("paper %s: %w", name, err)
			}
			for _, part := range []string{"title", "page", "body"} {
				if t.Lookup(part) == nil {
					return nil, fmt.Errorf("paper %s: does not define %q", name, part)
				}
			}
			papers[name] = t
		}
	}
	if len(p.papers["zh"]) == 0 {
		return nil, fmt.Errorf("no papers found")
	}
	return p, nil
}

// Names lists the papers, in order.
func (p *Press) Names() []string {
	var names []string
	for name := range p.papers["zh"] {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Print writes a paper as a complete HTML page. Any language but en is Chinese. Nothing is written when
// the data does not fit the template.
func (p *Press) Print(w io.Writer, name, language string, data any) error {
	papers := p.papers["zh"]
	if strings.HasPrefix(language, "en") {
		papers = p.papers["en"]
	}
	t := papers[name]
	if t == nil {
		return fmt.Errorf("there is no paper %q", name)
	}
	var page bytes.Buffer
	if err := t.Execute(&page, data); err != nil {
		return fmt.Errorf("paper %s: %w", name, err)
	}
	_, err := page.WriteTo(w)
	return err
}

func functions(language string) template.FuncMap {
	return template.FuncMap{
		"lang": func() string { return map[string]string{"zh": "zh-CN", "en": "en"}[language] },
		"t": func(zh, en string) string {
			if language == "en" {
				return en
			}
			return zh
		},
		"money":    func(f money.Fen) string { return f.Format() },
		"capitals": money.Capitals,
		"time":     func(ms int64) string { return strings.Replace(calendar.FormatLocal(ms), "T", " ", 1) },
		"inc":      func(i int) int { return i + 1 },
		"lines": func(n, atLeast int) []struct{} { // what is missing to a table of this height
			return make([]struct{}, max(0, atLeast-n))
		},
	}
}
