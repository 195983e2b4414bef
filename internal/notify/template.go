package notify

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"text/template"

	"gopkg.in/yaml.v3"
)

// Text is a message's words in one language.
type Text struct {
	Title string `yaml:"title"`
	Body  string `yaml:"body"`
}

// Template is one entry of a messages.yaml. Words are Go templates over Params.
type Template struct {
	// Params are the values that a notice must bring.
	Params []string `yaml:"params"`
	// Channels are used beside the app, where they are set up.
	Channels []string `yaml:"channels"`
	// Urgent messages also go out at night.
	Urgent bool `yaml:"urgent"`
	Zh     Text `yaml:"zh"`
	En     Text `yaml:"en"`

	parsed map[string]*template.Template
}

// Templates are all messages of the rule book by name.
type Templates map[string]*Template

// LoadTemplates reads every chapter's messages.yaml and tries each template, so that
// a misspelt value is found at the start and not at night.
func LoadTemplates(files fs.FS) (Templates, error) {
	paths, err := fs.Glob(files, "*/messages.yaml")
	if err != nil {
		return nil, err
	}
	all := Templates{}
	for _, path := range paths {
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return nil, err
		}
		var some Templates
		decoder := yaml.NewDecoder(bytes.NewReader(text))
		decoder.KnownFields(true)
		if err := decoder.Decode(&some); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for name, t := range some {
			if all[name] != nil {
				return nil, fmt.Errorf("%s: message %s is there twice", path, name)
			}
			if err := t.parse(); err != nil {
				return nil, fmt.Errorf("%s: message %s: %w", path, name, err)
			}
			all[name] = t
		}
	}
	return all, nil
}

func (t *Template) parse() error {
	if t == nil || t.Zh.Title == "" || t.En.Title == "" {
		return fmt.Errorf("needs a title in both languages")
	}
	t.parsed = map[string]*template.Template{}
	for name, words := range map[string]string{"zh.title": t.Zh.Title, "zh.body": t.Zh.Body, "en.title": t.En.Title, "en.body": t.En.Body} {
		p, err := template.New(name).Option("missingkey=error").Parse(words)
		if err != nil {
			return err
		}
		t.parsed[name] = p
	}
	sample := map[string]string{}
	for _, p := range t.Params {
		sample[p] = p
	}
	_, _, err := t.words(sample)
	return err
}

// words fills the template in. Values that the template does not name are ignored, a
// missing one is an error.
func (t *Template) words(params map[string]string) (zh, en Text, err error) {
	for _, p := range t.Params {
		if _, ok := params[p]; !ok {
			return zh, en, fmt.Errorf("the value %q is missing; there are %s", p, strings.Join(slices.Sorted(maps.Keys(params)), ", "))
		}
	}
	for name, into := range map[string]*string{"zh.title": &zh.Title, "zh.body": &zh.Body, "en.title": &en.Title, "en.body": &en.Body} {
		var out strings.Builder
		if err := t.parsed[name].Execute(&out, params); err != nil {
			return zh, en, err
		}
		*into = strings.TrimSpace(out.String())
	}
	return zh, en, nil
}
