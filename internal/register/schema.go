package register

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/lifang/lifang/internal/access"
)

// Meta is what a screen needs to know about a register, for one principal.
type Meta struct {
	JSON json.RawMessage // {name, zh, en, scope, primary, sort, schema, can, views}
	ETag string          // quoted; equal JSON has an equal tag
}

// ordered is a JSON object that keeps the order in which its members were added:
// the order of properties is the order of columns and form fields.
type ordered []member

type member struct {
	name  string
	value any
}

// add appends a member unless the value is empty text, false, 0 or an empty list.
func (o *ordered) add(name string, value any) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return
		}
	case bool:
		if !v {
			return
		}
	case int:
		if v == 0 {
			return
		}
	case []ordered:
		if len(v) == 0 {
			return
		}
	}
	*o = append(*o, member{name, value})
}

// MarshalJSON writes the members in their order.
func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(append(appendText(nil, m.name), ':'))
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Meta describes the register to one principal. It is computed once per set of rights.
func (tb *table) Meta(p *access.Principal) Meta {
	can := tb.Can(p)
	key := strings.Join(can, ",")
	if known, ok := tb.metas.Load(key); ok {
		return known.(Meta)
	}
	if can == nil {
		can = []string{}
	}
	views := tb.views
	if views == nil {
		views = []View{}
	}
	var sorted []string
	for _, o := range tb.order {
		sorted = append(sorted, map[bool]string{true: "-"}[o.desc]+o.f.name)
	}
	body, err := json.Marshal(ordered{
		{"name", tb.name}, {"zh", tb.zh}, {"en", tb.en}, {"scope", [...]string{"project", "company"}[tb.scope]},
		{"primary", tb.primary.name}, {"sort", strings.Join(sorted, ",")}, {"schema", tb.Schema()}, {"can", can}, {"views", views},
	})
	if err != nil {
		panic("register " + tb.name + ": " + err.Error()) // only text and numbers in it
	}
	sum := sha256.Sum256(body)
	m := Meta{JSON: body, ETag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	tb.metas.Store(key, m)
	return m
}

// Schema is the JSON Schema 2020-12 of the fields a client reads and writes, with the
// x- words of the screens. Properties stand in the order of the struct.
func (tb *table) Schema() json.RawMessage {
	var properties ordered
	required, groups := []string{}, []ordered{}
	for _, f := range tb.fields {
		properties = append(properties, member{f.name, f.schema()})
		if f.required && !f.readonly {
			required = append(required, f.name)
		}
	}
	for _, g := range tb.groups {
		one := ordered{{"key", g.value}, {"title", g.zh}}
		one.add("x-en", g.en)
		groups = append(groups, one)
	}
	o := ordered{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"type", "object"}, {"title", tb.zh}, {"x-en", tb.en},
		{"properties", properties}, {"required", required}, {"additionalProperties", false},
	}
	o.add("x-groups", groups)
	body, err := json.Marshal(o)
	if err != nil {
		panic("register " + tb.name + ": " + err.Error()) // only text and numbers in it
	}
	return body
}

func (f *field) schema() ordered {
	var o ordered
	if f.kind == object {
		o.add("type", jsonType(f.typ))
	} else {
		o.add("type", [...]string{text: "string", whole: "integer", optional: "integer", flag: "boolean", ident: "string", date: "string", list: "array"}[f.kind])
	}
	if f.kind == date {
		o.add("format", "date")
	}
	o.add("title", f.zh)
	o.add("x-en", f.en)
	o.add("description", f.help)
	o.add("x-en-description", f.helpEn)
	o.add("readOnly", f.readonly)
	if f.min != nil {
		o = append(o, member{"minimum", *f.min})
	}
	switch {
	case f.max == nil || f.kind == list:
	case f.kind == text:
		o = append(o, member{"maxLength", *f.max})
	default:
		o = append(o, member{"maximum", *f.max})
	}
	if f.required && f.kind == text {
		o.add("minLength", 1)
	}
	if f.pattern != nil {
		o.add("pattern", f.pattern.String())
	}
	if len(f.options) > 0 && f.kind == list {
		o.add("items", ordered{{"oneOf", f.optionSchemas()}})
	} else if f.kind == list {
		o.add("items", ordered{{"type", "string"}})
	} else {
		o.add("oneOf", f.optionSchemas())
	}
	if f.initial != nil {
		o = append(o, member{"default", json.RawMessage(f.appendValue(nil, f.initial))})
	}
	o.add("x-unit", f.unit)
	o.add("x-en-unit", f.unitEn)
	o.add("x-format", f.format)
	o.add("x-scale", f.scale)
	o.add("x-ref", f.ref)
	o.add("x-masked", f.masked)
	o.add("x-once", f.once)
	var ui ordered
	ui.add("group", f.group)
	ui.add("width", f.width)
	ui.add("fixed", f.fixed)
	ui.add("sort", f.sort)
	ui.add("hidden", f.hidden)
	ui.add("primary", f.primary)
	ui.add("search", f.search)
	ui.add("sum", f.sum)
	ui.add("filter", f.filter)
	if len(ui) > 0 {
		o.add("x-ui", ui)
	}
	return o
}

func (f *field) optionSchemas() []ordered {
	var all []ordered
	for _, opt := range f.options {
		one := ordered{{"const", opt.value}, {"title", opt.zh}, {"x-en", opt.en}}
		one.add("x-tone", opt.tone)
		all = append(all, one)
	}
	return all
}

// jsonType is the JSON Schema type of a Go type stored as JSON; "" when it may be any.
func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Slice, reflect.Array:
		if t == reflect.TypeFor[json.RawMessage]() {
			return ""
		}
		return "array"
	}
	return ""
}
