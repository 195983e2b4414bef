package tariff

import (
	"fmt"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/money"
)

// Rate is a daily rate from a day on.
type Rate struct {
	From  calendar.Date
	Daily money.Exact // 0.0005
}

// Repaid is principal that was paid on a day of value (F-10.5).
type Repaid struct {
	On     calendar.Date
	Amount money.Fen
}

// Hold is a stretch that does not count: a dispute, force majeure, hardship (F-10.8). To "" is open.
type Hold struct{ From, To calendar.Date }

// Late is the late fee of one line (F-10). It bears on the principal of that line only.
type Late struct {
	Principal money.Fen
	Due       calendar.Date // effective: already moved to a working day (F-10.2)
	Grace     int           // days; they are not counted back
	Rates     []Rate        // in order; before the first no fee runs
	Cap       money.Exact   // of the principal; 0 for none
	Repaid    []Repaid
	Holds     []Hold
}

// LateFee is a late fee up to a day.
type LateFee struct {
	Days   int  // overdue days that count, until the principal was paid
	Capped bool // the cap was reached
	Line
}

// On works the fee out up to and including a day, with one rounding (F-10.1 to F-10.4). The day of a
// payment still counts for the part that was paid.
func (l Late) On(asOf calendar.Date) (LateFee, error) {
	first := l.Due.AddDays(l.Grace + 1)
	sum, days := money.Int(0), 0
	open := func(on calendar.Date) money.Fen { // at the beginning of the day
		left := l.Principal
		for _, r := range l.Repaid {
			if r.On < on {
				left -= r.Amount
			}
		}
		return left
	}
	e := Explanation{Rule: "F-10.1"}
	for from := first; from <= asOf; {
		to := l.until(from, asOf)
		n := calendar.DaysInclusive(from, to)
		if left := open(from); left > 0 && !l.held(from) {
			rate := l.rate(from)
			part := left.Yuan().Times(rate).Times(money.Int(int64(n)))
			sum, days = sum.Plus(part), days+n
			e.Add(fmt.Sprintf("%s 至 %s 共 %d 天", from, to, n), fmt.Sprintf("%s to %s, %d days", from, to, n),
				fmt.Sprintf("%s × %s × %d = ¥%s", yuan(left), plain(rate, 4), n, plain(part, 2)))
		}
		from = to.AddDays(1)
	}
	f := LateFee{Days: days}
	if limit := l.Principal.Yuan().Times(l.Cap); l.Cap.Sign() > 0 && sum.Cmp(limit) > 0 {
		sum, f.Capped = limit, true
		e.Rule = "F-10.4"
		e.Add("封顶", "Capped", plain(l.Cap, 2)+" × "+yuan(l.Principal))
	}
	var err error
	if f.Amount, err = sum.Fen(); err != nil {
		return f, err
	}
	e.Zh = fmt.Sprintf("逾期 %d 天，违约金 %s", days, yuan(f.Amount))
	e.En = fmt.Sprintf("%d days overdue, late fee %s", days, yuan(f.Amount))
	f.Explanation = e
	return f, nil
}

// until is the last day before balance, rate or hold changes.
func (l Late) until(from, asOf calendar.Date) calendar.Date {
	to := asOf
	before := func(day calendar.Date) { // a change that takes effect on the day
		if day > from && day <= to {
			to = day.AddDays(-1)
		}
	}
	for _, r := range l.Repaid {
		before(r.On.AddDays(1))
	}
	for _, r := range l.Rates {
		before(r.From)
	}
	for _, h := range l.Holds {
		before(h.From)
		if h.To != "" {
			before(h.To.AddDays(1))
		}
	}
	return to
}

func (l Late) rate(on calendar.Date) money.Exact {
	rate := money.Int(0)
	for _, r := range l.Rates {
		if r.From <= on {
			rate = r.Daily
		}
	}
	return rate
}

func (l Late) held(on calendar.Date) bool {
	for _, h := range l.Holds {
		if within(on, h.From, h.To) {
			return true
		}
	}
	return false
}

// LPR is the alternative claim at a yearly rate, simple interest (F-10.6).
func LPR(principal money.Fen, yearly money.Exact, days, yearDays int64) (money.Fen, error) {
	if yearDays <= 0 || days < 0 {
		return 0, fmt.Errorf("%w: %d of %d days", ErrQuantity, days, yearDays)
	}
	return principal.Yuan().Times(yearly).Times(money.Int(days)).Over(money.Int(yearDays)).Fen()
}

// ToPost is what is posted when the fee has come to a sum and some of it was posted before, so that
// postings never drift from the whole (F-10.7).
func ToPost(cumulative, posted money.Fen) money.Fen { return cumulative - posted }
