package fees

import (
	"fmt"

	"github.com/lifang/lifang/internal/money"
)

// Service is a paid service as it is quoted or done (residents handbook 13). Quantities and prices are
// exact; prices are yuan per unit, tax included.
type Service struct {
	Labour      Work
	Materials   []Material
	VisitFee    money.Fen
	VisitWaived bool   // the visit fee is not taken when the work is done
	Declined    bool   // the customer refused the quote: only the visit is charged
	PriceList   string // date from which the price list is in force
}

// Work is labour by the price list.
type Work struct {
	Unit     string // 小时
	Quantity money.Exact
	Price    money.Exact
	Minimum  money.Exact // the least that is charged
}

// Material is one line of materials.
type Material struct {
	Name     string
	Quantity money.Exact
	Price    money.Exact
}

// Quote is what a service costs, with the reasons.
type Quote struct {
	Labour, Materials, Visit, Total money.Fen
	Explanation                     Explanation
}

// Price works a paid service out: labour of at least the minimum, plus materials, plus the visit unless
// it is waived; each of the three rounded once (F-7.1).
func (s Service) Price() (Quote, error) {
	q := Quote{Explanation: Explanation{Rule: "F-7.1", Version: s.PriceList}}
	e := &q.Explanation
	var err error
	if s.Declined {
		q.Visit = s.VisitFee
		e.Add("报价未接受，只收上门费", "Quote declined, visit fee only", yuan(q.Visit))
	} else {
		if err = s.work(&q); err != nil {
			return Quote{}, err
		}
		if s.VisitWaived && s.VisitFee != 0 {
			e.Add("上门费（已施工，免收）", "Visit fee (waived, work done)", yuan(0))
		} else if s.VisitFee != 0 {
			q.Visit = s.VisitFee
			e.Add("上门费", "Visit fee", yuan(q.Visit))
		}
	}
	if q.Total, err = money.Sum(q.Labour, q.Materials, q.Visit); err != nil {
		return Quote{}, err
	}
	e.Add("合计", "Total", yuan(q.Total))
	e.Zh = fmt.Sprintf("人工 %s + 材料 %s + 上门费 %s = %s", q.Labour.Format(), q.Materials.Format(), q.Visit.Format(), q.Total.Format())
	e.En = fmt.Sprintf("Labour %s + materials %s + visit %s = %s", q.Labour.Format(), q.Materials.Format(), q.Visit.Format(), q.Total.Format())
	return q, nil
}

func (s Service) work(q *Quote) error {
	e := &q.Explanation
	quantity := s.Labour.Quantity
	if quantity.Cmp(s.Labour.Minimum) < 0 {
		quantity = s.Labour.Minimum
		e.Add("不足起步数量，按起步计", "Below the minimum, minimum charged", plain(quantity)+" "+s.Labour.Unit)
	}
	var err error
	if q.Labour, err = quantity.Times(s.Labour.Price).Fen(); err != nil {
		return err
	}
	if s.Labour.Price.Sign() != 0 {
		e.Add("人工 = 数量 × 单价", "Labour = quantity × price",
			fmt.Sprintf("%s %s × %s = %s", plain(quantity), s.Labour.Unit, plain(s.Labour.Price), yuan(q.Labour)))
	}
	sum := money.Int(0)
	for _, m := range s.Materials {
		cost := m.Quantity.Times(m.Price)
		sum = sum.Plus(cost)
		e.Add("材料 "+m.Name, "Material "+m.Name, fmt.Sprintf("%s × %s = ¥%s", plain(m.Quantity), plain(m.Price), plain(cost)))
	}
	q.Materials, err = sum.Fen()
	return err
}

// plain writes a number with two places, or more where it has them.
func plain(x money.Exact) string {
	for places := 2; places < 6; places++ {
		if x.Round(places).Cmp(x) == 0 {
			return x.Text(places)
		}
	}
	return x.Text(6)
}
