package simulate

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
)

type data = map[string]any

// trouble is what can go wrong in a home or in the grounds.
type trouble struct {
	category, fault, level, text string
	place                        string // public ones
	cause, liability, work, test string
	lines                        []any // paid work has materials or labour
	labour                       int64 // fen
	spreading                    bool
}

func line(item string, qty, price int64) data {
	return data{"item": item, "qty": qty * 100, "unit_price": price}
}

var troubles = []trouble{
	{category: "water", fault: "W02", level: "P2", text: "卫生间洗手盆下面的角阀一直在滴水", cause: "wear", liability: "private", work: "更换洗手盆角阀和软管", test: "pressure", lines: []any{line("角阀", 1, 3500), line("不锈钢软管 60cm", 2, 1800)}, labour: 5000},
	{category: "water", fault: "W03", level: "P2", text: "厨房下水很慢，洗菜池积水", cause: "block", liability: "private", work: "疏通厨房支管，清出油垢", test: "flush", labour: 8000},
	{category: "water", fault: "W01", level: "P1", text: "阳台水管爆了，水已经流到客厅", cause: "wear", liability: "private", work: "关阀抢修，更换爆裂段 PPR 管", test: "pressure", lines: []any{line("PPR 管 20", 3, 1200), line("PPR 弯头", 2, 400)}, labour: 15000, spreading: true},
	{category: "power", fault: "E01", level: "P1", text: "家里突然没电，开关推上去又跳", cause: "wear", liability: "private", work: "查明热水器回路绝缘损坏，隔离后恢复供电，更换漏电开关", test: "load", lines: []any{line("漏电保护开关 32A", 1, 8600)}, labour: 6000},
	{category: "power", fault: "O99", level: "P3", text: "客厅吸顶灯不亮，想请师傅换一下", cause: "wear", liability: "private", work: "更换吸顶灯光源", test: "run", lines: []any{line("LED 光源板 36W", 1, 6500)}, labour: 3000},
	{category: "door", fault: "C06", level: "P2", text: "入户门锁转不动，钥匙插进去很涩", cause: "wear", liability: "private", work: "清洗润滑锁芯，调整锁舌", test: "cycles"},
	{category: "heating", fault: "H03", level: "P2", text: "空调开了半天不冷，外机在响", cause: "wear", liability: "private", work: "清洗过滤网和冷凝器，补充制冷剂", test: "run", lines: []any{line("制冷剂 R32", 1, 12000)}, labour: 10000},
	{category: "access", fault: "D04", level: "P2", text: "可视对讲没有声音，访客按了听不见", cause: "quality", liability: "common", work: "更换室内机听筒线", test: "run"},
	{category: "leak", fault: "W09", level: "P2", text: "飘窗顶上有水印，下雨就渗", cause: "install", liability: "builder", work: "外窗框重新打胶，淋水试验不渗", test: "none"},
	{category: "door", fault: "C06", level: "P3", text: "阳台推拉门掉下来了，滑轮坏了", cause: "wear", liability: "private", work: "更换推拉门滑轮一对", test: "cycles", lines: []any{line("推拉门滑轮", 2, 2800)}, labour: 6000},
	{category: "lighting", fault: "E04", level: "P2", text: "楼道声控灯坏了两盏，晚上看不见", place: "2号楼1单元6层楼道", cause: "wear", liability: "common", work: "更换声控灯两盏", test: "run"},
	{category: "access", fault: "D01", level: "P1", text: "单元门禁刷卡没反应，门关不上", place: "1号楼2单元大门", cause: "wear", liability: "common", work: "更换电磁锁，重新校时", test: "cycles"},
	{category: "parking", fault: "D03", level: "P1", text: "东门道闸抬不起来，车排到路上了", place: "东门岗", cause: "wear", liability: "common", work: "更换道闸弹簧，校正限位", test: "cycles"},
	{category: "lift", fault: "L03", level: "P1", text: "2 单元电梯运行时有异响，关门会抖", place: "1号楼2单元电梯", cause: "wear", liability: "common", work: "维保单位更换门滑块，试运行正常", test: "run"},
	{category: "leak", fault: "C07", level: "P3", text: "门厅地砖翘起来一块，容易绊脚", place: "3号楼门厅", cause: "install", liability: "common", work: "铲除空鼓，重铺地砖两块", test: "none"},
}

// asked are questions that the desk answers at once.
var asked = [][2]string{
	{"想问一下地下车库的月租车位还有没有", "目前 B1 有空余车位，已告知办理材料和窗口时间"},
	{"装修需要办什么手续，押金多少", "已说明装修申请流程和资料清单，发送办理指南"},
	{"快递柜取件码收不到短信", "属快递公司设备，已提供客服电话并协助反馈"},
}

// story is one request on its way. It goes on until the task named by stop is open, or to its end.
type story struct {
	*life
	p        *place
	h        home
	t        trouble
	tech     person
	clerk    person
	inst     db.ID
	stop     string
	live     bool // of today: small steps, whatever the hour
	paid     bool
	refuse   int // times that technicians refuse
	fail     bool
	unsolved bool
	decline  bool
	slow     bool
	quiet    bool // the owner does not answer
}

// stories plays some forty requests of the past weeks, and today's, which are on their way.
func (l *life) stories() {
	begin := l.clock.Now()
	for i := range 42 {
		p := l.places[bit(l.chance(35))]
		at := begin + day + l.between(0, (past-3*day)/minute)*minute
		if i%7 == 6 {
			q := asked[i/7%len(asked)]
			l.at(l.onShift(at), func() error { return l.question(p, pick(l.sim, p.homes[:min(len(p.homes), 20)]), q) })
			continue
		}
		s := l.story(p, pick(l.sim, p.homes[:min(len(p.homes), 60)]), troubles[i%len(troubles)])
		s.refuse, s.fail, s.unsolved = bit(l.chance(12)), l.chance(10), l.chance(6)
		s.decline, s.slow, s.quiet = l.chance(8), l.chance(12), l.chance(35)
		if s.t.level == "P2" || s.t.level == "P3" {
			at = l.onShift(at)
		}
		l.at(at, s.report)
	}
	a, b := l.places[0], l.places[1]
	for i, today := range []struct {
		p     *place
		home  int
		what  int
		steps int64 // about how many steps lie behind it
		stop  string
		tune  func(*story)
	}{
		{a, 1, 0, 1, "grade", nil}, {a, 2, 11, 1, "grade", nil}, {a, 3, 7, 1, "grade", nil}, {b, 1, 1, 1, "grade", nil},
		{a, 4, 5, 2, "dispatch", nil}, {a, 5, 10, 2, "dispatch", nil}, {b, 2, 8, 2, "dispatch", nil},
		{a, 6, 1, 3, "take", nil}, {a, 7, 4, 4, "arrive", nil}, {b, 3, 0, 4, "arrive", nil},
		{a, 8, 3, 5, "diagnose", nil}, {a, 9, 0, 6, "agree", nil}, {a, 10, 6, 7, "work_paid", nil}, {b, 4, 7, 7, "work", nil},
		{a, 0, 7, 8, "accept", nil}, {a, 11, 14, 8, "inspect", nil}, {a, 12, 9, 9, "follow_up", nil}, {b, 5, 3, 9, "follow_up", nil},
		{a, 13, 6, 6, "review", func(s *story) { s.t.lines = []any{line("空调压缩机", 1, 98_000)} }},
		{a, 14, 1, 5, "redispatch", func(s *story) { s.refuse = 2 }},
		{a, 0, 0, 60, "", nil}, // the first owner has had a paid repair
	} {
		s := l.story(today.p, today.p.homes[today.home], troubles[today.what])
		s.stop, s.live, s.tech = today.stop, true, today.p.technique[i%2]
		if today.tune != nil {
			today.tune(s)
		}
		l.at(l.o.Until-today.steps*14*minute-l.between(1, 9)*minute, s.report)
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (l *life) story(p *place, h home, t trouble) *story {
	return &story{life: l, p: p, h: h, t: t, tech: pick(l.sim, p.technique), clerk: pick(l.sim, p.desk), paid: t.place == "" && t.liability == "private" && (t.labour > 0 || len(t.lines) > 0)}
}

func (l *life) question(p *place, h home, q [2]string) error {
	s := l.story(p, h, trouble{category: "service", text: q[0], work: q[1]})
	return s.start(h.owner, access.Resident, data{"kind": "consult", "room_id": h.room.String()})
}

// report opens the request: in the app, or by phone through the desk.
func (s *story) report() error {
	d := data{"kind": "repair", "spreading": s.t.spreading, "entry_ok": true}
	who, kind := s.h.owner, access.Resident
	if s.t.place != "" {
		d["place"] = s.t.place
	} else {
		d["room_id"] = s.h.room.String()
	}
	if s.t.place != "" || !s.live && s.chance(35) {
		who, kind = s.clerk, access.Staff
	}
	return s.start(who, kind, d)
}

// start opens the request; what the desk takes by phone belongs to the owner.
func (s *story) start(who person, kind access.Kind, d data) error {
	owner := db.ID(0)
	if who.id != s.h.owner.id && s.t.place == "" {
		owner = s.h.owner.id
	}
	d["category"], d["description"] = s.t.category, s.t.text
	var files map[string][]flow.File
	if kind == access.Resident && d["kind"] == "repair" {
		files = map[string][]flow.File{"photos": {s.photos["report"]}}
	}
	a, err := s.Flow.Start(s.as(who, kind), flow.Start{Command: s.command(), Flow: "order-intake", Org: s.p.ID, Actor: who.id, For: owner, Data: d, Files: files})
	if err != nil {
		return fmt.Errorf("%s: %w", s.t.text, err)
	}
	s.sim.report.Requests++
	s.inst = a.CaseID
	s.wait("grade")
	return nil
}

// pauses are how many minutes people take, from and to, before they do a step.
var pauses = map[string][2]int64{"grade": {2, 11}, "dispatch": {1, 6}, "redispatch": {5, 20}, "take": {1, 9}, "arrive": {8, 24}, "diagnose": {6, 20}, "review": {15, 70},
	"agree": {3, 12}, "work": {20, 90}, "work_paid": {25, 110}, "accept": {45, 1_500}, "inspect": {40, 300}, "follow_up": {600, 2_900}}

// wait puts the next step on the agenda.
func (s *story) wait(node string) {
	span := pauses[node]
	minutes := s.between(span[0], span[1])
	switch {
	case s.live:
		minutes = min(minutes, 13)
	case s.slow && node != "follow_up":
		minutes *= 5
	}
	at := s.clock.Now() + minutes*minute
	if !s.live && (s.t.level > "P1" || node == "accept" || node == "follow_up" || node == "inspect") {
		at = s.onShift(at)
	}
	s.at(at, s.step)
}

// open finds the task of the request, or of its repair, that waits for somebody.
func (s *story) open() (task db.ID, node string, err error) {
	err = s.DB.Reader().QueryRowContext(s.ctx, `SELECT t.id, t.node FROM flow_task t JOIN flow_inst i ON i.id = t.inst_id
		WHERE (i.id = $1 OR i.parent_id = $1) AND t.state = 0 AND t.kind = 0 ORDER BY t.id DESC LIMIT 1`, s.inst).Scan(&task, &node)
	return task, node, err
}

// step does what comes next and waits for the one after.
func (s *story) step() error {
	task, node, err := s.open()
	if errors.Is(err, db.ErrNotFound) {
		return nil // closed
	}
	if err != nil || node == s.stop {
		return err
	}
	if node == "accept" && s.quiet && !s.live {
		s.at(s.clock.Now()+3*day, s.step) // silence accepts after 72 hours
		s.quiet = false
		return nil
	}
	who, kind, outcome, d, files := s.act(node)
	attached := map[string][]flow.File{}
	for _, f := range files {
		attached[f] = []flow.File{s.photos[f]}
	}
	if _, err := s.Flow.Do(s.as(who, kind), flow.Request{Command: s.command(), Task: task, Verb: "complete", Actor: who.id, Outcome: outcome, Data: d, Files: attached}); err != nil {
		return fmt.Errorf("%s, %s: %w", s.t.text, node, err)
	}
	_, next, err := s.open()
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err == nil && next != s.stop {
		s.wait(next)
	}
	return err
}

// act says who does a step, and how.
func (s *story) act(node string) (who person, kind access.Kind, outcome string, d data, files []string) {
	who, kind = s.tech, access.Staff
	switch node {
	case "grade":
		if s.t.category == "service" {
			return s.clerk, kind, "answer", data{"close_code": "answered", "answer": s.t.work}, nil
		}
		area, charge := "private", "free"
		if s.t.place != "" {
			area = "public"
		}
		if s.paid {
			charge = "paid"
		}
		level := s.t.level
		return s.clerk, kind, "repair", data{"priority": level, "charge_kind": charge, "area_kind": area, "fault_code": s.t.fault}, nil
	case "dispatch", "redispatch":
		if node == "redispatch" {
			who = s.staff["ENG_SUP"][bit(s.p != s.places[0])]
		} else {
			who = s.clerk
		}
		return who, kind, "", data{"technician": s.tech.id.String()}, nil
	case "take":
		if s.refuse > 0 {
			s.refuse--
			refused := s.tech
			s.tech = pick(s.sim, s.p.technique)
			return refused, kind, "refuse", data{"refuse_reason": "busy"}, nil
		}
		return who, kind, "take", nil, nil
	case "arrive":
		return who, kind, "", data{"gps": "30.2741,120.1551", "manner": true}, nil
	case "diagnose":
		d = data{"cause": s.t.cause, "liability": s.t.liability, "finding": s.t.text}
		if s.charged() {
			d["labour_fee"], d["lines"] = s.t.labour, s.t.materials()
			return who, kind, "paid", d, []string{"before"}
		}
		return who, kind, "free", d, []string{"before"}
	case "review":
		return s.staff["ENG_SUP"][bit(s.p != s.places[0])], kind, "confirm", nil, nil
	case "agree":
		if s.decline {
			return who, kind, "decline", data{"made_safe": true, "decline_reason": "价格偏高，自行处理"}, nil
		}
		return who, kind, "agree", nil, []string{"sign"}
	case "work":
		return who, kind, "", data{"work_done": s.t.work, "labour_min": s.between(15, 70), "test": s.t.test, "cleaned": true}, []string{"after"}
	case "work_paid":
		return who, kind, "", data{"work_done": s.t.work, "labour_min": s.between(20, 90), "test": s.t.test, "cleaned": true, "old_parts": "owner",
			"labour_fee": s.t.labour, "lines": s.t.materials()}, []string{"after", "sign"}
	case "accept", "inspect":
		who, kind = s.h.owner, access.Resident
		if node == "inspect" {
			who, kind = s.clerk, access.Staff
		}
		if s.fail {
			s.fail = false
			return who, kind, "fail", data{"fail_reason": "还有点小问题，请再处理一下"}, nil
		}
		return who, kind, "pass", data{"score": cmp.Or(s.between(3, 5), 5)}, nil
	default: // follow_up
		if s.unsolved {
			s.unsolved, s.paid = false, false
			return s.clerk, kind, "unsolved", data{"opinion": "过了两天又出现同样的问题", "score": 2}, nil
		}
		return s.clerk, kind, "solved", data{"reached": true, "method": "phone", "score": s.between(4, 5), "opinion": pick(s.sim, []string{"师傅很准时", "处理得很干净", "满意", "下次希望更快一点"})}, nil
	}
}

// charged tells whether this visit is paid for: a rework of the same fault in the room is free.
func (s *story) charged() bool {
	if !s.paid {
		return false
	}
	var free int
	err := s.DB.Reader().QueryRowContext(s.ctx, `SELECT COUNT(*) FROM work_order WHERE rework_of <> 0 AND case_id = (SELECT MAX(id) FROM flow_inst WHERE parent_id = $1)`, s.inst).Scan(&free)
	return err == nil && free == 0
}

func (t trouble) materials() []any {
	if t.lines == nil {
		return []any{}
	}
	return t.lines
}
