package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/internal/paper"
	"github.com/lifang/lifang/internal/register"
	"github.com/lifang/lifang/rulebook"
)

// till is a server with the cashier desk over one room that owes 191.50.
type till struct {
	*bench
	d      *db.DB
	room   db.ID
	charge fees.Charge
}

func newTill(t *testing.T, d *db.DB) *till {
	t.Helper()
	books, err := ledger.Load(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	workdays, err := calendar.LoadWorkdays(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	press, err := paper.Load(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	desk := fees.New(books, workdays, fees.Homes{})
	system := access.With(context.Background(), access.System("test"))
	w := &till{bench: &bench{}, d: d}
	project := estate.Project{Code: "JLHY", Name: "锦澜花园", Region: "山东青岛", Type: "home", ServiceStage: "regular"}
	err = d.Write(system, func(tx *db.Tx) error {
		if err := books.Install(system, tx, ledger.General); err != nil {
			return err
		}
		if err := desk.Install(system, tx, rulebook.Files); err != nil {
			return err
		}
		project.ID = 0
		if err := estate.Projects.Create(system, tx, &project); err != nil {
			return err
		}
		in := register.Row{ProjectID: project.ID}
		building := estate.Building{Row: in, Code: "1"}
		if err := estate.Buildings.Create(system, tx, &building); err != nil {
			return err
		}
		unit := estate.Unit{Row: in, BuildingID: building.ID, Code: "2"}
		if err := estate.Units.Create(system, tx, &unit); err != nil {
			return err
		}
		room := estate.Room{Row: in, BuildingID: building.ID, UnitID: unit.ID, RoomNo: "1802", Usage: "home", Status: "self",
			DeliveredOn: "2020-01-01", BuildArea: 9456, InnerArea: 8000, AreaSource: "registry", HeatType: "none"}
		if err := estate.Rooms.Create(system, tx, &room); err != nil {
			return err
		}
		owner := estate.Customer{Row: in, Name: "张三", Phone: "13800000001", Kind: "person", PhoneState: "unverified"}
		if err := estate.Customers.Create(system, tx, &owner); err != nil {
			return err
		}
		if err := estate.Ownerships.Create(system, tx, &estate.Ownership{RoomID: room.ID, CustomerID: owner.ID, Share: 1_000_000,
			IsMain: true, ValidFrom: "2020-01-01"}); err != nil {
			return err
		}
		w.room = room.ID
		w.charge, err = desk.AddCharge(system, tx, fees.NewCharge{ProjectID: project.ID, RoomID: room.ID, Item: "PAID_SERVICE", Amount: 19150,
			SourceKey: "case:1", Explanation: fees.Explanation{Zh: "人工 + 材料", En: "Labour + materials", Rule: "F-7.1",
				Steps: []fees.Step{{Zh: "角阀", En: "Valve", Value: "2 × 38.00"}}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	callers := map[string]*access.Principal{
		"cashier":   {AccountID: 1, Kind: access.Staff, Name: "小王", Lang: "zh"},
		"elsewhere": {AccountID: 2, Kind: access.Staff, Name: "外项目", Lang: "zh"},
		"manager":   {AccountID: 3, Kind: access.Staff, Name: "Chen", Lang: "en"},
		"owner":     {AccountID: 4, Kind: access.Resident, Name: "张三", Lang: "zh"},
		"neighbour": {AccountID: 5, Kind: access.Resident, Name: "李四", Lang: "zh"},
	}
	for name, where := range map[string]db.ID{"cashier": project.ID, "elsewhere": 99} {
		for _, permission := range []string{fees.Collect, fees.ReadBills, "estate.room.read"} {
			callers[name].Grant(permission, access.Scope{Projects: []db.ID{where}})
		}
	}
	for _, permission := range []string{fees.ReverseReceipt, fees.CorrectBills} {
		callers["manager"].Grant(permission, access.Scope{All: true})
	}
	s := api.New(api.Config{
		DB: d, Log: slog.New(slog.DiscardHandler), TempDir: t.TempDir(), Rate: -1,
		Caller: func(_ context.Context, token string, _ bool) (*access.Principal, error) { return callers[token], nil },
	}, api.Cashier(api.CashierDesk{
		DB: d, Fees: desk, Press: press, Company: func(context.Context) (string, error) { return "里坊物业", nil },
		Rooms: func(_ context.Context, who *access.Principal) ([]db.ID, error) {
			if who.AccountID == 4 {
				return []db.ID{w.room}, nil
			}
			return nil, nil
		},
	}), api.Charges(api.ChargeDesk{DB: d, Fees: desk}))
	w.Server = httptest.NewServer(s.Handler())
	t.Cleanup(w.Close)
	return w
}

// ask decodes the answer and fails on another status.
func (w *till) ask(t *testing.T, who, method, path, body string, want int, into any) answer {
	t.Helper()
	got := w.do(t, who, method, path, body)
	if got.status != want {
		t.Fatalf("%s %s as %s: %d, want %d: %s", method, path, who, got.status, want, got.body)
	}
	if into != nil {
		if err := json.Unmarshal(got.body, into); err != nil {
			t.Fatalf("%v: %s", err, got.body)
		}
	}
	return got
}

func TestCashierDesk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTill(t, d)
		for _, term := range []string{"1802", "张三", "13800000001"} {
			var found struct{ Items []fees.Found }
			w.ask(t, "cashier", "GET", "/api/cashier/find?q="+term, "", 200, &found)
			if len(found.Items) != 1 || found.Items[0].Owed != 19150 || found.Items[0].Phone != "138****0001" || found.Items[0].Owner != "张三" {
				t.Errorf("%s finds %+v", term, found.Items)
			}
			w.ask(t, "elsewhere", "GET", "/api/cashier/find?q="+term, "", 200, &found)
			if len(found.Items) != 0 {
				t.Errorf("another project's cashier finds %+v", found.Items)
			}
		}
		room := fmt.Sprintf("/api/cashier/rooms/%s", w.room)
		var account fees.Account
		w.ask(t, "cashier", "GET", room, "", 200, &account)
		if account.Owed != 19150 || len(account.Charges) != 1 || account.Charges[0].Explanation.Steps[0].Value != "2 × 38.00" {
			t.Errorf("account %+v", account)
		}
		w.ask(t, "elsewhere", "GET", room, "", 404, nil)
		notice := w.ask(t, "cashier", "GET", room+"/notice", "", 200, nil)
		for _, word := range []string{"缴费通知单", "1号楼2单元1802", "2 × 38.00", "壹佰玖拾壹元伍角"} {
			if !strings.Contains(string(notice.body), word) {
				t.Errorf("%q is not on the notice", word)
			}
		}

		pay := func(command string, amount money.Fen) string {
			return fmt.Sprintf(`{"command":%q,"room_id":"%s","lines":[{"charge_id":"%s","amount":%d}],"method":"cash","tendered":20000}`,
				command, w.room, w.charge.ID, amount)
		}
		tooMuch := w.ask(t, "cashier", "POST", "/api/cashier/receipts", pay("command-0", 19151), 422, nil).problem(t)
		if tooMuch.Code != "over_payment" || tooMuch.Errors[0].Pointer != "/lines/0/amount" {
			t.Errorf("too much: %+v", tooMuch)
		}
		w.ask(t, "manager", "POST", "/api/cashier/receipts", pay("command-1", 19150), 403, nil)
		var receipt, again fees.Receipt
		w.ask(t, "cashier", "POST", "/api/cashier/receipts", pay("command-1", 19150), 200, &receipt)
		w.ask(t, "cashier", "POST", "/api/cashier/receipts", pay("command-1", 19150), 200, &again)
		if receipt.Change != 850 || receipt.AmountCapitals != "壹佰玖拾壹元伍角" || receipt.Cashier != "小王" || again.ID != receipt.ID {
			t.Errorf("receipt %+v, again %s", receipt, again.No)
		}
		late := w.ask(t, "cashier", "POST", "/api/cashier/receipts", pay("command-2", 19150), 409, nil).problem(t)
		if late.Code != "charge_settled" || late.Current["status"] != "paid" {
			t.Errorf("the slower clerk: %+v", late)
		}

		print := "/api/receipts/" + receipt.ID.String() + "/print"
		first := w.ask(t, "owner", "GET", print, "", 200, nil)
		second := w.ask(t, "cashier", "GET", print, "", 200, nil)
		for _, word := range []string{"A5 landscape", receipt.No, "里坊物业 锦澜花园", "壹佰玖拾壹元伍角", "有偿服务费", "8.50", "现金", "收款单位盖章"} {
			if !strings.Contains(string(first.body), word) {
				t.Errorf("%q is not on the receipt", word)
			}
		}
		if strings.Contains(string(first.body), "补打") || !strings.Contains(string(second.body), "补打") {
			t.Error("the reprint mark is wrong")
		}
		if got := first.header.Get("Content-Type"); got != "text/html; charset=utf-8" {
			t.Errorf("printed as %s", got)
		}
		w.ask(t, "neighbour", "GET", print, "", 404, nil)
		w.ask(t, "elsewhere", "GET", print, "", 404, nil)
		var prints int64
		if err := d.Reader().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM audit_entry WHERE action = 'print'`).Scan(&prints); err != nil || prints != 3 {
			t.Errorf("%d prints recorded, %v", prints, err)
		}

		reverse := "/api/receipts/" + receipt.ID.String() + "/reverse"
		w.ask(t, "cashier", "POST", reverse, `{"command":"reverse-1","reason":"收错房号"}`, 403, nil)
		var negative fees.Receipt
		w.ask(t, "manager", "POST", reverse, `{"command":"reverse-1","reason":"收错房号"}`, 200, &negative)
		if negative.Amount != -19150 || negative.Status != "reversal" {
			t.Errorf("reversal %+v", negative)
		}
		if void := w.ask(t, "manager", "GET", print, "", 200, nil); !strings.Contains(string(void.body), "Void") {
			t.Error("a reversed receipt prints as valid")
		}
		charge := "/api/charges/" + w.charge.ID.String()
		var line fees.Charge
		w.ask(t, "manager", "GET", charge+"/explanation", "", 200, &line)
		if line.Owed != 19150 {
			t.Errorf("the charge is not owed again: %+v", line)
		}
		w.ask(t, "manager", "POST", charge+"/reverse", `{"reason":"重复计费"}`, 200, &line)
		w.ask(t, "cashier", "GET", room, "", 200, &account)
		if account.Owed != 0 {
			t.Errorf("still owed: %+v", account)
		}
		if err := d.Snapshot(t.Context(), func(q db.Queryer) error {
			report, err := fees.Verify(t.Context(), q)
			for _, fault := range report.Faults {
				t.Error(fault)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
