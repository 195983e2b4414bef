package money_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/money"
)

// TestDatabasesRoundAsGoDoes: both engines compute HalfUpSQL to what MulDiv gives, ties and signs included.
func TestDatabasesRoundAsGoDoes(t *testing.T) {
	type line struct{ area, price int64 }
	lines := []line{{1, 5000}, {-1, 5000}, {1, 4999}, {-1, 4999}, {3, 5000}, {0, 7}, {8937, 28500}, {999_999_999, 999_999}}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		lines = append(lines, line{random.Int64N(2e9) - 1e9, random.Int64N(1e9)})
	}
	var rows []string
	for i, l := range lines {
		rows = append(rows, fmt.Sprintf("SELECT %d AS n, CAST(%d AS BIGINT) AS area, CAST(%d AS BIGINT) AS price", i, l.area, l.price))
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, denominator := range []int64{1, 2, 3, 7, 10_000, 1_000_000} {
			query := fmt.Sprintf("SELECT %s FROM (%s) l ORDER BY n", money.HalfUpSQL("l.area * l.price", denominator), strings.Join(rows, " UNION ALL "))
			result, err := d.Reader().QueryContext(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			i := 0
			for ; result.Next(); i++ {
				var got int64
				if err := result.Scan(&got); err != nil {
					t.Fatal(err)
				}
				if want, err := money.MulDiv(lines[i].area, lines[i].price, denominator); err != nil || got != want {
					t.Errorf("%+v ÷ %d is %d in the database, %d here, %v", lines[i], denominator, got, want, err)
				}
			}
			if err := result.Close(); err != nil || result.Err() != nil || i != len(lines) {
				t.Fatalf("%d rows of %d, %v, %v", i, len(lines), err, result.Err())
			}
		}
	})
}
