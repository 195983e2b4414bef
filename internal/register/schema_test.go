package register_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lifang/lifang/internal/db"
)

// What the schema refuses the server refuses too, and the other way round, for all that
// a schema can say.
func TestSchemaAgreesWithTheServer(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(flats.Schema())))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("flats.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("flats.json")
	if err != nil {
		t.Fatal(err)
	}
	undo := errors.New("undo")
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "1栋")
		for more, good := range map[string]bool{
			``: true, `,"floor":3`: true, `,"floor":-9`: true, `,"floor":-10`: false, `,"floor":201`: false, `,"floor":"3"`: false, `,"use":"shop"`: true,
			`,"use":"castle"`: false, `,"use":""`: false, `,"sold":true`: true, `,"sold":"true"`: false, `,"handed":"2026-03-01"`: true, `,"handed":"2026-02-30"`: false,
			`,"tags":["pet","old"]`: true, `,"tags":[]`: true, `,"tags":["dragon"]`: false, `,"tags":"pet"`: false, `,"colour":1`: false, `,"fee":1.5`: false,
			`,"serial":"` + strings.Repeat("x", 20) + `"`: true, `,"serial":"` + strings.Repeat("户", 21) + `"`: false, `,"extra":{"level":1}`: true, `,"extra":[]`: false,
		} {
			body := fmt.Sprintf(`{"code":"1","block_id":"%v","area":100,"use":"home"%s}`, home, more)
			if strings.Contains(more, `"use"`) {
				body = fmt.Sprintf(`{"code":"1","block_id":"%v","area":100%s}`, home, more)
			}
			instance, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(instance); (err == nil) != good {
				t.Errorf("schema on %s: %v", more, err)
			}
			err = d.Write(system, func(tx *db.Tx) error {
				if _, _, err := flats.CreateJSON(system, tx, []byte(`{"project_id":"1001",`+body[1:])); err != nil {
					return err
				}
				return undo
			})
			if errors.Is(err, undo) != good {
				t.Errorf("server on %s: %v", more, err)
			}
		}
	})
}
