package app

import (
	"context"
	"fmt"

	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/ledger"
)

// Finding is what one check of Verify found.
type Finding struct {
	Zh, En string   // what was checked and how much of it
	Faults []string // in English; empty when all is right
}

// Verify recomputes what the house keeps and compares: each case from its events,
// the ledger, what households owe, the audit chain, the files. It reads only.
func (a *App) Verify(ctx context.Context) ([]Finding, error) {
	var found []Finding
	for _, check := range []func(ctx context.Context) (Finding, error){
		a.verifyFlows, a.verifyLedger, a.verifyFees, a.verifyAudit, a.verifyFiles,
	} {
		f, err := check(ctx)
		if err != nil {
			return found, err
		}
		found = append(found, f)
	}
	return found, nil
}

func (a *App) verifyFlows(ctx context.Context) (Finding, error) {
	r, err := a.Flow.Verify(ctx)
	if err != nil {
		return Finding{}, fmt.Errorf("flows: %w", err)
	}
	return Finding{fmt.Sprintf("流程：%d 件、%d 个事件重新计算", r.Cases, r.Events),
		fmt.Sprintf("flows: %d cases folded from %d events", r.Cases, r.Events), r.Wrong}, nil
}

func (a *App) verifyLedger(ctx context.Context) (Finding, error) {
	var r ledger.Report
	err := a.DB.Snapshot(ctx, func(q db.Queryer) (err error) {
		r, err = ledger.Verify(ctx, q)
		return err
	})
	if err != nil {
		return Finding{}, fmt.Errorf("ledger: %w", err)
	}
	return Finding{fmt.Sprintf("账簿：%d 张凭证、%d 条分录，借方 %s，贷方 %s", r.Vouchers, r.Entries, r.Debit, r.Credit),
		fmt.Sprintf("ledger: %d vouchers, %d entries, debit %s, credit %s", r.Vouchers, r.Entries, r.Debit, r.Credit), r.Faults}, nil
}

func (a *App) verifyFees(ctx context.Context) (Finding, error) {
	var r fees.Report
	err := a.DB.Snapshot(ctx, func(q db.Queryer) (err error) {
		r, err = fees.Verify(ctx, q)
		return err
	})
	if err != nil {
		return Finding{}, fmt.Errorf("fees: %w", err)
	}
	return Finding{fmt.Sprintf("收费：%d 笔应收、%d 张收据", r.Charges, r.Receipts),
		fmt.Sprintf("fees: %d charges, %d receipts", r.Charges, r.Receipts), r.Faults}, nil
}

func (a *App) verifyAudit(ctx context.Context) (Finding, error) {
	r, err := audit.Verify(ctx, a.DB.Reader())
	if err != nil {
		return Finding{}, fmt.Errorf("audit trail: %w", err)
	}
	f := Finding{Zh: fmt.Sprintf("审计链：%d 条记录、%d 个封印，待封 %d 条", r.Entries, r.Seals, r.Pending),
		En: fmt.Sprintf("audit trail: %d entries under %d seals, %d waiting", r.Entries, r.Seals, r.Pending)}
	if r.Broken != nil {
		f.Faults = append(f.Faults, fmt.Sprintf("seal %d, entry %s: %s", r.Broken.Seal, r.Broken.Entry, r.Broken.Reason))
	}
	return f, nil
}

func (a *App) verifyFiles(ctx context.Context) (Finding, error) {
	checked, broken, err := a.Files.Verify(ctx)
	if err != nil {
		return Finding{}, fmt.Errorf("files: %w", err)
	}
	f := Finding{Zh: fmt.Sprintf("文件：%d 个内容与指纹相符", checked-len(broken)), En: fmt.Sprintf("files: %d are what was stored", checked-len(broken))}
	for _, b := range broken {
		f.Faults = append(f.Faults, fmt.Sprintf("file %s %s: %v", b.File.ID, b.File.Name, b.Err))
	}
	return f, nil
}
