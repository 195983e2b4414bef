package register

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/lifang/lifang/internal/db"
)

// This file is the only one that reaches into the memory of a row. A field knows its
// offset and type from reflection, once; reading and writing it is then a pointer away.
//
// The stored form of a value, used everywhere else, is what the database sees: a
// string, an int64, or nil for an absent optional number.

func (f *field) at(r row) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(r), f.offset) }

// value is the field's value in stored form.
func (f *field) value(r row) any {
	p := f.at(r)
	switch f.kind {
	case text, date:
		return *(*string)(p)
	case whole, ident:
		return *(*int64)(p)
	case flag:
		if *(*bool)(p) {
			return int64(1)
		}
		return int64(0)
	case optional:
		if n := *(**int64)(p); n != nil {
			return *n
		}
		return nil
	case list:
		if len(*(*[]string)(p)) == 0 {
			return ""
		}
	case object:
		if reflect.NewAt(f.typ, p).Elem().IsZero() {
			return ""
		}
	}
	encoded, err := json.Marshal(reflect.NewAt(f.typ, p).Interface())
	if err != nil {
		panic(fmt.Sprintf("register: field %s of type %s has no JSON form: %v", f.name, f.typ, err))
	}
	return string(encoded)
}

// set puts a value in stored form into the field.
func (f *field) set(r row, stored any) error {
	p := f.at(r)
	switch v := stored.(type) {
	case nil:
		*(**int64)(p) = nil
	case int64:
		switch f.kind {
		case flag:
			*(*bool)(p) = v != 0
		case optional:
			*(**int64)(p) = &v
		default:
			*(*int64)(p) = v
		}
	case string:
		if f.kind == text || f.kind == date {
			*(*string)(p) = v
			return nil
		}
		return f.setJSON(p, v)
	}
	return nil
}

func (f *field) setJSON(p unsafe.Pointer, encoded string) error {
	target := reflect.NewAt(f.typ, p)
	target.Elem().SetZero()
	if encoded == "" {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(encoded))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(target.Interface()); err != nil {
		target.Elem().SetZero()
		return err
	}
	if decoder.More() {
		return fmt.Errorf("more than one value")
	}
	return nil
}

// target is what a column is scanned into.
func (f *field) target(r row) any {
	p := f.at(r)
	switch f.kind {
	case text, date:
		return (*string)(p)
	case whole, ident:
		return (*int64)(p)
	case flag:
		return (*bool)(p)
	case optional:
		return (**int64)(p)
	}
	return jsonColumn{f, p}
}

// jsonColumn scans JSON text into a list or object field.
type jsonColumn struct {
	f *field
	p unsafe.Pointer
}

func (c jsonColumn) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return c.f.setJSON(c.p, v)
	case []byte:
		return c.f.setJSON(c.p, string(v))
	}
	return fmt.Errorf("column %s: cannot read %T as JSON", c.f.name, src)
}

// scan reads the row the cursor stands on; targets is scratch space of len(fields).
func scan(rows interface{ Scan(...any) error }, fields []*field, r row, targets []any) error {
	for i, f := range fields {
		targets[i] = f.target(r)
	}
	return rows.Scan(targets...)
}

// copyRow makes an independent copy, so that an update's change can be compared.
func (tb *table) copyRow(r row) (row, error) {
	c := tb.hooks.make()
	for _, f := range tb.all {
		if err := f.set(c, f.value(r)); err != nil {
			return nil, fmt.Errorf("register %s: field %s: %w", tb.name, f.name, err)
		}
	}
	return c, nil
}

func (f *field) id(r row) db.ID { return *(*db.ID)(f.at(r)) }
