package sheet

import (
	"math"
	"strconv"
	"strings"
)

// decimal is a number exactly as written: digits × 10^exp.
type decimal struct {
	neg    bool
	digits string // without leading zeros; "" is zero
	exp    int
}

// parseDecimal reads 12, -0.5, .5, 1.8999999991E10 without going through a binary float.
func parseDecimal(s string) (decimal, bool) {
	var d decimal
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		d.neg, s = s[0] == '-', s[1:]
	}
	mantissa := s
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e > 400 || e < -400 {
			return d, false
		}
		mantissa, d.exp = s[:i], e
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	if whole+frac == "" || (whole != "" && !digits(whole)) || (frac != "" && !digits(frac)) || len(whole+frac) > 400 {
		return d, false
	}
	d.exp -= len(frac)
	d.digits = strings.TrimLeft(whole+frac, "0")
	return d.trim(), true
}

func (d decimal) trim() decimal {
	t := strings.TrimRight(d.digits, "0")
	d.exp += len(d.digits) - len(t)
	d.digits = t
	if t == "" {
		d.exp, d.neg = 0, false
	}
	return d
}

// round15 keeps 15 significant digits, half up: what Excel itself shows and promises.
func (d decimal) round15() decimal {
	if len(d.digits) <= 15 {
		return d
	}
	head, err := strconv.ParseInt(d.digits[:15], 10, 64)
	if err != nil {
		return d
	}
	if d.digits[15] >= '5' {
		head++
	}
	d.exp += len(d.digits) - 15
	d.digits = strconv.FormatInt(head, 10)
	return d.trim()
}

// scaled is d × 10^scale; exact is false when decimals would be lost, ok when it fits into int64.
func (d decimal) scaled(scale int) (n int64, exact, ok bool) {
	if d.digits == "" {
		return 0, true, true
	}
	exp := d.exp + scale
	text, exact := d.digits, true
	switch {
	case exp >= 0:
		if len(text)+exp > 19 {
			return 0, true, false
		}
		text += strings.Repeat("0", exp)
	case len(text)+exp <= 0:
		return 0, false, true
	default:
		text, exact = text[:len(text)+exp], false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n == math.MinInt64 {
		return 0, exact, false
	}
	if d.neg {
		n = -n
	}
	return n, exact, true
}

// String is d in plain digits.
func (d decimal) String() string {
	if d.digits == "" {
		return "0"
	}
	sign := ""
	if d.neg {
		sign = "-"
	}
	switch point := len(d.digits) + d.exp; {
	case d.exp >= 0:
		return sign + d.digits + strings.Repeat("0", d.exp)
	case point > 0:
		return sign + d.digits[:point] + "." + d.digits[point:]
	default:
		return sign + "0." + strings.Repeat("0", -point) + d.digits
	}
}
