package register

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// appendValue writes a stored value in its JSON form: ids as strings, none as null.
func (f *field) appendValue(b []byte, stored any) []byte {
	switch v := stored.(type) {
	case nil:
		return append(b, "null"...)
	case int64:
		switch {
		case f.kind == flag:
			return strconv.AppendBool(b, v != 0)
		case f.kind == ident && v == 0:
			return append(b, "null"...)
		case f.kind == ident:
			return append(strconv.AppendInt(append(b, '"'), v, 10), '"')
		}
		return strconv.AppendInt(b, v, 10)
	case string:
		switch {
		case v == "" && f.kind == list:
			return append(b, "[]"...)
		case v == "" && f.kind != text:
			return append(b, "null"...)
		case f.kind == list || f.kind == object:
			return append(b, v...)
		}
		return appendText(b, v)
	}
	return b
}

// appendText quotes text; most text needs no escapes.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0xe2 {
			quoted, _ := json.Marshal(s) // strings always marshal
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// appendRow writes one row as the API shows it: masked, refs with their labels.
func (tb *table) appendRow(b []byte, r row, names labels) []byte {
	b = append(b, '{')
	write := func(f *field, name string) {
		if len(b) > 1 && b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), name...), `":`...)
		b = f.appendValue(b, f.mask(f.value(r)))
	}
	for _, f := range tb.all[:headLength] {
		write(f, f.name)
	}
	for _, f := range tb.fields {
		write(f, f.name)
		if f.ref != "" {
			b = append(append(append(b, `,"`...), f.name...), `_label":`...)
			b = appendText(b, names[f][f.id(r)])
		}
	}
	return append(b, '}')
}

func (tb *table) itemJSON(ctx context.Context, q db.Queryer, r row) (json.RawMessage, error) {
	names, err := tb.labelsOf(ctx, q, []row{r})
	if err != nil {
		return nil, err
	}
	return tb.appendRow(nil, r, names), nil
}

var errNotObject = errors.New("not one JSON object with distinct names")

// escapePointer writes a name for use in a JSON pointer (RFC 6901).
func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// input is a JSON object that was taken apart: the values of fields in stored form.
type input struct {
	version int64
	project db.ID
	given   map[*field]any
}

// decode reads a body for create or update and reports every unknown name and wrong
// type with its pointer.
func (tb *table) decode(body []byte, creating bool) (input, error) {
	in := input{given: map[*field]any{}}
	names, values, err := members(body)
	if err != nil {
		return in, problem.BadRequest("请求内容不是有效的 JSON 对象", "The body is not a valid JSON object")
	}
	wrong := problem.Invalid()
	for i, name := range names {
		pointer := "/" + escapePointer(name)
		f := tb.byName[name]
		switch {
		case name == "version" && !creating:
			n, bad := f.fromJSON(values[i])
			if bad != nil {
				wrong = wrong.At(pointer, bad.zh, bad.en)
				continue
			}
			in.version, _ = n.(int64)
		case name == "project_id" && creating:
			id, bad := f.fromJSON(values[i])
			if bad != nil {
				wrong = wrong.At(pointer, bad.zh, bad.en)
				continue
			}
			in.project = db.ID(id.(int64))
		case f == nil:
			wrong = wrong.At(pointer, "没有这个字段", "There is no such field")
		case f.readonly:
			wrong = wrong.At(pointer, "此字段不能填写", "This field cannot be set")
		default:
			value, bad := f.fromJSON(values[i])
			if bad != nil {
				wrong = wrong.At(pointer, bad.zh, bad.en)
				continue
			}
			in.given[f] = value
		}
	}
	if !creating && in.version <= 0 {
		wrong = wrong.At("/version", "缺少版本号,请刷新后重试", "The version is missing, please reload and try again")
	}
	return in, wrong.OrNil()
}

// members takes an object apart, keeping the order; a name given twice is an error.
func members(body []byte) (names []string, values []json.RawMessage, err error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	open, err := decoder.Token()
	if err != nil {
		return nil, nil, err
	}
	if open != json.Delim('{') {
		return nil, nil, errNotObject
	}
	seen := map[string]bool{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, nil, err
		}
		if seen[name.(string)] {
			return nil, nil, errNotObject
		}
		seen[name.(string)] = true
		names, values = append(names, name.(string)), append(values, value)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, nil, err
	}
	if decoder.More() {
		return nil, nil, errNotObject
	}
	return names, values, nil
}

// ListJSON is List as the API answers it: {"items":[…],"total":n,"sums":{…}}.
func (tb *table) ListJSON(ctx context.Context, q db.Queryer, query map[string][]string) (json.RawMessage, error) {
	found, err := tb.list(ctx, q, query)
	if err != nil {
		return nil, err
	}
	names, err := tb.labelsOf(ctx, q, found.rows)
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, 512*(1+len(found.rows))), `{"items":[`...)
	for i, r := range found.rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = tb.appendRow(b, r, names)
	}
	b = append(strconv.AppendInt(append(b, `],"total":`...), found.total, 10), `,"sums":`...)
	sums, err := json.Marshal(found.sums)
	if err != nil {
		return nil, err
	}
	return append(append(b, sums...), '}'), nil
}

// GetJSON reads one row.
func (tb *table) GetJSON(ctx context.Context, q db.Queryer, id db.ID) (json.RawMessage, error) {
	r, err := tb.get(ctx, q, id)
	if err != nil {
		return nil, err
	}
	return tb.itemJSON(ctx, q, r)
}

// CreateJSON writes a new row from the fields of the body and answers with the row.
// Fields that are not given take their default.
func (tb *table) CreateJSON(ctx context.Context, tx *db.Tx, body []byte) (db.ID, json.RawMessage, error) {
	in, err := tb.decode(body, true)
	if err != nil {
		return 0, nil, err
	}
	r, err := tb.fresh()
	if err != nil {
		return 0, nil, err
	}
	head(r).ProjectID = in.project
	for f, value := range in.given {
		if err := f.set(r, value); err != nil {
			return 0, nil, err
		}
	}
	if err := tb.create(ctx, tx, r); err != nil {
		return 0, nil, err
	}
	item, err := tb.itemJSON(ctx, tx, r)
	return head(r).ID, item, err
}

// fresh is an unsaved row with its defaults.
func (tb *table) fresh() (row, error) {
	r := tb.hooks.make()
	for _, f := range tb.fields {
		if f.initial != nil {
			if err := f.set(r, f.initial); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// UpdateJSON changes the given fields of a row; the body carries the version it was
// based on. A masked value that comes back as it was shown is left alone.
func (tb *table) UpdateJSON(ctx context.Context, tx *db.Tx, id db.ID, body []byte) (json.RawMessage, error) {
	in, err := tb.decode(body, false)
	if err != nil {
		return nil, err
	}
	updated, err := tb.update(ctx, tx, id, in.version, func(old, draft row) error { return tb.apply(in.given, old, draft) })
	if err != nil {
		return nil, err
	}
	return tb.itemJSON(ctx, tx, updated)
}

func (tb *table) apply(given map[*field]any, old, draft row) error {
	wrong := problem.Invalid()
	for f, value := range given {
		was := f.value(old)
		switch {
		case f.masked && value == f.mask(was):
		case f.once && value != was:
			wrong = wrong.At("/"+f.name, "创建后不能修改", "Cannot be changed after creation")
		default:
			if err := f.set(draft, value); err != nil {
				return err
			}
		}
	}
	return wrong.OrNil()
}
