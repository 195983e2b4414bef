package api

import (
	"bytes"
	"context"
	"net/http"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/paper"
)

// CashierDesk is what the operations of the cashier desk need.
type CashierDesk struct {
	DB    *db.DB
	Fees  *fees.Fees
	Press *paper.Press
	// Rooms are the rooms a resident belongs to, for their own receipts.
	Rooms func(ctx context.Context, who *access.Principal) ([]db.ID, error)
	// Company is its name on papers.
	Company func(ctx context.Context) (string, error)
}

// Cashier is the desk: find a household, see what it owes, receive, print, reverse.
func Cashier(desk CashierDesk) Module {
	return func(s *Server) {
		Add(s, Op{Method: "GET", Path: "/api/cashier/find", Permission: fees.Collect, Zh: "查找住户", En: "Find a household", Tag: "cashier"}, desk.find)
		Add(s, Op{Method: "GET", Path: "/api/cashier/rooms/{id}", Permission: fees.Collect, Zh: "房屋欠费", En: "What a room owes", Tag: "cashier"}, desk.account)
		Add(s, Op{Method: "GET", Path: "/api/cashier/rooms/{id}/notice", Permission: fees.ReadBills, Produces: "text/html",
			Zh: "打印缴费通知单", En: "Print a payment notice", Tag: "cashier"}, desk.notice)
		Add(s, Op{Method: "POST", Path: "/api/cashier/receipts", Permission: fees.Collect, Zh: "收款", En: "Receive a payment", Tag: "cashier"}, desk.receive)
		Add(s, Op{Method: "GET", Path: "/api/receipts/{id}/print", Permission: fees.ReadReceipts, Residents: true, Produces: "text/html",
			Zh: "打印收据", En: "Print a receipt", Tag: "cashier"}, desk.print)
		Add(s, Op{Method: "POST", Path: "/api/receipts/{id}/reverse", Permission: fees.ReverseReceipt, Zh: "冲销收据", En: "Reverse a receipt", Tag: "cashier"}, desk.reverse)
	}
}

type findHouseholdIn struct {
	Q     string `query:"q" maxLength:"60" doc:"room, name, phone or plate, or a part of one"`
	Limit int64  `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

type foundHouseholds struct {
	Items []fees.Found `json:"items"`
}

func (d CashierDesk) find(ctx context.Context, in *findHouseholdIn) (*foundHouseholds, error) {
	if in.Limit == 0 {
		in.Limit = 10
	}
	found, err := d.Fees.Find(ctx, d.DB.Reader(), in.Q, int(in.Limit))
	return &foundHouseholds{Items: found}, err
}

type roomIn struct {
	ID db.ID `path:"id"`
}

func (d CashierDesk) account(ctx context.Context, in *roomIn) (*fees.Account, error) {
	account, err := d.Fees.Account(ctx, d.DB.Reader(), in.ID, d.DB.Now())
	return &account, err
}

func (d CashierDesk) notice(ctx context.Context, in *roomIn) (*page, error) {
	company, err := d.Company(ctx)
	if err != nil {
		return nil, err
	}
	data, err := d.Fees.NoticePaper(ctx, d.DB.Reader(), in.ID, company, d.DB.Now())
	if err != nil {
		return nil, err
	}
	if err := d.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{Action: "print", Object: "rooms", ObjectID: in.ID, ProjectID: data.Account.ProjectID, Note: "payment-notice"})
	}); err != nil {
		return nil, err
	}
	return printed(ctx, d.Press, "payment-notice", data)
}

type receiveIn struct {
	Body struct {
		Command string     `json:"command" minLength:"8" maxLength:"80" doc:"id of this command, made by the client; repeating it gives the first receipt"`
		RoomID  db.ID      `json:"room_id"`
		Lines   []fees.Pay `json:"lines,omitempty" maxItems:"200" doc:"charges to pay; without, the amount is put on the open charges, oldest first"`
		Amount  money.Fen  `json:"amount,omitempty" minimum:"0" doc:"fen; needed without lines"`
		Method  string     `json:"method" enum:"cash,wechat,alipay,card,transfer"`
		// Tendered is needed only when change is given back.
		Tendered money.Fen `json:"tendered,omitempty" minimum:"0" doc:"fen handed over; 0 means exactly the amount"`
		Payer    string    `json:"payer,omitempty" maxLength:"60" doc:"who pays; empty means the owner"`
	}
}

func (d CashierDesk) receive(ctx context.Context, in *receiveIn) (*fees.Receipt, error) {
	b := in.Body
	receipt, err := d.Fees.Take(ctx, d.DB, fees.NewReceipt{Command: b.Command, RoomID: b.RoomID, Lines: b.Lines, Amount: b.Amount,
		Method: b.Method, Tendered: b.Tendered, Payer: b.Payer})
	return &receipt, err
}

type receiptIn struct {
	ID db.ID `path:"id"`
}

// print gives the paper; every print is counted and recorded.
func (d CashierDesk) print(ctx context.Context, in *receiptIn) (*page, error) {
	var mine []db.ID
	if who := access.From(ctx); who.Kind == access.Resident {
		var err error
		if mine, err = d.Rooms(ctx, who); err != nil {
			return nil, err
		}
	}
	receipt, err := d.Fees.Receipt(ctx, d.DB.Reader(), in.ID, mine...)
	if err != nil {
		return nil, err
	}
	company, err := d.Company(ctx)
	if err != nil {
		return nil, err
	}
	var times int64
	if err := d.DB.Write(ctx, func(tx *db.Tx) (err error) { times, err = d.Fees.Printed(ctx, tx, receipt); return err }); err != nil {
		return nil, err
	}
	data, err := d.Fees.ReceiptPaper(ctx, d.DB.Reader(), receipt, company, times)
	if err != nil {
		return nil, err
	}
	return printed(ctx, d.Press, "receipt", data)
}

type reverseIn struct {
	ID   db.ID `path:"id"`
	Body struct {
		Command string `json:"command" minLength:"8" maxLength:"80" doc:"id of this command, made by the client"`
		Reason  string `json:"reason" minLength:"2" maxLength:"200"`
	}
}

func (d CashierDesk) reverse(ctx context.Context, in *reverseIn) (*fees.Receipt, error) {
	var negative fees.Receipt
	run := func() error {
		return d.DB.Write(ctx, func(tx *db.Tx) (err error) {
			negative, err = d.Fees.ReverseReceipt(ctx, tx, in.ID, in.Body.Command, in.Body.Reason)
			return err
		})
	}
	err := run()
	if db.IsUnique(err) { // the command arrived twice at once
		err = run()
	}
	return &negative, err
}

// page is a paper on its way to the printer.
type page struct{ html []byte }

// Respond writes the page.
func (p *page) Respond(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(p.html) // the client may have gone
	return nil
}

// printed makes a paper in the caller's language.
func printed(ctx context.Context, press *paper.Press, name string, data any) (*page, error) {
	var html bytes.Buffer
	if err := press.Print(&html, name, access.From(ctx).Lang, data); err != nil {
		return nil, err
	}
	return &page{html.Bytes()}, nil
}
