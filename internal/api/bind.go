package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// parameter is one input field that comes from the path, the query, a header or
// a form field.
type parameter struct {
	in, name string // in: path, query, header, form
	index    []int
	schema   *huma.Schema
	required bool
	fallback string
	doc      string
}

// pointer names the parameter in a problem's field list.
func (p parameter) pointer() string {
	if p.in == "form" {
		return "/" + p.name
	}
	return "?" + p.name
}

// binder fills an input struct from a request. It is made once per operation.
type binder struct {
	in       reflect.Type
	params   []parameter
	allQuery []int // url.Values field tagged query:"*"
	body     []int
	bodyType reflect.Type
	bodyRaw  bool
	schema   *huma.Schema
	registry huma.Registry
	upload   []int
}

var (
	idType     = reflect.TypeFor[db.ID]()
	valuesType = reflect.TypeFor[url.Values]()
	uploadType = reflect.TypeFor[*Upload]()
	rawType    = reflect.TypeFor[json.RawMessage]()
)

func newBinder(registry huma.Registry, o *Operation) *binder {
	b := &binder{in: o.In, registry: registry}
	if o.In.Kind() != reflect.Struct {
		panic(fmt.Sprintf("%s %s: the input must be a struct", o.Method, o.Path))
	}
	b.collect(o, o.In, nil)
	o.params = b.params
	for part := range strings.SplitSeq(o.Path, "/") {
		name, ok := strings.CutPrefix(part, "{")
		name = strings.TrimRight(name, ".}$")
		if ok && name != "" && !b.has("path", name) && o.inSchema == nil {
			panic(fmt.Sprintf("%s %s: the input has no field for {%s}", o.Method, o.Path, name))
		}
	}
	return b
}

func (b *binder) has(in, name string) bool {
	for _, p := range b.params {
		if p.in == in && p.name == name {
			return true
		}
	}
	return false
}

func (b *binder) collect(o *Operation, t reflect.Type, at []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(append([]int{}, at...), i)
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			b.collect(o, f.Type, index)
		case f.Name == "Body":
			b.body, b.bodyType = index, f.Type
			if f.Type == rawType {
				b.bodyRaw = true
				continue
			}
			b.schema = b.registry.Schema(f.Type, true, upperFirst(o.ID)+"Body")
		case f.Type == uploadType:
			b.upload = index
		case f.Type == valuesType && f.Tag.Get("query") == "*":
			b.allQuery = index
		default:
			for _, in := range []string{"path", "query", "header", "form"} {
				name, ok := f.Tag.Lookup(in)
				if !ok {
					continue
				}
				p := parameter{in: in, name: name, index: index, doc: f.Tag.Get("doc"), fallback: f.Tag.Get("default"),
					required: in == "path" || f.Tag.Get("required") == "true"}
				p.schema = huma.SchemaFromField(b.registry, f, upperFirst(o.ID)+f.Name)
				b.params = append(b.params, p)
			}
		}
	}
}

// read fills a new input. Everything wrong is collected in one problem.
func (b *binder) read(r *http.Request, temp string) (in any, cleanup func(), err error) {
	value := reflect.New(b.in)
	cleanup = func() {}
	bad := problem.Invalid()
	wrong := func(pointer, zh, en string) { bad = bad.At(pointer, zh, en) }
	var form map[string]string
	if b.upload != nil {
		upload, fields, err := readUpload(r, temp)
		if err != nil {
			return nil, cleanup, err
		}
		cleanup = upload.close
		form = fields
		value.Elem().FieldByIndex(b.upload).Set(reflect.ValueOf(upload))
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil { // a part that is dropped may be the one that narrows a list
		return nil, cleanup, problem.BadRequest("网址中的查询条件写法不对", "The query of the address is not well-formed")
	}
	for _, p := range b.params {
		var text string
		var given bool
		switch p.in {
		case "path":
			text, given = r.PathValue(p.name), true
		case "query":
			given = query.Has(p.name)
			text = query.Get(p.name)
		case "header":
			text = r.Header.Get(p.name)
			given = text != ""
		case "form":
			text, given = form[p.name]
		}
		if !given || text == "" {
			text = p.fallback
		}
		if text == "" {
			if p.required {
				wrong(p.pointer(), "请填写这一项", "This is required")
			}
			continue
		}
		if err := b.set(value.Elem().FieldByIndex(p.index), p, text); err != nil {
			if p.in == "path" {
				return nil, cleanup, problem.NotFound("没有这条记录，请检查地址", "There is no such record; check the address")
			}
			wrong(p.pointer(), err.zh, err.en)
		}
	}
	if b.allQuery != nil {
		value.Elem().FieldByIndex(b.allQuery).Set(reflect.ValueOf(query))
	}
	if err := bad.OrNil(); err != nil {
		return nil, cleanup, err
	}
	if b.body != nil {
		if err := b.readBody(r, value.Elem().FieldByIndex(b.body)); err != nil {
			return nil, cleanup, err
		}
	}
	return value.Interface(), cleanup, nil
}

type twoTexts struct{ zh, en string }

func (b *binder) set(field reflect.Value, p parameter, text string) *twoTexts {
	var checked any
	switch {
	case field.Type() == idType:
		id, err := db.ParseID(text)
		if err != nil {
			return &twoTexts{"应为编号（一串数字）", "Expected an id (digits)"}
		}
		field.SetInt(int64(id))
		return nil
	case field.Kind() == reflect.String:
		field.SetString(text)
		checked = text
	case field.CanInt():
		n, err := strconv.ParseInt(text, 10, field.Type().Bits())
		if err != nil {
			return &twoTexts{"应为整数", "Expected a whole number"}
		}
		field.SetInt(n)
		checked = n
	case field.Kind() == reflect.Bool:
		v, err := strconv.ParseBool(text)
		if err != nil {
			return &twoTexts{"应为 true 或 false", "Expected true or false"}
		}
		field.SetBool(v)
		return nil
	case field.Type() == reflect.TypeFor[[]string]():
		field.Set(reflect.ValueOf(strings.Split(text, ",")))
		return nil
	default:
		panic(fmt.Sprintf("parameter %s: type %s is not supported", p.name, field.Type()))
	}
	result := &huma.ValidateResult{}
	huma.Validate(b.registry, p.schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, checked, result)
	for _, e := range result.Errors {
		_, zh, en := explain(e)
		return &twoTexts{zh, en}
	}
	return nil
}

// readBody checks the JSON body against the schema, then fills the field.
func (b *binder) readBody(r *http.Request, field reflect.Value) error {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; kind != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return problem.New(http.StatusUnsupportedMediaType, "unsupported_media_type",
			"请用 UTF-8 的 application/json 提交", "Send the body as application/json in UTF-8")
	}
	if packed := r.Header.Get("Content-Encoding"); packed != "" && packed != "identity" {
		return problem.New(http.StatusUnsupportedMediaType, "unsupported_media_type", "请不要压缩提交的内容", "Send the body without compression")
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return readProblem(err)
	}
	if len(bytes.TrimSpace(data)) == 0 && b.bodyType.Kind() == reflect.Pointer {
		return nil
	}
	if b.bodyRaw {
		if !json.Valid(data) {
			return badJSON(data, json.Unmarshal(data, new(any)))
		}
		field.SetBytes(data)
		return nil
	}
	var loose any
	if err := json.Unmarshal(data, &loose); err != nil {
		return badJSON(data, err)
	}
	result := &huma.ValidateResult{}
	huma.Validate(b.registry, b.schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, loose, result)
	if len(result.Errors) > 0 {
		return invalid(result.Errors)
	}
	if err := json.Unmarshal(data, field.Addr().Interface()); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return problem.Invalid().At("/"+strings.ReplaceAll(wrong.Field, ".", "/"),
				"类型或大小不对", "The type or size of the value is wrong")
		}
		return problem.Invalid().At("", "内容不对："+err.Error(), "Wrong content: "+err.Error())
	}
	return nil
}

// readProblem says why a body could not be read.
func readProblem(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		size := strconv.FormatInt(tooLarge.Limit>>10, 10) + " KB"
		if tooLarge.Limit >= 1<<20 {
			size = strconv.FormatInt(tooLarge.Limit>>20, 10) + " MB"
		}
		return problem.New(http.StatusRequestEntityTooLarge, "too_large",
			"内容太大，最多 "+size+"，请分几次提交", "The content is too large; at most "+size+". Send it in parts")
	}
	return problem.New(http.StatusBadRequest, "cut_off",
		"内容没有传完就断了，请重新提交", "The content was cut off before its end; send it again")
}

func badJSON(data []byte, err error) error {
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return problem.Invalid().At("", "数值太大或太小", "A number is too large or too small")
	}
	before := data[:min(int(syntax.Offset), len(data))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n') - 1
	return problem.New(http.StatusBadRequest, "bad_json",
		fmt.Sprintf("JSON 格式不对（第 %d 行第 %d 个字符）", line, column),
		fmt.Sprintf("This is not JSON (line %d, character %d)", line, column))
}
