package money

import (
	"cmp"
	"slices"
	"testing"

	"github.com/lifang/lifang/internal/cases"
)

func TestCases(t *testing.T) {
	cases.Run(t, "finance-cases.yaml", cases.Sections{
		"rounding":            rounding,
		"rmb_uppercase":       capitals,
		"allocation":          allocation,
		"vat_split":           vatSplit,
		"revenue_recognition": revenueRecognition,
	})
	cases.Run(t, "billing-cases.yaml", cases.Sections{
		"cases/kind=vat":               vatFen,
		"cases/kind=rounding_symmetry": roundingSymmetry,
		"cases/kind=shared_allocation": sharedAllocation,
	})
}

func rounding(t *testing.T, c *cases.Case) {
	places := int(c.Int("dp"))
	c.Check("expect", exact(t, c.Text("input")).Text(places))
}

func capitals(t *testing.T, c *cases.Case) {
	c.Check("expect", Capitals(yuan(t, c.Text("amount"))))
}

func allocation(t *testing.T, c *cases.Case) {
	if method := c.Text("method"); method != "largest_remainder_cents_ties_by_list_order" {
		t.Fatalf("the method %q is unknown", method)
	}
	var parties []struct{ Key, Weight string }
	c.Decode("input/weights", &parties)
	var weights []int64
	for _, p := range parties {
		weights = append(weights, scaled(t, p.Weight, 6))
	}
	shares, err := Allocate(yuan(t, c.Text("input/total")), weights)
	if err != nil {
		t.Fatal(err)
	}
	var got []map[string]string
	for i, p := range parties {
		got = append(got, map[string]string{"key": p.Key, "amount": shares[i].String()})
	}
	c.Check("expect", got)
}

func vatSplit(t *testing.T, c *cases.Case) {
	rate := exact(t, c.Text("rate"))
	switch {
	case c.Has("lines"):
		vatOfLines(t, c, rate)
	case c.Has("tolerance_per_line"):
		vatOfSupplier(t, c, rate)
	default:
		net, tax, err := SplitTax(yuan(t, c.Text("gross")), rate)
		if err != nil {
			t.Fatal(err)
		}
		c.Check("net", net.String())
		c.Check("tax", tax.String())
	}
}

// vatOfLines: an invoice adds up its split lines; splitting its total would give another net.
func vatOfLines(t *testing.T, c *cases.Case, rate Exact) {
	var lines, got []struct{ Gross, Net, Tax string }
	c.Decode("lines", &lines)
	var gross, net, tax Fen
	for _, line := range lines {
		g := yuan(t, line.Gross)
		n, x, err := SplitTax(g, rate)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, struct{ Gross, Net, Tax string }{g.String(), n.String(), x.String()})
		gross, net, tax = gross+g, net+n, tax+x
	}
	c.Check("lines", got)
	whole, _, err := SplitTax(gross, rate)
	if err != nil {
		t.Fatal(err)
	}
	c.Check("expect", map[string]string{
		"total_gross": gross.String(), "total_net": net.String(), "total_tax": tax.String(),
		"split_of_total_net": whole.String(), "difference": (net - whole).String(),
	})
}

// vatOfSupplier: the tax of a received invoice may differ from the computed one by a tolerance.
func vatOfSupplier(t *testing.T, c *cases.Case, rate Exact) {
	tax, _, err := AddTax(yuan(t, c.Text("net")), rate)
	if err != nil {
		t.Fatal(err)
	}
	c.Check("computed_tax", tax.String())
	diff := (yuan(t, c.Text("tax")) - tax).Abs()
	c.Check("diff", diff.String())
	verdict := "reject"
	if diff <= yuan(t, c.Text("tolerance_per_line")) {
		verdict = "accept"
	}
	c.Check("expect", verdict)
}

func revenueRecognition(t *testing.T, c *cases.Case) {
	if c.Has("input/months") {
		months := make([]int64, c.Int("input/months"))
		for i := range months {
			months[i] = 1
		}
		shares, err := Spread(yuan(t, c.Text("input/net")), months)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, share := range shares {
			got = append(got, share.String())
		}
		c.Check("expect", got)
		return
	}
	margin, err := yuan(t, c.Text("input/collected")).Minus(yuan(t, c.Text("input/paid")))
	if err != nil {
		t.Fatal(err)
	}
	net, tax, err := SplitTax(margin, exact(t, c.Text("input/rate")))
	if err != nil {
		t.Fatal(err)
	}
	c.Check("expect", map[string]string{"taxable_sales": net.String(), "vat": tax.String(), "margin_net": net.String()})
}

func vatFen(t *testing.T, c *cases.Case) {
	net, tax, err := SplitTax(Fen(c.Int("input/gross_fen")), exact(t, c.Text("input/rate")))
	if err != nil {
		t.Fatal(err)
	}
	c.Check("expect", map[string]Fen{"net_fen": net, "tax_fen": tax})
}

func roundingSymmetry(t *testing.T, c *cases.Case) {
	var values []string
	c.Decode("input/values", &values)
	var got []Fen
	for _, value := range values {
		fen, err := exact(t, value).Fen()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fen)
	}
	c.Check("expect/fen", got)
}

func sharedAllocation(t *testing.T, c *cases.Case) {
	var rooms []struct{ ID, Weight string }
	c.Decode("input/participants", &rooms)
	slices.SortFunc(rooms, func(a, b struct{ ID, Weight string }) int { return cmp.Compare(a.ID, b.ID) })
	var weights []int64
	for _, room := range rooms {
		weights = append(weights, scaled(t, room.Weight, 6))
	}
	shares, err := Allocate(Fen(c.Int("input/pool_fen")), weights)
	if err != nil {
		t.Fatal(err)
	}
	total, err := Sum(shares...)
	if err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	for i, room := range rooms {
		got = append(got, map[string]any{"id": room.ID, "fen": shares[i]})
	}
	c.Check("expect", map[string]any{"shares": got, "total_fen": total})
}

func yuan(t *testing.T, text string) Fen {
	t.Helper()
	f, err := ParseYuan(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func exact(t *testing.T, text string) Exact {
	t.Helper()
	x, err := ParseExact(text)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func scaled(t *testing.T, text string, places int) int64 {
	t.Helper()
	n, err := ParseScaled(text, places)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
