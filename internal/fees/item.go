package fees

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// Calculation types of fee items (F-2.1) that behave differently here.
const penaltyItem = "penalty"

// Natures of fee items (F-2.2).
const own = "own"

// The columns of fee-items.csv that hold whole numbers: priority to prepay.
const firstNumber, lastNumber = 8, 11

// Install creates the fee items of finance/fee-items.csv that are not there yet.
func (f *Fees) Install(ctx context.Context, tx *db.Tx, files fs.FS) error {
	const name = "finance/fee-items.csv"
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, r := range rows[1:] {
		values := []any{tx.NewID(), tx.Now()}
		for column, text := range r {
			if column < firstNumber || column > lastNumber {
				values = append(values, text)
				continue
			}
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", name, r[0], err)
			}
			values = append(values, n)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO fee_item (id, project_id, version, archived_at, created_at, updated_at, batch_id,
			code, name_zh, name_en, calc_type, nature, supply, receivable_account, income_account, priority, due_days,
			late_fee_allowed, offset_by_prepay, invoice_name)
			VALUES ($1, 0, 1, 0, $2, $2, 0, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (code) DO NOTHING`,
			values...); err != nil {
			return fmt.Errorf("%s: %s: %w", name, r[0], err)
		}
	}
	return nil
}

// item is a fee item as charging needs it.
type item struct {
	id                         db.ID
	zh, calcType, nature       string
	supply, receivable, income string
	priority, dueDays          int64
}

func itemByCode(ctx context.Context, q db.Queryer, code string) (item, error) {
	var i item
	err := q.QueryRowContext(ctx, `SELECT id, name_zh, calc_type, nature, supply, receivable_account, income_account, priority, due_days
		FROM fee_item WHERE code = $1 AND archived_at = 0`, code).
		Scan(&i.id, &i.zh, &i.calcType, &i.nature, &i.supply, &i.receivable, &i.income, &i.priority, &i.dueDays)
	if errors.Is(err, db.ErrNotFound) {
		return i, problem.Invalid().At("/item", "没有收费项目 "+code+"，请先在收费项目中建立", "There is no fee item "+code+"; create it first")
	}
	return i, err
}
