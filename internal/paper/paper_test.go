package paper

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lifang/lifang/internal/money"
	"github.com/lifang/lifang/rulebook"
)

// slip is the data of the paper "work-slip".
func slip() map[string]any {
	return map[string]any{
		"Company": "里坊物业", "Project": "锦澜花园", "No": "WX-JLHY-20261123-0007", "Room": "1-1-502", "Reporter": "张三", "Phone": "138****0001",
		"ReportedAt": int64(1795500000000), "FaultZh": "给水管渗漏", "FaultEn": "Pipe leaks", "PriorityZh": "急", "PriorityEn": "Urgent",
		"Description": `<script>alert("x")</script>`, "Slot": "14:00–16:00", "Technician": "王师傅", "DueAt": int64(1795510000000), "Needs": "角阀",
		"ChargeZh": "有偿", "ChargeEn": "Paid", "Labour": money.Fen(9000), "Total": money.Fen(16600),
		"Lines": []map[string]any{{"Name": "角阀", "Quantity": "2", "Price": money.Fen(3800), "Amount": money.Fen(7600)}},
	}
}

func TestPrint(t *testing.T) {
	press, err := Load(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	for language, words := range map[string][]string{
		"zh": {`<html lang="zh-CN">`, "size: A5 portrait", "维修派工单", "壹佰陆拾陆元整", "¥166.00", "角阀", "&lt;script&gt;", "给水管渗漏"},
		"en": {`<html lang="en">`, "Repair work slip", "Pipe leaks", "Owner (accepted)"},
	} {
		var page bytes.Buffer
		if err := press.Print(&page, "work-slip", language, slip()); err != nil {
			t.Fatal(err)
		}
		for _, word := range words {
			if !strings.Contains(page.String(), word) {
				t.Errorf("%s: %q is not on the paper", language, word)
			}
		}
		if strings.Contains(page.String(), "<script") {
			t.Error("data reached the page unescaped")
		}
		if blank := strings.Count(page.String(), `class="blank"`); blank != 3 {
			t.Errorf("%d blank lines, want the table filled up to 4", blank)
		}
	}
}

func TestNothingIsPrintedOfDataThatDoesNotFit(t *testing.T) {
	press, err := Load(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	data := slip()
	delete(data, "Technician")
	var page bytes.Buffer
	if err := press.Print(&page, "work-slip", "zh", data); err == nil || page.Len() > 0 {
		t.Errorf("printed %d bytes, %v", page.Len(), err)
	}
	if err := press.Print(&page, "money-bill", "zh", data); err == nil {
		t.Error("printed a paper that does not exist")
	}
}

func TestPapersOfTheRuleBook(t *testing.T) {
	press, err := Load(rulebook.Files)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(press.Names(), " "); !strings.Contains(got, "payment-notice receipt work-slip") {
		t.Errorf("papers %s", got)
	}
}

func TestBrokenPapersAreRefused(t *testing.T) {
	const sheetText = `<title>{{template "title" .}}</title><style>@page{size:{{template "page" .}}}</style>{{template "body" .}}`
	for name, text := range map[string]string{
		"no body":     `{{define "title"}}x{{end}}{{define "page"}}A4{{end}}`,
		"not closed":  `{{define "title"}}x`,
		"no function": `{{define "title"}}x{{end}}{{define "page"}}A4{{end}}{{define "body"}}{{steal .}}{{end}}`,
	} {
		files := fstest.MapFS{"papers/sheet.html": {Data: []byte(sheetText)}, "papers/a.html": {Data: []byte(text)}}
		if _, err := Load(files); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Load(fstest.MapFS{"papers/sheet.html": {Data: []byte(sheetText)}}); err == nil {
		t.Error("a rule book without papers is accepted")
	}
}
