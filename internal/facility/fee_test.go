package facility

import (
	"testing"

	"github.com/lifang/lifang/internal/money"
)

func TestFeeRoundsMaterialsOnceAndExplainsItself(t *testing.T) {
	for _, c := range []struct {
		name   string
		lines  []Line
		labour money.Fen
		want   money.Fen
	}{
		{"labour only", nil, 5000, 5000},
		{"whole pieces", []Line{{"角阀", 200, 1850}}, 3000, 6700},
		{"half a fen goes up", []Line{{"PVC 管", 150, 333}}, 0, 500},                     // 1.5 × 3.33 = 4.995
		{"rounded once, not line by line", []Line{{"a", 50, 33}, {"b", 50, 33}}, 0, 33}, // 0.165 + 0.165
	} {
		got, why, err := Fee(c.lines, c.labour)
		if err != nil || got != c.want {
			t.Errorf("%s: %v %v, want %v", c.name, got, err, c.want)
			continue
		}
		if last := why.Steps[len(why.Steps)-1]; last.Value != "¥"+c.want.Format() || len(why.Steps) != len(c.lines)+2+min(1, len(c.lines)) {
			t.Errorf("%s: explained as %+v", c.name, why.Steps)
		}
	}
	if _, _, err := Fee([]Line{{"x", 0, 100}}, 0); err == nil {
		t.Error("a quantity of zero was taken")
	}
	if _, _, err := Fee(nil, -1); err == nil {
		t.Error("a negative labour fee was taken")
	}
}

func TestFeeMayExceedTheQuoteByTenPercent(t *testing.T) {
	for _, c := range []struct {
		fee, quote money.Fen
		want       bool
	}{{11000, 10000, false}, {11001, 10000, true}, {9000, 10000, false}, {1, 0, true}, {0, 0, false}} {
		if got := exceeds(c.fee, c.quote, 10); got != c.want {
			t.Errorf("%d for a quote of %d: %v", c.fee, c.quote, got)
		}
	}
}
