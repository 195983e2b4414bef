// Command http measures Lifang's registers against PocketBase over HTTP in one
// run: same fields, same validation, both durable (synchronous=FULL), both on
// SQLite, in turn, on the same machine.
//
//	go run ./http -lifang ../bin/lifang -pocketbase ./pocketbase.bin
//
// It prints requests per second, the 99th percentile and the ratio of the
// medians; then Lifang's start-up time and idle memory.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"
)

// listed is how many rows both sides hold when lists are measured.
const listed = 10_000

func main() {
	lifangProgram := flag.String("lifang", "../bin/lifang", "the lifang program")
	peerProgram := flag.String("pocketbase", "./pocketbase.bin", "the PocketBase program")
	rounds := flag.Int("rounds", 5, "measured rounds of each")
	length := flag.Duration("time", 3*time.Second, "length of one round")
	clients := flag.Int("clients", 8, "connections at once")
	flag.Parse()
	log.SetFlags(0)
	if err := run(*lifangProgram, *peerProgram, *rounds, *length, *clients); err != nil {
		log.Fatal(err)
	}
}

func run(lifangProgram, peerProgram string, rounds int, length time.Duration, clients int) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "lifang-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()

	ours, err := startLifang(ctx, lifangProgram, filepath.Join(dir, "lifang"))
	if err != nil {
		return err
	}
	defer ours.stop()
	started, idle := ours.started, ours.memory()
	peer, err := startPocketBase(ctx, peerProgram, filepath.Join(dir, "peer"))
	if err != nil {
		return err
	}
	defer peer.stop()

	for _, side := range []*server{ours, peer} {
		if err := fill(ctx, side, clients, listed); err != nil {
			return err
		}
	}
	for _, kind := range []string{"list", "create"} {
		var oursRates, peerRates []float64
		var oursTail, peerTail []time.Duration
		for round := range rounds + 1 {
			a, err := load(ctx, ours, kind, clients, length)
			if err != nil {
				return fmt.Errorf("lifang %s: %w", kind, err)
			}
			b, err := load(ctx, peer, kind, clients, length)
			if err != nil {
				return fmt.Errorf("pocketbase %s: %w", kind, err)
			}
			if round == 0 {
				continue // warm-up
			}
			oursRates, peerRates = append(oursRates, a.rate), append(peerRates, b.rate)
			oursTail, peerTail = append(oursTail, a.p99), append(peerTail, b.p99)
		}
		fmt.Printf("register %-7s lifang %7.0f/s p99 %6s   pocketbase %7.0f/s p99 %6s   ratio %.2f\n", kind,
			median(oursRates), median(oursTail).Round(100*time.Microsecond),
			median(peerRates), median(peerTail).Round(100*time.Microsecond), median(oursRates)/median(peerRates))
	}
	fmt.Printf("start-up %s, idle memory %d MB (resident)\n", started.Round(time.Millisecond), idle>>20)
	return nil
}
