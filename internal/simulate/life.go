package simulate

import (
	"container/heap"

	"github.com/lifang/lifang/internal/calendar"
)

// event is something that happens at an instant.
type event struct {
	at    int64 // unix ms
	order int   // of making, so that what is made first happens first
	do    func() error
}

// agenda is what is yet to happen, the next first.
type agenda []event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].order < a[j].order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push and Pop make it a heap.
func (a *agenda) Push(x any) { *a = append(*a, x.(event)) }

// Pop takes the last one.
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// life is the agenda of the company while it is played.
type life struct {
	*sim
	todo  agenda
	order int
}

// at puts something on the agenda; what lies beyond the present never happens.
func (l *life) at(when int64, do func() error) {
	if when > l.o.Until {
		return
	}
	l.order++
	heap.Push(&l.todo, event{max(when, l.clock.Now()), l.order, do})
}

// live plays the weeks until the present: everything happens in its order, reminders and deadlines in between.
func (s *sim) live() error {
	l := &life{sim: s}
	l.bills()
	l.stories()
	for len(l.todo) > 0 {
		e := heap.Pop(&l.todo).(event)
		if err := l.timers(e.at); err != nil {
			return err
		}
		l.clock.set(e.at)
		if err := e.do(); err != nil {
			return err
		}
	}
	return l.timers(s.o.Until)
}

// timers lets the flow engine fire what falls due until an instant, each at its time.
func (l *life) timers(until int64) error {
	for {
		fired, next, err := l.Flow.Tick(l.ctx)
		switch {
		case err != nil:
			return err
		case fired > 0:
		case next == 0 || next > until:
			return nil
		default:
			l.clock.set(next)
		}
	}
}

// onShift moves an instant into the hours of the service desk, 8:30 to 20:30.
func (s *sim) onShift(at int64) int64 {
	date := calendar.DateOf(at)
	open, closing := date.Start()+8*hour+30*minute, date.Start()+20*hour+30*minute
	switch {
	case at < open:
		return open + s.between(2, 40)*minute
	case at >= closing:
		return date.AddDays(1).Start() + 8*hour + s.between(32, 70)*minute
	}
	return at
}
