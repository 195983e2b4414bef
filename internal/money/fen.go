// Package money computes amounts exactly: integer fen, exact ratios on the way to them, one rounding at
// the end.
//
// The main type is Fen, an amount of RMB in hundredths of a yuan. What is multiplied and divided on the
// way to an amount is an Exact, which never rounds until it is told to:
//
//	price, err := money.ParseExact("2.85")   // yuan per m² and month
//	area, err := money.ParseExact("89.37")   // m²
//	fee, err := price.Times(area).Times(money.Int(19)).Over(money.Int(31)).Fen()
//
// Rounding is half-up and symmetric everywhere: half a fen goes away from zero, so that a reversal is the
// exact negative of its original (fees.md F-1.3). Beside the arithmetic stand the ways to divide an amount
// without losing a fen (Allocate, Spread), to split tax (SplitTax, AddTax) and to write it (Capitals).
//
// The package must never see a floating-point number, and never know what an amount is for.
package money

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Fen is an amount of RMB in fen, 1/100 yuan. It is stored, sent and computed as that integer.
type Fen int64

// Max is the largest amount, about 90 trillion yuan: the largest integer that JavaScript holds exactly.
// The smallest is −Max. Whatever would pass them is an error, never a wrong amount.
const Max Fen = 1<<53 - 1

// What can be wrong with an amount. Errors of this package wrap one of them.
var (
	ErrSyntax = errors.New("not an amount")
	ErrPlaces = errors.New("too many decimal places")
	ErrRange  = errors.New("amount out of range")
)

// checked returns n as an amount, or ErrRange.
func checked(n int64) (Fen, error) {
	if n > int64(Max) || n < -int64(Max) {
		return 0, fmt.Errorf("%w: %d fen", ErrRange, n)
	}
	return Fen(n), nil
}

// Plus returns f + g, or ErrRange.
func (f Fen) Plus(g Fen) (Fen, error) {
	for _, one := range []Fen{f, g} { // then the sum cannot pass an int64
		if _, err := checked(int64(one)); err != nil {
			return 0, err
		}
	}
	return checked(int64(f) + int64(g))
}

// Minus returns f − g, or ErrRange.
func (f Fen) Minus(g Fen) (Fen, error) {
	if _, err := checked(int64(g)); err != nil {
		return 0, err
	}
	return f.Plus(-g)
}

// Sum adds amounts, or returns ErrRange.
func Sum(amounts ...Fen) (Fen, error) {
	var sum Fen
	for _, f := range amounts {
		var err error
		if sum, err = sum.Plus(f); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// Abs returns the amount without its sign.
func (f Fen) Abs() Fen { return max(f, -f) }

// Yuan returns the amount in yuan as an exact number to compute with.
func (f Fen) Yuan() Exact { return Scaled(int64(f), 2) }

// String writes yuan with two places: 1409.50.
func (f Fen) String() string { return FormatScaled(int64(f), 2) }

// Format writes yuan with two places and thousands separators, as people read amounts: 1,409.50.
func (f Fen) Format() string {
	whole, cents, _ := strings.Cut(f.String(), ".")
	sign := ""
	if whole[0] == '-' {
		sign, whole = "-", whole[1:]
	}
	var b strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return sign + b.String() + "." + cents
}

// ParseYuan reads an amount in yuan as people type it: 1409.5, 1,409.50, −88.80, ¥100, 100元. It takes at
// most two decimal places (ErrPlaces), separators only between groups of three (ErrSyntax) and amounts
// within ±Max (ErrRange).
func ParseYuan(text string) (Fen, error) {
	plain := strings.TrimSpace(text)
	plain = strings.TrimSpace(strings.TrimSuffix(plain, "元"))
	sign := ""
	for _, minus := range []string{"-", "−"} {
		if rest, ok := strings.CutPrefix(plain, minus); ok {
			sign, plain = "-", rest
			break
		}
	}
	for _, mark := range []string{"¥", "￥"} {
		if rest, ok := strings.CutPrefix(plain, mark); ok {
			plain = strings.TrimSpace(rest)
			break
		}
	}
	plain, ok := joinGroups(plain)
	if !ok || strings.HasPrefix(plain, "-") {
		return 0, fmt.Errorf("%w: %q; write yuan like 1409.50", ErrSyntax, text)
	}
	n, err := ParseScaled(sign+plain, 2)
	if err != nil {
		return 0, err
	}
	return checked(n)
}

// joinGroups removes thousands separators that stand where they should.
func joinGroups(text string) (string, bool) {
	whole, rest, point := strings.Cut(text, ".")
	groups := strings.Split(whole, ",")
	for i, group := range groups {
		if len(groups) > 1 && (i == 0 && (group == "" || len(group) > 3) || i > 0 && len(group) != 3) {
			return "", false
		}
	}
	whole = strings.Join(groups, "")
	if point {
		whole += "." + rest
	}
	return whole, true
}

// ParseScaled reads a plain decimal, digits with an optional minus and point, as an integer of its last
// place: "89.37" with 2 places is 8937. More places than that are ErrPlaces unless they are zero, numbers
// beyond 18 digits ErrRange, anything else ErrSyntax. places is 0 to 18.
func ParseScaled(text string, places int) (int64, error) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, part, point := strings.Cut(digits, ".")
	if whole == "" || point && part == "" || strings.Trim(whole+part, "0123456789") != "" {
		return 0, fmt.Errorf("%w: %q; write a number like 89.37", ErrSyntax, text)
	}
	kept := strings.TrimRight(part, "0")
	if len(kept) > places {
		return 0, fmt.Errorf("%w: %q; use at most %d", ErrPlaces, text, places)
	}
	scaled := strings.TrimLeft(whole+kept+strings.Repeat("0", places-len(kept)), "0")
	if len(scaled) > 18 {
		return 0, fmt.Errorf("%w: %q", ErrRange, text)
	}
	if scaled == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(scaled, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: %q", ErrSyntax, text)
	}
	if negative {
		n = -n
	}
	return n, nil
}

// FormatScaled writes an integer of a last place as a decimal: 8937 with 2 places is "89.37".
func FormatScaled(n int64, places int) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if places == 0 {
		return sign + digits
	}
	if short := places + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	point := len(digits) - places
	return sign + digits[:point] + "." + digits[point:]
}
