package sheet

import (
	"strconv"
	"strings"
	"time"
)

// Kind says what the file itself declares a cell to be.
type Kind byte

// Kinds of cell. A Date is a serial number whose format shows a date.
const (
	Empty Kind = iota
	Text
	Number
	Date
	Bool
	Broken // #N/A, #REF! …
)

// Cell is one cell as the file has it.
type Cell struct {
	Kind Kind
	Raw  string // text, or the number as written in the file

	base1904 bool // serial dates count from 1904 in this workbook
}

// TextCell is a cell that holds text.
func TextCell(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Kind: Text, Raw: s}
}

// Reason says in both languages why a cell cannot be taken and what to write instead.
type Reason struct{ Zh, En string }

func (r *Reason) Error() string { return r.En }

func reason(zh, en string) *Reason { return &Reason{zh, en} }

var (
	notNumber  = reason("不是数字", "not a number")
	notInteger = reason("必须是整数", "must be a whole number")
	tooLarge   = reason("数字太大", "the number is too large")
	notDate    = reason("不是有效日期，请写成 2026-01-31", "not a valid date, write it as 2026-01-31")
	notBool    = reason("请写“是”或“否”", "write 是 (yes) or 否 (no)")
	cellBroken = reason("单元格里是公式错误", "the cell holds a formula error")
)

// Str is the cell as people read it: trimmed text, or the number in plain digits (never 1.8E+10).
func (c Cell) Str() string {
	switch c.Kind {
	case Empty:
		return ""
	case Date:
		if day, err := c.Date(); err == nil {
			return day
		}
		return c.Raw
	case Number:
		d, ok := parseDecimal(c.Raw)
		if !ok {
			return c.Raw
		}
		return d.round15().String()
	}
	s := strings.TrimFunc(c.Raw, invisible)
	if strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) && len(s) >= 3 { // ="0123": how csv exports keep zeros
		s = s[2 : len(s)-1]
	}
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@", rune(s[1])) { // our own guard against formulas
		s = s[1:]
	}
	return s
}

// Blank reports whether there is nothing to read.
func (c Cell) Blank() bool { return c.Kind == Empty || c.Kind == Text && c.Str() == "" }

// LostDigits reports whether the cell is a number of more than 15 digits: Excel has silently replaced the rest by
// zeros, so that an identity or card number kept so is wrong.
func (c Cell) LostDigits() bool {
	if c.Kind != Number {
		return false
	}
	d, ok := parseDecimal(c.Raw)
	return ok && len(d.round15().String()) > 15
}

func invisible(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '\v', '\f', 0x00A0, 0x3000, 0x200B, 0x200C, 0x200D, 0xFEFF, 0x202C, 0x202D:
		return true
	}
	return false
}

// Int is the cell as a whole number; text digits count, 3.0 counts, 3.5 does not.
func (c Cell) Int() (int64, error) {
	d, err := c.decimal()
	if err != nil {
		return 0, err
	}
	n, exact, ok := d.scaled(0)
	if !ok {
		return 0, tooLarge
	}
	if !exact {
		return 0, notInteger
	}
	return n, nil
}

// Scaled is the cell times 10^scale, exactly: 94.56 at scale 2 is 9456. More decimals than scale are refused, except
// the noise behind the 15th digit that Excel writes for numbers (94.560000000000002).
func (c Cell) Scaled(scale int) (int64, error) {
	d, err := c.decimal()
	if err != nil {
		return 0, err
	}
	n, exact, ok := d.scaled(scale)
	if !ok {
		return 0, tooLarge
	}
	if !exact {
		s := strconv.Itoa(scale)
		return 0, reason("小数最多 "+s+" 位", "at most "+s+" decimals")
	}
	return n, nil
}

func (c Cell) decimal() (decimal, error) {
	if c.Kind == Broken {
		return decimal{}, cellBroken
	}
	if c.Kind == Bool {
		return decimal{}, notNumber
	}
	if c.Kind == Number || c.Kind == Date {
		if d, ok := parseDecimal(c.Raw); ok {
			return d.round15(), nil
		}
		return decimal{}, notNumber
	}
	d, ok := parseDecimal(ungroup(narrow(c.Str())))
	if !ok {
		return decimal{}, notNumber
	}
	return d, nil
}

// narrow turns full-width digits and signs into plain ones.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．':
			return '.'
		case r == '－':
			return '-'
		case r == '，':
			return ','
		case r == '／':
			return '/'
		}
		return r
	}, s)
}

// ungroup takes the commas out of 1,234,567.8 and leaves anything else alone.
func ungroup(s string) string {
	if !strings.Contains(s, ",") {
		return s
	}
	whole, frac, _ := strings.Cut(s, ".")
	parts := strings.Split(strings.TrimPrefix(whole, "-"), ",")
	if len(parts[0]) == 0 || len(parts[0]) > 3 || strings.Contains(frac, ",") {
		return s
	}
	for _, p := range parts[1:] {
		if len(p) != 3 {
			return s
		}
	}
	return strings.ReplaceAll(s, ",", "")
}

// Bool reads 是/否, 有/无, Y/N, true/false, 1/0.
func (c Cell) Bool() (bool, error) {
	switch strings.ToLower(narrow(c.Str())) {
	case "是", "有", "y", "yes", "true", "1", "√", "✓":
		return true, nil
	case "否", "无", "没有", "n", "no", "false", "0", "×":
		return false, nil
	}
	return false, notBool
}

// Date is the cell as a civil date YYYY-MM-DD. It takes Excel's serial dates and text such as 2020-6-1, 2020/06/01,
// 2020.6.1, 2020年6月1日, 20200601; a time of day behind it is dropped.
func (c Cell) Date() (string, error) {
	switch c.Kind {
	case Broken:
		return "", cellBroken
	case Number, Date:
		d, ok := parseDecimal(c.Raw)
		if !ok {
			return "", notDate
		}
		day, _, ok := d.scaled(0)
		if !ok {
			return "", notDate
		}
		if c.Kind == Number && day >= 19000101 && day <= 29991231 {
			return civil(int(day/10000), int(day/100%100), int(day%100))
		}
		if c.base1904 {
			day += 1462
		}
		return serialDate(day)
	}
	return textDate(narrow(c.Str()))
}

// serialDate converts a day number of the 1900 system. Day 60 is Excel's 29 February 1900, which never was.
func serialDate(day int64) (string, error) {
	if day < 1 || day > 2958465 || day == 60 {
		return "", notDate
	}
	if day < 60 {
		day++
	}
	return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(day)).Format(time.DateOnly), nil
}

func textDate(s string) (string, error) {
	if len(s) == 8 && digits(s) {
		return civil(number(s[:4]), number(s[4:6]), number(s[6:]))
	}
	year, rest, ok := cutField(s, "-/.年")
	if !ok || len(year) != 4 {
		return "", notDate
	}
	month, rest, ok := cutField(rest, "-/.月")
	if !ok || len(month) > 2 {
		return "", notDate
	}
	i := 0
	for i < len(rest) && i < 2 && rest[i] >= '0' && rest[i] <= '9' {
		i++
	}
	day, tail := rest[:i], strings.TrimPrefix(rest[i:], "日")
	tail = strings.TrimLeft(tail, " T")
	if i == 0 || (tail != "" && !strings.Contains(tail, ":")) || strings.Trim(tail, "0123456789:.Z+") != "" {
		return "", notDate
	}
	return civil(number(year), number(month), number(day))
}

func cutField(s, seps string) (field, rest string, ok bool) {
	i := strings.IndexAny(s, seps)
	if i <= 0 || !digits(s[:i]) {
		return "", "", false
	}
	r := []rune(s[i:])[0]
	return s[:i], strings.TrimLeft(s[i+len(string(r)):], " "), true
}

func civil(y, m, d int) (string, error) {
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1900 || y > 2999 || t.Month() != time.Month(m) || t.Day() != d {
		return "", notDate
	}
	return t.Format(time.DateOnly), nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}
