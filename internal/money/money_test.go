package money

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseYuan(t *testing.T) {
	for text, want := range map[string]Fen{
		"0": 0, "-0": 0, "0.1": 10, "1409.50": 140950, "1409.500": 140950, " 1,409.5 ": 140950, "-88.80": -8880, "−88.8": -8880,
		"¥100": 10000, "￥ 100": 10000, "-¥1": -100, "100元": 10000, "12,345,678.9": 1234567890, "90071992547409.91": Max, "007": 700,
	} {
		if got, err := ParseYuan(text); err != nil || got != want {
			t.Errorf("ParseYuan(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		"": ErrSyntax, "-": ErrSyntax, ".5": ErrSyntax, "5.": ErrSyntax, "1e3": ErrSyntax, "0x10": ErrSyntax, "1 000": ErrSyntax, "--1": ErrSyntax, "-¥-1": ErrSyntax,
		"1,00": ErrSyntax, "1,0000": ErrSyntax, ",100": ErrSyntax, "1234,567": ErrSyntax, "１２": ErrSyntax, "一百": ErrSyntax, "NaN": ErrSyntax, "+1": ErrSyntax,
		"0.005": ErrPlaces, "1.234": ErrPlaces, "90071992547409.92": ErrRange, "99999999999999999999": ErrRange,
	} {
		if got, err := ParseYuan(text); !errors.Is(err, want) {
			t.Errorf("ParseYuan(%q) = %d, %v; want %v", text, got, err, want)
		}
	}
}

func TestFormat(t *testing.T) {
	for fen, want := range map[Fen]string{
		0: "0.00", 5: "0.05", -5: "-0.05", 100: "1.00", 99999: "999.99", 100000: "1,000.00", -123456789: "-1,234,567.89", Max: "90,071,992,547,409.91",
	} {
		if got := fen.Format(); got != want {
			t.Errorf("%d: %s, want %s", int64(fen), got, want)
		}
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := Fen(rapid.Int64Range(-int64(Max), int64(Max)).Draw(t, "fen"))
		for _, text := range []string{fen.String(), fen.Format()} {
			if got, err := ParseYuan(text); err != nil || got != fen {
				t.Fatalf("%s read as %d, %v", text, got, err)
			}
		}
		places := rapid.IntRange(0, 18).Draw(t, "places")
		if got, err := ParseScaled(FormatScaled(int64(fen), places), places); err != nil || got != int64(fen) {
			t.Fatalf("%s with %d places read as %d, %v", FormatScaled(int64(fen), places), places, got, err)
		}
	})
}

func TestAmountsStayInRange(t *testing.T) {
	if sum, err := Max.Plus(1); !errors.Is(err, ErrRange) {
		t.Errorf("Max + 1 = %d, %v", sum, err)
	}
	if diff, err := (-Max).Minus(1); !errors.Is(err, ErrRange) {
		t.Errorf("−Max − 1 = %d, %v", diff, err)
	}
	if diff, err := Fen(0).Minus(-1 << 63); !errors.Is(err, ErrRange) {
		t.Errorf("0 − the smallest integer = %d, %v", diff, err)
	}
	if sum, err := Sum(Max, -Max, 7); err != nil || sum != 7 {
		t.Errorf("sum = %d, %v", sum, err)
	}
	if fen, err := Max.Yuan().Plus(exactOf("0.01")).Fen(); !errors.Is(err, ErrRange) {
		t.Errorf("one fen more than Max = %d, %v", fen, err)
	}
	if fen, err := Int(1 << 62).Times(Int(1 << 62)).Fen(); !errors.Is(err, ErrRange) {
		t.Errorf("2^124 yuan = %d, %v", fen, err)
	}
}

func exactOf(text string) Exact {
	x, err := ParseExact(text)
	if err != nil {
		panic(err)
	}
	return x
}

func TestExactRoundsOnceAtTheEnd(t *testing.T) {
	share := exactOf("2.85").Times(exactOf("89.37")).Times(Int(19)).Over(Int(31))
	if fen, err := share.Fen(); err != nil || fen != 15611 { // 4839.3855 ÷ 31 = 156.1092…
		t.Errorf("19 of 31 days: %d, %v", fen, err)
	}
	thirds := Int(1).Over(Int(3))
	if sum := thirds.Plus(thirds).Plus(thirds); sum.Cmp(Int(1)) != 0 {
		t.Errorf("three thirds are %s", sum.Text(18))
	}
	var zero Exact
	if zero.Plus(Int(2)).Text(1) != "2.0" || zero.Sign() != 0 || zero.Neg().Text(0) != "0" {
		t.Error("the zero value is not 0")
	}
}

// TestRoundingIsHalfAwayFromZero compares the two implementations with the definition.
func TestRoundingIsHalfAwayFromZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(-1e9, 1e9).Draw(t, "a")
		b := rapid.Int64Range(-1e9, 1e9).Draw(t, "b")
		c := rapid.Int64Range(1, 1e6).Draw(t, "c")
		got, err := MulDiv(a, b, c)
		if err != nil {
			t.Fatal(err)
		}
		if twin, err := Int(a).Times(Int(b)).Over(Int(c)).Scaled(0); err != nil || twin != got {
			t.Fatalf("MulDiv gives %d, Exact %d, %v", got, twin, err)
		}
		// |2·(got·c − a·b)| ≤ c, and on equality got lies further from zero.
		miss := new(big.Int).Sub(new(big.Int).Mul(big.NewInt(got), big.NewInt(c)), new(big.Int).Mul(big.NewInt(a), big.NewInt(b)))
		twice := new(big.Int).Mul(miss, big.NewInt(2))
		if order := new(big.Int).Abs(twice).Cmp(big.NewInt(c)); order > 0 || order == 0 && (miss.Sign() > 0) != (got > 0) {
			t.Fatalf("%d × %d ÷ %d = %d", a, b, c, got)
		}
		if mirror, err := MulDiv(-a, b, c); err != nil || mirror != -got {
			t.Fatalf("the mirror of %d is %d, %v", got, mirror, err)
		}
	})
}

func TestMulDivAtTheEdges(t *testing.T) {
	const most, least = 1<<63 - 1, -1 << 63
	for _, one := range []struct{ a, b, c, want int64 }{
		{most, most, most, most}, {least, 1, 1, least}, {least, most, most, least}, {least, least, least, least}, {most, 2, 4, 1 << 62}, {1, 1, 2, 1}, {-1, 1, 2, -1}, {1, -1, 3, 0},
	} {
		if got, err := MulDiv(one.a, one.b, one.c); err != nil || got != one.want {
			t.Errorf("%d × %d ÷ %d = %d, %v; want %d", one.a, one.b, one.c, got, err, one.want)
		}
	}
	for _, one := range [][3]int64{{1, 1, 0}, {most, 2, 1}, {least, -1, 1}, {least, least, 1}} {
		if got, err := MulDiv(one[0], one[1], one[2]); !errors.Is(err, ErrRange) {
			t.Errorf("%v gives %d, %v", one, got, err)
		}
	}
}

func TestSharesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := Fen(rapid.Int64Range(-int64(Max), int64(Max)).Draw(t, "total"))
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<62), 1, 40).Draw(t, "weights")
		weights[0] |= 1
		weight := new(big.Rat)
		for _, w := range weights {
			weight.Add(weight, new(big.Rat).SetInt64(w))
		}
		for name, divide := range map[string]func(Fen, []int64) ([]Fen, error){"Allocate": Allocate, "Spread": Spread} {
			shares, err := divide(total, weights)
			if err != nil {
				t.Fatal(err)
			}
			if sum, err := Sum(shares...); err != nil || sum != total {
				t.Fatalf("%s: %v add up to %d, %v", name, shares, sum, err)
			}
			mirror, err := divide(-total, weights)
			if err != nil {
				t.Fatal(err)
			}
			for i, share := range shares {
				fair := new(big.Rat).Mul(new(big.Rat).SetInt64(int64(total)), new(big.Rat).Quo(new(big.Rat).SetInt64(weights[i]), weight))
				if miss := fair.Sub(fair, new(big.Rat).SetInt64(int64(share))); miss.Abs(miss).Cmp(big.NewRat(1, 1)) > 0 {
					t.Fatalf("%s: share %d is more than a fen from fair", name, i)
				}
				if mirror[i] != -share {
					t.Fatalf("%s: the reversal of %d is %d", name, share, mirror[i])
				}
			}
		}
	})
}

func TestWhatCannotBeDivided(t *testing.T) {
	for _, divide := range []func(Fen, []int64) ([]Fen, error){Allocate, Spread} {
		for name, weights := range map[string][]int64{"no weights": nil, "zero weights": {0, 0}, "a negative weight": {3, -1}} {
			if shares, err := divide(100, weights); err == nil {
				t.Errorf("%s: %v", name, shares)
			}
		}
		if shares, err := divide(0, []int64{0, 0}); err != nil || shares[0] != 0 || shares[1] != 0 {
			t.Errorf("nothing over nobody: %v, %v", shares, err)
		}
	}
}

func TestTaxAddsUpAndMirrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gross := Fen(rapid.Int64Range(-1e13, 1e13).Draw(t, "gross"))
		rate := Scaled(rapid.Int64Range(0, 10000).Draw(t, "rate"), 4)
		net, tax, err := SplitTax(gross, rate)
		if err != nil || net+tax != gross {
			t.Fatalf("%d + %d, %v", net, tax, err)
		}
		if n, x, err := SplitTax(-gross, rate); err != nil || n != -net || x != -tax {
			t.Fatalf("credit note %d + %d, %v", n, x, err)
		}
		added, back, err := AddTax(net, rate)
		if err != nil || back != net+added || (back-gross).Abs() > 1 {
			t.Fatalf("%d with tax is %d, %v; it came from %d", net, back, err, gross)
		}
	})
	for _, rate := range []string{"-0.01", "1.01", "6"} {
		if _, _, err := SplitTax(100, exactOf(rate)); err == nil {
			t.Errorf("the rate %s was taken", rate)
		}
		if _, _, err := AddTax(100, exactOf(rate)); err == nil {
			t.Errorf("the rate %s was taken", rate)
		}
	}
}

// TestCapitalsSayTheAmount reads the numerals back by their own rule: digits times units, summed.
func TestCapitalsSayTheAmount(t *testing.T) {
	for fen, want := range map[Fen]string{
		1: "壹分", 101: "壹元零壹分", 110: "壹元壹角", 1001000: "壹万零壹拾元整", 20000100000: "贰亿零壹仟元整", 100000000000000: "壹万亿元整", -1: "负壹分",
	} {
		if got := Capitals(fen); got != want {
			t.Errorf("%d: %s, want %s", int64(fen), got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		fen := Fen(rapid.Int64Range(-int64(Max), int64(Max)).Draw(t, "fen"))
		text := Capitals(fen)
		if got := readCapitals(text); got != fen {
			t.Fatalf("%d is written %s, which says %d", int64(fen), text, int64(got))
		}
		if strings.Contains(text, "零零") || strings.HasSuffix(text, "零") {
			t.Fatalf("%s has a 零 too many", text)
		}
	})
}

func readCapitals(text string) Fen {
	values := map[rune]int64{'拾': 10, '佰': 100, '仟': 1000}
	var total, section, digit int64
	sign := int64(1)
	for _, r := range text {
		switch r {
		case '负':
			sign = -1
		case '零', '整':
			digit = 0
		case '拾', '佰', '仟':
			section, digit = section+digit*values[r], 0
		case '万':
			// 万 multiplies what stands since the last 亿.
			high := total / 100_000_000 * 100_000_000
			total, section, digit = high+(total-high+section+digit)*10_000, 0, 0
		case '亿':
			total, section, digit = (total+section+digit)*100_000_000, 0, 0
		case '元':
			total, section, digit = (total+section+digit)*100, 0, 0
		case '角':
			total, digit = total+digit*10, 0
		case '分':
			total, digit = total+digit, 0
		default:
			digit = int64(strings.Index("零壹贰叁肆伍陆柒捌玖", string(r)) / 3)
		}
	}
	return Fen(sign * total)
}

func TestHalfUpSQLIsWhole(t *testing.T) {
	want := "(((a * b) + CASE WHEN (a * b) < 0 THEN -5000 ELSE 5000 END) / 10000)"
	if got := HalfUpSQL("a * b", 10000); got != want {
		t.Errorf("got %s", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a denominator of 0 was taken")
		}
	}()
	HalfUpSQL("a", 0)
}

func FuzzParseYuan(f *testing.F) {
	for _, seed := range []string{"1,409.50", "-88.80", "¥1", "1e9", "−0.1元", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fen, err := ParseYuan(text)
		if err != nil {
			if fen != 0 || !errors.Is(err, ErrSyntax) && !errors.Is(err, ErrPlaces) && !errors.Is(err, ErrRange) {
				t.Errorf("%q: %d, %v", text, fen, err)
			}
			return
		}
		if again, err := ParseYuan(fen.Format()); err != nil || again != fen {
			t.Errorf("%q is %s, which reads as %d, %v", text, fen.Format(), again, err)
		}
	})
}

func FuzzParseExact(f *testing.F) {
	for _, seed := range []string{"2.85", "-0.0005", "1.", "99999999999999999.9", "0.0000000000000000001"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := ParseExact(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok || want.Cmp(x.rat()) != 0 {
			t.Errorf("%q read as %s", text, x.rat())
		}
	})
}

func ExampleExact() {
	price, _ := ParseExact("2.85")
	area, _ := ParseExact("89.37")
	fee, _ := price.Times(area).Times(Int(19)).Over(Int(31)).Fen()
	fmt.Println(fee, Capitals(fee))
	// Output: 156.11 壹佰伍拾陆元壹角壹分
}
