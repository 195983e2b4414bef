package tariff

import (
	"fmt"

	"github.com/lifang/lifang/internal/money"
)

// Stay is the tariff of temporary parking (F-8.2): a first block, then blocks of equal length, a cap per
// 24 hours from the entry. Times are whole minutes, amounts fen.
type Stay struct {
	Free       int64     // minutes; up to them a stay costs nothing
	DeductFree bool      // the free minutes are not charged in a longer stay either
	First      int64     // length of the first block
	FirstFee   money.Fen //
	Next       int64     // length of the blocks after it
	NextFee    money.Fen //
	Cap        money.Fen // per 24 hours; 0 for none
	Exempt     bool      // a vehicle on public duty
}

const day = 24 * 60

// Charge prices a stay between two instants (unix ms); seconds are dropped. Free minutes are granted once:
// a new 24 hours begins with a first block (F-8.2).
func (s Stay) Charge(entry, exit int64) (minutes int64, line Line, err error) {
	if exit < entry || s.First <= 0 || s.Next <= 0 || s.Free < 0 {
		return 0, Line{}, fmt.Errorf("%w: a stay from %d to %d", ErrQuantity, entry, exit)
	}
	minutes = (exit - entry) / 60_000
	e := Explanation{Rule: "F-8.2"}
	e.Add("停车分钟数", "Minutes", fmt.Sprint(minutes))
	var fee money.Fen
	charged := minutes
	switch {
	case s.Exempt:
		e.Add("公务车辆免费", "Public duty, free of charge", yuan(0))
		charged = 0
	case minutes <= s.Free:
		e.Add("免费时长内", "Within the free minutes", fmt.Sprint(s.Free))
		charged = 0
	case s.DeductFree:
		charged -= s.Free
		e.Add("扣减免费时长", "Less the free minutes", fmt.Sprint(s.Free))
	}
	for left := charged; left > 0; left -= day {
		part := s.bucket(min(left, day))
		e.Add("24 小时内", "Within 24 hours", fmt.Sprintf("%d → %s", min(left, day), yuan(part)))
		if fee, err = fee.Plus(part); err != nil {
			return 0, Line{}, err
		}
	}
	e.Zh = fmt.Sprintf("停车 %d 分钟，应收 %s", minutes, yuan(fee))
	e.En = fmt.Sprintf("%d minutes of parking, %s due", minutes, yuan(fee))
	return minutes, Line{Amount: fee, Explanation: e}, nil
}

func (s Stay) bucket(minutes int64) money.Fen {
	fee := s.FirstFee
	if more := minutes - s.First; more > 0 {
		fee += s.NextFee * money.Fen((more+s.Next-1)/s.Next)
	}
	if s.Cap > 0 {
		fee = min(fee, s.Cap)
	}
	return fee
}
