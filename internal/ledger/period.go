package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
)

// States of an accounting month.
const (
	Open   = "open"
	Closed = "closed"
)

// takeNumber gives the month's next voucher number, without gaps, and so makes sure that it is open.
// A month later than all others opens by itself, up to the month after the present one.
func takeNumber(ctx context.Context, tx *db.Tx, period calendar.Period) (int64, error) {
	serial, err := nextSerial(ctx, tx, period)
	if !errors.Is(err, db.ErrNotFound) {
		return serial, err
	}
	var closed, known, last int64
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(CASE WHEN period = $1 AND state <> 'open' THEN 1 END),
		COUNT(CASE WHEN period = $1 THEN 1 END), COALESCE(MAX(period), 0) FROM ledger_period`,
		int64(period)).Scan(&closed, &known, &last); err != nil {
		return 0, err
	}
	switch {
	case closed > 0:
		return 0, ErrClosed
	case known > 0: // somebody has opened it since; below its number is taken
	case int64(period) < last || period > calendar.DateOf(tx.Now()).Period().Add(1):
		return 0, ErrNotOpen
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO ledger_period (period, state, last_no, closed_at, closed_by)
		VALUES ($1, 'open', 0, 0, 0) ON CONFLICT (period) DO NOTHING`, int64(period)); err != nil {
		return 0, err
	}
	serial, err = nextSerial(ctx, tx, period)
	if errors.Is(err, db.ErrNotFound) {
		return 0, ErrClosed
	}
	return serial, err
}

func nextSerial(ctx context.Context, tx *db.Tx, period calendar.Period) (serial int64, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE ledger_period SET last_no = last_no + 1 WHERE period = $1 AND state = 'open'
		RETURNING last_no`, int64(period)).Scan(&serial)
	return serial, err
}

// ClosePeriod closes a month: nothing can be posted to it any more, and what each account came to is
// kept for Verify. Earlier months must be closed first. The checks that a company makes before closing
// (finance handbook 6) are the caller's.
func ClosePeriod(ctx context.Context, tx *db.Tx, period calendar.Period) error {
	var earlier int64
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_period WHERE period < $1 AND state = 'open'`,
		int64(period)).Scan(&earlier); err != nil {
		return err
	}
	if earlier > 0 {
		return fmt.Errorf("%w: an earlier month is still open", ErrNotOpen)
	}
	err := db.ExecOne(ctx, tx, `UPDATE ledger_period SET state = 'closed', closed_at = $1, closed_by = $2
		WHERE period = $3 AND state = 'open'`, tx.Now(), access.From(ctx).AccountID, int64(period))
	if errors.Is(err, db.ErrStale) {
		return ErrClosed
	}
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO ledger_close (period, account, debit, credit)
		SELECT period, account, CAST(SUM(debit) AS BIGINT), CAST(SUM(credit) AS BIGINT) FROM ledger_entry
		WHERE period = $1 GROUP BY period, account`, int64(period))
	return err
}
