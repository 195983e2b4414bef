package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
)

// Post works the document out by its rule and writes the voucher with its entries. It returns the
// voucher's id, the first one's when the same Key was posted before.
//
// Errors: ErrRule, ErrUnbalanced, ErrAccount (unknown, heading, disabled, other taxpayer), ErrDimension,
// ErrClosed, ErrNotOpen, ErrKeyReused. Call it late in a transaction: it takes the month's next number,
// and on PostgreSQL others wait for that number until the commit.
func (l *Ledger) Post(ctx context.Context, tx *db.Tx, doc Document) (db.ID, error) {
	taxpayer, err := Taxpayer(ctx, tx)
	if err != nil {
		return 0, err
	}
	lines, err := l.Lines(doc, taxpayer)
	if err != nil {
		return 0, err
	}
	return write(ctx, tx, header{doc: doc, taxpayer: taxpayer, closing: l.rules[doc.Rule].Closing}, lines)
}

// PostOpening writes the opening balances of an account set, or of a part of it: the only voucher whose
// lines are not worked out by a rule. Date it on the last day before the first month.
func (l *Ledger) PostOpening(ctx context.Context, tx *db.Tx, doc Document, lines []Line) (db.ID, error) {
	taxpayer, err := Taxpayer(ctx, tx)
	if err != nil {
		return 0, err
	}
	doc.Rule = "opening"
	if err := balanced(lines); err != nil {
		return 0, err
	}
	return write(ctx, tx, header{doc: doc, taxpayer: taxpayer, opening: true}, lines)
}

// header is the voucher without its lines.
type header struct {
	doc      Document
	taxpayer string
	opening  bool
	closing  bool // carries whole accounts over, without what single entries concern
	reverses db.ID
	red      bool
}

func write(ctx context.Context, tx *db.Tx, h header, lines []Line) (db.ID, error) {
	var total money.Fen
	for _, line := range lines {
		total += line.Debit
	}
	if h.doc.Key != "" {
		var id db.ID
		var amount money.Fen
		var rule string
		err := tx.QueryRowContext(ctx, `SELECT id, amount, rule FROM voucher WHERE source_key = $1`, h.doc.Key).Scan(&id, &amount, &rule)
		if err == nil && (amount != total || rule != h.doc.Rule) {
			return 0, fmt.Errorf("%w: %s", ErrKeyReused, h.doc.Key)
		}
		if !errors.Is(err, db.ErrNotFound) {
			return id, err
		}
	}
	if err := check(ctx, tx, h, lines); err != nil {
		return 0, err
	}
	period := h.doc.Date.Period()
	serial, err := takeNumber(ctx, tx, period)
	if err != nil {
		return 0, err
	}
	who := access.From(ctx)
	ids := tx.NewIDs(len(lines) + 1)
	voucher := ids[0]
	if _, err := tx.ExecContext(ctx, `INSERT INTO voucher (id, project_id, version, archived_at, created_at, updated_at, batch_id,
		number, period, serial, date, summary, rule, amount, source_kind, source_id, source_key, reverses_id, reversed_by_id, maker_id, maker)
		VALUES ($1, $2, 1, 0, $3, $3, 0, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, $15, $16)`,
		voucher, h.doc.Dims.Project, tx.Now(), fmt.Sprintf("记-%s-%04d", period, serial), int64(period), serial, string(h.doc.Date),
		h.doc.Summary, h.doc.Rule, total, h.doc.SourceKind, h.doc.SourceID, h.doc.Key, h.reverses, who.AccountID, who.Name); err != nil {
		return 0, err
	}
	return voucher, insertEntries(ctx, tx, voucher, h, ids[1:], lines)
}

func insertEntries(ctx context.Context, tx *db.Tx, voucher db.ID, h header, ids []db.ID, lines []Line) error {
	const columns = 23
	for start := 0; start < len(lines); start += 30 { // few distinct statements, few parameters
		chunk := lines[start:min(start+30, len(lines))]
		var sql strings.Builder
		sql.WriteString(`INSERT INTO ledger_entry (id, project_id, version, archived_at, created_at, updated_at, batch_id, voucher_id, line,
			period, date, account, summary, debit, credit, red, customer_id, room_id, fee_item_id, employee_id, vendor_id, dimensions, cash_flow) VALUES `)
		args := make([]any, 0, len(chunk)*columns)
		for i, line := range chunk {
			other, err := line.Dims.text()
			if err != nil {
				return err
			}
			debit, credit := line.Debit, line.Credit
			if h.red {
				debit, credit = -debit, -credit
			}
			args = append(args, ids[start+i], line.Dims.Project, 1, 0, tx.Now(), tx.Now(), 0, voucher, start+i+1,
				int64(h.doc.Date.Period()), string(h.doc.Date), line.Account, h.doc.Summary, debit, credit, bit(h.red),
				line.Dims.Customer, line.Dims.Room, line.Dims.FeeItem, line.Dims.Employee, line.Dims.Vendor, other, line.CashFlow)
			if i > 0 {
				sql.WriteByte(',')
			}
			for c := range columns {
				sql.WriteString([]string{",", "("}[bit(c == 0)] + "$" + strconv.Itoa(i*columns+c+1))
			}
			sql.WriteByte(')')
		}
		if _, err := tx.ExecContext(ctx, sql.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

// check compares the lines with the accounts as they are now.
func check(ctx context.Context, tx *db.Tx, h header, lines []Line) error {
	var codes []string
	for _, line := range lines {
		codes = append(codes, line.Account)
	}
	found, err := accounts(ctx, tx, codes)
	if err != nil {
		return err
	}
	var internal money.Fen // transfers between own accounts must come to nothing
	for n, line := range lines {
		a, known := found[line.Account]
		if a.CashKind == "" {
			lines[n].CashFlow = "" // the place may hold money or, say, a payable
		}
		switch {
		case !known:
			return fmt.Errorf("%w: there is no account %s", ErrAccount, line.Account)
		case !a.Leaf:
			return fmt.Errorf("%w: %s is a heading", ErrAccount, line.Account)
		case h.reverses != 0:
			continue // what could be posted can be taken back, whatever the account has become
		case !a.Enabled:
			return fmt.Errorf("%w: %s is disabled", ErrAccount, line.Account)
		case a.Taxpayer != "both" && a.Taxpayer != h.taxpayer:
			return fmt.Errorf("%w: %s is not for a %s taxpayer", ErrAccount, line.Account, h.taxpayer)
		case (a.CashKind != "" && line.CashFlow == "") && !h.opening:
			return fmt.Errorf("%w: money account %s without a cash-flow line", ErrDimension, line.Account)
		case h.closing:
			continue
		}
		i := slices.IndexFunc(a.Dimensions, func(d string) bool { return !line.Dims.names(d) })
		if i >= 0 {
			return fmt.Errorf("%w: account %s needs %s", ErrDimension, line.Account, a.Dimensions[i])
		}
		if line.CashFlow == "INT" {
			internal += line.Debit - line.Credit
		}
	}
	if internal != 0 {
		return fmt.Errorf("%w: transfers between own accounts differ by %d fen", ErrUnbalanced, internal)
	}
	return nil
}

// Reverse writes the red voucher that takes a voucher back: the same lines, negative, linked to it. It is
// dated on, which must lie in an open month; the original stays as it is (finance handbook 4, fees F-1.3).
// It returns ErrReversed when that was done before, db.ErrNotFound for no such voucher.
func (l *Ledger) Reverse(ctx context.Context, tx *db.Tx, voucher db.ID, on calendar.Date, reason string) (db.ID, error) {
	var doc Document
	var reverses, reversedBy db.ID
	var number string
	err := tx.QueryRowContext(ctx, `SELECT number, rule, project_id, source_kind, source_id, reverses_id, reversed_by_id
		FROM voucher WHERE id = $1`, voucher).Scan(&number, &doc.Rule, &doc.Dims.Project, &doc.SourceKind, &doc.SourceID, &reverses, &reversedBy)
	switch {
	case err != nil:
		return 0, err
	case reversedBy != 0 || reverses != 0:
		return 0, ErrReversed
	}
	lines, err := storedLines(ctx, tx, voucher)
	if err != nil {
		return 0, err
	}
	doc.Date, doc.Summary = on, "冲销 "+number+" "+reason
	red, err := write(ctx, tx, header{doc: doc, reverses: voucher, red: true}, lines)
	if err != nil {
		return 0, err
	}
	err = db.ExecOne(ctx, tx, `UPDATE voucher SET reversed_by_id = $1, version = version + 1, updated_at = $2
		WHERE id = $3 AND reversed_by_id = 0`, red, tx.Now(), voucher)
	if errors.Is(err, db.ErrStale) {
		return 0, ErrReversed
	}
	return red, err
}
