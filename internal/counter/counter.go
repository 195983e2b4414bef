// Package counter gives numbers that are never given twice: case numbers,
// receipt numbers, voucher numbers.
//
//	no, err := counter.Number(ctx, tx, "TS", "JLHY", tx.Now()) // TS-JLHY-20261123-0007
//
// A number is taken in the caller's transaction: if that is undone the number was
// never given, so the row of numbers has no gaps either. It must never be used for
// ids, which need no order and must not wait for each other.
package counter

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lifang/lifang/internal/db"
)

// Next returns 1, 2, 3 … for one key. Two transactions that take from the same
// key at the same time wait for each other, so take the number late.
func Next(ctx context.Context, tx *db.Tx, key string) (int64, error) {
	var n int64
	err := tx.QueryRowContext(ctx, `INSERT INTO counter (name, value) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value`, key).Scan(&n)
	return n, err
}

// civil is the zone of the day in a number.
var civil = time.FixedZone("Asia/Shanghai", 8*60*60)

// Number returns the next number that people see: prefix, project code and the
// day of at (unix ms) in China, then a serial that starts at 1 each day and grows
// past four digits where it must. Project may be empty for company matters.
// Source: residents.md.
func Number(ctx context.Context, tx *db.Tx, prefix, project string, at int64) (string, error) {
	day := time.UnixMilli(at).In(civil).Format("20060102")
	series := strings.Join([]string{prefix, project, day}, "-")
	if project == "" {
		series = prefix + "-" + day
	}
	n, err := Next(ctx, tx, series)
	if err != nil {
		return "", fmt.Errorf("number %s: %w", series, err)
	}
	return fmt.Sprintf("%s-%04d", series, n), nil
}
