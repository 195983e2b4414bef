package fees

import (
	"context"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
)

// methodNames are the ways to pay as papers name them.
var methodNames = map[string][2]string{
	Cash: {"现金", "Cash"}, WeChat: {"微信支付", "WeChat Pay"}, Alipay: {"支付宝", "Alipay"}, Card: {"刷卡", "Card"}, Transfer: {"银行转账", "Bank transfer"},
}

// ReceiptPaper is what the paper "receipt" shows (F-15.1).
type ReceiptPaper struct {
	Company  string
	Project  string
	Receipt  Receipt
	MethodZh string
	MethodEn string
	Reprint  bool // 补打
}

// ReceiptPaper puts the data of a receipt together; times is which print it is, from Printed.
func (f *Fees) ReceiptPaper(ctx context.Context, q db.Queryer, r Receipt, company string, times int64) (ReceiptPaper, error) {
	home, err := f.estate.Household(ctx, q, r.RoomID)
	if err != nil {
		return ReceiptPaper{}, err
	}
	names := methodNames[r.Method]
	return ReceiptPaper{Company: company, Project: home.Project, Receipt: r, MethodZh: names[0], MethodEn: names[1], Reprint: times > 1}, nil
}

// NoticePaper is what the paper "payment-notice" shows: what a room owes, and why (F-3.3).
type NoticePaper struct {
	Company  string
	Project  string
	Account  Account
	Capitals string
	On       calendar.Date
}

// NoticePaper puts a payment notice together as of now (unix ms). It needs what Account needs.
func (f *Fees) NoticePaper(ctx context.Context, q db.Queryer, room db.ID, company string, now int64) (NoticePaper, error) {
	a, err := f.Account(ctx, q, room, now)
	if err != nil {
		return NoticePaper{}, err
	}
	home, err := f.estate.Household(ctx, q, room)
	return NoticePaper{Company: company, Project: home.Project, Account: a, Capitals: money.Capitals(a.Owed), On: calendar.DateOf(now)}, err
}
