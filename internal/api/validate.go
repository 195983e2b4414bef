package api

import (
	"errors"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/lifang/lifang/internal/problem"
)

// The validator knows one language at a time and prepares its messages once.
// So every message carries both, separated by bar, and the name of a missing
// property between two marks; explain takes them apart.
const (
	bar  = "\x1f"
	mark = "\x1d"
)

func init() {
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
	for target, text := range map[*string]string{
		&validation.MsgUnexpectedProperty:             "没有这个字段" + bar + "There is no such field",
		&validation.MsgExpectedBoolean:                "应为 true 或 false" + bar + "Expected true or false",
		&validation.MsgExpectedNumber:                 "应为数字" + bar + "Expected a number",
		&validation.MsgExpectedInteger:                "应为整数" + bar + "Expected a whole number",
		&validation.MsgExpectedString:                 "应为文字" + bar + "Expected text",
		&validation.MsgExpectedBase64String:           "应为 base64 编码" + bar + "Expected base64",
		&validation.MsgExpectedArray:                  "应为列表" + bar + "Expected a list",
		&validation.MsgExpectedObject:                 "应为对象" + bar + "Expected an object",
		&validation.MsgExpectedOneOf:                  "应为其中之一：%[1]s" + bar + "Expected one of: %[1]s",
		&validation.MsgExpectedMinimumNumber:          "不能小于 %[1]v" + bar + "Must be at least %[1]v",
		&validation.MsgExpectedExclusiveMinimumNumber: "应大于 %[1]v" + bar + "Must be more than %[1]v",
		&validation.MsgExpectedMaximumNumber:          "不能大于 %[1]v" + bar + "Must be at most %[1]v",
		&validation.MsgExpectedExclusiveMaximumNumber: "应小于 %[1]v" + bar + "Must be less than %[1]v",
		&validation.MsgExpectedNumberBeMultipleOf:     "应为 %[1]v 的倍数" + bar + "Must be a multiple of %[1]v",
		&validation.MsgExpectedMinLength:              "至少 %[1]d 个字" + bar + "At least %[1]d characters",
		&validation.MsgExpectedMaxLength:              "最多 %[1]d 个字" + bar + "At most %[1]d characters",
		&validation.MsgExpectedBePattern:              "格式应为：%[1]s" + bar + "Expected format: %[1]s",
		&validation.MsgExpectedMatchPattern:           "格式不对" + bar + "The format is wrong",
		&validation.MsgExpectedMinItems:               "至少 %[1]d 项" + bar + "At least %[1]d items",
		&validation.MsgExpectedMaxItems:               "最多 %[1]d 项" + bar + "At most %[1]d items",
		&validation.MsgExpectedRequiredProperty:       mark + "%[1]s" + mark + "请填写这一项" + bar + "This is required",
		&validation.MsgExpectedRFC3339Date:            "应为日期，如 2026-11-23" + bar + "Expected a date such as 2026-11-23",
		&validation.MsgExpectedRFC4122UUID:            "应为 UUID" + bar + "Expected a UUID",
		&validation.MsgExpectedMatchExactlyOneSchema:  "形式不对" + bar + "Matches none of the allowed forms",
		&validation.MsgExpectedMatchAtLeastOneSchema:  "形式不对" + bar + "Matches none of the allowed forms",
	} {
		*target = text
	}
}

// explain gives the JSON pointer and both texts of a finding. The offending
// value is left out on purpose: it may be a password or an identity number.
func explain(err error) (pointer, zh, en string) {
	message, location := err.Error(), ""
	if detail, ok := errors.AsType[*huma.ErrorDetail](err); ok {
		message, location = detail.Message, detail.Location
	}
	var path strings.Builder
	for part := range strings.FieldsFuncSeq(location, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		path.WriteString("/" + part)
	}
	if rest, ok := strings.CutPrefix(message, mark); ok {
		name, text, _ := strings.Cut(rest, mark)
		path.WriteString("/" + name)
		message = text
	}
	zh, en, found := strings.Cut(message, bar)
	if !found {
		// A format nobody uses yet: the library's own English (it quotes what it
		// got after a colon, which must not be repeated).
		en, _, _ = strings.Cut(message, ":")
		zh = "格式不对（" + en + "）"
	}
	return path.String(), zh, en
}

// invalid turns findings into one problem, at most 50 of them.
func invalid(findings []error) error {
	bad := problem.Invalid()
	for i, finding := range findings {
		if i == 50 {
			break
		}
		bad = bad.At(explain(finding))
	}
	return bad
}
