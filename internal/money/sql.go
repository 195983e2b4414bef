package money

import "fmt"

// HalfUpSQL returns an SQL expression for numerator ÷ denominator rounded half away from zero, the same as
// MulDiv, on SQLite and PostgreSQL alike. The numerator is an SQL expression of integers, free of side
// effects because it is evaluated more than once, such as "r.area_cm2 * s.price_e4"; the denominator is
// a positive number of units per fen. Both engines divide integers toward zero.
//
// The numerator must stay within 64 bits less half the denominator: beyond, PostgreSQL reports an error
// but SQLite goes on in floating point. Limit the factors where they enter.
func HalfUpSQL(numerator string, denominator int64) string {
	if denominator <= 0 {
		panic(fmt.Sprintf("money: denominator %d", denominator))
	}
	half := denominator / 2 // enough for an odd denominator too: it has no half
	return fmt.Sprintf("(((%[1]s) + CASE WHEN (%[1]s) < 0 THEN -%[2]d ELSE %[2]d END) / %[3]d)", numerator, half, denominator)
}
