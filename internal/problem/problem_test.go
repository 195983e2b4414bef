package problem_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/lifang/lifang/internal/problem"
)

func TestDocumentSpeaksBothLanguages(t *testing.T) {
	e := problem.Invalid().At("/code", "房号已存在", "The room number is taken")
	for lang, want := range map[string]string{"zh-CN": "房号已存在", "en-GB": "The room number is taken", "": "房号已存在", "fr": "房号已存在"} {
		var doc struct {
			Status int
			Code   string
			Detail string
			Errors []struct {
				Pointer, Detail string
				Zh              string `json:"detail_zh"`
				En              string `json:"detail_en"`
			}
		}
		if err := json.Unmarshal(e.Document(lang), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Status != 422 || doc.Code != "invalid" || doc.Detail == "" || len(doc.Errors) != 1 {
			t.Fatalf("%s: %+v", lang, doc)
		}
		f := doc.Errors[0]
		if f.Pointer != "/code" || f.Detail != want || f.Zh != "房号已存在" || f.En != "The room number is taken" {
			t.Errorf("%s: field %+v, want detail %q", lang, f, want)
		}
	}
}

func TestAtLeavesTheOriginalAlone(t *testing.T) {
	base := problem.Invalid().At("/a", "甲", "a")
	one, two := base.At("/b", "乙", "b"), base.At("/c", "丙", "c")
	if len(base.Fields) != 1 || one.Fields[1].Pointer != "/b" || two.Fields[1].Pointer != "/c" {
		t.Fatalf("fields leaked: %v %v %v", base.Fields, one.Fields, two.Fields)
	}
}

func TestOrNilAsAndIs(t *testing.T) {
	if err := problem.Invalid().OrNil(); err != nil {
		t.Fatalf("no field reported, yet %v", err)
	}
	wrapped := fmt.Errorf("saving: %w", problem.Stale(map[string]int{"version": 3}))
	if !errors.Is(wrapped, problem.Stale(nil)) || errors.Is(wrapped, problem.Forbidden()) {
		t.Error("errors.Is must compare codes")
	}
	e, ok := problem.As(wrapped)
	if !ok || e.Status != 409 {
		t.Fatalf("As: %v %v", e, ok)
	}
	var doc struct{ Current struct{ Version int } }
	if err := json.Unmarshal(e.Document("en"), &doc); err != nil || doc.Current.Version != 3 {
		t.Errorf("current row lost: %v %v", doc, err)
	}
}

func TestDocumentSurvivesAnUnmarshallableCurrent(t *testing.T) {
	var doc struct{ Code string }
	if err := json.Unmarshal(problem.Stale(func() {}).Document("zh"), &doc); err != nil || doc.Code != "stale" {
		t.Errorf("%v %v", doc, err)
	}
}
