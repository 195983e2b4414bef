package db_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
)

// A full disk gives a named error, leaves nothing half written, does not take a
// neighbour in the same commit along, and is over when there is room again.
func TestFullDisk(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	ctx := context.Background()
	limit := func(pages string) {
		t.Helper()
		if err := d.Write(ctx, func(tx *db.Tx) error {
			var got int64
			return tx.QueryRowContext(ctx, `PRAGMA max_page_count = `+pages).Scan(&got)
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Write(ctx, func(tx *db.Tx) error { return insert(tx, 6000) }); err != nil {
		t.Fatal(err)
	}
	limit("1") // SQLite takes the present size as the least
	fill := func(tx *db.Tx, node int64) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO id_node (node, owner, lease_until, reserved) VALUES ($1, $2, 0, 0)`,
			node, strings.Repeat("x", 1<<20))
		return err
	}
	var wg sync.WaitGroup
	for i := range int64(40) {
		wg.Go(func() {
			if i%2 == 0 {
				if err := d.Write(ctx, func(tx *db.Tx) error { return fill(tx, 7000+i) }); !errors.Is(err, db.ErrFull) {
					t.Errorf("write %d on a full disk: %v", i, err)
				}
				return
			}
			err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, `UPDATE id_node SET reserved = reserved + 1 WHERE node = 6000`)
				return err
			})
			if err != nil {
				t.Errorf("a write that needs no room: %v", err)
			}
		})
	}
	wg.Wait()
	if count(t, d, "node >= 7000") != 0 {
		t.Error("something was half written")
	}
	if count(t, d, "node = 6000 AND reserved = 20") != 1 {
		t.Error("a neighbour's write was lost")
	}
	limit("1000000")
	if err := d.Write(ctx, func(tx *db.Tx) error { return fill(tx, 8000) }); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
