package flow_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
)

// approval: the boss drafts, both clerks decide together, the manager signs.
const approval = `<startEvent id="s"/><endEvent id="e"/>
<userTask id="draft" name="拟稿" lf:en="Draft" lf:assign="'401'" lf:allow="retake"/>
<userTask id="sign" name="会签" lf:en="Countersign" lf:role="CLERK" lf:allow="before delegate add remove transfer direct" lf:back="any" lf:due="2d">
  <multiInstanceLoopCharacteristics><completionCondition>agree == n</completionCondition></multiInstanceLoopCharacteristics></userTask>
<userTask id="seal" name="用印" lf:en="Seal" lf:assign="''" lf:empty="admin" lf:back="any" lf:allow="direct"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="draft"/><sequenceFlow id="f2" sourceRef="draft" targetRef="sign"/>
<sequenceFlow id="f3" sourceRef="sign" targetRef="seal"/><sequenceFlow id="f4" sourceRef="seal" targetRef="e"/>`

// TestSigningTogetherOnTheDatabase walks a countersignature with advice, taking back and a direct return through lists and rows.
func TestSigningTogetherOnTheDatabase(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		k.e = flow.New(k.d, flow.Options{Directory: k.people, Calendar: book(k.t), Notify: k.told.take, Admin: "GM"})
		if _, err := k.e.Publish(k.t.Context(), flow.Source{XML: wrap(approval), By: manager}); err != nil {
			k.t.Fatal(err)
		}
		a, err := k.e.Start(k.t.Context(), flow.Start{Command: k.uuid(), Flow: "p", Org: project, Actor: owner})
		if err != nil {
			k.t.Fatal(err)
		}
		task := func(node string, who db.ID) db.ID {
			var id db.ID
			if err := k.d.Reader().QueryRowContext(k.t.Context(), `SELECT id FROM flow_task WHERE inst_id = $1 AND node = $2 AND who = $3 AND state IN (0, 3)`, a.CaseID, node, who).Scan(&id); err != nil {
				k.t.Fatalf("task %s of %d: %v", node, who, err)
			}
			return id
		}
		todo := func(who db.ID) int64 {
			n, err := k.e.Badge(k.t.Context(), who)
			if err != nil {
				k.t.Fatal(err)
			}
			return n
		}
		k.must(flow.Request{Verb: "complete", Task: task("draft", boss), Actor: boss})
		if v := k.view(boss, a.CaseID); !slices.Contains(v.Verbs, "retake") || len(v.Tasks) != 2 {
			k.t.Fatalf("the drafter may take it back: %v, %d tasks", v.Verbs, len(v.Tasks))
		}
		k.must(flow.Request{Verb: "retake", Case: a.CaseID, Actor: boss})
		if todo(clerk) != 0 || todo(boss) != 1 {
			k.t.Fatal("taken back, it lies with the drafter alone")
		}
		k.must(flow.Request{Verb: "complete", Task: task("draft", boss), Actor: boss})
		if _, err := k.e.MarkRead(k.t.Context(), clerk, task("sign", clerk)); err != nil {
			k.t.Fatal(err)
		}
		k.refused("too_late", flow.Request{Verb: "retake", Case: a.CaseID, Actor: boss})
		mine := task("sign", clerk)
		k.must(flow.Request{Verb: "before", Task: mine, Actor: clerk, To: []db.ID{tech}})
		if todo(clerk) != 0 || todo(tech) != 1 {
			k.t.Fatal("the asker's task waits for the adviser")
		}
		k.refused("task_waits", flow.Request{Verb: "complete", Task: mine, Actor: clerk, Outcome: "agree"})
		k.must(flow.Request{Verb: "complete", Task: task("sign", tech), Actor: tech, Comment: "可以"})
		if todo(clerk) != 1 || len(k.told.of("advised")) != 1 {
			k.t.Fatal("advised, the task is back in the list")
		}
		k.verify()
		k.must(flow.Request{Verb: "complete", Task: mine, Actor: clerk, Outcome: "agree"})
		k.must(flow.Request{Verb: "complete", Task: task("sign", clerk2), Actor: clerk2, Outcome: "agree"})
		if todo(manager) != 1 {
			k.t.Fatal("nobody is named for the seal: the administrators have it")
		}
		seal := k.task(a.CaseID, "seal")
		if v := k.view(manager, a.CaseID); v.Tasks[0].Who != "岗位GM" || !v.Tasks[0].Claimable {
			k.t.Errorf("the administrators' task is shown as %q", v.Tasks[0].Who)
		}
		k.must(flow.Request{Verb: "return", Task: seal, Actor: manager, Node: "draft", Reason: "改错字", Direct: true})
		k.must(flow.Request{Verb: "complete", Task: task("draft", boss), Actor: boss})
		k.must(flow.Request{Verb: "complete", Task: k.task(a.CaseID, "seal"), Actor: manager})
		v := k.view(owner, a.CaseID)
		var past []string
		for _, m := range v.Timeline {
			past = append(past, m.Kind)
		}
		if got := strings.Join(past, " "); v.State != "done" || got != "start complete retake complete before complete complete complete return complete complete" {
			k.t.Errorf("%s: %s", v.State, got)
		}
		k.verify()
	})
}
