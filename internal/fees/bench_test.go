package fees_test

import (
	"sync/atomic"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/fees"
)

// BenchmarkTake receives durable payments with eight clerks per processor: one part payment, its receipt, its
// entry and its line in the trail each.
func BenchmarkTake(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		b.Run(engine.String(), func(b *testing.B) {
			d := dbtest.Open(b, engine)
			h := newHouse(b, d)
			var charges []db.ID
			for range 64 { // clerks do not stand in each other's way by taking the same bill
				charges = append(charges, h.charge(b, 1_000_000_000, command()).ID)
			}
			var turn atomic.Int64
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(clerk *testing.PB) {
				for clerk.Next() {
					in := h.pays(command())
					in.Lines = []fees.Pay{{ChargeID: charges[turn.Add(1)%64], Amount: 1}}
					if _, err := h.desk.Take(h.cashier, d, in); err != nil {
						b.Error(err)
					}
				}
			})
			b.StopTimer()
			h.sound(b)
		})
	}
}
