package fees_test

import (
	"slices"
	"testing"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/cases"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/fees/settlement"
	"github.com/lifang/lifang/internal/fees/tariff"
	"github.com/lifang/lifang/internal/money"
)

// priorities of the fee items that prepayment cases name (F-11.1).
var priorities = map[string]int64{"PROPERTY_FEE": 10, "WATER": 20, "ELECTRICITY": 20, "HEATING": 20, "SHARED": 25, "PARKING": 30, "PAID_SERVICE": 40}

func prepayOffset(t *testing.T, c *cases.Case) {
	var rows []struct {
		ID, Item, Month string
		Due             calendar.Date
		Fen             money.Fen
	}
	var usable []string
	c.Decode("input/bill_lines", &rows)
	c.Decode("input/usable_items", &usable)
	var open []fees.OpenLine
	for i, r := range rows {
		priority := priorities[r.Item]
		if priority == 0 {
			priority = 90
		}
		open = append(open, fees.OpenLine{ID: db.ID(i + 1), Month: r.Month, Due: r.Due, Priority: priority, Principal: r.Fen})
	}
	applied, left := fees.Offset(money.Fen(c.Int("input/balance_fen")), "9999-12-31", open, func(l fees.OpenLine) bool {
		return slices.Contains(usable, "*") || slices.Contains(usable, rows[l.ID-1].Item)
	})
	type offset struct {
		Line string `yaml:"line"`
		Fen  int64  `yaml:"fen"`
	}
	got := []offset{}
	for _, a := range applied {
		got = append(got, offset{rows[a.ID-1].ID, int64(a.Amount)})
	}
	c.Check("expect/offsets", got)
	c.Check("expect/balance_after_fen", int64(left))
}

func paidMonths(t *testing.T, c *cases.Case, path string) (list []settlement.PaidMonth) {
	var rows []struct {
		Month string
		Fen   money.Fen
	}
	c.Decode(path, &rows)
	for _, r := range rows {
		list = append(list, settlement.PaidMonth{Month: month(t, r.Month), Amount: r.Fen})
	}
	return list
}

func prepayRefund(t *testing.T, c *cases.Case) {
	fee := steady(exactly(t, c.Text("input/quantity")), exactly(t, c.Text("input/price")))
	e := must[settlement.Ended](t)(settlement.Unserved(fee, paidMonths(t, c, "input/paid_lines"), calendar.Date(c.Text("input/terminated_on"))))
	c.Check("expect/consumed_fen", int64(e.Consumed))
	c.Check("expect/refund_fen", int64(e.Refund))
	c.Check("expect/credit_lines", monthFens(e.Credits))
}

func prepayLimit(t *testing.T, c *cases.Case) {
	first := month(t, c.Text("input/first_unpaid_month"))
	n := settlement.PrepayMonths(first, int(c.Int("input/requested_months")), int(c.Int("input/max_months")), calendar.Date(c.TextOr("input/contract_end", "")))
	c.Check("expect/allowed_months", n)
	has(c, "expect/last_month", first.Add(n-1).String())
}

func depositRefund(t *testing.T, c *cases.Case) {
	var rows []struct {
		Reason string
		Fen    money.Fen
		Signed bool
	}
	c.Decode("input/deductions", &rows)
	var deductions []settlement.Deduction
	for _, r := range rows {
		deductions = append(deductions, settlement.Deduction{Reason: r.Reason, Amount: r.Fen, Signed: r.Signed})
	}
	r := must[settlement.DepositReturn](t)(settlement.ReturnDeposit(money.Fen(c.Int("input/deposit_fen")), deductions))
	type charge struct {
		Reason string `yaml:"reason"`
		Fen    int64  `yaml:"fen"`
	}
	charges := []charge{}
	for _, d := range r.Charges {
		charges = append(charges, charge{d.Reason, int64(d.Amount)})
	}
	c.Check("expect/deducted_fen", int64(r.Deducted))
	c.Check("expect/refund_fen", int64(r.Refund))
	has(c, "expect/disputed_fen", int64(r.Disputed))
	has(c, "expect/additional_receivable_fen", int64(r.Additional))
	has(c, "expect/charge_lines", charges)
}

func transferSettlement(t *testing.T, c *cases.Case) {
	var deposits []struct {
		Type string
		Fen  money.Fen
	}
	tr := settlement.Transfer{Fee: steady(exactly(t, c.Text("input/quantity")), exactly(t, c.Text("input/price"))),
		Paid: paidMonths(t, c, "input/paid_by_seller"), On: calendar.Date(c.Text("input/transfer_date")),
		Prepaid: money.Fen(c.IntOr("input/prepay_balance_fen", 0)), Option: settlement.TransferOption(c.Text("input/option"))}
	if c.Has("input/deposits") {
		c.Decode("input/deposits", &deposits)
		for _, d := range deposits {
			tr.Deposits = append(tr.Deposits, d.Fen)
		}
	}
	r := must[settlement.Transferred](t)(tr.Settle())
	has(c, "expect/split_month", map[string]any{"month": r.Split.String(), "seller_fen": int64(r.Seller), "buyer_fen": int64(r.Buyer)})
	has(c, "expect/seller_credit_lines_fen", int64(r.Credits))
	has(c, "expect/seller_refund_fen", int64(r.Refund))
	has(c, "expect/assigned_to_buyer_fen", int64(r.Assigned))
	buyer := []monthFen{}
	for _, l := range r.BuyerLines {
		buyer = append(buyer, monthFen{l.Month.String(), int64(l.Amount)})
	}
	has(c, "expect/buyer_new_lines", buyer)
}

func reversal(t *testing.T, c *cases.Case) {
	var original struct {
		ID, Month string
		Posted    string `yaml:"posted_period"`
		Fen       money.Fen
	}
	c.Decode("input/original", &original)
	entries, net := settlement.Correct(month(t, original.Month), original.Fen, money.Fen(c.Int("input/correct_fen")), month(t, c.Text("input/current_period")))
	type entry struct {
		Type     string `yaml:"type"`
		Reverses string `yaml:"reverses,omitempty"`
		Month    string `yaml:"month"`
		Period   string `yaml:"period"`
		Fen      int64  `yaml:"fen"`
	}
	var got []entry
	for _, e := range entries {
		one := entry{Type: e.Kind, Month: e.Month.String(), Period: e.Period.String(), Fen: int64(e.Amount)}
		if e.Kind == settlement.Reversal {
			one.Reverses = original.ID
		}
		got = append(got, one)
	}
	c.Check("expect/entries", got)
	c.Check("expect/net_fen", int64(net))
	c.Check("expect/original_unchanged", entries[0].Amount == -original.Fen)
}

func partialCredit(t *testing.T, c *cases.Case) {
	var line struct {
		ID        string
		Fen, Paid money.Fen
	}
	line.ID, line.Fen, line.Paid = c.Text("input/line/id"), money.Fen(c.Int("input/line/fen")), money.Fen(c.Int("input/line/paid_fen"))
	l := must[settlement.Lapse](t)(settlement.CreditLine(line.Fen, line.Paid, money.Fen(c.Int("input/credit_fen"))))
	c.Check("expect/entries", []map[string]any{{"type": l.Entry.Kind, "reverses": line.ID, "fen": int64(l.Entry.Amount)}})
	back := map[string]int64{"PREPAYMENT": 0, "REFUND": 0}
	back[c.TextOr("input/refund_choice", "PREPAYMENT")] = int64(l.Returned)
	has(c, "expect/prepayment_fen", back["PREPAYMENT"])
	has(c, "expect/refund_fen", back["REFUND"])
	has(c, "expect/line_net_fen", int64(l.Net))
	has(c, "expect/open_fen", int64(l.StillOpen))
}

func roundingSymmetry(t *testing.T, c *cases.Case) {
	var values []string
	c.Decode("input/values", &values)
	var got []money.Fen
	for _, value := range values {
		got = append(got, must[money.Fen](t)(exactly(t, value).Fen()))
	}
	c.Check("expect/fen", got)
}

func vat(t *testing.T, c *cases.Case) {
	net, tax, err := money.SplitTax(money.Fen(c.Int("input/gross_fen")), exactly(t, c.Text("input/rate")))
	if err != nil {
		t.Fatal(err)
	}
	c.Check("expect/net_fen", int64(net))
	c.Check("expect/tax_fen", int64(tax))
}

func vatDifference(t *testing.T, c *cases.Case) {
	point := calendar.Date(c.Text("input/tax_point"))
	taxable, net, tax, err := settlement.ResoldWater(money.Fen(c.Int("input/received_fen")), money.Fen(c.Int("input/paid_to_supplier_fen")),
		exactly(t, c.Text("input/rate")), point)
	if err != nil {
		t.Fatal(err)
	}
	if c.Has("input/difference_allowed") {
		c.Check("input/difference_allowed", taxable != money.Fen(c.Int("input/received_fen")))
	}
	c.Check("expect/taxable_gross_fen", int64(taxable))
	c.Check("expect/net_fen", int64(net))
	c.Check("expect/tax_fen", int64(tax))
}

func vatInvoice(t *testing.T, c *cases.Case) {
	var lines []struct {
		Name, Rate string
		Fen        money.Fen
	}
	c.Decode("input/lines", &lines)
	type line struct {
		Name string `yaml:"name"`
		Net  int64  `yaml:"net_fen"`
		Tax  int64  `yaml:"tax_fen"`
	}
	var got []line
	var allNet, allTax money.Fen
	for _, l := range lines {
		net, tax, err := money.SplitTax(l.Fen, exactly(t, l.Rate))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, line{l.Name, int64(net), int64(tax)})
		allNet, allTax = allNet+net, allTax+tax
	}
	c.Check("expect/lines", got)
	c.Check("expect/total_net_fen", int64(allNet))
	c.Check("expect/total_tax_fen", int64(allTax))
	has(c, "expect/total_fen", int64(allNet+allTax))
}

func revenueRecognition(t *testing.T, c *cases.Case) {
	var amounts []money.Fen
	for _, p := range paidMonths(t, c, "input/lines") {
		amounts = append(amounts, p.Amount)
	}
	net, tax, err := settlement.Recognise(amounts, exactly(t, c.Text("input/rate")), c.Text("input/invoiced_in_advance") == "true")
	if err != nil {
		t.Fatal(err)
	}
	c.Check("expect/monthly_net_fen", net)
	c.Check("expect/total_net_fen", int64(must[money.Fen](t)(money.Sum(net...))))
	c.Check("expect/total_tax_fen", int64(tax))
}

func seasonRecognition(t *testing.T, c *cases.Case) {
	s := tariff.Season{From: calendar.Date(c.Text("input/season_from")), To: calendar.Date(c.Text("input/season_to"))}
	list, days, amounts, err := s.Spread(money.Fen(c.Int("input/season_fee_fen")))
	if err != nil {
		t.Fatal(err)
	}
	type part struct {
		Month string `yaml:"month"`
		Days  int64  `yaml:"days"`
		Fen   int64  `yaml:"fen"`
	}
	var got []part
	for i := range list {
		got = append(got, part{list[i].String(), days[i], int64(amounts[i])})
	}
	c.Check("expect/months", got)
	c.Check("expect/total_fen", int64(must[money.Fen](t)(money.Sum(amounts...))))
}

func dayClose(t *testing.T, c *cases.Case) {
	d := settlement.Drawer{Opening: money.Fen(c.Int("input/opening_cash_fen")), Banked: money.Fen(c.Int("input/banked_cash_fen")),
		Counted: money.Fen(c.Int("input/counted_cash_fen"))}
	c.Decode("input/receipts", &d.Receipts)
	c.Decode("input/refunds", &d.Refunds)
	got := must[settlement.Closing](t)(d.Close())
	c.Check("expect/expected_cash_fen", int64(got.Expected))
	c.Check("expect/difference_fen", int64(got.Difference))
	c.Check("expect/shift_total_in_fen", int64(got.In))
	c.Check("expect/shift_total_out_fen", int64(got.Out))
	c.Check("expect/status", got.Status)
}

func reconcile(t *testing.T, c *cases.Case) {
	var system, channel []struct {
		No     string `yaml:"trade_no"`
		Fen    money.Fen
		Status string
	}
	c.Decode("input/system", &system)
	c.Decode("input/channel", &channel)
	var ours, theirs []settlement.Trade
	var success, all money.Fen
	for _, s := range system {
		ours = append(ours, settlement.Trade{No: s.No, Amount: s.Fen, Success: s.Status == "SUCCESS"})
		if s.Status == "SUCCESS" {
			success += s.Fen
		}
	}
	for _, s := range channel {
		theirs = append(theirs, settlement.Trade{No: s.No, Amount: s.Fen})
		all += s.Fen
	}
	type result struct {
		No     string `yaml:"trade_no"`
		Result string `yaml:"result"`
		Diff   int64  `yaml:"diff_fen,omitempty"`
	}
	var got []result
	for _, r := range must[[]settlement.Compared](t)(settlement.Reconcile(ours, theirs)) {
		got = append(got, result{r.No, r.Result, int64(r.Difference)})
	}
	c.Check("expect/results", got)
	c.Check("expect/system_success_fen", int64(success))
	c.Check("expect/channel_fen", int64(all))
}

func withholdingBatch(t *testing.T, c *cases.Case) {
	c.Text("input/batch")
	var rows []struct {
		Seq               int
		Agreement, Result string
		Fen               money.Fen
	}
	c.Decode("input/rows", &rows)
	var debits []settlement.Debit
	for _, r := range rows {
		debits = append(debits, settlement.Debit{Agreement: r.Agreement, Amount: r.Fen, Result: r.Result})
	}
	r := must[settlement.Returned](t)(settlement.Apply(debits))
	list := func(agreements []string) []string { return append([]string{}, agreements...) }
	c.Check("expect/success_count", r.Done)
	c.Check("expect/success_fen", int64(r.DoneAmount))
	c.Check("expect/fail_count", r.Failed)
	c.Check("expect/fail_fen", int64(r.FailAmount))
	has(c, "expect/retry", list(r.Retry))
	has(c, "expect/suspend_agreement", list(r.Suspend))
	has(c, "expect/message", list(r.Tell))
	has(c, "expect/retry_batch", list(r.RetryAll))
	has(c, "expect/total_fen", int64(r.DoneAmount+r.FailAmount))
}

func kpiCollection(t *testing.T, c *cases.Case) {
	c.Ignore("input/period", "input/received_breakdown")
	fen := func(path string) money.Fen { return money.Fen(c.Int("input/" + path)) }
	r := settlement.Collection{Billed: fen("current_billed_fen"), Credits: fen("current_approved_credits_fen"), Received: fen("current_received_fen"),
		Arrears: fen("opening_arrears_fen"), ArrearsOff: fen("opening_arrears_written_off_fen"), ArrearsPaid: fen("arrears_received_fen"),
		Households: c.Int("input/households_billed"), HouseholdsPaid: c.Int("input/households_fully_paid")}.Rates()
	percent := func(x *money.Exact) any {
		if x == nil {
			return nil
		}
		return x.Times(money.Int(100)).Text(2) + "%"
	}
	c.Check("expect/current_receivable_fen", int64(r.Receivable))
	c.Check("expect/collection_rate", percent(r.Current))
	c.Check("expect/clearing_rate", percent(r.Clearing))
	c.Check("expect/combined_rate", percent(r.Combined))
	c.Check("expect/household_rate", percent(r.Families))
}

func aging(t *testing.T, c *cases.Case) {
	var lines []struct {
		Due  string
		Open money.Fen `yaml:"open_fen"`
	}
	c.Decode("input/lines", &lines)
	type bucket struct {
		Due    string `yaml:"due"`
		Bucket string `yaml:"bucket"`
	}
	var got []bucket
	for _, l := range lines {
		got = append(got, bucket{l.Due, settlement.Bucket(calendar.Date(l.Due), calendar.Date(c.Text("input/as_of")))})
	}
	c.Check("expect/buckets", got)
}

func commonIncome(t *testing.T, c *cases.Case) {
	s := must[settlement.CommonShares](t)(settlement.CommonIncome{Gross: money.Fen(c.Int("input/gross_fen")), Costs: money.Fen(c.Int("input/reasonable_cost_fen")),
		TaxRate: exactly(t, c.Text("input/vat_rate")), ManagementShare: exactOr(t, c, "input/management_fee_ratio", "0"),
		SpecialFundShare: exactOr(t, c, "input/fund_ratio", "0")}.Shares())
	c.Check("expect/net_of_tax_fen", int64(s.NetOfTax))
	c.Check("expect/vat_fen", int64(s.Tax))
	c.Check("expect/net_fen", int64(s.Net))
	c.Check("expect/management_fee_fen", int64(s.Management))
	c.Check("expect/owners_fen", int64(s.Owners))
	c.Check("expect/to_special_fund_fen", int64(s.ToFund))
	c.Check("expect/remaining_for_owners_fen", int64(s.Remaining))
}

func ownerVote(t *testing.T, c *cases.Case) {
	v := settlement.Vote{Area: exactly(t, c.Text("input/total_area")), Heads: c.Int("input/total_owners"),
		TookPartArea: exactly(t, c.Text("input/participating_area")), TookPartHeads: c.Int("input/participating_owners"),
		AgreeArea: exactly(t, c.Text("input/agree_area")), AgreeHeads: c.Int("input/agree_owners")}
	switch threshold := c.Text("input/threshold"); threshold {
	case "HALF":
	case "THREE_QUARTERS", "THREE_QUARTER":
		v.ThreeQuarters = true
	default:
		t.Fatalf("%s: the threshold %q is unknown", c.ID, threshold)
	}
	quorum, passed := v.Result()
	c.Check("expect/quorum_met", quorum)
	c.Check("expect/passed", passed)
}

func waiverApproval(t *testing.T, c *cases.Case) {
	c.Check("expect/chain", must[[]string](t)(settlement.Approvers(c.Text("input/kind"), money.Fen(c.Int("input/amount_fen")))))
}

func dunningStage(t *testing.T, c *cases.Case) {
	c.Check("expect/stage", settlement.Stage(int(c.Int("input/overdue_days")), money.Fen(c.Int("input/overdue_principal_fen"))))
}

func limitation(t *testing.T, c *cases.Case) {
	var rows []struct {
		Date calendar.Date
		Type string
	}
	c.Decode("input/interruptions", &rows)
	var events []settlement.Event
	for _, r := range rows {
		events = append(events, settlement.Event{On: r.Date, Kind: r.Type})
	}
	c.Check("expect/expires_on", string(settlement.Expires(calendar.Date(c.Text("input/effective_due_date")), events)))
}
