package calendar

import (
	"fmt"
	"time"
)

// Shanghai is the zone of every civil date and local time: UTC+8 without daylight saving.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Instants are unix milliseconds.
const (
	minuteMs int64 = 60_000
	hourMs   int64 = 60 * minuteMs
	dayMs    int64 = 24 * hourMs
)

const localLayout = "2006-01-02T15:04"

// DateOf returns the date in Shanghai at an instant (unix ms).
func DateOf(ms int64) Date { return dateOfTime(time.UnixMilli(ms).In(Shanghai)) }

// Start returns the instant (unix ms) at which the date begins in Shanghai.
func (d Date) Start() int64 { return d.midnight().UnixMilli() - 8*hourMs }

// End returns the instant (unix ms) of 24:00 of the date, which is the start of the next.
func (d Date) End() int64 { return d.Start() + dayMs }

// At returns the instant (unix ms) of a time of the date in Shanghai.
func (d Date) At(t TimeOfDay) int64 { return d.Start() + int64(t)*minuteMs }

// ParseLocal reads a Shanghai time to the minute, 2026-03-01T09:30 or 2026-03-01 09:30, as unix ms.
// 24:00 is the start of the next day.
func ParseLocal(text string) (int64, error) {
	if len(text) == len(localLayout) && (text[10] == 'T' || text[10] == ' ') {
		d, err := ParseDate(text[:10])
		t, err2 := ParseTimeOfDay(text[11:])
		if err == nil && err2 == nil {
			return d.At(t), nil
		}
	}
	return 0, fmt.Errorf("%q is not a time; write it as YYYY-MM-DDTHH:MM, for example 2026-03-01T09:30", text)
}

// FormatLocal writes an instant (unix ms) as Shanghai time to the minute, seconds dropped:
// 2026-03-01T09:30.
func FormatLocal(ms int64) string { return time.UnixMilli(ms).In(Shanghai).Format(localLayout) }

// TimeOfDay is minutes after midnight, 0 to 1440; 1440 is 24:00, the end of the day.
type TimeOfDay int

// ParseTimeOfDay reads HH:MM from 00:00 to 24:00.
func ParseTimeOfDay(text string) (TimeOfDay, error) {
	if len(text) == 5 && text[2] == ':' {
		digits := [4]int{int(text[0]) - '0', int(text[1]) - '0', int(text[3]) - '0', int(text[4]) - '0'}
		ok := true
		for _, d := range digits {
			ok = ok && d >= 0 && d <= 9
		}
		hour, minute := digits[0]*10+digits[1], digits[2]*10+digits[3]
		if ok && minute < 60 && (hour < 24 || hour == 24 && minute == 0) {
			return TimeOfDay(hour*60 + minute), nil
		}
	}
	return 0, fmt.Errorf("%q is not a time of day; write it as HH:MM, for example 08:30", text)
}

// String writes HH:MM.
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", t/60, t%60) }

// UnmarshalText reads HH:MM.
func (t *TimeOfDay) UnmarshalText(text []byte) error {
	parsed, err := ParseTimeOfDay(string(text))
	if err == nil {
		*t = parsed
	}
	return err
}

// MarshalText writes HH:MM.
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
