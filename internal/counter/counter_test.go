package counter_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/counter"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
)

func TestNumbersAreNeverGivenTwiceAndHaveNoGaps(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n = 40
		given := make(chan int64, n)
		var wait sync.WaitGroup
		for i := range n {
			wait.Go(func() {
				var no int64
				err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
					if no, err = counter.Next(t.Context(), tx, "a"); err == nil && i%4 == 0 {
						err = errors.New("undone")
					}
					return err
				})
				if err == nil {
					given <- no
				}
			})
		}
		wait.Wait()
		close(given)
		seen := map[int64]bool{}
		for no := range given {
			if seen[no] {
				t.Errorf("%d given twice", no)
			}
			seen[no] = true
		}
		for no := int64(1); no <= n*3/4; no++ {
			if !seen[no] {
				t.Errorf("%d is missing", no)
			}
		}
	})
}

func TestNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		evening := time.Date(2026, 11, 22, 16, 30, 0, 0, time.UTC).UnixMilli() // 00:30 on the 23rd in China
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := tx.ExecContext(t.Context(), `INSERT INTO counter (name, value) VALUES ('WX-JLHY-20261123', 9998)`); err != nil {
				return err
			}
			for _, c := range []struct{ prefix, project, want string }{
				{"TS", "JLHY", "TS-JLHY-20261123-0001"},
				{"TS", "JLHY", "TS-JLHY-20261123-0002"},
				{"TS", "YHGY", "TS-YHGY-20261123-0001"},
				{"WX", "JLHY", "WX-JLHY-20261123-9999"},
				{"WX", "JLHY", "WX-JLHY-20261123-10000"},
				{"PZ", "", "PZ-20261123-0001"},
			} {
				got, err := counter.Number(t.Context(), tx, c.prefix, c.project, evening)
				if err != nil {
					return err
				}
				if got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
