package api

import (
	_ "embed"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

type object = map[string]any

// Document is the OpenAPI 3.1 document of everything declared, as JSON.
func (s *Server) Document() []byte {
	if made := s.document.Load(); made != nil {
		return *made
	}
	paths := map[string]object{}
	tags := map[string]bool{}
	for _, o := range s.Operations() {
		if o.Hidden {
			continue
		}
		if paths[o.Path] == nil {
			paths[o.Path] = object{}
		}
		paths[o.Path][strings.ToLower(o.Method)] = s.describe(o)
		tags[o.Tag] = true
	}
	schemas := object{"Problem": problemSchema}
	for name, schema := range s.schemas.Map() {
		schemas[name] = schema
	}
	for name, schema := range s.raw {
		schemas[name] = schema
	}
	var tagList []object
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		if tag != "" {
			tagList = append(tagList, object{"name": tag})
		}
	}
	version := s.config.Version
	if version == "" {
		version = "dev"
	}
	made, err := json.Marshal(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "里坊 Lifang", "version": version,
			"license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
			"description": "Ids are strings. Money is whole fen. Instants are unix milliseconds, dates YYYY-MM-DD. " +
				"Errors are problem documents (RFC 9457) with Chinese and English text. " +
				"Writes accept an Idempotency-Key header; repeating a request under the same key returns the first answer.",
		},
		"servers": []object{{"url": "/"}},
		"tags":    tagList,
		"paths":   paths,
		"components": object{
			"schemas": schemas,
			"securitySchemes": object{
				"session": object{"type": "apiKey", "in": "cookie", "name": SessionCookie},
				"token":   object{"type": "http", "scheme": "bearer"},
			},
		},
		"security": []object{{"session": []string{}}, {"token": []string{}}},
	})
	if err != nil {
		panic("openapi: " + err.Error()) // only a wrong declaration can do this; a test makes the document
	}
	s.document.Store(&made)
	return made
}

var problemSchema = object{
	"type":     "object",
	"required": []string{"type", "title", "status", "code", "detail", "detail_zh", "detail_en"},
	"properties": object{
		"type": object{"type": "string"}, "title": object{"type": "string"}, "status": object{"type": "integer"},
		"code": object{"type": "string"}, "detail": object{"type": "string"},
		"detail_zh": object{"type": "string"}, "detail_en": object{"type": "string"},
		"errors": object{"type": "array", "items": object{
			"type": "object", "required": []string{"pointer", "detail", "detail_zh", "detail_en"},
			"properties": object{
				"pointer": object{"type": "string"}, "detail": object{"type": "string"},
				"detail_zh": object{"type": "string"}, "detail_en": object{"type": "string"},
			}}},
		"current": object{"description": "for a stale write: the record as it is now"},
	},
}

func (s *Server) describe(o *Operation) object {
	described := object{
		"operationId": o.ID, "summary": o.Zh, "description": o.En, "x-permission": o.Permission,
		"responses": object{
			strconv.Itoa(o.Status): s.describeAnswer(o),
			"default": object{"description": "Problem", "content": object{
				"application/problem+json": object{"schema": object{"$ref": schemaPrefix + "Problem"}}}},
		},
	}
	if o.Tag != "" {
		described["tags"] = []string{o.Tag}
	}
	if o.Permission == Public {
		described["security"] = []object{}
	}
	if o.Residents {
		described["x-residents"] = true
	}
	var params []object
	form := object{}
	for _, p := range o.params {
		if p.in == "form" {
			form[p.name] = p.schema
			continue
		}
		param := object{"name": p.name, "in": p.in, "schema": p.schema}
		if p.required {
			param["required"] = true
		}
		if p.doc != "" {
			param["description"] = p.doc
		}
		params = append(params, param)
	}
	for part := range strings.SplitSeq(o.Path, "/") {
		name, ok := strings.CutPrefix(part, "{")
		name = strings.TrimRight(name, ".}")
		if ok && !o.bind.has("path", name) {
			params = append(params, object{"name": name, "in": "path", "required": true, "schema": object{"type": "string"}})
		}
	}
	if o.Method != http.MethodGet {
		params = append(params, object{"name": "Idempotency-Key", "in": "header", "schema": object{"type": "string", "maxLength": 200}})
	}
	if len(params) > 0 {
		described["parameters"] = params
	}
	switch {
	case o.bind.upload != nil:
		form["file"] = object{"type": "string", "format": "binary"}
		described["requestBody"] = object{"required": true, "content": object{"multipart/form-data": object{
			"schema": object{"type": "object", "required": []string{"file"}, "properties": form}}}}
	case o.inSchema != nil:
		described["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": o.inSchema}}}
	case o.bind.body != nil:
		var schema any = object{}
		if o.bind.schema != nil {
			schema = o.bind.schema
		}
		described["requestBody"] = object{"required": o.bind.bodyType.Kind() != reflect.Pointer,
			"content": object{"application/json": object{"schema": schema}}}
	}
	return described
}

func (s *Server) describeAnswer(o *Operation) object {
	answer := object{"description": "OK"}
	switch {
	case o.Produces != "":
		answer["content"] = object{o.Produces: object{"schema": object{"type": "string", "format": "binary"}}}
	case o.outSchema != nil:
		answer["content"] = object{"application/json": object{"schema": o.outSchema}}
	}
	return answer
}

func (s *Server) serveDocument(w http.ResponseWriter, r *http.Request) {
	if err := writeJSON(w, r, http.StatusOK, json.RawMessage(s.Document()), true); err != nil {
		s.fail(w, r, err)
	}
}

//go:embed docs.html
var docsPage []byte

//go:embed docs.js
var docsScript []byte

// serveDocs is a small page of our own that reads the document in the browser.
func (s *Server) serveDocs(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery == "script" {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(docsScript) // the client may have gone
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(docsPage) // the client may have gone
}
