package money

import (
	"fmt"
	"math/big"
	"slices"
)

// Allocate divides an amount over weights by largest remainder: each share is floored to the fen, and the
// fen left over go one each to the largest fractions, equal ones in the order of the list. The shares
// always add up to the amount; a negative one is divided by its absolute value and negated
// (fees.md F-6.2, finance.md CV-2).
//
// Weights are integers in any common unit (0.01 m², households); zero takes nothing. Negative weights, and
// weights that are all zero under an amount that is not, are errors.
func Allocate(total Fen, weights []int64) ([]Fen, error) {
	sum, err := sumWeights(total, weights)
	if err != nil {
		return nil, err
	}
	shares := make([]Fen, len(weights))
	if sum.Sign() == 0 {
		return shares, nil
	}
	whole := big.NewInt(int64(total.Abs()))
	rest := total.Abs()
	fractions := make([]*big.Int, len(weights))
	for i, w := range weights {
		share, fraction := new(big.Int).QuoRem(new(big.Int).Mul(whole, big.NewInt(w)), sum, new(big.Int))
		shares[i], fractions[i] = Fen(share.Int64()), fraction
		rest -= shares[i]
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return fractions[b].Cmp(fractions[a]) })
	for _, i := range order[:rest] {
		shares[i]++
	}
	if total < 0 {
		negate(shares)
	}
	return shares, nil
}

// Spread divides an amount over consecutive stretches (months by their days, or twelve ones) by rounding
// the running total and taking differences, so that whatever is booked up to any point is right to half a
// fen and the last stretch closes the amount (finance.md CV-3, fees.md F-16.2). Weights are as in Allocate.
func Spread(total Fen, weights []int64) ([]Fen, error) {
	sum, err := sumWeights(total, weights)
	if err != nil {
		return nil, err
	}
	shares := make([]Fen, len(weights))
	if sum.Sign() == 0 {
		return shares, nil
	}
	passed, booked := new(big.Int), Fen(0)
	for i, w := range weights {
		passed.Add(passed, big.NewInt(w))
		part := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(int64(total)), passed), sum)
		due := Fen(Exact{part}.scaled(0).Int64())
		shares[i], booked = due-booked, due
	}
	return shares, nil
}

func sumWeights(total Fen, weights []int64) (*big.Int, error) {
	if _, err := checked(int64(total)); err != nil {
		return nil, err
	}
	sum := new(big.Int)
	for i, w := range weights {
		if w < 0 {
			return nil, fmt.Errorf("the weight at position %d is negative: %d", i+1, w)
		}
		sum.Add(sum, big.NewInt(w))
	}
	if sum.Sign() == 0 && total != 0 {
		return nil, fmt.Errorf("%s yuan cannot be divided: there is no weight above zero", total)
	}
	return sum, nil
}

func negate(shares []Fen) {
	for i := range shares {
		shares[i] = -shares[i]
	}
}
