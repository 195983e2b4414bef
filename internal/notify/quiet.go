package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/setting"
)

// QuietFrom and QuietTo bound the night in which nothing leaves the house that is not
// urgent, HH:MM in China. Source: residents.md.
var (
	QuietFrom = setting.Key[string]{Name: "notify.quiet_from", Default: "21:00"}
	QuietTo   = setting.Key[string]{Name: "notify.quiet_to", Default: "08:00"}
)

var civil = time.FixedZone("Asia/Shanghai", 8*60*60)

// afterQuiet is at, or the end of the night in which at lies.
func afterQuiet(ctx context.Context, q db.Queryer, project db.ID, at int64) (int64, error) {
	var bounds [2]int // minutes of the day
	for i, key := range []setting.Key[string]{QuietFrom, QuietTo} {
		text, err := key.Get(ctx, q, project)
		if err != nil {
			return 0, err
		}
		t, err := time.Parse("15:04", text)
		if err != nil {
			return 0, fmt.Errorf("setting %s: %q is not a time of day such as 21:00", key.Name, text)
		}
		bounds[i] = t.Hour()*60 + t.Minute()
	}
	from, to := bounds[0], bounds[1]
	local := time.UnixMilli(at).In(civil)
	minute := local.Hour()*60 + local.Minute()
	end := time.Date(local.Year(), local.Month(), local.Day(), to/60, to%60, 0, 0, civil)
	switch {
	case from == to:
		return at, nil // no night
	case from < to && minute >= from && minute < to, from > to && minute < to:
		return end.UnixMilli(), nil
	case from > to && minute >= from:
		return end.AddDate(0, 0, 1).UnixMilli(), nil
	}
	return at, nil
}
