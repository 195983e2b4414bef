package fees_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/cases"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/fees"
	"github.com/lifang/lifang/internal/money"
)

// sections are all kinds of worked examples of charging and settling; each is computed by the code that
// the house runs.
var sections = cases.Sections{
	"cases/kind=monthly_charges":      monthlyCharges,
	"cases/kind=vacancy_retro_credit": vacancyRetroCredit,
	"cases/kind=area_correction":      areaCorrection,
	"cases/kind=metered":              metered,
	"cases/kind=metered_year_split":   meteredYearSplit,
	"cases/kind=metered_price_split":  meteredPriceSplit,
	"cases/kind=metered_estimate":     meteredEstimate,
	"cases/kind=shared_allocation":    sharedAllocation,
	"cases/kind=parking_temp":         parkingTemp,
	"cases/kind=heating":              heating,
	"cases/kind=heat_stop_deadline":   heatStopDeadline,
	"cases/kind=late_fee":             lateFee,
	"cases/kind=late_fee_lpr":         lateFeeLPR,
	"cases/kind=late_fee_posting":     lateFeePosting,
	"cases/kind=allocation":           allocation,
	"cases/kind=paid_service":         paidService,
	"cases/kind=payment_reversal":     paymentReversal,
	"cases/kind=prepay_offset":        prepayOffset,
	"cases/kind=prepay_refund":        prepayRefund,
	"cases/kind=prepay_limit":         prepayLimit,
	"cases/kind=deposit_refund":       depositRefund,
	"cases/kind=transfer_settlement":  transferSettlement,
	"cases/kind=reversal":             reversal,
	"cases/kind=partial_credit":       partialCredit,
	"cases/kind=rounding_symmetry":    roundingSymmetry,
	"cases/kind=vat":                  vat,
	"cases/kind=vat_difference":       vatDifference,
	"cases/kind=vat_invoice":          vatInvoice,
	"cases/kind=revenue_recognition":  revenueRecognition,
	"cases/kind=season_recognition":   seasonRecognition,
	"cases/kind=day_close":            dayClose,
	"cases/kind=reconcile":            reconcile,
	"cases/kind=withholding_batch":    withholdingBatch,
	"cases/kind=kpi_collection":       kpiCollection,
	"cases/kind=aging":                aging,
	"cases/kind=common_income":        commonIncome,
	"cases/kind=owner_vote":           ownerVote,
	"cases/kind=waiver_approval":      waiverApproval,
	"cases/kind=dunning_stage":        dunningStage,
	"cases/kind=limitation":           limitation,
}

func TestCases(t *testing.T) { cases.Run(t, "billing-cases.yaml", sections) }

// Every kind of case that a file brings, the own one or one from outside, has a function that works it.
func TestNoKindOfCaseIsSkipped(t *testing.T) {
	files := []string{filepath.Join("testdata", "cases", "billing-cases.yaml")}
	if more := os.Getenv("LIFANG_CASES"); more != "" {
		files = append(files, filepath.Join(more, "billing-cases.yaml"))
	}
	for i, file := range files {
		text, err := os.ReadFile(file)
		if os.IsNotExist(err) && i > 0 {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Cases []struct{ ID, Kind string }
		}
		if err := yaml.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		for _, c := range doc.Cases {
			if sections["cases/kind="+c.Kind] == nil {
				t.Errorf("%s: nothing works a case of the kind %q", c.ID, c.Kind)
			}
		}
		if len(doc.Cases) == 0 {
			t.Errorf("%s holds no cases", file)
		}
	}
}

func allocation(t *testing.T, c *cases.Case) {
	var lines []struct {
		ID, Item, Month, Due string
		Priority             int64
		PrincipalFen         money.Fen `yaml:"principal_fen"`
		LateFen              money.Fen `yaml:"late_fen"`
	}
	var chosen []string
	c.Decode("input/lines", &lines)
	if c.Has("input/designated") {
		c.Decode("input/designated", &chosen)
	}
	var open []fees.OpenLine
	names := map[db.ID]string{}
	for i, l := range lines {
		id := db.ID(i + 1)
		names[id] = l.ID
		if len(chosen) == 0 || contains(chosen, l.ID) {
			open = append(open, fees.OpenLine{ID: id, Month: l.Month, Due: calendar.Date(l.Due), Priority: l.Priority,
				Principal: l.PrincipalFen, Late: l.LateFen})
		}
	}
	applied, rest := fees.Allocate(fees.Policy(c.Text("input/policy")), money.Fen(c.Int("input/amount_fen")),
		calendar.Date(c.Text("input/pay_date")), open)
	type part struct {
		Line string    `yaml:"line"`
		Part string    `yaml:"part"`
		Fen  money.Fen `yaml:"fen"`
	}
	var got []part
	for _, a := range applied {
		got = append(got, part{names[a.ID], a.Part, a.Amount})
	}
	c.Check("expect/allocations", got)
	c.Check("expect/to_prepayment_fen", int64(rest))
}

func contains(list []string, word string) bool {
	for _, one := range list {
		if one == word {
			return true
		}
	}
	return false
}

func paidService(t *testing.T, c *cases.Case) {
	exact := func(text string) money.Exact { return exactly(t, text) }
	var labour struct {
		Unit, Qty, Price string
		Min              string `yaml:"min_qty"`
	}
	var materials []struct{ Name, Qty, Price string }
	s := fees.Service{}
	if c.Has("input/labour") {
		c.Decode("input/labour", &labour)
		s.Labour = fees.Work{Unit: labour.Unit, Quantity: exact(labour.Qty), Price: exact(labour.Price), Minimum: exact(labour.Min)}
	}
	if c.Has("input/materials") {
		c.Decode("input/materials", &materials)
	}
	for _, m := range materials {
		s.Materials = append(s.Materials, fees.Material{Name: m.Name, Quantity: exact(m.Qty), Price: exact(m.Price)})
	}
	visit, err := money.ParseYuan(c.Text("input/visit_fee"))
	if err != nil {
		t.Fatal(err)
	}
	s.VisitFee = visit
	s.VisitWaived = c.TextOr("input/visit_fee_waived_if_done", "false") == "true"
	for _, refused := range []string{"input/declined", "input/quote_declined", "input/quote_refused", "input/refused"} {
		s.Declined = s.Declined || c.TextOr(refused, "false") == "true"
	}
	for _, done := range []string{"input/quote_accepted", "input/work_done", "input/done", "input/accepted"} {
		s.Declined = s.Declined || c.TextOr(done, "true") == "false"
	}
	q, err := s.Price()
	if err != nil {
		t.Fatal(err)
	}
	for field, got := range map[string]money.Fen{"labour_fen": q.Labour, "material_fen": q.Materials, "visit_fen": q.Visit, "total_fen": q.Total} {
		if c.Has("expect/" + field) {
			c.Check("expect/"+field, int64(got))
		}
	}
}

// paymentReversal takes the payment at the desk and reverses it there.
func paymentReversal(t *testing.T, c *cases.Case) {
	var payment struct {
		ID          string
		Fen         money.Fen
		Allocations []struct {
			Line, Part string
			Fen        money.Fen
		}
	}
	var lines []struct {
		ID        string
		Principal money.Fen `yaml:"principal_fen"`
		Open      money.Fen `yaml:"open_fen"`
	}
	type after struct {
		ID   string    `yaml:"id"`
		Open money.Fen `yaml:"open_fen"`
	}
	c.Decode("input/payment", &payment)
	c.Decode("input/lines", &lines)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ids := map[string]db.ID{}
		for _, l := range lines {
			ids[l.ID] = h.charge(t, l.Principal, l.ID).ID
		}
		in := h.pays(payment.ID + "-command")
		for _, a := range payment.Allocations {
			in.Lines = append(in.Lines, fees.Pay{ChargeID: ids[a.Line], Amount: a.Fen})
		}
		receipt, err := h.desk.Take(h.cashier, d, in)
		if err != nil {
			t.Fatal(err)
		}
		if receipt.Amount != payment.Fen {
			t.Errorf("took %s, want %s", receipt.Amount, payment.Fen)
		}
		for _, l := range lines {
			if got := h.owed(t, ids[l.ID]); got != l.Open {
				t.Errorf("%s: %s open after the payment, want %s", l.ID, got, l.Open)
			}
		}
		negative := h.reverse(t, receipt.ID)
		c.Check("expect/reversal_fen", int64(negative.Amount))
		var got []after
		for _, l := range lines {
			got = append(got, after{l.ID, h.owed(t, ids[l.ID])})
		}
		c.Check("expect/lines_after", got)
		open, err := h.desk.OpenCharges(context.Background(), d.Reader(), d.Now(), h.room)
		if err != nil {
			t.Fatal(err)
		}
		resumes := len(open) == len(lines) // due dates are untouched, so late fees run from them again
		for _, charge := range open {
			resumes = resumes && charge.DueOn != ""
		}
		c.Check("expect/late_fee_resumes", resumes)
		h.sound(t)
	})
}
