// Package problem is how Lifang says no: errors that are meant for people.
//
// The main type is [Error]: a stable machine code, an HTTP status, and what to do
// next in Chinese and in English, with one line per field that is at fault. It is
// written out as an RFC 9457 problem document.
//
//	return problem.Invalid().
//		At("/code", "房号已存在,请换一个", "This room number is taken, choose another").
//		OrNil()
//
// What it must never do: carry the value a person typed into a secret field, the
// text of an internal error, or one language only.
package problem

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// Error is a refusal a person can act upon. It is immutable: the methods that add
// something return a copy, so package-level values may be extended safely.
type Error struct {
	Status  int     // HTTP status
	Code    string  // stable, lower_snake_case; clients decide by it
	Zh, En  string  // what happened and what to do, one sentence each
	Fields  []Field // what is wrong where; may be empty
	Current any     // for a stale write: the row as it is now (marshals to JSON)
}

// Field is what is wrong with one part of the input.
type Field struct {
	Pointer string // JSON pointer into the body ("/lines/0/amount"), or "?name" for a query parameter
	Zh, En  string
}

// New makes an error with the given HTTP status and stable code.
func New(status int, code, zh, en string) *Error {
	return &Error{Status: status, Code: code, Zh: zh, En: en}
}

// Invalid is 422 "invalid": the input was understood but cannot be accepted.
// Add the reasons with [Error.At] and finish with [Error.OrNil].
func Invalid() *Error {
	return New(http.StatusUnprocessableEntity, "invalid",
		"填写的内容有误,请按提示修改", "Some entries are not acceptable, please correct them as shown")
}

// BadRequest is 400 "bad_request": the input could not be understood at all.
func BadRequest(zh, en string) *Error {
	return New(http.StatusBadRequest, "bad_request", zh, en)
}

// NotFound is 404 "not_found": there is no such thing, or it lies outside the
// caller's scope, which must look the same.
func NotFound(zh, en string) *Error {
	return New(http.StatusNotFound, "not_found", zh, en)
}

// Unauthenticated is 401 "unauthenticated": nobody is logged in.
func Unauthenticated() *Error {
	return New(http.StatusUnauthorized, "unauthenticated", "请先登录", "Please log in first")
}

// Forbidden is 403 "forbidden": the caller's positions do not allow this anywhere.
func Forbidden() *Error {
	return New(http.StatusForbidden, "forbidden",
		"您的岗位没有这项权限,如需办理请联系上级", "Your position does not allow this; ask your superior if you need it")
}

// Conflict is 409 with a code of the caller's choice: the state of things has moved on.
func Conflict(code, zh, en string) *Error {
	return New(http.StatusConflict, code, zh, en)
}

// Stale is 409 "stale": somebody else saved first. Current is the row as it is now.
func Stale(current any) *Error {
	e := Conflict("stale", "此记录刚被他人修改,请核对最新内容后再保存",
		"Someone else changed this record; check the latest content and save again")
	e.Current = current
	return e
}

// At adds what is wrong with one field.
func (e *Error) At(pointer, zh, en string) *Error {
	c := *e
	c.Fields = append(slices.Clone(e.Fields), Field{Pointer: pointer, Zh: zh, En: en})
	return &c
}

// OrNil is nil when no field was reported: the end of a validation.
func (e *Error) OrNil() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// Error is the English text with the fields, for logs and tests.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code + ": " + e.En)
	for _, f := range e.Fields {
		b.WriteString("; " + f.Pointer + ": " + f.En)
	}
	return b.String()
}

// Is makes errors.Is compare by code, whatever the texts and fields.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// As finds the problem inside err, however wrapped.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Document is the RFC 9457 body in the given language ("zh" or "en…"; anything
// else is Chinese). Served as application/problem+json.
func (e *Error) Document(language string) json.RawMessage {
	pick := func(zh, en string) string {
		if strings.HasPrefix(strings.ToLower(language), "en") {
			return en
		}
		return zh
	}
	type field struct {
		Pointer  string `json:"pointer"`
		Detail   string `json:"detail"`
		DetailZh string `json:"detail_zh"`
		DetailEn string `json:"detail_en"`
	}
	doc := struct {
		Type     string  `json:"type"`
		Title    string  `json:"title"`
		Status   int     `json:"status"`
		Code     string  `json:"code"`
		Detail   string  `json:"detail"`
		DetailZh string  `json:"detail_zh"`
		DetailEn string  `json:"detail_en"`
		Errors   []field `json:"errors,omitempty"`
		Current  any     `json:"current,omitempty"`
	}{
		Type: "about:blank", Title: http.StatusText(e.Status), Status: e.Status, Code: e.Code,
		Detail: pick(e.Zh, e.En), DetailZh: e.Zh, DetailEn: e.En, Current: e.Current,
	}
	for _, f := range e.Fields {
		doc.Errors = append(doc.Errors, field{f.Pointer, pick(f.Zh, f.En), f.Zh, f.En})
	}
	body, err := json.Marshal(doc)
	if err != nil { // only Current can fail to marshal; the refusal itself must still arrive
		doc.Current = nil
		body, _ = json.Marshal(doc)
	}
	return body
}
