package register_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/register"
)

// The pairs raw/register say what the register costs beside hand-written database/sql
// that does the same reading or writing, without scope, validation, refs and trail.
func BenchmarkRegister(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		d := dbtest.Open(b, engine)
		createTables(b, d)
		home := newBlock(b, d, projectA, "1栋")
		var rows []*flat
		for i := range 5000 {
			f := someFlat(home, fmt.Sprintf("%05d", i))
			rows = append(rows, &f)
		}
		write(b, d, func(tx *db.Tx) error { return flats.CreateAll(system, tx, 5, rows) })
		ctx := clerk("test.flat.write")
		run := func(name string, raw, own func(i int) error) {
			for side, fn := range map[string]func(int) error{"raw": raw, "register": own} {
				b.Run(fmt.Sprintf("%v/%s/%s", engine, name, side), func(b *testing.B) {
					for i := range b.N {
						if err := fn(i); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
		const columns = `id, project_id, version, archived_at, created_at, updated_at, batch_id, code, block_id, area, use, floor, sold, handed, owner, phone, fee, origin, serial`
		scan := func(row interface{ Scan(...any) error }) error {
			var f flat
			return row.Scan(&f.ID, &f.ProjectID, &f.Version, &f.ArchivedAt, &f.CreatedAt, &f.UpdatedAt, &f.BatchID, &f.Code, &f.BlockID, &f.Area, &f.Use,
				&f.Floor, &f.Sold, &f.Handed, &f.Owner, &f.Phone, &f.Fee, &f.Origin, &f.Serial)
		}
		run("list50", func(int) error {
			var total, sum, fee int64
			if err := d.Reader().QueryRowContext(ctx, `SELECT COUNT(*), SUM(area), SUM(fee) FROM test_flat WHERE project_id = $1 AND archived_at = 0`, projectA).Scan(&total, &sum, &fee); err != nil {
				return err
			}
			found, err := d.Reader().QueryContext(ctx, `SELECT `+columns+` FROM test_flat WHERE project_id = $1 AND archived_at = 0 ORDER BY code, id LIMIT 50`, projectA)
			if err != nil {
				return err
			}
			defer func() { _ = found.Close() }()
			for found.Next() {
				if err := scan(found); err != nil {
					return err
				}
			}
			return found.Err()
		}, func(int) error { _, err := flats.List(ctx, d.Reader(), nil); return err })
		run("list50 as JSON", func(int) error { return nil }, func(int) error { _, err := flats.ListJSON(ctx, d.Reader(), url.Values{}); return err })
		run("get", func(i int) error {
			return scan(d.Reader().QueryRowContext(ctx, `SELECT `+columns+` FROM test_flat WHERE id = $1 AND project_id = $2`, rows[i%5000].ID, projectA))
		}, func(i int) error { _, err := flats.Get(ctx, d.Reader(), rows[i%5000].ID); return err })
		run("create", func(i int) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, `INSERT INTO test_flat (`+columns+`, tags, extra) VALUES ($1,$2,1,0,$3,$3,0,$4,$5,1,'home',NULL,0,'','','',0,'','','','')`,
					tx.NewID(), projectA, tx.Now(), fmt.Sprint("raw", tx.NewID()), home)
				return err
			})
		}, func(i int) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				return flats.Create(ctx, tx, &flat{Row: register.Row{ProjectID: projectA}, Code: fmt.Sprint("own", tx.NewID()), BlockID: home, Area: 1, Use: "home"})
			})
		})
		run("import 64", func(i int) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				for range 64 {
					if _, err := tx.ExecContext(ctx, `INSERT INTO test_flat (`+columns+`, tags, extra) VALUES ($1,$2,1,0,$3,$3,0,$4,$5,1,'home',NULL,0,'','','',0,'','','','')`,
						tx.NewID(), projectA, tx.Now(), fmt.Sprint("raw", tx.NewID()), home); err != nil {
						return err
					}
				}
				return nil
			})
		}, func(i int) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				many := make([]*flat, 64)
				for n := range many {
					many[n] = &flat{Row: register.Row{ProjectID: projectA}, Code: fmt.Sprint("own", tx.NewID()), BlockID: home, Area: 1, Use: "home"}
				}
				return flats.CreateAll(ctx, tx, 6, many)
			})
		})
	}
}
