package api

import (
	"math"
	"sync"
	"time"
)

// limiter counts requests per caller in token buckets. It is per node: with n
// nodes a caller gets n times the rate, which is good enough against floods;
// guessing of passwords is counted in the database.
type limiter struct {
	rate, burst float64
	mu          sync.Mutex
	buckets     map[string]*bucket
	swept       time.Time
}

type bucket struct {
	tokens float64
	at     time.Time
}

func newLimiter(perSecond, burst int) *limiter {
	return &limiter{rate: float64(perSecond), burst: float64(burst), buckets: map[string]*bucket{}, swept: time.Now()}
}

// allow takes one token, or says how long to wait for one. A nil limiter allows all.
func (l *limiter) allow(key string) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > time.Minute {
		for k, b := range l.buckets {
			if b.tokens+now.Sub(b.at).Seconds()*l.rate >= l.burst {
				delete(l.buckets, k)
			}
		}
		l.swept = now
	}
	b := l.buckets[key]
	if b == nil {
		b = &bucket{tokens: l.burst, at: now}
		l.buckets[key] = b
	}
	b.tokens = math.Min(l.burst, b.tokens+now.Sub(b.at).Seconds()*l.rate)
	b.at = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) / l.rate * float64(time.Second)), false
	}
	b.tokens--
	return 0, true
}

// gauge counts what is open per caller.
type gauge struct {
	mu    sync.Mutex
	limit int
	open  map[string]int
}

func newGauge(limit int) *gauge { return &gauge{limit: limit, open: map[string]int{}} }

// enter counts one more, or says that there are too many.
func (g *gauge) enter(key string) (release func(), ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open[key] >= g.limit {
		return nil, false
	}
	g.open[key]++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.open[key]--; g.open[key] == 0 {
			delete(g.open, key)
		}
	}, true
}
