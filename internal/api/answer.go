package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

var (
	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	zippers = sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
		return z
	}}
)

// answer writes what a handler returned.
func (s *Server) answer(o *Operation, w http.ResponseWriter, r *http.Request, out any) error {
	if setter, ok := out.(HeaderSetter); ok {
		setter.SetHeaders(w.Header())
	}
	if responder, ok := out.(Responder); ok {
		return responder.Respond(w, r)
	}
	if out == nil || o.Out == nothing {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	fillLists(reflect.ValueOf(out).Elem())
	return writeJSON(w, r, o.Status, out, false)
}

// writeJSON encodes completely before the first byte goes out, so that a value
// that cannot be encoded is a clean 500. With tagged, the answer carries an ETag.
func writeJSON(w http.ResponseWriter, r *http.Request, status int, out any, tagged bool) error {
	buffer := buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	defer buffers.Put(buffer)
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		return err
	}
	if tagged {
		sum := sha256.Sum256(buffer.Bytes())
		tag := `"` + hex.EncodeToString(sum[:12]) + `"`
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", "private, no-cache")
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	return writeBytes(w, r, status, buffer.Bytes())
}

// writeBytes writes JSON, compressed when that is worth it.
func writeBytes(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if len(body) > 1400 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		h.Add("Vary", "Accept-Encoding")
		w.WriteHeader(status)
		z := zippers.Get().(*gzip.Writer)
		z.Reset(w)
		_, _ = z.Write(body) // the client may have gone
		_ = z.Close()
		zippers.Put(z)
		return nil
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone
	return nil
}

var listPlans sync.Map // reflect.Type → bool: may hold a nil slice

func mayHoldLists(t reflect.Type) bool {
	if known, ok := listPlans.Load(t); ok {
		return known.(bool)
	}
	listPlans.Store(t, false) // for types that contain themselves
	found := false
	switch t.Kind() {
	case reflect.Slice:
		found = t.Elem().Kind() != reflect.Uint8
	case reflect.Pointer:
		found = mayHoldLists(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && mayHoldLists(f.Type) {
				found = true
			}
		}
	}
	listPlans.Store(t, found)
	return found
}

// fillLists turns nil slices into empty ones, so that lists are lists in JSON
// and clients need not ask.
func fillLists(v reflect.Value) {
	if !mayHoldLists(v.Type()) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fillLists(v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		if v.IsNil() {
			if v.CanSet() {
				v.Set(reflect.MakeSlice(v.Type(), 0, 0))
			}
			return
		}
		if mayHoldLists(v.Type().Elem()) {
			for i := range v.Len() {
				fillLists(v.Index(i))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillLists(v.Field(i))
			}
		}
	}
}
