package ledger

import (
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/register"
)

// Account is an account of the chart. Its life is the rule book's and the accountant's; entries use it by code.
type Account struct {
	register.Row
	Code          string `zh:"科目编码" en:"Code" lf:"required,unique,search,sort,max=12,width=110"`
	NameZh        string `zh:"科目名称" en:"Chinese name" lf:"required,primary,search,max=60,width=240"`
	NameEn        string `zh:"英文名称" en:"Name" lf:"search,max=80"`
	Parent        string `zh:"上级科目" en:"Parent" lf:"filter=in"`
	Category      string `zh:"类别" en:"Category" opts:"asset=资产/Asset/info|liability=负债/Liability/warn|equity=所有者权益/Equity/ok|cost=成本/Cost|profit=损益/Profit and loss" lf:"required,filter=in"`
	Side          string `zh:"余额方向" en:"Balance side" opts:"debit=借/Debit|credit=贷/Credit" lf:"required,filter=in"`
	Leaf          bool   `zh:"末级" en:"Leaf" lf:"filter=in"`
	Dimensions    string `zh:"辅助核算" en:"Dimensions"`
	StatementLine string `zh:"报表行" en:"Statement line"`
	CashKind      string `zh:"资金类型" en:"Kind of money" opts:"cash=现金/Cash|bank=银行/Bank|bank_restricted=专户/Restricted account|other=支付渠道/Channel|other_restricted=保证金/Margin" lf:"filter=in"`
	Taxpayer      string `zh:"纳税人" en:"Taxpayer" opts:"both=通用/Both|general=一般纳税人/General|small=小规模/Small-scale"`
	Enabled       bool   `zh:"启用" en:"In use" lf:"filter=in"`
}

// Accounts of the company.
var Accounts = register.New(register.Def[Account]{
	Name: "accounts", Table: "ledger_account", Zh: "会计科目", En: "Accounts", Permission: "fin.account",
	Scope: register.Company, Sort: "code", ReadOnly: true,
	Views: []register.View{{Key: "leaf", Zh: "末级科目", En: "Leaf accounts", Query: "leaf=true"}},
})

// Voucher is a posted voucher. It never changes; ReversedByID is filled when it is taken back.
type Voucher struct {
	register.Row
	Number       string        `zh:"凭证号" en:"Number" lf:"primary,search,width=150"`
	Period       int64         `zh:"会计期间" en:"Month" lf:"format=month,filter=in" help:"年月，如 202601" help_en:"Year and month, 202601"`
	Serial       int64         `zh:"序号" en:"Serial" lf:"hidden"`
	Date         calendar.Date `zh:"日期" en:"Date" lf:"sort,filter=range"`
	Summary      string        `zh:"摘要" en:"Summary" lf:"search,width=280"`
	Rule         string        `zh:"分录规则" en:"Posting rule" lf:"filter=in"`
	Amount       money.Fen     `zh:"金额" en:"Amount" lf:"format=money,sum,filter=range"`
	SourceKind   string        `zh:"来源" en:"Source" lf:"filter=in"`
	SourceID     db.ID         `zh:"来源单据" en:"Source document" lf:"hidden"`
	SourceKey    string        `zh:"来源标识" en:"Source key" lf:"hidden"`
	ReversesID   db.ID         `zh:"冲销的凭证" en:"Reverses" ref:"vouchers"`
	ReversedByID db.ID         `zh:"被冲销于" en:"Reversed by" ref:"vouchers"`
	MakerID      db.ID         `zh:"制单账号" en:"Maker's account" lf:"hidden"`
	Maker        string        `zh:"制单人" en:"Maker"`
}

// Vouchers of the company, each with the project it concerns.
var Vouchers = register.New(register.Def[Voucher]{
	Name: "vouchers", Table: "voucher", Zh: "记账凭证", En: "Vouchers", Permission: "fin.voucher", Sort: "-date", ReadOnly: true,
})

// Entry is one line of a voucher; exactly one of Debit and Credit is not 0, negative in a red voucher.
type Entry struct {
	register.Row
	VoucherID  db.ID         `zh:"凭证" en:"Voucher" ref:"vouchers" lf:"filter=in"`
	Line       int64         `zh:"行号" en:"Line"`
	Period     int64         `zh:"会计期间" en:"Month" lf:"format=month,filter=in"`
	Date       calendar.Date `zh:"日期" en:"Date" lf:"sort,filter=range"`
	Account    string        `zh:"科目" en:"Account" lf:"primary,filter=in,search"`
	Summary    string        `zh:"摘要" en:"Summary" lf:"search,width=280"`
	Debit      money.Fen     `zh:"借方" en:"Debit" lf:"format=money,sum"`
	Credit     money.Fen     `zh:"贷方" en:"Credit" lf:"format=money,sum"`
	Red        bool          `zh:"红字" en:"Red" lf:"filter=in"`
	CustomerID db.ID         `zh:"客户" en:"Customer" ref:"customers" lf:"filter=in"`
	RoomID     db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"filter=in"`
	FeeItemID  db.ID         `zh:"收费项目" en:"Fee item" ref:"fee-items" lf:"filter=in"`
	EmployeeID db.ID         `zh:"职工" en:"Employee" ref:"employees" lf:"filter=in"`
	VendorID   db.ID         `zh:"供应商" en:"Vendor" lf:"filter=in"`
	Dimensions string        `zh:"其他辅助核算" en:"Other dimensions"`
	CashFlow   string        `zh:"现金流量行" en:"Cash-flow line" lf:"filter=in"`
}

// Entries of all vouchers.
var Entries = register.New(register.Def[Entry]{
	Name: "entries", Table: "ledger_entry", Zh: "会计分录", En: "Entries", Permission: "fin.voucher", Sort: "-date", ReadOnly: true,
})
