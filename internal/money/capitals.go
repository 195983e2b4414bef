package money

import "strings"

// Capitals writes an amount in the numerals of receipts and cheques (人民币大写): 1409.50 is
// 壹仟肆佰零玖元伍角. 整 ends only an amount of whole yuan; 零 stands once for zeros between digits, and
// between 元 and 分 when there is no 角 (finance.md CV-6).
func Capitals(f Fen) string {
	if f == 0 {
		return "零元整"
	}
	var b strings.Builder
	if f < 0 {
		b.WriteString("负")
	}
	n := magnitude(int64(f))
	yuan, jiao, fen := n/100, n/10%10, n%10
	if yuan > 0 {
		b.WriteString(numeral(yuan) + "元")
	}
	switch {
	case jiao == 0 && fen == 0:
		b.WriteString("整")
	case jiao > 0:
		b.WriteString(digits[jiao] + "角")
	case yuan > 0:
		b.WriteString("零")
	}
	if fen > 0 {
		b.WriteString(digits[fen] + "分")
	}
	return b.String()
}

var digits = [...]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}

// numeral writes a whole number above zero by splitting it at its largest unit: so many 亿, then the rest,
// with 零 before a rest that does not reach the next place below the unit.
func numeral(n uint64) string {
	for _, unit := range []struct {
		value uint64
		name  string
	}{{100_000_000, "亿"}, {10_000, "万"}, {1000, "仟"}, {100, "佰"}, {10, "拾"}} {
		if n < unit.value {
			continue
		}
		text, rest := numeral(n/unit.value)+unit.name, n%unit.value
		if rest == 0 {
			return text
		}
		if rest < unit.value/10 {
			text += digits[0]
		}
		return text + numeral(rest)
	}
	return digits[n]
}
