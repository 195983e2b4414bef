package core

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/lifang/lifang/internal/problem"
)

// Form is a JSON Schema object with Lifang's words (x-en, x-order …), compiled.
type Form struct {
	Name   string
	Zh, En string
	Fields []Field // in order of x-order, then name
	Schema any     // as read, for screens

	byName map[string]*Field
	check  *jsonschema.Schema
}

// Field is one property of a form.
type Field struct {
	Name     string
	Zh, En   string
	Type     string
	Format   string // format, or x-widget
	Unit     string
	Scale    int
	ReadOnly bool
	Choices  []Choice
	order    float64
}

// Choice is one value that a field may have, with its labels.
type Choice struct {
	Value  any
	Zh, En string
}

// ParseForm reads and compiles a form. It must be an object schema; references to other files are refused.
func ParseForm(name string, raw []byte) (*Form, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("form %s: %w", name, err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseLoader(noLoader{})
	url := "form:///" + name
	if err := c.AddResource(url, doc); err != nil {
		return nil, fmt.Errorf("form %s: %w", name, err)
	}
	check, err := c.Compile(url)
	if err != nil {
		return nil, fmt.Errorf("form %s: %w", name, err)
	}
	var read struct {
		Title      string                     `json:"title"`
		En         string                     `json:"x-en"`
		Type       string                     `json:"type"`
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(raw, &read); err != nil {
		return nil, fmt.Errorf("form %s: %w", name, err)
	}
	if read.Type != "object" {
		return nil, fmt.Errorf(`form %s: its "type" must be "object"`, name)
	}
	f := &Form{Name: name, Zh: read.Title, En: cmp.Or(read.En, read.Title), check: check, byName: map[string]*Field{}}
	if err := json.Unmarshal(raw, &f.Schema); err != nil {
		return nil, err
	}
	for prop, text := range read.Properties {
		field, err := parseField(prop, text)
		if err != nil {
			return nil, fmt.Errorf("form %s, field %s: %w", name, prop, err)
		}
		f.Fields = append(f.Fields, field)
	}
	slices.SortFunc(f.Fields, func(a, b Field) int { return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.Name, b.Name)) })
	for i := range f.Fields {
		f.byName[f.Fields[i].Name] = &f.Fields[i]
	}
	return f, nil
}

type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("a form may not refer to another file (%s)", url)
}

func parseField(name string, raw []byte) (Field, error) {
	var p struct {
		Title    string   `json:"title"`
		En       string   `json:"x-en"`
		Type     string   `json:"type"`
		Format   string   `json:"format"`
		Widget   string   `json:"x-widget"`
		Unit     string   `json:"x-unit"`
		Scale    int      `json:"x-scale"`
		Order    *float64 `json:"x-order"`
		ReadOnly bool     `json:"readOnly"`
		OneOf    []struct {
			Const any    `json:"const"`
			Title string `json:"title"`
			En    string `json:"x-en"`
		} `json:"oneOf"`
		Options []struct {
			Value  any `json:"value"`
			Zh, En string
		} `json:"x-options"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return Field{}, err
	}
	if _, known := zeros[p.Type]; !known || p.Type == "any" {
		return Field{}, fmt.Errorf("its type must be one of string, integer, number, boolean, array, object, not %q", p.Type)
	}
	if reserved[name] {
		return Field{}, errors.New("the name is reserved in expressions")
	}
	title := cmp.Or(p.Title, name)
	f := Field{Name: name, Zh: title, En: cmp.Or(p.En, title), Type: p.Type, Format: cmp.Or(p.Widget, p.Format), Unit: p.Unit,
		Scale: p.Scale, ReadOnly: p.ReadOnly, order: 1e9}
	if p.Order != nil {
		f.order = *p.Order
	}
	for _, o := range p.OneOf {
		f.Choices = append(f.Choices, Choice{o.Const, o.Title, cmp.Or(o.En, o.Title)})
	}
	for _, o := range p.Options {
		f.Choices = append(f.Choices, Choice{o.Value, o.Zh, cmp.Or(o.En, o.Zh)})
	}
	return f, nil
}

// Value is one field of a case for showing.
type Value struct {
	Field   string `json:"field,omitempty"`
	Zh      string `json:"zh"`
	En      string `json:"en"`
	Value   any    `json:"value"`
	ValueZh string `json:"value_zh,omitempty"` // label of a choice
	ValueEn string `json:"value_en,omitempty"`
	Format  string `json:"format,omitempty"` // JSON Schema format or x-widget
	Unit    string `json:"unit,omitempty"`
	Scale   int    `json:"scale,omitempty"`
}

// Value gives a field's value with its labels for showing.
func (f *Field) Value(v any) Value {
	out := Value{Field: f.Name, Zh: f.Zh, En: f.En, Value: v, Format: f.Format, Unit: f.Unit, Scale: f.Scale}
	for _, c := range f.Choices {
		if reflect.DeepEqual(c.Value, v) {
			out.ValueZh, out.ValueEn = c.Zh, c.En
		}
	}
	if b, ok := v.(bool); ok {
		out.ValueZh, out.ValueEn = "否", "No"
		if b {
			out.ValueZh, out.ValueEn = "是", "Yes"
		}
	}
	return out
}

// Accept checks data that a person filled in and gives what is taken of it: read-only fields fall away, unknown fields and
// wrong values are refused with a pointer each ("/data/phone").
func (f *Form) Accept(data map[string]any) (map[string]any, error) {
	p := problem.New(422, "form_invalid", "表单有错误，请按提示修改", "The form has errors; correct the marked fields")
	taken := map[string]any{}
	wrong := false
	for _, name := range sortedKeys(data) {
		field := f.byName[name]
		switch {
		case field == nil:
			wrong = true
			p = p.At("/data/"+name, "此表单没有这个字段", "The form has no such field")
		case !field.ReadOnly:
			taken[name] = data[name]
		}
	}
	if err := f.check.Validate(taken); err != nil {
		var invalid *jsonschema.ValidationError
		if !errors.As(err, &invalid) {
			return nil, err
		}
		wrong = true
		told := map[string]bool{}
		for _, leaf := range leaves(invalid, nil) {
			f.tell(leaf, func(pointer, zh, en string) {
				if !told[pointer] {
					told[pointer] = true
					p = p.At(pointer, zh, en)
				}
			})
		}
	}
	if wrong {
		return nil, p
	}
	return taken, nil
}

// leaves gives the causes that say something: the innermost, and a failed choice as a whole.
func leaves(e *jsonschema.ValidationError, out []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	switch e.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		return append(out, e)
	}
	if len(e.Causes) == 0 {
		return append(out, e)
	}
	for _, c := range e.Causes {
		out = leaves(c, out)
	}
	return out
}

// tell says what is wrong with a value in Chinese and English.
func (f *Form) tell(e *jsonschema.ValidationError, at func(pointer, zh, en string)) {
	pointer := "/data"
	for _, part := range e.InstanceLocation {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(part)
	}
	say := func(zh, en string, args ...any) { at(pointer, fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)) }
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			zh, en := name, name
			if field := f.byName[name]; field != nil && len(e.InstanceLocation) == 0 {
				zh, en = field.Zh, field.En
			}
			at(pointer+"/"+name, "请填写"+zh, "Fill in “"+en+"”")
		}
	case *kind.Type:
		say("填写的类型不对，应为 %[1]s", "The value has the wrong type, it should be %[1]s", strings.Join(k.Want, ", "))
	case *kind.MinLength:
		if k.Want == 1 {
			say("不能为空", "It must not be empty")
			return
		}
		say("至少 %d 个字", "At least %d characters", k.Want)
	case *kind.MaxLength:
		say("最多 %d 个字", "At most %d characters", k.Want)
	case *kind.Minimum:
		say("不能小于 %[1]s", "It must be at least %[1]s", k.Want.RatString())
	case *kind.Maximum:
		say("不能大于 %[1]s", "It must be at most %[1]s", k.Want.RatString())
	case *kind.ExclusiveMinimum:
		say("必须大于 %[1]s", "It must be greater than %[1]s", k.Want.RatString())
	case *kind.ExclusiveMaximum:
		say("必须小于 %[1]s", "It must be less than %[1]s", k.Want.RatString())
	case *kind.MinItems:
		say("至少 %d 项", "At least %d entries", k.Want)
	case *kind.MaxItems:
		say("最多 %d 项", "At most %d entries", k.Want)
	case *kind.Enum, *kind.Const, *kind.OneOf, *kind.AnyOf:
		say("不是允许的选项", "It is not one of the choices")
	case *kind.Pattern, *kind.Format:
		say("格式不正确", "The format is wrong")
	case *kind.AdditionalProperties:
		say("有不认识的内容：%[1]s", "It has unknown parts: %[1]s", strings.Join(k.Properties, ", "))
	default:
		say("填写的内容不符合要求", "The value does not meet the rules of the form")
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
