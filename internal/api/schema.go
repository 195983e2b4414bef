package api

import (
	"encoding/json"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lifang/lifang/internal/db"
)

const schemaPrefix = "#/components/schemas/"

// idText stands in for db.ID in schemas: ids are strings in JSON.
type idText string

// Schema describes an id.
func (idText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "id", Pattern: `^[0-9]{0,16}$`}
}

func newSchemas() huma.Registry {
	registry := huma.NewMapRegistry(schemaPrefix, schemaName)
	registry.RegisterTypeAlias(reflect.TypeFor[db.ID](), reflect.TypeFor[idText]())
	return registry
}

// schemaName keeps types of different packages apart: flow.Case is FlowCase,
// types of this package keep their own name.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	home := path.Base(t.PkgPath())
	if home == "." || home == "api" || t.Name() == "" {
		return name
	}
	if prefix := upperFirst(home); !strings.HasPrefix(name, prefix) {
		return prefix + name
	}
	return name
}

// rawSchema is a component that was written elsewhere, such as a register's.
type rawSchema = json.RawMessage

// schemaRef points to a raw component.
type schemaRef struct {
	Ref string `json:"$ref"`
}

// component adds a raw schema to the document and returns a reference to it.
func (s *Server) component(name string, schema json.RawMessage) *schemaRef {
	s.raw[name] = schema
	return &schemaRef{Ref: schemaPrefix + name}
}
