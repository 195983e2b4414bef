package flow

import (
	"maps"
	"strings"
)

// hidePhones masks the phone numbers on the page of a case (138****0001; residents) for somebody who has no part
// in it and no right to see them.
func (r *caseReader) hidePhones() {
	r.view.Vars = maps.Clone(r.view.Vars)
	for _, form := range r.def.Forms {
		for _, field := range form.Fields {
			if text, ok := r.view.Vars[field.Name].(string); ok && field.Format == "phone" {
				r.view.Vars[field.Name] = hidePhone(text)
			}
		}
	}
	hide := func(values []Value) {
		for i := range values {
			if text, ok := values[i].Value.(string); ok && values[i].Format == "phone" {
				values[i].Value = hidePhone(text)
			}
		}
	}
	hide(r.view.Data)
	for i := range r.view.Timeline {
		hide(r.view.Timeline[i].Data)
	}
}

func hidePhone(number string) string {
	if len(number) < 8 {
		return strings.Repeat("*", len(number))
	}
	return number[:3] + strings.Repeat("*", len(number)-7) + number[len(number)-4:]
}
