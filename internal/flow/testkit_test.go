package flow_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
)

// The persons of the tests.
const (
	owner   db.ID = 101
	clerk   db.ID = 201
	clerk2  db.ID = 202
	tech    db.ID = 301
	tech2   db.ID = 302
	boss    db.ID = 401
	manager db.ID = 501
	project db.ID = 9001
	company db.ID = 9000
)

// people is a directory in memory.
type people struct {
	roles    map[string][]db.ID
	leaders  map[db.ID]db.ID
	deputies map[db.ID][]db.ID
}

func staff() *people {
	return &people{
		roles:    map[string][]db.ID{"CLERK": {clerk, clerk2}, "TECH": {tech, tech2}, "BOSS": {boss}, "GM": {manager}},
		leaders:  map[db.ID]db.ID{clerk: boss, clerk2: boss, tech: boss, tech2: boss, boss: manager},
		deputies: map[db.ID][]db.ID{},
	}
}

func (p *people) Holders(_ context.Context, _ db.Queryer, role string, _ db.ID) ([]db.ID, error) {
	return p.roles[role], nil
}

func (p *people) PoolsOf(_ context.Context, _ db.Queryer, person db.ID) ([]flow.Pool, error) {
	var out []flow.Pool
	for role, ids := range p.roles {
		if slices.Contains(ids, person) {
			out = append(out, flow.Pool{Role: role, Org: project}, flow.Pool{Role: role, Org: company})
		}
	}
	return out, nil
}

func (p *people) Unit(_ context.Context, _ db.Queryer, org db.ID, kind string) (db.ID, error) {
	if kind == "company" {
		return company, nil
	}
	return 0, nil
}

func (p *people) Leader(_ context.Context, _ db.Queryer, person, _ db.ID, n int) (db.ID, error) {
	for ; n > 0; n-- {
		person = p.leaders[person]
	}
	return person, nil
}

func (p *people) Principals(_ context.Context, _ db.Queryer, deputy db.ID, _ int64, _ string) ([]db.ID, error) {
	return p.deputies[deputy], nil
}

func (p *people) Names(_ context.Context, _ db.Queryer, persons []db.ID) (map[db.ID]string, error) {
	out := map[db.ID]string{}
	for _, id := range persons {
		out[id] = fmt.Sprintf("P%d", id)
	}
	return out, nil
}

func (p *people) RoleName(role string) (string, string) { return "岗位" + role, role }

func (p *people) Roles() map[string]bool {
	out := map[string]bool{}
	for r := range p.roles {
		out[r] = true
	}
	return out
}

func (p *people) OrgCode(context.Context, db.Queryer, db.ID) (string, error) { return "JLHY", nil }

// book is a calendar without holidays: office 08:30–12:00 and 13:30–17:30 on Monday to Friday.
func book(t testing.TB) *calendar.Book {
	t.Helper()
	tod := func(s string) calendar.TimeOfDay {
		v, err := calendar.ParseTimeOfDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	b, err := calendar.NewBook(calendar.NewWorkdays(),
		calendar.Clock{Code: calendar.Office, Days: calendar.LegalWorkdays, Windows: []calendar.Window{{tod("08:30"), tod("12:00")}, {tod("13:30"), tod("17:30")}}},
		calendar.Clock{Code: calendar.Service, Days: calendar.EveryDay, Windows: []calendar.Window{{tod("08:30"), tod("20:30")}}},
		calendar.Clock{Code: calendar.RoundTheClock, Days: calendar.EveryDay, Windows: []calendar.Window{{tod("00:00"), tod("24:00")}}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func load(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// wrap makes a file of a process body.
func wrap(body string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lf="urn:lifang:bpmn:1" targetNamespace="t">
<process id="p" name="流程" isExecutable="true">
` + strings.TrimSpace(body) + `
</process></definitions>`)
}

var forms = map[string][]byte{
	"report": []byte(`{"title":"报修","x-en":"Report","type":"object","required":["place","fault"],"properties":{
		"place":{"type":"string","title":"位置","x-en":"Place","minLength":1,"x-order":1},
		"fault":{"type":"string","title":"故障","x-en":"Fault","x-order":2,"oneOf":[{"const":"water","title":"漏水","x-en":"Leak"},{"const":"power","title":"停电","x-en":"No power"}]}}}`),
	"dispatch": []byte(`{"title":"派单","x-en":"Dispatch","type":"object","required":["priority"],"properties":{
		"priority":{"type":"string","enum":["P1","P2"],"title":"级别","x-en":"Priority"},
		"technician":{"type":"string","format":"person","title":"维修工","x-en":"Technician"},
		"place":{"type":"string","title":"位置","x-en":"Place","readOnly":true}}}`),
	"work": []byte(`{"title":"维修","x-en":"Repair","type":"object","required":["done"],"properties":{
		"done":{"type":"string","title":"工作内容","x-en":"Work done","minLength":2},
		"fee":{"type":"integer","title":"费用","x-en":"Fee","minimum":0,"x-unit":"分"}}}`),
	"refuse": []byte(`{"title":"拒单","x-en":"Refuse","type":"object","required":["why"],"properties":{"why":{"type":"string","title":"原因","x-en":"Reason","minLength":1}}}`),
	"opinion": []byte(`{"title":"意见","x-en":"Opinion","type":"object","properties":{"ok":{"type":"boolean","title":"同意","x-en":"Agree"},
		"amount":{"type":"integer","title":"金额","x-en":"Amount"}}}`),
}

// notices collects what people were told.
type notices struct {
	mu  sync.Mutex
	all []flow.Notice
}

func (n *notices) take(_ context.Context, _ *db.Tx, x flow.Notice) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, x)
	return nil
}

func (n *notices) of(kind string) []flow.Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []flow.Notice
	for _, x := range n.all {
		if x.Kind == kind {
			out = append(out, x)
		}
	}
	return out
}
