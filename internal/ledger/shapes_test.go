package ledger_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/money"
)

// Vouchers that the worked cases do not show, one line per voucher: template, debits, credits.
var shapes = []string{
	"PT-01/deferred | 112203 327.00 | 500102 300.00, 222106 27.00",
	"PT-02 | 1001 500.00 | 112201 318.00, 112205 182.00",
	"PT-05 | 220301 318.00 | 112201 318.00",
	"PT-06 | 1001 10.00 | 500102 9.17, 22210105 0.83",
	"PT-09 | 224101 3000.00 | 112205 800.00, 112201 2200.00",
	"PT-09 | 224101 4000.00 | 530106 471.70, 22210105 28.30, 1001 3500.00",
	"PT-10 | 112207 11.33 | 530102 10.69, 22210105 0.64",
	"PT-11 | 500102 300.00, 22210105 27.00 | 100201 327.00",
	"PT-14 | 100201 5200.00 | 122104 5200.00",
	"PT-16 | 101201 11300.00 | 505104 10000.00, 22210105 1300.00",
	"PT-17 | 220302 354.53 | 500103 354.53",
	"PT-18 | 100201 3000.00 | 1001 3000.00",
	"PT-19 | 220202 4200.00, 140301 100.00, 22210101 559.00 | 220201 4859.00",
	"PT-20 | 540107 6000.00, 22210101 360.00 | 112301 6360.00",
	"PT-20 | 220203 9300.00 | 100201 9300.00",
	"PT-22 | 190101 10.00 | 1001 10.00",
	"PT-22 | 190102 3000.00, 160204 2000.00 | 160104 5000.00",
	"PT-24 | 1606 400.00 | 530101 400.00",
	"PT-28 | 540101 38340.00, 560202 10260.00 | 221104 41800.00, 221105 6800.00",
	"PT-28 | 222114 1180.00, 224108 100.00 | 100201 1280.00",
	"PT-29 | 540301 504.31, 540302 216.13 | 222110 504.31, 222111 216.13",
	"PT-33 | 224106 3000.00 | 100203 3000.00",
	"PT-34 | 224107 25600.00 | 100204 25600.00",
	"PT-36 | 100201 412.35 | 560302 412.35",
	"PT-36 | 100201 300000.00 | 2001 300000.00",
	"PT-37 | 310402 50000.00 | 2232 50000.00",
	"PT-37 | 2232 50000.00 | 222114 10000.00, 100201 40000.00",
	"PT-39 | 571107 800.00 | 1001 800.00",
	"PT-40 | 505101 10266.97 | 112208 10266.97",
}

func TestRulesGiveEveryShape(t *testing.T) {
	books := load(t)
	shown := map[string]bool{}
	for _, text := range shapes {
		part := strings.Split(text, " | ")
		want := slices.Concat(side(t, part[1], true), side(t, part[2], false))
		template, _, _ := strings.Cut(part[0], "/")
		doc, ok := explain(books, template, ledger.General, "2026-03-15", want)
		if !ok {
			t.Errorf("no rule of %s gives %s", template, text)
			continue
		}
		if part[0] != template && doc.Rule != part[0] {
			t.Errorf("%s comes from %s", text, doc.Rule)
		}
		shown[template] = true
	}
	if len(shown) < 20 {
		t.Errorf("only %d templates shown", len(shown))
	}
}

// side reads "112201 318.00, 112205 182.00".
func side(t *testing.T, text string, debit bool) []ledger.Line {
	t.Helper()
	var list []ledger.Line
	for _, pair := range strings.Split(text, ", ") {
		account, amount, _ := strings.Cut(pair, " ")
		fen, err := money.ParseYuan(amount)
		if err != nil {
			t.Fatal(err)
		}
		line := ledger.Line{Account: account, Credit: fen}
		if debit {
			line = ledger.Line{Account: account, Debit: fen}
		}
		list = append(list, line)
	}
	return list
}
