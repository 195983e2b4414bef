package fees_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/cases"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/fees/tariff"
	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/rulebook"
)

func exactly(t *testing.T, text string) money.Exact {
	t.Helper()
	x, err := money.ParseExact(text)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// exactOr reads an exact field that may be missing.
func exactOr(t *testing.T, c *cases.Case, path, missing string) money.Exact {
	t.Helper()
	return exactly(t, c.TextOr(path, missing))
}

func month(t *testing.T, text string) calendar.Period {
	t.Helper()
	p, err := calendar.ParsePeriod(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func months(t *testing.T, c *cases.Case, path string) (list []calendar.Period) {
	t.Helper()
	var texts []string
	c.Decode(path, &texts)
	for _, text := range texts {
		list = append(list, month(t, text))
	}
	return list
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// has compares a field only where the case states it.
func has(c *cases.Case, path string, got any) {
	if c.Has(path) {
		c.Check(path, got)
	}
}

// monthFen is an amount of a month as cases write it.
type monthFen struct {
	Month string `yaml:"month"`
	Fen   int64  `yaml:"fen"`
}

func total(t *testing.T, lines []tariff.Line) int64 {
	t.Helper()
	return int64(must[money.Fen](t)(tariff.Total(lines)))
}

// names gives customers of a case an id and back.
type names []string

func (n *names) id(name string) db.ID {
	if i := slices.Index(*n, name); i >= 0 {
		return db.ID(i + 1)
	}
	*n = append(*n, name)
	return db.ID(len(*n))
}

func steady(quantity, price money.Exact) tariff.Monthly {
	return tariff.Monthly{Quantity: quantity, Prices: []tariff.Price{{From: "1000-01-01", Amount: price}}, Payers: []tariff.Payer{{ID: 1, From: "1000-01-01"}}}
}

func monthlyCharges(t *testing.T, c *cases.Case) {
	var prices []struct {
		From  calendar.Date
		Price string
	}
	var people names
	c.Decode("input/prices", &prices)
	m := tariff.Monthly{Quantity: exactly(t, c.Text("input/quantity"))}
	for _, p := range prices {
		m.Prices = append(m.Prices, tariff.Price{From: p.From, Amount: exactly(t, p.Price)})
	}
	if c.Has("input/handover") {
		var h struct {
			Date             calendar.Date
			Rule             tariff.HandoverRule
			Developer, Owner string
		}
		c.Decode("input/handover", &h)
		m.Payers = must[[]tariff.Payer](t)(tariff.Handover(h.Rule, h.Date, people.id(h.Developer), people.id(h.Owner)))
	}
	if c.Has("input/liability") {
		var payers []struct {
			Payer    string
			From, To calendar.Date
		}
		c.Decode("input/liability", &payers)
		for _, p := range payers {
			m.Payers = append(m.Payers, tariff.Payer{ID: people.id(p.Payer), From: p.From, To: p.To})
		}
	}
	if c.Has("input/discounts") {
		var discounts []struct {
			From, To       calendar.Date
			Factor, Reason string
		}
		c.Decode("input/discounts", &discounts)
		for _, d := range discounts {
			m.Factors = append(m.Factors, tariff.Factor{From: d.From, To: d.To, Factor: exactly(t, d.Factor), Zh: d.Reason, En: d.Reason})
		}
	}
	type line struct {
		Month string `yaml:"month"`
		Payer string `yaml:"payer"`
		Fen   int64  `yaml:"fen"`
	}
	var got []line
	var sum int64
	for _, month := range months(t, c, "input/months") {
		for _, l := range must[[]tariff.Line](t)(m.Lines(month)) {
			got = append(got, line{month.String(), people[l.Payer-1], int64(l.Amount)})
			sum += int64(l.Amount)
			if l.Explanation.Zh == "" || l.Explanation.Rule == "" || len(l.Explanation.Steps) == 0 {
				t.Errorf("%s: the line of %s cannot say why", c.ID, month)
			}
		}
	}
	c.Check("expect/lines", got)
	c.Check("expect/total_fen", sum)
}

func monthFens(lines []tariff.Line) []monthFen {
	list := []monthFen{}
	for _, l := range lines {
		list = append(list, monthFen{l.Month.String(), int64(l.Amount)})
	}
	return list
}

func vacancyRetroCredit(t *testing.T, c *cases.Case) {
	full := steady(exactly(t, c.Text("input/quantity")), exactly(t, c.Text("input/price")))
	lines := must[[]tariff.Line](t)(tariff.VacancyCredit(full, exactly(t, c.Text("input/factor")), int(c.Int("input/min_months")),
		months(t, c, "input/months"), c.Text("input/verified") == "true"))
	c.Check("expect/credit_lines", monthFens(lines))
	c.Check("expect/total_fen", total(t, lines))
}

func areaCorrection(t *testing.T, c *cases.Case) {
	price := exactly(t, c.Text("input/price"))
	lines := must[[]tariff.Line](t)(tariff.Difference(steady(exactly(t, c.Text("input/old_area")), price),
		steady(exactly(t, c.Text("input/new_area")), price), months(t, c, "input/months")))
	c.Check("expect/lines", monthFens(lines))
	c.Check("expect/total_fen", total(t, lines))
}

func tiers(t *testing.T, c *cases.Case) []tariff.Tier {
	if !c.Has("input/tiers") {
		return tariff.OneTier(exactly(t, c.Text("input/price")))
	}
	var rows []struct{ Upto, Price string }
	c.Decode("input/tiers", &rows)
	var list []tariff.Tier
	for _, r := range rows {
		tier := tariff.Tier{Price: exactly(t, r.Price)}
		if r.Upto != "" {
			bound := exactly(t, r.Upto)
			tier.UpTo = &bound
		}
		list = append(list, tier)
	}
	return list
}

func metered(t *testing.T, c *cases.Case) {
	ratio := exactOr(t, c, "input/ratio", "1")
	r := tariff.Reading{Previous: exactly(t, c.Text("input/prev")), Current: exactly(t, c.Text("input/curr")), Ratio: ratio}
	for _, field := range []string{"input/max", "input/max_reading", "input/meter_max", "input/dial_max"} {
		if c.Has(field) {
			r.Dial = exactly(t, c.Text(field))
		}
	}
	if c.Has("input/rollover") {
		c.Ignore("input/rollover") // the readings say so themselves
	}
	if c.Has("input/old_final") {
		r.Replaced = &tariff.Replacement{OldFinal: exactly(t, c.Text("input/old_final")), NewStart: exactly(t, c.Text("input/new_start")),
			OldRatio: exactOr(t, c, "input/old_ratio", c.TextOr("input/ratio", "1"))}
	}
	if c.Has("input/household_size") {
		c.Int("input/household_size") // the bounds handed in are those approved for it
	}
	used := must[money.Exact](t)(r.Usage())
	parts, line, err := tariff.Metered(used, exactOr(t, c, "input/cumulative_before", "0"), tiers(t, c))
	if err != nil {
		t.Fatal(err)
	}
	checkQuantity(t, c, "expect/usage", used)
	if c.Has("expect/tier_lines") {
		var want []struct{ Qty, Price string }
		c.Decode("expect/tier_lines", &want)
		if len(want) != len(parts) {
			t.Errorf("%s: %d tiers, want %d", c.ID, len(parts), len(want))
		}
		for i := range min(len(want), len(parts)) {
			if parts[i].Quantity.Cmp(exactly(t, want[i].Qty)) != 0 || parts[i].Price.Cmp(exactly(t, want[i].Price)) != 0 {
				t.Errorf("%s: tier %d is %s at %s, want %s at %s", c.ID, i+1, parts[i].Quantity.Text(3), parts[i].Price.Text(4), want[i].Qty, want[i].Price)
			}
		}
	}
	c.Check("expect/fen", int64(line.Amount))
}

// checkQuantity compares a quantity by value: "786" and "786.0" are the same.
func checkQuantity(t *testing.T, c *cases.Case, path string, got money.Exact) {
	t.Helper()
	if want := exactly(t, c.Text(path)); got.Cmp(want) != 0 {
		t.Errorf("%s: %s: got %s, want %s", c.ID, path, got.Text(6), want.Text(6))
	}
}

func places(t *testing.T, c *cases.Case) int {
	precision := exactly(t, c.Text("input/meter_precision"))
	for n := range 7 {
		if precision.Cmp(money.Scaled(1, n)) == 0 {
			return n
		}
	}
	t.Fatalf("%s: a precision of %s", c.ID, precision.Text(6))
	return 0
}

func meteredYearSplit(t *testing.T, c *cases.Case) {
	parts, lines, err := tariff.MeteredByYear(exactly(t, c.Text("input/usage")), exactly(t, c.Text("input/cumulative_before_old_year")),
		calendar.Date(c.Text("input/read_from")), calendar.Date(c.Text("input/read_to")), places(t, c), tiers(t, c))
	if err != nil || len(parts) != 2 {
		t.Fatalf("%s: %d parts, %v", c.ID, len(parts), err)
	}
	for i, year := range []string{"expect/old_year", "expect/new_year"} {
		c.Check(year+"/days", parts[i].Days)
		checkQuantity(t, c, year+"/usage", parts[i].Quantity)
		c.Check(year+"/fen", int64(lines[i].Amount))
	}
	c.Check("expect/total_fen", total(t, lines))
}

func meteredPriceSplit(t *testing.T, c *cases.Case) {
	var rows []struct {
		From  calendar.Date
		Price string
	}
	c.Decode("input/prices", &rows)
	var prices []tariff.Price
	for _, r := range rows {
		prices = append(prices, tariff.Price{From: r.From, Amount: exactly(t, r.Price)})
	}
	split, parts, line, err := tariff.MeteredByPrice(exactly(t, c.Text("input/usage")), calendar.Date(c.Text("input/read_from")),
		calendar.Date(c.Text("input/read_to")), places(t, c), prices)
	if err != nil {
		t.Fatal(err)
	}
	var want []struct {
		Days       int
		Usage      string
		Price      string
		Fen, Month string
	}
	c.Decode("expect/parts", &want)
	if len(want) != len(parts) {
		t.Fatalf("%s: %d parts, want %d", c.ID, len(parts), len(want))
	}
	for i, w := range want {
		if split[i].Days != w.Days || parts[i].Quantity.Cmp(exactly(t, w.Usage)) != 0 || parts[i].Price.Cmp(exactly(t, w.Price)) != 0 {
			t.Errorf("%s: part %d is %d days, %s at %s", c.ID, i+1, split[i].Days, parts[i].Quantity.Text(3), parts[i].Price.Text(4))
		}
	}
	c.Check("expect/fen", int64(line.Amount))
}

func meteredEstimate(t *testing.T, c *cases.Case) {
	var readings []struct{ Month, Prev, Curr, Type string }
	c.Decode("input/readings", &readings)
	var want []struct {
		Month, Usage string
		Fen          int64
	}
	c.Decode("expect/lines", &want)
	if len(want) != len(readings) {
		t.Fatalf("%s: %d readings and %d lines", c.ID, len(readings), len(want))
	}
	cumulative, estimated := money.Int(0), false
	ratio, price := exactly(t, c.Text("input/ratio")), exactly(t, c.Text("input/price"))
	var sum money.Fen
	for i, r := range readings {
		reading := tariff.Reading{Previous: exactly(t, r.Prev), Current: exactly(t, r.Curr), Ratio: ratio, Estimated: estimated}
		used := must[money.Exact](t)(reading.Usage())
		_, line, err := tariff.Metered(used, cumulative, tariff.OneTier(price))
		if err != nil {
			t.Fatal(err)
		}
		if used.Cmp(exactly(t, want[i].Usage)) != 0 || int64(line.Amount) != want[i].Fen || r.Month != want[i].Month {
			t.Errorf("%s: %s used %s for %s", c.ID, r.Month, used.Text(3), line.Amount)
		}
		cumulative, estimated, sum = cumulative.Plus(used), r.Type == "ESTIMATED", sum+line.Amount
	}
	c.Check("expect/total_fen", int64(sum))
}

func sharedAllocation(t *testing.T, c *cases.Case) {
	var rooms []struct{ ID, Weight string }
	c.Decode("input/participants", &rooms)
	var among []tariff.Participant
	for _, r := range rooms {
		among = append(among, tariff.Participant{Code: r.ID, Weight: exactly(t, r.Weight)})
	}
	type share struct {
		ID  string `yaml:"id"`
		Fen int64  `yaml:"fen"`
	}
	var got []share
	var sum int64
	for _, s := range must[[]tariff.Share](t)(tariff.SharePool(money.Fen(c.Int("input/pool_fen")), among)) {
		got = append(got, share{s.Code, int64(s.Amount)})
		sum += int64(s.Amount)
	}
	c.Check("expect/shares", got)
	c.Check("expect/total_fen", sum)
}

func parkingTemp(t *testing.T, c *cases.Case) {
	instant := func(path string) int64 { // 2025-05-01T10:30:59
		minute, seconds := c.Text(path)[:16], c.Text(path)[17:]
		return must[int64](t)(calendar.ParseLocal(minute)) + 1000*int64(must[int](t)(strconv.Atoi(seconds)))
	}
	s := tariff.Stay{Free: c.Int("input/tariff/free_minutes"), DeductFree: c.TextOr("input/tariff/deduct_free", "false") == "true",
		First: c.Int("input/tariff/first_block_minutes"), FirstFee: money.Fen(c.Int("input/tariff/first_block_fen")),
		Next: c.Int("input/tariff/next_block_minutes"), NextFee: money.Fen(c.Int("input/tariff/next_block_fen")),
		Cap: money.Fen(c.IntOr("input/tariff/cap_24h_fen", 0))}
	minutes, line, err := s.Charge(instant("input/entry"), instant("input/exit"))
	if err != nil {
		t.Fatal(err)
	}
	c.Check("expect/minutes", minutes)
	c.Check("expect/fen", int64(line.Amount))
}

func heating(t *testing.T, c *cases.Case) {
	s := tariff.Season{From: calendar.Date(c.TextOr("input/season_from", "")), To: calendar.Date(c.TextOr("input/season_to", "")),
		Area: exactOr(t, c, "input/area", "0"), Price: exactOr(t, c, "input/price", "0"), Height: exactOr(t, c, "input/height", "0")}
	if c.Has("input/area_basis") {
		c.Text("input/area_basis") // the area handed in is the one of this basis
	}
	if c.Has("input/height_rule") {
		s.Over, s.Divisor = exactly(t, c.Text("input/height_rule/threshold")), exactly(t, c.Text("input/height_rule/divisor"))
	}
	fee := money.Fen(c.IntOr("input/season_fee_fen", 0))
	var line tariff.Line
	var err error
	switch mode := c.Text("input/mode"); mode {
	case "FULL":
		line, err = s.Fee()
	case "STOPPED":
		line, err = s.Stopped(exactly(t, c.Text("input/base_ratio")))
	case "REFUND_NO_SUPPLY":
		line, err = s.NoSupply(fee, int(c.Int("input/days")))
	case "REFUND_TEMPERATURE":
		line, err = s.TooCold(fee, exactly(t, c.Text("input/affected_area_ratio")), bands(t, c), colds(t, c))
	case "MID_SEASON_START":
		var days int
		days, line, err = s.Remaining(fee, calendar.Date(c.Text("input/start")))
		has(c, "expect/remaining_days", days)
	case "RESUME_AFTER_STOP":
		line, err = s.Resume(tariff.ResumePolicy(c.Text("input/policy")), fee, money.Fen(c.Int("input/base_paid_fen")), calendar.Date(c.Text("input/resume")))
	case "TWO_PART":
		twoPart(t, c, s)
		return
	default:
		t.Fatalf("%s: the mode %q is unknown", c.ID, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
	if c.Has("input/season_from") {
		has(c, "expect/season_days", s.Days())
	}
	c.Check("expect/fen", int64(line.Amount))
}

func twoPart(t *testing.T, c *cases.Case, s tariff.Season) {
	first := func(missing string, paths ...string) money.Exact {
		for _, path := range paths {
			if c.Has(path) {
				return exactly(t, c.Text(path))
			}
		}
		return exactly(t, missing)
	}
	base, metered, err := s.TwoPart(first("0.30", "input/base_ratio", "input/two_part_ratio"), first("0", "input/usage", "input/heat_usage", "input/metered_usage"),
		first("0", "input/metered_price", "input/usage_price", "input/heat_price"), first("0", "input/cap_ratio"))
	if err != nil {
		t.Fatal(err)
	}
	has(c, "expect/base_fen", int64(base.Amount))
	has(c, "expect/metered_fen", int64(metered.Amount))
	has(c, "expect/total_fen", int64(base.Amount+metered.Amount))
	has(c, "expect/fen", int64(base.Amount+metered.Amount))
}

func bands(t *testing.T, c *cases.Case) (list []tariff.Band) {
	var rows []struct{ Lt, Le, Ratio string }
	c.Decode("input/table", &rows)
	for _, r := range rows {
		b := tariff.Band{Ratio: exactly(t, r.Ratio), Including: r.Le != ""}
		b.Below = exactly(t, r.Lt+r.Le)
		list = append(list, b)
	}
	return list
}

func colds(t *testing.T, c *cases.Case) (list []tariff.Cold) {
	var rows []struct {
		Temp string
		Days int
	}
	c.Decode("input/days", &rows)
	for _, r := range rows {
		list = append(list, tariff.Cold{Temperature: exactly(t, r.Temp), Days: r.Days})
	}
	return list
}

func heatStopDeadline(t *testing.T, c *cases.Case) {
	last, err := tariff.StopDeadline(calendar.Date(c.Text("input/season_from")), int(c.IntOr("input/days", 0)), c.TextOr("input/month_day", ""))
	if err != nil {
		t.Fatal(err)
	}
	if rule := c.Text("input/rule"); (rule == "FIXED_DATE") != c.Has("input/month_day") {
		t.Errorf("%s: the rule %q does not fit its fields", c.ID, rule)
	}
	c.Check("expect/last_day", string(last))
	c.Check("expect/accepted", calendar.Date(c.Text("input/apply_on")) <= last)
}

// effective moves a due date to a working day of the official calendar and outside the rest days of the case.
func effective(t *testing.T, c *cases.Case, due calendar.Date) calendar.Date {
	official := must[*calendar.Workdays](t)(calendar.LoadWorkdays(rulebook.Files))
	var rest []calendar.Date
	if c.Has("input/non_working_days") {
		c.Decode("input/non_working_days", &rest)
	}
	for {
		if day := official.NextWorkday(due); day != due {
			due = day
			continue
		}
		if !slices.Contains(rest, due) {
			return due
		}
		due = due.AddDays(1)
	}
}

func lateFee(t *testing.T, c *cases.Case) {
	l := tariff.Late{Principal: money.Fen(c.Int("input/principal_fen")), Due: effective(t, c, calendar.Date(c.Text("input/due_date"))),
		Grace: int(c.IntOr("input/grace_days", 0)), Cap: exactOr(t, c, "input/cap_ratio", "1"),
		Rates: []tariff.Rate{{From: "1000-01-01", Daily: exactly(t, c.Text("input/daily_rate"))}}}
	if c.Has("input/rate_changes") {
		var changes []struct {
			From calendar.Date
			Rate string
		}
		c.Decode("input/rate_changes", &changes)
		for _, ch := range changes {
			l.Rates = append(l.Rates, tariff.Rate{From: ch.From, Daily: exactly(t, ch.Rate)})
		}
	}
	if c.Has("input/payments") {
		var paid []struct {
			Date      calendar.Date
			Principal money.Fen     `yaml:"principal_fen"`
			Claimed   calendar.Date `yaml:"claimed_on"` // the day of value counts (F-10.5)
		}
		c.Decode("input/payments", &paid)
		for _, p := range paid {
			l.Repaid = append(l.Repaid, tariff.Repaid{On: p.Date, Amount: p.Principal})
		}
	}
	if !allowed(c) {
		l.Rates = nil
	}
	f := must[tariff.LateFee](t)(l.On(calendar.Date(c.Text("input/as_of"))))
	has(c, "expect/effective_due_date", string(l.Due))
	has(c, "expect/overdue_days", f.Days)
	c.Check("expect/late_fee_fen", int64(f.Amount))
	has(c, "expect/capped", f.Capped)
}

// allowed says whether the item of a case bears late fees at all (F-10.1).
func allowed(c *cases.Case) bool {
	return c.TextOr("input/late_fee_allowed", "true") == "true" && c.TextOr("input/pass_through", "false") == "false" &&
		!slices.Contains([]string{"代收代付", "押金", "PASS_THROUGH", "DEPOSIT"}, c.TextOr("input/nature", ""))
}

func lateFeeLPR(t *testing.T, c *cases.Case) {
	c.Check("expect/late_fee_fen", int64(must[money.Fen](t)(tariff.LPR(money.Fen(c.Int("input/principal_fen")),
		exactly(t, c.Text("input/annual_rate")), c.Int("input/days"), c.Int("input/day_count")))))
}

func lateFeePosting(t *testing.T, c *cases.Case) {
	var postings []struct {
		Days int `yaml:"overdue_days"`
	}
	c.Decode("input/postings", &postings)
	type posted struct {
		Days       int   `yaml:"overdue_days"`
		Cumulative int64 `yaml:"cumulative_fen"`
		Posted     int64 `yaml:"posted_fen"`
	}
	const due = calendar.Date("2025-03-14")
	l := tariff.Late{Principal: money.Fen(c.Int("input/principal_fen")), Due: due,
		Rates: []tariff.Rate{{From: due, Daily: exactly(t, c.Text("input/daily_rate"))}}}
	var got []posted
	var before money.Fen
	for _, p := range postings {
		f := must[tariff.LateFee](t)(l.On(due.AddDays(p.Days)))
		now := tariff.ToPost(f.Amount, before)
		got = append(got, posted{p.Days, int64(f.Amount), int64(now)})
		before += now
	}
	c.Check("expect/posted", got)
}
