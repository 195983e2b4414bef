package fees

import (
	"context"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// FeeItem is what is charged for (F-2.2). Its accounts are fixed once: charges of the item stand in them.
type FeeItem struct {
	register.Row
	Code              string `zh:"项目编码" en:"Code" lf:"required,unique,search,max=40,once" pattern:"[A-Z0-9_]+"`
	NameZh            string `zh:"收费项目" en:"Chinese name" lf:"required,primary,search,max=60"`
	NameEn            string `zh:"英文名称" en:"Name" lf:"required,search,max=80"`
	CalcType          string `zh:"计费方式" en:"Charged by" opts:"area=面积/Area|flat=定额/Flat|metered=表计/Meter|shared=公摊/Shared|park_month=车位月租/Monthly parking|park_temp=临停/Temporary parking|heat=采暖/Heating|oneoff=一次性/One-off|deposit=押金/Deposit|penalty=违约金/Penalty" lf:"required,filter=in,once"`
	Nature            string `zh:"性质" en:"Nature" opts:"own=自有收入/Own income/ok|pass_through=代收代付/Collected for others/info|common=业主共有/Owners' common income/info|deposit=押金/Deposit/warn" lf:"required,filter=in,default=own,once"`
	Supply            string `zh:"计税类别" en:"Taxed as" opts:"service=物业与生活服务/Services|lease=租赁与停车/Leasing and parking|heat=供暖与自来水/Heating and water|goods=供电与货物/Electricity and goods|build=修缮与装饰/Building work" lf:"required,filter=in"`
	ReceivableAccount string `zh:"应收科目" en:"Receivable account" lf:"required,max=12,once" pattern:"1122[0-9]{2}"`
	IncomeAccount     string `zh:"收入科目" en:"Income account" lf:"required,max=12,once" pattern:"(5001|5051|5301)[0-9]{2}"`
	Priority          int64  `zh:"冲抵顺序" en:"Payment order" lf:"required,sort,min=1,max=999,default=50" help:"数字小的先收" help_en:"Smaller numbers are paid first"`
	DueDays           int64  `zh:"付款天数" en:"Days to pay" lf:"min=0,max=365,default=7"`
	LateFeeAllowed    bool   `zh:"可收违约金" en:"Late fee"`
	OffsetByPrepay    bool   `zh:"可用预存抵扣" en:"Paid from prepayment"`
	InvoiceName       string `zh:"开票名称" en:"Name on invoices" lf:"max=60"`
}

// FeeItems of the company.
var FeeItems = register.New(register.Def[FeeItem]{
	Name: "fee-items", Table: "fee_item", Zh: "收费项目", En: "Fee items", Permission: "fin.fee_item",
	Scope: register.Company, Sort: "priority", Check: checkItem,
})

// checkItem wants accounts that exist, are in use and fit the way the item is posted.
func checkItem(ctx context.Context, q db.Queryer, _, item *FeeItem) error {
	p := problem.Invalid()
	for pointer, code := range map[string]string{"/receivable_account": item.ReceivableAccount, "/income_account": item.IncomeAccount} {
		var usable int64
		if err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_account WHERE code = $1 AND leaf = 1 AND enabled = 1`, code).Scan(&usable); err != nil {
			return err
		}
		if usable == 0 {
			p = p.At(pointer, "没有启用的末级科目 "+code, "There is no leaf account "+code+" in use")
		}
	}
	if penalty := item.CalcType == penaltyItem; penalty != strings.HasPrefix(item.IncomeAccount, "5301") || penalty && item.ReceivableAccount != "112207" {
		p = p.At("/income_account", "违约金使用 112207 和 530102，其他项目使用收入科目", "Penalties use 112207 and 530102, other items a revenue account")
	}
	return p.OrNil()
}

// ChargeRow is a charge line as the register shows it. See Charge.
type ChargeRow struct {
	register.Row
	No             string        `zh:"应收单号" en:"Charge no." lf:"primary,search,sort,width=190"`
	RoomID         db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"filter=in"`
	PayerID        db.ID         `zh:"付款人" en:"Payer" ref:"customers" lf:"filter=in"`
	ItemID         db.ID         `zh:"收费项目" en:"Fee item" ref:"fee-items" lf:"filter=in"`
	Month          string        `zh:"费用所属月" en:"Charge month" lf:"filter=in,sort"`
	Amount         money.Fen     `zh:"应收" en:"Amount" lf:"format=money,sum,filter=range"`
	Credited       money.Fen     `zh:"减免冲销" en:"Credited" lf:"format=money,sum"`
	Paid           money.Fen     `zh:"已收" en:"Paid" lf:"format=money,sum"`
	Owed           money.Fen     `zh:"欠费" en:"Owed" lf:"format=money,sum,filter=range"`
	DueOn          calendar.Date `zh:"到期日" en:"Due on" lf:"filter=range"`
	EffectiveDueOn calendar.Date `zh:"实际到期日" en:"Due on a working day" lf:"hidden"`
	Priority       int64         `zh:"冲抵顺序" en:"Payment order" lf:"hidden"`
	Status         string        `zh:"状态" en:"Status" opts:"open=未收/Open/warn|part_paid=部分收/Part paid/info|paid=已收/Paid/ok|reversed=已冲销/Reversed" lf:"filter=in"`
	Explanation    Explanation   `zh:"计算说明" en:"Explanation" lf:"json,hidden"`
	SourceCaseID   db.ID         `zh:"来源流程" en:"Source case" lf:"hidden"`
	SourceKey      string        `zh:"来源标识" en:"Source key" lf:"hidden"`
	VoucherID      db.ID         `zh:"记账凭证" en:"Voucher" ref:"vouchers"`
	ReversesID     db.ID         `zh:"冲销的费用" en:"Reverses" ref:"charges"`
	Reason         string        `zh:"冲销原因" en:"Reason"`
	BindingID      db.ID         `zh:"收费绑定" en:"Fee binding" ref:"fee-bindings" lf:"hidden"`
}

// Charges of all projects.
var Charges = register.New(register.Def[ChargeRow]{
	Name: "charges", Table: "charge", Zh: "应收明细", En: "Charges", Permission: "fin.bill", Sort: "-no", ReadOnly: true,
	Views: []register.View{
		{Key: "owed", Zh: "欠费", En: "Owed", Query: "status=open,part_paid"},
		{Key: "paid", Zh: "已收", En: "Paid", Query: "status=paid"},
	},
})

// ReceiptRow is a receipt as the register shows it. See Receipt.
type ReceiptRow struct {
	register.Row
	No           string        `zh:"收据号" en:"Receipt no." lf:"primary,search,sort,width=190"`
	RoomID       db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"filter=in"`
	Room         string        `zh:"房屋名称" en:"Room as printed" lf:"hidden"`
	Payer        string        `zh:"付款人" en:"Payer" lf:"search,masked,format=name"`
	Amount       money.Fen     `zh:"金额" en:"Amount" lf:"format=money,sum,filter=range"`
	Tendered     money.Fen     `zh:"实收" en:"Handed over" lf:"format=money,hidden"`
	Returned     money.Fen     `zh:"找零" en:"Change" lf:"format=money,hidden"`
	Method       string        `zh:"收款方式" en:"Paid by" opts:"cash=现金/Cash|wechat=微信/WeChat|alipay=支付宝/Alipay|card=刷卡/Card|transfer=转账/Transfer" lf:"filter=in"`
	TakenOn      calendar.Date `zh:"收款日期" en:"Date" lf:"filter=range"`
	TakenAt      int64         `zh:"收款时间" en:"Time" lf:"format=datetime"`
	CashierID    db.ID         `zh:"收款账号" en:"Cashier's account" lf:"hidden"`
	Cashier      string        `zh:"收款人" en:"Cashier" lf:"search"`
	Status       string        `zh:"状态" en:"Status" opts:"valid=有效/Valid/ok|reversed=已冲销/Reversed/warn|reversal=冲销/Reversal" lf:"filter=in"`
	Command      string        `zh:"操作标识" en:"Command" lf:"hidden"`
	Request      string        `zh:"操作内容" en:"Request" lf:"hidden"`
	VoucherID    db.ID         `zh:"记账凭证" en:"Voucher" ref:"vouchers"`
	ReversesID   db.ID         `zh:"冲销的收据" en:"Reverses" ref:"receipts"`
	ReversedByID db.ID         `zh:"被冲销于" en:"Reversed by" ref:"receipts"`
	Reason       string        `zh:"冲销原因" en:"Reason"`
	Printed      int64         `zh:"打印次数" en:"Printed" lf:"hidden"`
}

// Receipts of all projects.
var Receipts = register.New(register.Def[ReceiptRow]{
	Name: "receipts", Table: "receipt", Zh: "收据", En: "Receipts", Permission: "fin.receipt", Sort: "-no", ReadOnly: true,
	Reveal: "estate.customer_sensitive.read",
	Views: []register.View{
		{Key: "cash", Zh: "现金", En: "Cash", Query: "method=cash"},
		{Key: "reversed", Zh: "冲销", En: "Reversed", Query: "status=reversed,reversal"},
	},
})
