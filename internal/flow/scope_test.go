package flow_test

import (
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/flow"
)

const scoped = `<startEvent id="s" lf:form="opinion"/><endEvent id="e"/><endEvent id="k" lf:state="refused"/>
<scriptTask id="raise" scriptFormat="expr"><script>amount = amount + 1</script></scriptTask>
<inclusiveGateway id="o" default="o_a"/><inclusiveGateway id="j"/>
<userTask id="a" lf:role="CLERK"/><userTask id="b" lf:role="BOSS"/>
<subProcess id="sub"><startEvent id="is"/><userTask id="inner" lf:role="TECH" lf:form="opinion"/><exclusiveGateway id="x" default="x_ie"/><endEvent id="ie"/>
  <endEvent id="bad"><errorEventDefinition errorRef="E"/></endEvent>
  <subProcess id="alarm" triggeredByEvent="true"><startEvent id="ts" isInterrupting="false"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></startEvent>
    <userTask id="hurry" lf:role="BOSS"/><endEvent id="te"/><sequenceFlow id="t1" sourceRef="ts" targetRef="hurry"/><sequenceFlow id="t2" sourceRef="hurry" targetRef="te"/></subProcess>
  <sequenceFlow id="i1" sourceRef="is" targetRef="inner"/><sequenceFlow id="i2" sourceRef="inner" targetRef="x"/><sequenceFlow id="x_ie" sourceRef="x" targetRef="ie"/>
  <sequenceFlow id="i3" sourceRef="x" targetRef="bad"><conditionExpression>not ok</conditionExpression></sequenceFlow></subProcess>
<boundaryEvent id="caught" attachedToRef="sub"><errorEventDefinition errorRef="E"/></boundaryEvent>
<sequenceFlow id="f1" sourceRef="s" targetRef="raise"/><sequenceFlow id="f2" sourceRef="raise" targetRef="o"/>
<sequenceFlow id="o_a" sourceRef="o" targetRef="a"/>
<sequenceFlow id="f3" sourceRef="o" targetRef="b"><conditionExpression>amount > 5</conditionExpression></sequenceFlow>
<sequenceFlow id="f4" sourceRef="a" targetRef="j"/><sequenceFlow id="f5" sourceRef="b" targetRef="j"/><sequenceFlow id="f6" sourceRef="j" targetRef="sub"/>
<sequenceFlow id="f7" sourceRef="sub" targetRef="e"/><sequenceFlow id="f8" sourceRef="caught" targetRef="k"/>`

// TestSubProcessesOnTheDatabase walks a script, an inclusive choice, a sub-process with an alarm beside it, and its error.
func TestSubProcessesOnTheDatabase(t *testing.T) {
	t.Parallel()
	each(t, func(k *desk) {
		if _, err := k.e.Publish(k.t.Context(), flow.Source{XML: wrap(scoped), Forms: forms, By: manager}); err != nil {
			k.t.Fatal(err)
		}
		for _, c := range []struct {
			amount int
			first  string
			by     db.ID
			ok     bool
			state  string
		}{{5, "b", boss, true, "done"}, {1, "a", clerk, false, "refused"}} {
			a, err := k.e.Start(k.t.Context(), flow.Start{Command: k.uuid(), Flow: "p", Org: project, Actor: owner, Data: map[string]any{"amount": c.amount}})
			if err != nil {
				k.t.Fatal(err)
			}
			k.must(flow.Request{Verb: "complete", Task: k.task(a.CaseID, c.first), Actor: c.by})
			inner := k.task(a.CaseID, "inner")
			k.clock.Add(2 * hour)
			k.tick()
			k.verify()
			if v := k.view(owner, a.CaseID); len(v.Tasks) != 2 || v.Diagram == "" {
				k.t.Fatalf("the alarm stands beside the step: %d tasks", len(v.Tasks))
			}
			k.must(flow.Request{Verb: "complete", Task: inner, Actor: tech, Data: map[string]any{"ok": c.ok}})
			if c.ok {
				k.must(flow.Request{Verb: "complete", Task: k.task(a.CaseID, "hurry"), Actor: boss})
			}
			if v := k.view(owner, a.CaseID); v.State != c.state || len(v.Tasks) != 0 {
				k.t.Errorf("%s with %d tasks, want %s", v.State, len(v.Tasks), c.state)
			}
			k.verify()
		}
	})
}
