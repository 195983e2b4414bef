package core_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/flow/core"
	"github.com/lifang/lifang/internal/problem"
)

// sign is a user task of several people: persons 11, 12 and 13 (the holders of the position), or who lf:assign names.
func sign(id, attrs, sequential, until string) string {
	condition := ""
	if until != "" {
		condition = "<completionCondition>" + until + "</completionCondition>"
	}
	if !strings.Contains(attrs, "lf:assign") && !strings.Contains(attrs, "lf:role") {
		attrs += ` lf:role="CLERK"`
	}
	return `<userTask id="` + id + `" ` + attrs + `><multiInstanceLoopCharacteristics isSequential="` + sequential + `">` + condition + `</multiInstanceLoopCharacteristics></userTask>`
}

const opinion = `<extensionElements><lf:outcome id="agree" name="同意" tone="ok"/><lf:outcome id="reject" name="不同意" tone="bad"/></extensionElements>`

// verdict puts a gateway behind a step that leads to yes or no.
func verdict(step string) string {
	return `<exclusiveGateway id="v" default="v_no"/>` + user("yes", "") + user("no", "") + chain("v no e;yes e") +
		`<sequenceFlow id="v_yes" sourceRef="v" targetRef="yes"><conditionExpression>result["` + step + `"] == "agree"</conditionExpression></sequenceFlow>`
}

// acts runs lines of "person verb step [arguments] => open tasks". An argument is an outcome, a person "+14", a step "to:a", or
// the word direct. Open tasks are written step:person, step:pool for the pool's; a task that waits for advice is (step:person).
func acts(t *testing.T, w *world, lines ...string) {
	t.Helper()
	for _, line := range lines {
		what, want, _ := strings.Cut(line, "=>")
		f := strings.Fields(what)
		who, _ := strconv.ParseInt(f[0], 10, 64)
		c := core.Command{Kind: f[1], Actor: who, Reason: "r"}
		if len(f) > 2 && f[2] != "-" {
			c.Slot = w.mine(f[2], who)
		}
		for _, arg := range f[min(3, len(f)):] {
			switch {
			case arg[0] == '+':
				id, _ := strconv.ParseInt(arg[1:], 10, 64)
				c.To = append(c.To, id)
			case strings.HasPrefix(arg, "to:"):
				c.Node = arg[3:]
			case arg == "direct":
				c.Direct = true
			case arg == "admin":
				c.Admin = true
			default:
				c.Outcome = arg
			}
		}
		var err error
		switch c.Kind {
		case "read":
			w.read = map[string]bool{c.Slot: true}
		case "fire":
			c.Slot = ""
			for k := range w.jobs {
				if strings.HasSuffix(k, "/"+f[2]) {
					c.Job = k
				}
			}
			err = w.do(c)
		default:
			err = w.do(c)
		}
		got := w.seats()
		if err != nil {
			got = "! " + err.Error()
			if p, ok := problem.As(err); ok {
				got = "! " + p.Code
			}
		} else if w.doc.State.Over() {
			got = w.doc.State.String()
		}
		if want = strings.TrimSpace(want); want != "*" && got != want {
			t.Fatalf("%s: got %q, want %q\n%s", strings.TrimSpace(what), got, want, w.doc.Encode())
		}
	}
}

func (w *world) mine(node string, who int64) string {
	pool := ""
	for _, s := range w.doc.Open() {
		if w.tasks[s.ID] == node && s.Who == who {
			return s.ID
		}
		if w.tasks[s.ID] == node && s.Who == 0 && pool == "" {
			pool = s.ID
		}
	}
	for id, n := range w.waits {
		if _, s := w.doc.Find(id); n == node && s.Who == who {
			return id
		}
	}
	if pool == "" {
		return "none"
	}
	return pool
}

func (w *world) seats() string {
	var out []string
	name := func(s *core.Slot, node string) string {
		if s.Who == 0 {
			return node + ":pool"
		}
		return fmt.Sprintf("%s:%d", node, s.Who)
	}
	for _, s := range w.doc.Open() {
		out = append(out, name(&s, w.tasks[s.ID]))
	}
	for id, node := range w.waits {
		_, s := w.doc.Find(id)
		out = append(out, "("+name(s, node)+")")
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func begin(t *testing.T, body string) *world {
	t.Helper()
	def, err := core.Compile(wrap(body), names)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(def)
	if err := w.do(core.Command{Kind: "start", Actor: 7, Org: 1}); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestConventions is the matrix of the Chinese approval conventions, alone and in pairs.
func TestConventions(t *testing.T) {
	t.Parallel()
	allow := ` lf:allow="transfer hold add before after remove delegate direct retake" lf:back="any"`
	signed := func(until string) string {
		return ends + sign("a", allow, "false", until) + verdict("a") + chain("s a v")
	}
	line := ends + user("x", allow+` lf:assign="'21'"`) + user("y", allow+` lf:assign="'22'"`) + user("z", allow+` lf:assign="'23'"`) + chain("s x y z e")
	one := ends + `<userTask id="a" lf:assign="'21'"` + allow + `>` + opinion + `</userTask>` + verdict("a") + chain("s a v")
	branches := ends + fork + user("first", allow+` lf:assign="'20'"`) + sign("a", allow, "false", "agree == n") + user("b", allow+` lf:assign="'22'"`) + user("z", allow+` lf:assign="'23'"`) +
		chain("s first g a j z e;g b j")
	for _, c := range []struct {
		name, body string
		lines      []string
	}{
		{"会签 all: everybody agrees", signed("agree == n"), []string{"1 urge - => a:11 a:12 a:13", "11 complete a agree => a:12 a:13", "12 complete a agree => a:13", "13 complete a agree => yes:pool"}},
		{"会签 all: one refusal decides at once", signed("agree == n"), []string{"11 complete a agree => a:12 a:13", "12 complete a reject => no:pool"}},
		{"会签 ratio: early when reached", signed("agree >= 0.6*n"), []string{"11 complete a agree => a:12 a:13", "12 complete a agree => yes:pool"}},
		{"会签 ratio: early when unreachable", signed("agree >= 0.6*n"), []string{"11 complete a reject => a:12 a:13", "12 complete a reject => no:pool"}},
		{"会签 ratio: a single refusal is not enough", signed("agree >= 0.6*n"), []string{"11 complete a reject => a:12 a:13", "12 complete a agree => a:13", "13 complete a agree => yes:pool"}},
		{"票签: a veto", signed("reject >= 1"), []string{"11 complete a agree => a:12 a:13", "12 complete a reject => no:pool"}},
		{"票签: no veto", signed("reject >= 1"), []string{"11 complete a agree => a:12 a:13", "12 complete a agree => a:13", "13 complete a agree => yes:pool"}},
		{"票签: the majority of those who spoke", signed("done == n and agree &gt; reject or agree &gt; n/2 or reject &gt; n/2"), []string{"11 complete a reject => a:12 a:13", "12 complete a reject => no:pool"}},
		{"或签: the first one decides", ends + `<userTask id="a" lf:role="CLERK">` + opinion + `<multiInstanceLoopCharacteristics><completionCondition>done >= 1</completionCondition></multiInstanceLoopCharacteristics></userTask>` + verdict("a") + chain("s a v"),
			[]string{"12 complete a agree => yes:pool"}},
		{"或签: the first one refuses", ends + `<userTask id="a" lf:role="CLERK">` + opinion + `<multiInstanceLoopCharacteristics><completionCondition>done >= 1</completionCondition></multiInstanceLoopCharacteristics></userTask>` + verdict("a") + chain("s a v"),
			[]string{"12 complete a reject => no:pool"}},
		{"依次审批", ends + sign("a", allow, "true", "agree == n") + verdict("a") + chain("s a v"), []string{"1 urge - => a:11", "12 complete a agree => ! task_done", "11 complete a agree => a:12", "12 complete a agree => a:13", "13 complete a agree => yes:pool"}},
		{"依次审批 ends at a refusal", ends + sign("a", allow, "true", "agree == n") + verdict("a") + chain("s a v"), []string{"11 complete a agree => a:12", "12 complete a reject => no:pool"}},
		{"依次 without a condition asks everybody", ends + sign("a", allow, "true", "") + user("b", "") + chain("s a b e"), []string{"11 complete a => a:12", "12 complete a => a:13", "13 complete a => b:pool"}},
		{"逐级审批 up to level 3", ends + sign("a", `lf:assign="leaders(starter, 3)"`, "true", "agree == n") + verdict("a") + chain("s a v"), []string{"1 urge - => a:8", "8 complete a agree => a:9", "9 complete a agree => a:10", "10 complete a agree => yes:pool"}},
		{"a list in the file", ends + sign("a", `lf:assign="['14', '15', '14']"`, "false", "") + chain("s a e"), []string{"1 urge - => a:14 a:15", "15 complete a => a:14", "14 complete a => done"}},
		{"a number of people from the pool", ends + `<userTask id="a" lf:role="CLERK"><multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></userTask>` + chain("s a e"),
			[]string{"11 complete a => a:pool", "11 complete a => ! same_person", "12 complete a => done"}},
		{"并加签", signed("agree == n"), []string{"11 add a +14 => a:11 a:12 a:13 a:14", "11 complete a agree => a:12 a:13 a:14", "12 complete a agree => a:13 a:14", "13 complete a agree => a:14", "14 complete a agree => yes:pool"}},
		{"并加签 changes the share", signed("agree >= 0.6*n"), []string{"11 complete a agree => a:12 a:13", "12 add a +14 +15 => a:12 a:13 a:14 a:15", "12 complete a agree => a:13 a:14 a:15", "13 complete a agree => yes:pool"}},
		{"并加签 at a plain task", one, []string{"21 add a +14 => a:14 a:21", "21 complete a agree => a:14", "14 complete a reject => no:pool"}},
		{"并加签 in a sequential round comes next", ends + sign("a", allow, "true", "") + chain("s a e"), []string{"11 add a +14 => a:11", "11 complete a => a:14", "14 complete a => a:12"}},
		{"nobody is added twice", signed("agree == n"), []string{"11 add a +12 => ! invalid"}},
		{"前加签: the task waits for advice", one, []string{"21 before a +14 +15 => (a:21) a:14 a:15", "21 complete a agree => ! task_waits", "14 complete a => (a:21) a:15", "15 complete a reject => a:21", "21 complete a agree => yes:pool"}},
		{"前加签 inside 前加签", one, []string{"21 before a +14 => (a:21) a:14", "14 before a +15 => (a:14) (a:21) a:15", "15 complete a => (a:21) a:14", "14 complete a => a:21", "21 complete a reject => no:pool"}},
		{"前加签 inside 会签: the others go on", signed("agree == n"), []string{"11 before a +14 => (a:11) a:12 a:13 a:14", "12 complete a agree => (a:11) a:13 a:14", "13 complete a agree => (a:11) a:14", "14 complete a => a:11", "11 complete a agree => yes:pool"}},
		{"会签 decided while advice is awaited", signed("agree == n"), []string{"11 before a +14 => (a:11) a:12 a:13 a:14", "12 complete a reject => no:pool"}},
		{"前加签 inside 会签 inside a branch", branches, []string{"20 complete first => a:11 a:12 a:13 b:22", "11 before a +14 => (a:11) a:12 a:13 a:14 b:22", "14 complete a => a:11 a:12 a:13 b:22", "22 complete b => a:11 a:12 a:13",
			"11 complete a agree => a:12 a:13", "12 complete a agree => a:13", "13 complete a agree => z:23"}},
		{"并加签 + 退回 out of the branch", branches, []string{"20 complete first => *", "11 add a +14 => a:11 a:12 a:13 a:14 b:22", "22 return b to:first => first:20", "20 complete first => a:11 a:12 a:13 b:22"}},
		{"委派 and back", one, []string{"21 delegate a +14 => (a:21) a:14", "14 complete a agree => a:21", "21 complete a agree => yes:pool"}},
		{"委派 to one person only", one, []string{"21 delegate a +14 +15 => ! invalid"}},
		{"委派 + 转办", one, []string{"21 delegate a +14 => (a:21) a:14", "14 transfer a +15 => (a:21) a:15", "15 complete a => a:21"}},
		{"退回 while delegated", line, []string{"21 complete x => y:22", "22 delegate y +14 => (y:22) y:14", "22 return y to:x => ! task_waits", "14 return y to:x => ! no_return", "14 complete y => y:22", "22 return y to:x => x:21"}},
		{"委派 out of the pool comes back to the asker", ends + user("a", allow) + chain("s a e"), []string{"12 delegate a +14 => (a:12) a:14", "14 complete a => a:12", "12 complete a => done"}},
		{"后加签: a deciding round follows", one, []string{"21 after a +14 +15 => a:21", "21 complete a agree => a:14 a:15", "14 complete a agree => a:15", "15 complete a agree => yes:pool"}},
		{"后加签: the later round refuses", one, []string{"21 after a +14 => a:21", "21 complete a agree => a:14", "14 complete a reject => no:pool"}},
		{"后加签 is dropped by a refusal", one, []string{"21 after a +14 => a:21", "21 complete a reject => no:pool"}},
		{"后加签 after 会签", signed("agree >= 0.6*n"), []string{"11 after a +14 => a:11 a:12 a:13", "11 complete a agree => a:12 a:13", "12 complete a agree => a:14", "14 complete a agree => yes:pool"}},
		{"后加签 + 前加签 in the later round", one, []string{"21 after a +14 => a:21", "21 complete a agree => a:14", "14 before a +15 => (a:14) a:15", "15 complete a => a:14", "14 complete a agree => yes:pool"}},
		{"减签", signed("agree == n"), []string{"11 remove a +13 => a:11 a:12", "11 complete a agree => a:12", "12 complete a agree => yes:pool"}},
		{"减签 can decide", signed("agree >= 0.6*n"), []string{"11 complete a agree => a:12 a:13", "12 remove a +13 => a:12", "12 remove a +12 => yes:pool"}},
		{"减签 leaves somebody", one, []string{"21 remove a +21 => ! last_person"}},
		{"减签 of one who comes later", ends + sign("a", allow, "true", "") + chain("s a e"), []string{"11 remove a +12 => a:11", "11 complete a => a:13"}},
		{"减签 of an adviser", one, []string{"21 before a +14 +15 => *", "14 remove a +15 => (a:21) a:14", "14 complete a => a:21"}},
		{"减签 of one who waits takes his advisers along", signed("agree == n"), []string{"11 before a +14 => (a:11) a:12 a:13 a:14", "12 remove a +11 => a:12 a:13"}},
		{"转办 in 会签", signed("agree == n"), []string{"11 transfer a +14 => a:12 a:13 a:14", "12 transfer a +13 => ! invalid"}},
		{"抢单 and 退还池", ends + user("a", "") + chain("s a e"), []string{"11 claim a => a:11", "11 release a => a:pool", "12 complete a => done"}},
		{"退回 prev", line, []string{"21 complete x => y:22", "22 return y => x:21"}},
		{"退回后直送", line, []string{"21 complete x => y:22", "22 complete y => z:23", "23 return z to:x direct => x:21", "21 complete x => z:23", "23 complete z => done"}},
		{"退回后直送 keeps those who had it", line, []string{"21 complete x => y:22", "22 transfer y +14 => y:14", "14 return y to:x direct => x:21", "21 complete x => y:14"}},
		{"退回后直送 out of a branch leaves the siblings alone", branches, []string{"20 complete first => a:11 a:12 a:13 b:22", "22 return b to:first direct => a:11 a:12 a:13 first:20", "20 complete first => a:11 a:12 a:13 b:22", "22 complete b => a:11 a:12 a:13"}},
		{"退回后直送 into a joined branch", branches, []string{"20 complete first => *", "11 complete a agree => *", "12 complete a agree => *", "13 complete a agree => b:22", "22 complete b => z:23", "23 return z to:b direct => b:22", "22 complete b => z:23", "23 complete z => done"}},
		{"退回 into the joined 会签", branches, []string{"20 complete first => *", "22 complete b => *", "11 complete a agree => *", "12 complete a agree => *", "13 complete a agree => z:23", "23 return z to:a => a:11 a:12 a:13",
			"11 complete a reject => z:23"}},
		{"退回 after 退回后直送", line, []string{"21 complete x => y:22", "22 complete y => z:23", "23 return z to:x direct => x:21", "21 complete x => z:23", "23 return z to:x => x:21", "21 complete x => y:22"}},
		{"退回后直送 twice goes back the whole way", line, []string{"21 complete x => y:22", "22 complete y => z:23", "23 return z to:y direct => y:22", "22 return y to:x direct => x:21", "21 complete x => y:22", "22 complete y => z:23", "23 complete z => done"}},
		{"退回后直送 twice out of a branch", branches, []string{"20 complete first => *", "22 return b to:first direct => a:11 a:12 a:13 first:20", "20 return first to:s direct => a:11 a:12 a:13 s:7", "7 complete s => a:11 a:12 a:13 first:20",
			"20 complete first => a:11 a:12 a:13 b:22"}},
		{"退回后直送 + 转办", line, []string{"21 complete x => y:22", "22 return y to:x direct => x:21", "21 transfer x +14 => x:14", "14 complete x => y:22"}},
		{"拿回", line, []string{"21 complete x => y:22", "21 retake - => x:21", "21 complete x => y:22"}},
		{"拿回 by somebody else", line, []string{"21 complete x => y:22", "22 retake - => ! too_late"}},
		{"拿回 after it was read", line, []string{"21 complete x => y:22", "22 read y => y:22", "21 retake - => ! too_late"}},
		{"拿回 after an effect", ends + user("x", allow+` lf:assign="'21'"`) + `<serviceTask id="act" lf:action="act"/>` + user("y", "") + chain("s x act y e"), []string{"21 complete x => y:pool", "21 retake - => ! too_late"}},
		{"拿回 an arrival at a join", branches, []string{"20 complete first => *", "22 complete b => a:11 a:12 a:13", "22 retake - => a:11 a:12 a:13 b:22"}},
		{"拿回 through a join", branches, []string{"20 complete first => *", "11 complete a agree => *", "12 complete a agree => *", "13 complete a agree => b:22", "22 complete b => z:23", "22 retake - => b:22", "22 complete b => z:23"}},
		{"nobody decides on his own request: his superior does", ends + `<userTask id="a" lf:assign="starter">` + opinion + `</userTask>` + chain("s a e"), []string{"1 urge - => a:8", "8 complete a agree => done"}},
		{"nobody decides on his own request out of the pool", ends + `<userTask id="a" lf:role="CLERK">` + opinion + `</userTask>` + chain("s a e"), []string{"7 complete a agree => ! own_request", "11 complete a agree => done"}},
		{"his own request may not be transferred to him", one, []string{"21 transfer a +7 => ! invalid", "21 add a +7 => ! invalid"}},
		{"the starter may where the flow says so", ends + `<userTask id="a" lf:assign="starter" lf:self="allow">` + opinion + `</userTask>` + chain("s a e"), []string{"7 complete a agree => done"}},
		{"same approver is not asked again", ends + user("x", `lf:assign="'21'"`) + user("y", `lf:assign="'21'" lf:same="skip"`) + user("z", "") + chain("s x y z e"), []string{"21 complete x => z:pool"}},
		{"same approver in 会签 drops out", ends + user("x", `lf:assign="'12'"`) + sign("a", `lf:same="skip"`, "false", "agree == n") + chain("s x a e"), []string{"12 complete x => a:11 a:13"}},
		{"nobody there: skipped", ends + user("x", `lf:assign="''" lf:empty="skip"`) + user("z", "") + chain("s x z e"), []string{"1 urge - => z:pool"}},
		{"nobody there: the administrators", ends + user("x", `lf:assign="''" lf:empty="admin"`) + chain("s x e"), []string{"1 complete x => done"}},
		{"撤回 during 前加签", `<extensionElements/>` + one, []string{"21 before a +14 => *", "7 withdraw - admin => withdrawn"}},
		{"挂起 of a task of several", signed("agree == n"), []string{"11 hold a => ! hold_round"}},
		{"挂起 + 加签", one, []string{"21 hold a => a:21", "21 add a +14 => ! task_held", "21 resume a => a:21", "21 add a +14 => a:14 a:21", "21 hold a => ! hold_round"}},
		{"a timer takes a 会签 away", signed("agree == n") + timer("tm", "a", "PT1H", true) + chain("tm yes"), []string{"11 before a +14 => *", "1 fire tm => yes:pool"}},
		{"verbs that the step does not allow", ends + user("a", `lf:assign="'21'"`) + chain("s a e"), []string{"21 add a +14 => ! not_allowed", "21 before a +14 => ! not_allowed", "21 after a +14 => ! not_allowed", "21 delegate a +14 => ! not_allowed", "21 remove a +21 => ! not_allowed", "21 retake - => ! too_late"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			acts(t, begin(t, c.body), c.lines...)
		})
	}
}
