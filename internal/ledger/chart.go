package ledger

import (
	"context"
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
)

// The two kinds of taxpayers for value-added tax (finance handbook 13).
const (
	General = "general"
	Small   = "small"
)

// chartAccount is one account as the rule book lists it, and as entries are checked against.
type chartAccount struct {
	Code, Zh, En, Parent, Category, Side string
	Leaf                                 bool
	Dimensions                           []string // what every entry must name
	StatementLine                        string
	CashKind                             string // not empty: money, entries need a cash-flow line
	Taxpayer                             string // general, small or both
	Enabled                              bool
}

func loadChart(files fs.FS) ([]chartAccount, error) {
	rows, err := table(files, "finance/accounts.csv")
	if err != nil {
		return nil, err
	}
	var chart []chartAccount
	known := map[string]bool{}
	for _, r := range rows {
		a := chartAccount{
			Code: r["code"], Zh: r["zh"], En: r["en"], Parent: r["parent"], Category: r["category"], Side: r["side"],
			Leaf: r["leaf"] == "1", Dimensions: strings.Fields(r["dimensions"]),
			StatementLine: r["balance_sheet_line"] + r["income_line"], CashKind: r["cash_kind"], Taxpayer: r["taxpayer"],
			Enabled: r["enabled"] == "1",
		}
		if known[a.Code] || a.Parent != "" && !known[a.Parent] {
			return nil, fmt.Errorf("finance/accounts.csv: account %q is there twice or before its parent %q", a.Code, a.Parent)
		}
		known[a.Code] = true
		chart = append(chart, a)
	}
	return chart, nil
}

// table reads a CSV file with a heading line into one map per row.
func table(files fs.FS, name string) ([]map[string]string, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(records) < 2 {
		return nil, fmt.Errorf("%s is empty", name)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, heading := range records[0] {
			row[heading] = record[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Install creates the account set with the chart of the rule book, for a general or small-scale taxpayer.
// Accounts that exist stay as they are, so a newer chart only adds.
func (l *Ledger) Install(ctx context.Context, tx *db.Tx, taxpayer string) error {
	if taxpayer != General && taxpayer != Small {
		return fmt.Errorf("taxpayer %q: want %s or %s", taxpayer, General, Small)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO ledger_book (id, standard, taxpayer) VALUES (1, 'small_enterprise', $1)
		ON CONFLICT (id) DO NOTHING`, taxpayer); err != nil {
		return err
	}
	ids := tx.NewIDs(len(l.chart))
	for i, a := range l.chart {
		if _, err := tx.ExecContext(ctx, `INSERT INTO ledger_account (id, project_id, version, archived_at, created_at, updated_at,
			batch_id, code, name_zh, name_en, parent, category, side, leaf, dimensions, statement_line, cash_kind, taxpayer, enabled)
			VALUES ($1, 0, 1, 0, $2, $2, 0, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (code) DO NOTHING`,
			ids[i], tx.Now(), a.Code, a.Zh, a.En, a.Parent, a.Category, a.Side, bit(a.Leaf), strings.Join(a.Dimensions, " "),
			a.StatementLine, a.CashKind, a.Taxpayer, bit(a.Enabled)); err != nil {
			return err
		}
	}
	return nil
}

// Taxpayer returns which kind of taxpayer the company is, or an error when no account set was installed.
func Taxpayer(ctx context.Context, q db.Queryer) (string, error) {
	var kind string
	if err := q.QueryRowContext(ctx, `SELECT taxpayer FROM ledger_book WHERE id = 1`).Scan(&kind); err != nil {
		return "", fmt.Errorf("the account set is not installed: %w", err)
	}
	return kind, nil
}

// accounts reads the named accounts as they are in the books now.
func accounts(ctx context.Context, q db.Queryer, codes []string) (map[string]chartAccount, error) {
	slices.Sort(codes)
	codes = slices.Compact(codes)
	var args []any
	rows, err := q.QueryContext(ctx, `SELECT code, leaf, dimensions, cash_kind, taxpayer, enabled FROM ledger_account WHERE `+
		access.In("code", codes, &args), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	found := map[string]chartAccount{}
	for rows.Next() {
		var a chartAccount
		var leaf, enabled int64
		var dimensions string
		if err := rows.Scan(&a.Code, &leaf, &dimensions, &a.CashKind, &a.Taxpayer, &enabled); err != nil {
			return nil, err
		}
		a.Leaf, a.Enabled, a.Dimensions = leaf == 1, enabled == 1, strings.Fields(dimensions)
		found[a.Code] = a
	}
	return found, rows.Err()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
