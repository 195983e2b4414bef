package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/register"
)

// shapes are a register's schemas in the document.
type shapes struct {
	item, page, create, patch *schemaRef
	readOnly, revealable      bool
}

// registerShapes writes the components of one register: what it answers, what it
// takes for a new row, and what it takes for a change.
func (s *Server) registerShapes(r register.Any) shapes {
	var schema struct {
		Title      string                     `json:"title"`
		Properties map[string]json.RawMessage `json:"properties"`
		Required   []string                   `json:"required"`
	}
	if err := json.Unmarshal(r.Schema(), &schema); err != nil {
		panic("register " + r.Name() + ": " + err.Error()) // it wrote the schema itself
	}
	answered := object{}
	taken := object{}
	for name, text := range registerHead {
		answered[name] = json.RawMessage(text)
	}
	for name, raw := range schema.Properties {
		var property struct {
			Type     string `json:"type"`
			Format   string `json:"format"`
			Ref      string `json:"x-ref"`
			ReadOnly bool   `json:"readOnly"`
		}
		if err := json.Unmarshal(raw, &property); err != nil {
			panic("register " + r.Name() + "." + name + ": " + err.Error())
		}
		if !property.ReadOnly {
			taken[name] = raw
		}
		answered[name] = asAnswered(raw, property.Ref != "" || property.Format == "date")
		if property.Ref != "" {
			answered[name+"_label"] = object{"type": "string"}
		}
	}
	title := componentName(r.Name())
	made := shapes{}
	made.item = s.component(title, encode(object{"type": "object", "title": schema.Title, "properties": answered,
		"required": slices.Sorted(maps.Keys(answered))}))
	made.page = s.component(title+"Page", encode(object{"type": "object", "required": []string{"items", "total", "sums"}, "properties": object{
		"items": object{"type": "array", "items": made.item}, "total": object{"type": "integer"},
		"sums": object{"type": "object", "additionalProperties": object{"type": "integer"}},
	}}))
	everything := access.System("document")
	can := r.Can(everything)
	made.readOnly = !slices.Contains(can, "create")
	made.revealable = slices.Contains(can, "reveal")
	if made.readOnly {
		return made
	}
	changed := maps.Clone(taken)
	taken["project_id"] = json.RawMessage(registerHead["project_id"])
	made.create = s.component(title+"Create", encode(object{"type": "object", "properties": taken, "required": schema.Required,
		"additionalProperties": false}))
	changed["version"] = json.RawMessage(registerHead["version"])
	made.patch = s.component(title+"Patch", encode(object{"type": "object", "properties": changed, "required": []string{"version"},
		"additionalProperties": false}))
	return made
}

// registerHead is what every row carries besides its own fields.
var registerHead = map[string]string{
	"id":          `{"type":"string","format":"id"}`,
	"project_id":  `{"type":["string","null"],"format":"id"}`,
	"version":     `{"type":"integer","minimum":1}`,
	"archived_at": `{"type":"integer","description":"unix ms; 0: in use"}`,
	"created_at":  `{"type":"integer","description":"unix ms"}`,
	"updated_at":  `{"type":"integer","description":"unix ms"}`,
	"batch_id":    `{"type":["string","null"],"format":"id","description":"the import that brought the row"}`,
}

// asAnswered is a property as the server sends it: without the bounds that hold
// when it is entered, with the empty choice, and null where nothing is chosen.
func asAnswered(raw json.RawMessage, nullable bool) any {
	var property map[string]any
	if err := json.Unmarshal(raw, &property); err != nil {
		return raw
	}
	for _, bound := range []string{"minLength", "maxLength", "minimum", "maximum", "pattern", "default"} {
		delete(property, bound)
	}
	if choices, ok := property["oneOf"].([]any); ok {
		property["oneOf"] = append(choices, object{"const": ""})
	}
	if kind, ok := property["type"].(string); ok && nullable {
		property["type"] = []string{kind, "null"}
	}
	return property
}

// componentName makes ParkingSpaces of parking-spaces.
func componentName(register string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(register, "-") {
		b.WriteString(upperFirst(part))
	}
	return b.String()
}

func encode(v any) json.RawMessage {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // only maps, lists and texts
	}
	return body
}
