package money

import (
	"fmt"
	"math/big"
	"math/bits"
)

// Exact is a rational number that never rounds by itself: a price, an area, a rate, a share of a month,
// or anything computed from them. The zero value is 0. It does not change and may be copied and shared.
type Exact struct{ r *big.Rat }

// rat returns the number for reading only.
func (x Exact) rat() *big.Rat {
	if x.r == nil {
		return new(big.Rat)
	}
	return x.r
}

// Int returns a whole number.
func Int(n int64) Exact { return Exact{new(big.Rat).SetInt64(n)} }

// Scaled returns n in units of the given decimal place, 0 to 18: Scaled(8937, 2) is 89.37.
func Scaled(n int64, places int) Exact {
	return Exact{new(big.Rat).SetFrac(big.NewInt(n), pow10(places))}
}

// ParseExact reads a plain decimal of at most 18 digits: 2.85, −0.0005, 12. Other text is ErrSyntax.
func ParseExact(text string) (Exact, error) {
	places := 0
	for i := range text {
		if text[i] == '.' {
			places = min(18, len(text)-i-1)
			break
		}
	}
	n, err := ParseScaled(text, places)
	if err != nil {
		return Exact{}, err
	}
	return Scaled(n, places), nil
}

// Plus returns x + y.
func (x Exact) Plus(y Exact) Exact { return Exact{new(big.Rat).Add(x.rat(), y.rat())} }

// Minus returns x − y.
func (x Exact) Minus(y Exact) Exact { return Exact{new(big.Rat).Sub(x.rat(), y.rat())} }

// Times returns x × y.
func (x Exact) Times(y Exact) Exact { return Exact{new(big.Rat).Mul(x.rat(), y.rat())} }

// Over returns x ÷ y. Dividing by zero panics: the caller divides by days or by 1 + rate, or checks first.
func (x Exact) Over(y Exact) Exact { return Exact{new(big.Rat).Quo(x.rat(), y.rat())} }

// Neg returns −x.
func (x Exact) Neg() Exact { return Exact{new(big.Rat).Neg(x.rat())} }

// Sign returns −1, 0 or 1.
func (x Exact) Sign() int { return x.rat().Sign() }

// Cmp returns −1, 0 or 1 as x is less than, equal to or more than y.
func (x Exact) Cmp(y Exact) int { return x.rat().Cmp(y.rat()) }

// scaled returns the number in units of a decimal place, rounded half away from zero.
func (x Exact) scaled(places int) *big.Int {
	num := new(big.Int).Mul(x.rat().Num(), pow10(places))
	den := x.rat().Denom()
	half := new(big.Int).Quo(den, big.NewInt(2)) // enough for odd denominators too: they have no half
	if num.Sign() < 0 {
		half.Neg(half)
	}
	return num.Quo(num.Add(num, half), den) // Quo truncates toward zero
}

// Round returns the number rounded half away from zero to decimal places, 0 to 18.
func (x Exact) Round(places int) Exact {
	return Exact{new(big.Rat).SetFrac(x.scaled(places), pow10(places))}
}

// Text writes the number with exactly the given decimal places, rounded half away from zero.
func (x Exact) Text(places int) string {
	return x.Round(places).r.FloatString(places)
}

// Scaled returns the number as an integer of a decimal place, rounded half away from zero: the way to
// store it. It returns ErrRange when that is beyond an int64.
func (x Exact) Scaled(places int) (int64, error) {
	n := x.scaled(places)
	if !n.IsInt64() {
		return 0, fmt.Errorf("%w: %s", ErrRange, x.Text(places))
	}
	return n.Int64(), nil
}

// Fen returns an amount in yuan as fen, rounded half away from zero: the one rounding of a charge line
// (fees.md F-1.4). It returns ErrRange beyond ±Max.
func (x Exact) Fen() (Fen, error) {
	n, err := x.Scaled(2)
	if err != nil {
		return 0, err
	}
	return checked(n)
}

func pow10(places int) *big.Int {
	if places < 0 || places > 18 {
		panic(fmt.Sprintf("money: %d decimal places", places))
	}
	n := int64(1)
	for range places {
		n *= 10
	}
	return big.NewInt(n)
}

// MulDiv returns a × b ÷ c rounded half away from zero, without overflow on the way and without
// allocating: the arithmetic of Exact for runs over millions of rows. It returns ErrRange when the result
// is beyond an int64, or when c is 0.
func MulDiv(a, b, c int64) (int64, error) {
	fail := func() (int64, error) { return 0, fmt.Errorf("%w: %d × %d ÷ %d", ErrRange, a, b, c) }
	if c == 0 {
		return fail()
	}
	negative := (a < 0) != (b < 0) != (c < 0)
	divisor := magnitude(c)
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	lo, carry := bits.Add64(lo, divisor/2, 0)
	hi += carry
	if hi >= divisor {
		return fail()
	}
	n, _ := bits.Div64(hi, lo, divisor)
	switch {
	case n <= 1<<63-1 && negative:
		return -int64(n), nil
	case n <= 1<<63-1:
		return int64(n), nil
	case n == 1<<63 && negative:
		return -1 << 63, nil
	}
	return fail()
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
