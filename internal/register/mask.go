package register

import (
	"regexp"
	"strings"
)

// mask hides personal data (R-0.8 of the residents handbook): 张*三, 138****1234, the
// last four of an identity number; anything else keeps its first character.
func (f *field) mask(stored any) any {
	value, isText := stored.(string)
	if !f.masked || !isText || value == "" {
		return stored
	}
	runes := []rune(value)
	n := len(runes)
	hide := func(first, last int) string {
		if n <= first+last {
			return strings.Repeat("*", n)
		}
		return string(runes[:first]) + strings.Repeat("*", n-first-last) + string(runes[n-last:])
	}
	switch f.format {
	case "name":
		if n <= 2 {
			return hide(1, 0)
		}
		return hide(1, 1)
	case "phone":
		if n < 8 {
			return hide(1, 1)
		}
		return hide(3, 4)
	case "idno":
		return hide(0, idnoShown)
	case "plate":
		return hide(2, 2)
	}
	return hide(1, 0)
}

// idnoShown is how many characters of an identity number a mask leaves.
const idnoShown = 4

var (
	identity = regexp.MustCompile(`^[0-9A-Za-z]+$`)
	mobile   = regexp.MustCompile(`^(\+?86[- ]?)?1[3-9]\d{9}$`)
	landline = regexp.MustCompile(`^(0\d{2,3}-?)?\d{7,8}(-\d{1,6})?$|^400-?\d{3}-?\d{4}$|^\+\d{6,15}$`)
	email    = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
	plate    = regexp.MustCompile(`^[\p{Han}A-Z][A-Z]?[·-]?[A-Z0-9]{4,7}[\p{Han}]?$`)
	passport = regexp.MustCompile(`^[A-Z0-9()()-]{5,20}$`)
	resident = regexp.MustCompile(`^\d{17}[\dX]$`)
	web      = regexp.MustCompile(`^https?://\S+$`)
)

// validateFormat checks the texts whose form is known. Phones are mobile numbers or
// landlines with area code; identity numbers of 18 digits carry a check digit
// (GB 11643-1999), other documents are letters and digits.
func validateFormat(format, v string) *fault {
	switch format {
	case "phone":
		if !mobile.MatchString(v) && !landline.MatchString(v) {
			return refuse("应为 11 位手机号,或带区号的座机号", "Must be a mobile number of 11 digits or a landline with area code")
		}
	case "idno":
		if resident.MatchString(v) {
			if !checkDigit(v) {
				return refuse("身份证号校验位不符,请核对", "The check digit of the identity number does not fit, please compare")
			}
		} else if !passport.MatchString(v) || (len(v) == 18 && strings.Trim(v[:17], "0123456789") == "") {
			return refuse("应为 18 位身份证号,或护照等证件号码", "Must be an identity number of 18 digits or the number of a passport")
		}
	case "email":
		if !email.MatchString(v) {
			return refuse("邮箱格式不正确", "Is not an e-mail address")
		}
	case "plate":
		if !plate.MatchString(v) {
			return refuse("车牌号格式不正确,例如 京A12345", "Is not a plate number such as 京A12345")
		}
	case "url":
		if !web.MatchString(v) {
			return refuse("网址应以 http:// 或 https:// 开头", "Must begin with http:// or https://")
		}
	}
	return nil
}

// checkDigit verifies an identity number by ISO 7064 MOD 11-2.
func checkDigit(number string) bool {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(number[i]-'0')
	}
	return "10X98765432"[sum%11] == number[17]
}
