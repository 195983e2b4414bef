package simulate

import (
	"fmt"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/money"
)

// price of the property service, in 0.0001 yuan per m² and month.
var prices = map[string]int64{"JLHY": 28_000, "YHGY": 35_000}

const (
	billedHomes = 150 // of a project; the bills of a large company are made by its billing run
	billsAtOnce = 50
)

// bills charges the property fee of three months and lets most people pay.
func (l *life) bills() {
	opening, now := calendar.DateOf(l.clock.Now()), calendar.DateOf(l.o.Until).Period()
	for back := 2; back >= 0; back-- {
		month := now.Add(-back)
		at := month.First().Start() + 9*hour
		if month.First() < opening {
			at = l.clock.Now() + 2*hour
		}
		for _, p := range l.places {
			homes := p.homes[:min(len(p.homes), billedHomes)]
			for start := 0; start < len(homes); start += billsAtOnce {
				some := homes[start:min(start+billsAtOnce, len(homes))]
				l.at(at, func() error { return l.charge(p, some, month) })
			}
			for i, h := range homes {
				// The known owners still owe the present month, so that the cashier has somebody to serve.
				if l.chance(78) && (i >= 12 || back > 0) {
					l.at(l.onShift(at+l.between(1, 20)*day+l.between(0, 8)*hour), func() error { return l.pay(h, month) })
				}
			}
		}
	}
}

func (l *life) charge(p *place, homes []home, month calendar.Period) error {
	accountant := l.as(l.staff["ACCOUNTANT"][0], access.Staff)
	return l.DB.Write(accountant, func(tx *db.Tx) error {
		for _, h := range homes {
			price := money.Scaled(prices[p.Code], 4)
			amount, err := price.Times(money.Scaled(h.area, 2)).Fen()
			if err != nil {
				return err
			}
			area := money.FormatScaled(h.area, 2)
			if _, err := l.Fees.AddCharge(accountant, tx, fees.NewCharge{ProjectID: p.ID, RoomID: h.room, Item: "PROPERTY_FEE", Month: month, Amount: amount, DueOn: month.First().AddDays(14),
				SourceKey: fmt.Sprintf("demo:property:%s:%s", h.room, month), Explanation: fees.Explanation{Zh: "建筑面积 × 单价", En: "Floor area × unit price", Rule: "F-4.1", Version: "2026-01-01",
					Steps: []fees.Step{{Zh: "建筑面积", En: "Floor area", Value: area + " ㎡"}, {Zh: "单价", En: "Unit price", Value: "¥" + price.Text(2) + " / ㎡·月"},
						{Zh: "合计", En: "Total", Value: area + " × " + price.Text(2) + " = ¥" + amount.Format()}}}}); err != nil {
				return err
			}
			l.report.Charges++
		}
		return nil
	})
}

// pay pays what a home owes up to a month, at the counter or by phone.
func (l *life) pay(h home, month calendar.Period) error {
	cashier := l.as(pick(l.sim, l.staff["TOLL_CLERK"]), access.Staff)
	open, err := l.Fees.OpenCharges(cashier, l.DB.Reader(), l.clock.Now(), h.room)
	if err != nil {
		return err
	}
	var lines []fees.Pay
	var sum money.Fen
	for _, c := range open {
		if c.Period > month.String() {
			continue
		}
		lines = append(lines, fees.Pay{ChargeID: c.ID, Amount: c.Owed})
		sum += c.Owed
	}
	if sum == 0 {
		return nil
	}
	in := fees.NewReceipt{Command: l.command(), RoomID: h.room, Lines: lines, Method: pick(l.sim, []string{fees.WeChat, fees.WeChat, fees.Alipay, fees.Card, fees.Cash})}
	if in.Method == fees.Cash {
		in.Tendered = (sum + 9_999) / 10_000 * 10_000
	}
	_, err = l.Fees.Take(cashier, l.DB, in)
	l.report.Receipts++
	return err
}
