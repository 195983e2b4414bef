package db_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
)

func count(t *testing.T, d *db.DB, where string, args ...any) (n int64) {
	t.Helper()
	if err := d.Reader().QueryRowContext(context.Background(), `SELECT COUNT(*) FROM id_node WHERE `+where, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func insert(tx *db.Tx, node int64) error {
	_, err := tx.ExecContext(context.Background(), `INSERT INTO id_node (node, owner, lease_until, reserved) VALUES ($1, 'test', 0, 0)`, node)
	return err
}

func TestWriteIsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		refused := errors.New("refused")
		var committed bool
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			tx.AfterCommit(func() { committed = true })
			if err := insert(tx, 1000); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) || committed || count(t, d, "node = 1000") != 0 {
			t.Fatalf("err %v, committed %v", err, committed)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			tx.AfterCommit(func() { committed = true })
			return insert(tx, 1000)
		}); err != nil {
			t.Fatal(err)
		}
		if !committed || count(t, d, "node = 1000") != 1 {
			t.Fatal("the write is not there")
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, 1000) }); !db.IsUnique(err) {
			t.Fatalf("a repeated key gave %v", err)
		}
	})
}

// Neighbours in one group commit must not see each other's failures.
func TestGroupCommitKeepsNeighboursApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		var failed atomic.Int64
		for i := range int64(400) {
			wg.Go(func() {
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					if err := insert(tx, 2000+i); err != nil {
						return err
					}
					if i%4 == 0 {
						return fmt.Errorf("refuse %d", i)
					}
					return nil
				})
				if err != nil {
					failed.Add(1)
				}
			})
		}
		wg.Wait()
		if failed.Load() != 100 || count(t, d, "node >= 2000") != 300 {
			t.Fatalf("failed %d, rows %d", failed.Load(), count(t, d, "node >= 2000"))
		}
	})
}

func TestConditionalUpdatesLoseNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, 3000) }); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for done := 0; done < 25; {
					err := d.Write(context.Background(), func(tx *db.Tx) error {
						var n int64
						if err := tx.QueryRowContext(context.Background(), `SELECT reserved FROM id_node WHERE node = 3000`).Scan(&n); err != nil {
							return err
						}
						return db.ExecOne(context.Background(), tx, `UPDATE id_node SET reserved = $1 WHERE node = 3000 AND reserved = $2`, n+1, n)
					})
					switch {
					case err == nil:
						done++
					case !errors.Is(err, db.ErrStale):
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		if count(t, d, "node = 3000 AND reserved = 200") != 1 {
			t.Fatal("an update was lost")
		}
	})
}

func TestPanicInAWriteReachesTheCallerOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = d.Write(t.Context(), func(tx *db.Tx) error {
				_ = insert(tx, 4000)
				panic("boom")
			})
		}()
		if count(t, d, "node = 4000") != 0 {
			t.Error("the panicking write left a row")
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, 4001) }); err != nil {
			t.Errorf("the next write: %v", err)
		}
	})
}

func TestSnapshotSeesOneState(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Snapshot(t.Context(), func(q db.Queryer) error {
			var before, after int64
			if err := q.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM id_node`).Scan(&before); err != nil {
				return err
			}
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, 5000) }); err != nil {
				return err
			}
			if err := q.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM id_node`).Scan(&after); err != nil {
				return err
			}
			if before != after {
				t.Errorf("saw %d, then %d rows", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestStrictTypes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecContext(t.Context(), `INSERT INTO id_node (node, owner, lease_until, reserved) VALUES (1, 'x', 'soon', 0)`)
			return err
		})
		if err == nil {
			t.Error("text was stored in a number column")
		}
	})
}

func TestReadersCannotWrite(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	if _, err := d.Reader().QueryContext(t.Context(), `INSERT INTO id_node (node, owner, lease_until, reserved) VALUES (1, 'x', 0, 0) RETURNING node`); err == nil {
		t.Error("a reader wrote")
	}
}

func TestOneProcessPerFolder(t *testing.T) {
	o := dbtest.Options(t, db.SQLite)
	first, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), o); !errors.Is(err, db.ErrLocked) {
		t.Errorf("a second opening gave %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestIDsAreUniqueAcrossRestartsAndNodes(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			o := dbtest.Options(t, engine)
			seen := map[db.ID]bool{}
			var last db.ID
			for range 3 {
				d, err := db.Open(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				nodes := []*db.DB{d}
				if engine == db.PostgreSQL {
					other, err := db.Open(t.Context(), o)
					if err != nil {
						t.Fatal(err)
					}
					nodes = append(nodes, other)
				}
				for _, node := range nodes {
					for _, id := range node.NewIDs(300_000) { // more than one second's worth
						if seen[id] {
							t.Fatalf("id %v was given twice", id)
						}
						seen[id] = true
						last = max(last, id)
					}
					if err := node.Close(); err != nil {
						t.Fatal(err)
					}
				}
			}
			if last >= 1<<53 {
				t.Errorf("id %v does not fit a browser's number", last)
			}
		})
	}
}

func TestIDJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := db.ID(rapid.Int64Range(0, 1<<53-1).Draw(t, "id"))
		data, err := json.Marshal(id)
		if err != nil {
			t.Fatal(err)
		}
		var back db.ID
		if err := json.Unmarshal(data, &back); err != nil || back != id {
			t.Fatalf("%s read back as %v, %v", data, back, err)
		}
	})
	for _, bad := range []string{`12`, `"-1"`, `"9007199254740992"`, `"1x"`, `{}`} {
		var id db.ID
		if err := json.Unmarshal([]byte(bad), &id); err == nil {
			t.Errorf("%s was read as %v", bad, id)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		b.Run(engine.String(), func(b *testing.B) {
			d := dbtest.Open(b, engine)
			var n atomic.Int64
			n.Store(10_000)
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := d.Write(context.Background(), func(tx *db.Tx) error { return insert(tx, n.Add(1)) }); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// A remembered answer is as good as a fresh one: every kind of write forgets it, a
// write that fails or touches another table does not.
func TestMemoForgetsOnWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		computed := 0
		memo := func() int64 {
			t.Helper()
			n, err := db.Memo(d.Reader(), "id_node", "rows", func() (int64, error) {
				computed++
				return count(t, d, "node >= 9000"), nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		expect := func(what string, want int64, fresh bool) {
			t.Helper()
			before := computed
			if got := memo(); got != want {
				t.Errorf("%s: remembered %d, want %d", what, got, want)
			}
			if d.Engine() == db.SQLite && (computed > before) != fresh {
				t.Errorf("%s: computed again: %v", what, computed > before)
			}
		}
		expect("at first", 0, true)
		expect("once more", 0, false)
		if err := d.Write(ctx, func(tx *db.Tx) error { return errors.Join(insert(tx, 9000), errors.New("refused")) }); err == nil {
			t.Fatal("expected a refusal")
		}
		expect("after a refused write", 0, false)
		for _, step := range []struct {
			sql  string
			want int64
		}{
			{`INSERT INTO id_node (node, owner, lease_until, reserved) VALUES (9000, 'x', 0, 0), (9001, 'x', 0, 0)`, 2},
			{"\n\tupdate id_node SET reserved = 1 WHERE node = 9000", 2},
			{`WITH one(n) AS (SELECT 9000) DELETE FROM id_node WHERE node IN (SELECT n FROM one)`, 1},
		} {
			if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, step.sql); return err }); err != nil {
				t.Fatal(err)
			}
			expect(step.sql, step.want, true)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error {
			var n int64
			if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM id_node`).Scan(&n); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `DELETE FROM counter WHERE name = 'nothing'`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		expect("after a write elsewhere", 1, false)
	})
}
