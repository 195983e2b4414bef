package register

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
)

// fault is why a value is refused; allowed lists the choices where there are few.
type fault struct {
	zh, en  string
	allowed []string
}

func refuse(zh, en string) *fault { return &fault{zh: zh, en: en} }

// maxText is the length in characters of text fields that set no max of their own.
const maxText = 2000

// fromJSON reads a value in its JSON form: text, whole numbers in the stored unit,
// true/false, ids and dates as strings. null is the empty value.
func (f *field) fromJSON(raw json.RawMessage) (any, *fault) {
	raw = bytes.TrimSpace(raw)
	if string(raw) == "null" {
		return f.empty(), nil
	}
	switch f.kind {
	case text, date, ident:
		var s string
		if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
			return nil, refuse("应为文本", "Must be text")
		}
		return f.fromString(s)
	case whole, optional:
		n, err := strconv.ParseInt(string(raw), 10, 64)
		if err != nil {
			return nil, refuse("应为整数", "Must be a whole number")
		}
		return n, nil
	case flag:
		switch string(raw) {
		case "true":
			return int64(1), nil
		case "false":
			return int64(0), nil
		}
		return nil, refuse("应为 true 或 false", "Must be true or false")
	case list:
		var values []string
		if json.Unmarshal(raw, &values) != nil {
			return nil, refuse("应为文本列表", "Must be a list of texts")
		}
		return f.fromList(values)
	}
	return f.fromObject(raw)
}

// fromString reads text, a date or an id.
func (f *field) fromString(s string) (any, *fault) {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, f.unprintable) {
		return nil, refuse("含有无法保存的字符", "Contains characters that cannot be stored")
	}
	s = strings.TrimSpace(s)
	switch {
	case f.kind == ident && s == "":
		return int64(0), nil
	case f.kind == ident:
		id, err := db.ParseID(s)
		if err != nil {
			return nil, refuse("不是有效的编号", "Is not a valid id")
		}
		return int64(id), nil
	case f.kind == date && s != "":
		if _, err := calendar.ParseDate(s); err != nil {
			return nil, refuse("日期应写作 2026-03-31", "Write the date as 2026-03-31")
		}
	}
	return s, nil
}

// unprintable are control characters; only long text may have lines and tabs.
func (f *field) unprintable(r rune) bool {
	if f.format == "textarea" && (r == '\n' || r == '\t' || r == '\r') {
		return false
	}
	return unicode.IsControl(r) || r == utf8.RuneError
}

func (f *field) fromList(values []string) (any, *fault) {
	item := field{kind: text}
	for i, v := range values {
		clean, bad := item.fromString(v)
		if bad != nil {
			return nil, bad
		}
		values[i] = clean.(string)
	}
	if len(values) == 0 {
		return "", nil
	}
	encoded, _ := json.Marshal(values) // strings always marshal
	return string(encoded), nil
}

// fromObject accepts only what fits the Go type, and normalises it.
func (f *field) fromObject(raw json.RawMessage) (any, *fault) {
	alone := *f // the field as the only one of its row
	alone.offset = 0
	holder := row(reflect.New(f.typ).UnsafePointer())
	if err := alone.set(holder, string(raw)); err != nil {
		return nil, refuse("内容结构不正确", "The structure is not as expected: "+err.Error())
	}
	stored := alone.value(holder).(string)
	if strings.Contains(stored, `\u0000`) {
		return nil, refuse("含有无法保存的字符", "Contains characters that cannot be stored")
	}
	return stored, nil
}

// empty is the stored form of the zero value.
func (f *field) empty() any {
	switch f.kind {
	case whole, ident, flag:
		return int64(0)
	case optional:
		return nil
	}
	return ""
}

// validate judges a value in stored form by the field's own rules.
func (f *field) validate(stored any) *fault {
	switch v := stored.(type) {
	case nil:
		if f.required {
			return refuse("必填", "Must be filled in")
		}
	case int64:
		return f.validateNumber(v)
	case string:
		if v == "" {
			if f.required {
				return refuse("必填", "Must be filled in")
			}
			return nil
		}
		switch f.kind {
		case date:
			if !calendar.Date(v).Valid() {
				return refuse("日期应写作 2026-03-31", "Write the date as 2026-03-31")
			}
		case list:
			var values []string
			_ = json.Unmarshal([]byte(v), &values) // written by fromList or by json.Marshal
			for _, one := range values {
				if bad := f.validateText(one); bad != nil {
					return bad
				}
			}
		case text:
			return f.validateText(v)
		}
	}
	return nil
}

func (f *field) validateNumber(n int64) *fault {
	if f.kind == flag {
		return nil
	}
	if f.kind == ident {
		if n == 0 && f.required {
			return refuse("必填", "Must be filled in")
		}
		return nil
	}
	low, high := int64(-exact), int64(exact)
	if f.min != nil {
		low = *f.min
	}
	if f.max != nil {
		high = *f.max
	}
	if n < low {
		return refuse("不能小于 "+f.decimal(low), "Must not be less than "+f.decimal(low))
	}
	if n > high {
		return refuse("不能大于 "+f.decimal(high), "Must not be more than "+f.decimal(high))
	}
	return nil
}

func (f *field) validateText(v string) *fault {
	most := int64(maxText)
	if f.max != nil {
		most = *f.max
	}
	if n := utf8.RuneCountInString(v); int64(n) > most {
		return refuse(fmt.Sprintf("最多 %d 个字,现有 %d 个", most, n), fmt.Sprintf("At most %d characters, there are %d", most, n))
	}
	if len(f.options) > 0 {
		if _, known := f.option(v); !known {
			return f.notAnOption()
		}
	}
	if f.pattern != nil && !f.pattern.MatchString(v) {
		return refuse("格式不正确", "Does not have the expected form")
	}
	return validateFormat(f.format, v)
}

func (f *field) notAnOption() *fault {
	bad := &fault{}
	var zh, en []string
	for _, o := range f.options {
		zh, en = append(zh, o.zh), append(en, o.en)
	}
	bad.allowed = zh
	bad.zh, bad.en = "只能是:"+strings.Join(zh, "、"), "Must be one of: "+strings.Join(en, ", ")
	return bad
}

// decimal writes a stored number as people read it: 9050 with scale 2 is "90.50".
func (f *field) decimal(n int64) string {
	if f.scale == 0 {
		return strconv.FormatInt(n, 10)
	}
	sign, digits := "", strconv.FormatInt(n, 10)
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if missing := f.scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	cut := len(digits) - f.scale
	return sign + digits[:cut] + "." + digits[cut:]
}

// What people put into numbers and dates besides digits, in half and full width.
var (
	grouping  = strings.NewReplacer(",", "", "\uff0c", "", "\u00a5", "", "\uffe5", "")
	dateMarks = strings.NewReplacer("/", "-", ".", "-", "年", "-", "月", "-", "日", "")
)

// number reads what people write, "1,234.5", into the stored unit. More decimals than
// the field keeps are refused, unless they are zeros: nothing is rounded silently.
func (f *field) number(s string) (int64, *fault) {
	wrong := refuse("应为数字", "Must be a number")
	s = strings.TrimSpace(grouping.Replace(s))
	sign := int64(1)
	if rest, negative := strings.CutPrefix(s, "-"); negative {
		sign, s = -1, rest
	}
	units, decimals, _ := strings.Cut(s, ".")
	decimals = strings.TrimRight(decimals, "0")
	if len(decimals) > f.scale {
		if strings.Trim(decimals, "0123456789") == "" {
			return 0, refuse(fmt.Sprintf("最多 %d 位小数", f.scale), fmt.Sprintf("At most %d decimals", f.scale))
		}
		return 0, wrong
	}
	digits := units + decimals + strings.Repeat("0", f.scale-len(decimals))
	if units == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, wrong
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > exact {
		return 0, refuse("数字过大", "The number is too large")
	}
	return sign * n, nil
}

// fromText reads a value as people write it in a cell or an address: options by
// title or value, decimals in display units, 是/否, dates. Refs are not read here.
func (f *field) fromText(s string) (any, *fault) {
	s = strings.TrimSpace(s)
	if s == "" {
		return f.empty(), nil
	}
	switch f.kind {
	case whole, optional:
		if f.format == "datetime" {
			return instant(s)
		}
		n, bad := f.number(s)
		if bad != nil {
			return nil, bad
		}
		return n, nil
	case flag:
		switch strings.ToLower(s) {
		case "是", "true", "yes", "y", "1", "√", "有":
			return int64(1), nil
		case "否", "false", "no", "n", "0", "×", "无":
			return int64(0), nil
		}
		return nil, &fault{zh: "只能是:是、否", en: "Must be yes or no", allowed: []string{"是", "否"}}
	case date:
		return f.fromString(normalDate(s))
	case list:
		values := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;|\uff0c\u3001\uff1b", r) })
		for i, v := range values {
			values[i] = f.optionValue(strings.TrimSpace(v))
		}
		return f.fromList(values)
	case object:
		return f.fromObject(json.RawMessage(s))
	}
	return f.fromString(f.optionValue(s))
}

// optionValue turns an option's title in either language into its value.
func (f *field) optionValue(s string) string {
	i := slices.IndexFunc(f.options, func(o option) bool {
		return o.value == s || o.zh == s || strings.EqualFold(o.en, s)
	})
	if i < 0 {
		return s
	}
	return f.options[i].value
}

// normalDate accepts the ways dates stand in sheets: 2026/3/1, 2026.3.1, 2026年3月1日,
// 20260301, and a date with a time of midnight.
func normalDate(s string) string {
	s, _, _ = strings.Cut(s, " 00:00")
	if len(s) == 8 && strings.Trim(s, "0123456789") == "" {
		return s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	parts := strings.Split(dateMarks.Replace(s), "-")
	if len(parts) != 3 {
		return s
	}
	for i := range parts[1:] {
		if len(parts[i+1]) == 1 {
			parts[i+1] = "0" + parts[i+1]
		}
	}
	return strings.Join(parts, "-")
}

// instant reads a local time "2026-03-01 08:30", a date (its first moment), or unix ms.
func instant(s string) (any, *fault) {
	if d, err := calendar.ParseDate(normalDate(s)); err == nil {
		return d.Start(), nil
	}
	if ms, err := calendar.ParseLocal(s); err == nil {
		return ms, nil
	}
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms >= 0 && ms <= exact {
		return ms, nil
	}
	return nil, refuse("时间应写作 2026-03-31 08:30", "Write the time as 2026-03-31 08:30")
}

// display writes a stored value as people read it; refs are shown by their label
// elsewhere. language is "zh" or "en".
func (f *field) display(stored any, language string) string {
	title := func(value string) string {
		o, known := f.option(value)
		switch {
		case !known:
			return value
		case language == "en":
			return o.en
		}
		return o.zh
	}
	switch v := stored.(type) {
	case int64:
		switch {
		case f.kind == ident && v == 0:
			return ""
		case f.kind == flag && language == "en":
			return map[bool]string{true: "yes", false: "no"}[v != 0]
		case f.kind == flag:
			return map[bool]string{true: "是", false: "否"}[v != 0]
		case f.format == "datetime" && v == 0:
			return ""
		case f.format == "datetime":
			return calendar.FormatLocal(v)
		case f.format == "month":
			return fmt.Sprintf("%04d-%02d", v/100, v%100)
		}
		return f.decimal(v)
	case string:
		if f.kind != list || v == "" {
			return title(v)
		}
		var values []string
		_ = json.Unmarshal([]byte(v), &values) // written by us
		for i := range values {
			values[i] = title(values[i])
		}
		return strings.Join(values, "、")
	}
	return ""
}
