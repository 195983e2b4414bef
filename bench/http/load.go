package main

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

type result struct {
	rate float64 // requests per second
	p99  time.Duration
}

// load sends requests of one kind from all clients until the time is over.
func load(ctx context.Context, s *server, kind string, clients int, length time.Duration) (result, error) {
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		times  []time.Duration
		failed error
	)
	began := time.Now()
	for range clients {
		wg.Go(func() {
			var own []time.Duration
			var err error
			for time.Since(began) < length && err == nil {
				sent := time.Now()
				n := s.serial.Add(1)
				if kind == "create" {
					path, body := s.create(n)
					err = s.call(ctx, "POST", path, body, nil)
				} else {
					err = s.call(ctx, "GET", s.list(n), nil, nil)
				}
				own = append(own, time.Since(sent))
			}
			mu.Lock()
			defer mu.Unlock()
			times = append(times, own...)
			if err != nil {
				failed = err
			}
		})
	}
	wg.Wait()
	if failed != nil {
		return result{}, failed
	}
	slices.Sort(times)
	return result{rate: float64(len(times)) / time.Since(began).Seconds(), p99: times[len(times)*99/100]}, nil
}

func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// fill creates the rows that lists are measured over, the same number on both sides.
func fill(ctx context.Context, s *server, clients int, rows int64) error {
	var wg sync.WaitGroup
	errs := make(chan error, clients)
	for range clients {
		wg.Go(func() {
			for n := s.serial.Add(1); n <= rows; n = s.serial.Add(1) {
				path, body := s.create(n)
				if err := s.call(ctx, "POST", path, body, nil); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}
