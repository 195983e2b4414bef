package hc

import (
	"regexp"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/sheet"
)

// line reads the cells of one row and collects what is wrong with them.
type line struct {
	sheet.Record
	faults []sheet.Fault
}

func (l *line) blame(key, zh, en string, allowed ...string) {
	l.faults = append(l.faults, l.Fault(key, &sheet.Reason{Zh: zh, En: en}, allowed...))
}

// warn names a cell whose row is taken nevertheless.
func (l *line) warn(key, zh, en string) {
	f := l.Fault(key, &sheet.Reason{Zh: zh, En: en})
	f.Warning = true
	l.faults = append(l.faults, f)
}

func (l *line) bad() bool {
	for _, f := range l.faults {
		if !f.Warning {
			return true
		}
	}
	return false
}

// refuse takes the reason of a cell conversion.
func (l *line) refuse(key string, err error, allowed ...string) {
	if r, ok := err.(*sheet.Reason); ok { //nolint:errorlint // conversions return it bare
		l.blame(key, r.Zh, r.En, allowed...)
	}
}

// broken reports and blames a cell that holds a formula error.
func (l *line) broken(key string) bool {
	if l.Cell(key).Kind == sheet.Broken {
		l.blame(key, "单元格里是公式错误", "the cell holds a formula error")
		return true
	}
	return false
}

// text is a cell of at most most characters; required ones must not be empty.
func (l *line) text(key string, required bool, most int) string {
	if l.broken(key) {
		return ""
	}
	s := l.Cell(key).Str()
	if s == "" && required {
		l.blame(key, "不能为空", "must not be empty")
	}
	if len([]rune(s)) > most {
		l.blame(key, "太长", "too long")
		return ""
	}
	return s
}

var placeCode = regexp.MustCompile(`^[^\s/#\-]{1,20}$`)

// place is a building or unit code or a room number: short, without spaces, slashes, # and (except for rooms) dashes.
func (l *line) place(key string) string {
	if l.Cell(key).Kind == sheet.Date {
		l.blame(key, "被 Excel 当成了日期，请把单元格改为文本后重填", "Excel has turned it into a date; format the cell as text and write it again")
		return ""
	}
	s := l.text(key, true, 20)
	s = strings.TrimSuffix(strings.TrimSuffix(s, "号楼"), "单元")
	if s == "" {
		return ""
	}
	if check := s; !placeCode.MatchString(strings.ReplaceAll(check, "-", "")) || key != "room" && strings.Contains(s, "-") {
		l.blame(key, "不能含有空格、斜杠、# 或横线", "must not contain spaces, slashes, # or dashes")
		return ""
	}
	return s
}

func (l *line) whole(key string, low, high int64) int64 {
	c := l.Cell(key)
	if c.Blank() {
		return 0
	}
	n, err := c.Int()
	if err != nil {
		l.refuse(key, err)
		return 0
	}
	if n < low || n > high {
		l.blame(key, "应在 "+itoa(low)+" 到 "+itoa(high)+" 之间", "must be between "+itoa(low)+" and "+itoa(high))
		return 0
	}
	return n
}

// scaled is a number with two decimals in hundredths, from low on.
func (l *line) scaled(key string, required bool, low int64) int64 {
	c := l.Cell(key)
	if c.Blank() {
		if required {
			l.blame(key, "不能为空", "must not be empty")
		}
		return 0
	}
	n, err := c.Scaled(2)
	if err != nil {
		l.refuse(key, err)
		return 0
	}
	if n < low || n > 10_000_000_00 {
		zh, en := "不能小于 0", "must not be negative"
		if low > 0 {
			zh, en = "必须大于 0", "must be more than 0"
		}
		if n > low {
			zh, en = "数字太大", "the number is too large"
		}
		l.blame(key, zh, en)
		return 0
	}
	return n
}

// code is a cell that holds one of the system's codes or the word for it; "" when empty or refused.
func (l *line) code(key string, c codes) string {
	if l.broken(key) {
		return ""
	}
	s := l.Cell(key).Str()
	if s == "" {
		return ""
	}
	if v, ok := c.values[strings.ToUpper(s)]; ok {
		return v
	}
	if head, _, both := strings.Cut(s, " "); both { // "1001 业主"
		if v, ok := c.values[head]; ok {
			return v
		}
	}
	l.blame(key, "不认识这个值", "is not a known value", c.allowed...)
	return ""
}

func (l *line) yes(key string) bool {
	c := l.Cell(key)
	if c.Blank() {
		return false
	}
	v, err := c.Bool()
	if err != nil {
		l.refuse(key, err, "有", "无")
	}
	return v
}

// day is a date; 2037-01-01 and later stand for an open end.
func (l *line) day(key string) calendar.Date {
	c := l.Cell(key)
	if c.Blank() {
		return ""
	}
	d, err := c.Date()
	if err != nil {
		l.refuse(key, err)
		return ""
	}
	if d >= forEver {
		return ""
	}
	return calendar.Date(d)
}

var (
	mobile   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landline = regexp.MustCompile(`^0\d{2,3}-?\d{7,8}(-\d{1,6})?$`)
)

// phone is a phone number, "" for none or the system's number for “unknown”.
func (l *line) phone(key string) string {
	if l.broken(key) {
		return ""
	}
	s := strings.NewReplacer(" ", "", "+86", "").Replace(l.Cell(key).Str())
	if strings.Count(s, "-") == 2 && strings.HasPrefix(s, "1") {
		s = strings.ReplaceAll(s, "-", "") // 138-0000-0000
	}
	switch {
	case s == "" || s == noPhone || s == "0" || nobody[s]:
		return ""
	case !mobile.MatchString(s) && !landline.MatchString(s):
		l.blame(key, "应为 11 位手机号，或带区号的座机号；没有时填 "+noPhone, "must be a mobile number of 11 digits or a landline with area code; "+noPhone+" if there is none")
		return ""
	}
	return s
}

// identity is an identity number that passed its check, or one that did not and has to be compared with the paper.
func (l *line) identity(key string) (checked, unverified string) {
	if l.broken(key) {
		return "", ""
	}
	c := l.Cell(key)
	s := strings.ToUpper(c.Str())
	switch {
	case s == "" || s == "0" || nobody[s] || len(s) >= 15 && strings.Count(s, "1") == len(s) || c.LostDigits() && strings.HasPrefix(s, "111111111111111"):
		return "", ""
	case c.LostDigits():
		l.blame(key, "单元格是数字格式，末几位已丢失，请改为文本后重填", "the cell is a number and its last digits are lost; format it as text and write it again")
	case estate.ValidIDCard(s):
		return s, ""
	case len(s) == 18 && strings.Trim(s[:17], "0123456789") == "" && strings.Trim(s[17:], "0123456789X") == "":
		l.warn(key, "身份证号校验位不符，已存为待核证件号", "the check digit does not fit; kept as a number to be checked")
		return "", s
	case len(s) == 15 && strings.Trim(s, "0123456789") == "":
		l.warn(key, "15 位旧身份证号，已存为待核证件号", "an old number of 15 digits; kept as a number to be checked")
		return "", s
	default:
		l.blame(key, "应为 18 位身份证号；没有时填 111111111111111111", "must be an identity number of 18 digits; 111111111111111111 if there is none")
	}
	return "", ""
}

// list splits 1#2 into its parts.
func (l *line) list(key string) []string {
	s := l.text(key, false, 200)
	if s == "" || s == "0" {
		return nil
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '#' || r == '＃' })
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}
