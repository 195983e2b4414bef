package tariff

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
)

// Participant takes part in a shared pool.
type Participant struct {
	Code   string      // of the room; equal fractions go to the smaller code first
	Weight money.Exact // m², 1 per household, floors; at most 6 places
}

// Share is what one participant bears.
type Share struct {
	Code string
	Line
}

// SharePool divides a pool over its participants by largest remainder, in the order of their codes
// (F-6.2). The shares add up to the pool; a credit is divided like a cost and negated.
func SharePool(pool money.Fen, among []Participant) ([]Share, error) {
	among = slices.Clone(among)
	slices.SortFunc(among, func(a, b Participant) int { return cmp.Compare(a.Code, b.Code) })
	weights := make([]int64, len(among))
	sum := money.Int(0)
	for i, p := range among {
		if i > 0 && p.Code == among[i-1].Code {
			return nil, fmt.Errorf("%w: %s takes part twice", ErrOverlap, p.Code)
		}
		if p.Weight.Round(6).Cmp(p.Weight) != 0 {
			return nil, fmt.Errorf("%w: the weight of %s has more than 6 places", ErrQuantity, p.Code)
		}
		var err error
		if weights[i], err = p.Weight.Scaled(6); err != nil {
			return nil, err
		}
		sum = sum.Plus(p.Weight)
	}
	amounts, err := money.Allocate(pool, weights)
	if err != nil {
		return nil, err
	}
	shares := make([]Share, len(among))
	for i, p := range among {
		e := Explanation{Rule: "F-6.2"}
		e.Add("总额", "Pool", yuan(pool))
		e.Add("权重 / 总权重", "Weight / all weights", plain(p.Weight, 0)+" / "+plain(sum, 0))
		e.Add("最大余数法分配", "Divided by largest remainder", yuan(amounts[i]))
		e.Zh = fmt.Sprintf("公摊 %s × %s/%s = %s", yuan(pool), plain(p.Weight, 0), plain(sum, 0), yuan(amounts[i]))
		e.En = fmt.Sprintf("Shared %s × %s/%s = %s", yuan(pool), plain(p.Weight, 0), plain(sum, 0), yuan(amounts[i]))
		shares[i] = Share{p.Code, Line{Amount: amounts[i], Explanation: e}}
	}
	return shares, nil
}

// SplitByDays divides an amount of a room over those who paid for it in an interval, by days; each but the
// last is rounded and the last takes the remainder (F-6.5). Every day of the interval needs one payer.
func SplitByDays(amount money.Fen, from, to calendar.Date, payers []Payer) ([]Line, error) {
	days := calendar.DaysInclusive(from, to)
	if days == 0 {
		return nil, fmt.Errorf("%w: an interval from %s to %s", ErrQuantity, from, to)
	}
	var lines []Line
	owed := map[db.ID]int{}
	for day := from; day <= to; day = day.AddDays(1) {
		var payer db.ID
		for _, p := range payers {
			if within(day, p.From, p.To) {
				if payer != 0 && payer != p.ID {
					return nil, fmt.Errorf("%w: two payers on %s", ErrOverlap, day)
				}
				payer = p.ID
			}
		}
		if payer == 0 {
			return nil, fmt.Errorf("%w: nobody pays on %s", ErrQuantity, day)
		}
		if owed[payer]++; owed[payer] == 1 {
			lines = append(lines, Line{Payer: payer})
		}
	}
	rest := amount
	for i := range lines {
		n := owed[lines[i].Payer]
		lines[i].Amount = rest
		if i+1 < len(lines) {
			part, err := amount.Yuan().Times(money.Int(int64(n))).Over(money.Int(int64(days))).Fen()
			if err != nil {
				return nil, err
			}
			lines[i].Amount, rest = part, rest-part
		}
		e := Explanation{Rule: "F-6.5"}
		e.Add("天数", "Days", fmt.Sprintf("%d/%d", n, days))
		e.Zh = fmt.Sprintf("%s × %d/%d 天 = %s", yuan(amount), n, days, yuan(lines[i].Amount))
		e.En = fmt.Sprintf("%s × %d/%d days = %s", yuan(amount), n, days, yuan(lines[i].Amount))
		lines[i].Explanation = e
	}
	return lines, nil
}
