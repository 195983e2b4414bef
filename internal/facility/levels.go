package facility

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/lifang/lifang/internal/calendar"
)

// Step is a stage of a repair that has a limit.
type Step string

// The stages with limits (engineering 1.5).
const (
	Dispatch Step = "dispatch"  // somebody is asked
	Take     Step = "take"      // somebody has said yes
	OnSite   Step = "on_site"   // he is there
	MadeSafe Step = "made_safe" // no danger any more
	Finish   Step = "finish"    // done
)

// Title is a name in both languages.
type Title struct {
	Zh string `yaml:"zh"`
	En string `yaml:"en"`
}

// Level is one priority with its limits; a limit of zero means there is none.
type Level struct {
	Title      `yaml:",inline"`
	Tone       string         `yaml:"tone"`
	Dispatch   calendar.Limit `yaml:"dispatch"`
	Take       calendar.Limit `yaml:"take"`
	OnSite     calendar.Limit `yaml:"on_site"`
	MadeSafe   calendar.Limit `yaml:"made_safe"`
	Finish     calendar.Limit `yaml:"finish"`
	SlotOnSite calendar.Limit `yaml:"slot_on_site"` // from the beginning of a booked slot
	SlotFinish calendar.Limit `yaml:"slot_finish"`
}

// Levels is service-levels.yaml: how fast requests and repairs must move, and the rules around them.
type Levels struct {
	Levels         map[string]Level          `yaml:"levels"`
	Replies        map[string]calendar.Limit `yaml:"replies"`
	DuplicateHours int64                     `yaml:"duplicate_hours"`
	ReworkDays     int64                     `yaml:"rework_days"`
	ReviewAbove    int64                     `yaml:"review_above"` // fen
	ExceedPercent  int64                     `yaml:"exceed_percent"`
	FollowLevels   []string                  `yaml:"follow_levels"`
	FollowPercent  int64                     `yaml:"follow_percent"`
}

// Fault is one kind of fault of the catalogue.
type Fault struct {
	Title   `yaml:",inline"`
	Trade   string `yaml:"trade"`
	Level   string `yaml:"level"`
	First   string `yaml:"first"` // what is made safe first
	FirstEn string `yaml:"first_en"`
}

// Category is what a resident chooses when he reports.
type Category struct {
	Title `yaml:",inline"`
	Level string `yaml:"level"`
}

// Catalogue is fault-catalogue.yaml.
type Catalogue struct {
	Trades     map[string]Title    `yaml:"trades"`
	Categories map[string]Category `yaml:"categories"`
	Faults     map[string]Fault    `yaml:"faults"`
}

// LoadLevels reads service/service-levels.yaml of the rule book.
func LoadLevels(files fs.FS) (*Levels, error) {
	l := &Levels{}
	if err := read(files, "service/service-levels.yaml", l); err != nil {
		return nil, err
	}
	for _, code := range []string{"P0", "P1", "P2", "P3", "P4"} {
		if l.Levels[code].Dispatch.N == 0 {
			return nil, fmt.Errorf("service/service-levels.yaml: level %s has no limit for dispatch", code)
		}
	}
	if l.Replies["repair"].N == 0 || l.Replies["alarm"].N == 0 {
		return nil, fmt.Errorf("service/service-levels.yaml: replies need repair and alarm")
	}
	return l, nil
}

// LoadCatalogue reads service/fault-catalogue.yaml of the rule book.
func LoadCatalogue(files fs.FS) (*Catalogue, error) {
	c := &Catalogue{}
	if err := read(files, "service/fault-catalogue.yaml", c); err != nil {
		return nil, err
	}
	for code, f := range c.Faults {
		if _, ok := c.Trades[f.Trade]; !ok || len(f.Level) != 2 || f.Zh == "" || f.En == "" {
			return nil, fmt.Errorf("service/fault-catalogue.yaml: fault %s needs names, a known trade and a level", code)
		}
	}
	return c, nil
}

func read(files fs.FS, name string, into any) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Urgency is what a limit depends on.
type Urgency struct {
	Priority   string
	Reported   int64 // unix ms, registration of the request
	Slot       int64 // unix ms, beginning of the booked slot, 0 when none
	Vulnerable bool  // raises the time to arrive by one level
}

// limit gives the limit of a stage and from when it runs.
func (l *Levels) limit(step Step, u Urgency) (limit calendar.Limit, from int64) {
	level := l.Levels[u.Priority]
	switch step {
	case Dispatch:
		return level.Dispatch, u.Reported
	case Take:
		return level.Take, u.Reported
	case MadeSafe:
		return level.MadeSafe, u.Reported
	case Finish:
		if u.Slot != 0 && level.SlotFinish.N != 0 {
			return level.SlotFinish, u.Slot
		}
		return level.Finish, u.Reported
	}
	if u.Slot != 0 && level.SlotOnSite.N != 0 {
		return level.SlotOnSite, u.Slot
	}
	if raised := l.Levels[raise(u.Priority)]; u.Vulnerable && raised.OnSite.N != 0 {
		return raised.OnSite, u.Reported
	}
	return level.OnSite, u.Reported
}

// Due gives when a stage must be reached (unix ms), 0 when the level sets no limit for it.
func (l *Levels) Due(book *calendar.Book, step Step, u Urgency) (int64, error) {
	limit, from := l.limit(step, u)
	if limit.N == 0 {
		return 0, nil
	}
	return book.Due(calendar.Service, from, limit)
}

// Remaining gives what is left of a stage's limit at now, written as a limit that runs from now: the whole limit when it
// begins now, else working minutes of its calendar, at least one; "" when there is no limit.
func (l *Levels) Remaining(book *calendar.Book, step Step, u Urgency, now int64) (string, error) {
	limit, from := l.limit(step, u)
	if limit.N == 0 {
		return "", nil
	}
	if from == now {
		return limit.String(), nil
	}
	due, err := book.Due(calendar.Service, from, limit)
	if err != nil {
		return "", err
	}
	clock := calendar.RoundTheClock
	if limit.Unit == calendar.WorkMinutes || limit.Unit == calendar.WorkDays {
		clock = cmp.Or(limit.Calendar, calendar.Service)
	}
	left, err := book.Elapsed(clock, now, due)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%dm %s", max(1, left), clock), nil
}

// raise gives the next more urgent level.
func raise(priority string) string {
	order := []string{"P0", "P1", "P2", "P3", "P4"}
	return order[max(0, slices.Index(order, priority)-1)]
}

// Floor is the lowest level that a report allows: danger to people is P0, spreading damage P1 (residents §4).
func Floor(danger, spreading bool) string {
	switch {
	case danger:
		return "P0"
	case spreading:
		return "P1"
	}
	return "P4"
}

// Reply gives the limit for the desk's first answer, as text.
func (l *Levels) Reply(kind string, alarm bool) string {
	if alarm {
		kind = "alarm"
	}
	limit, ok := l.Replies[kind]
	if !ok {
		limit = l.Replies["repair"]
	}
	return limit.String()
}
