// Package flow runs cases: people acting one after another under deadlines, as a BPMN file and its forms say.
//
// Main type: [Engine]. A flow is data (a BPMN file in rulebook/<chapter>/flows and JSON Schemas in rulebook/<chapter>/forms),
// its effects on registers are Go actions that run in the same transaction as the step. The core is one pure function,
// core.Apply; whatever it needs from outside (a pool, a superior, a deadline) is asked once and kept in the event, so that the
// stored state of every case can be folded again from its events and compared byte for byte ([Engine.Verify]).
//
//	e := flow.New(d, flow.Options{Directory: organisation, Calendar: book, Notify: notifier})
//	e.RegisterAction("fees.charge", fees.ChargeFromCase, flow.Var{Name: "charge_id", Type: "string"})
//	err := e.Load(ctx, rulebook.Files)                  // publishes every flow that changed
//	answer, err := e.Start(ctx, flow.Start{Command: uuid, Flow: "repair", Org: project, Actor: person, Data: data})
//	answer, err = e.Do(ctx, flow.Request{Command: uuid, Task: task, Verb: "complete", Actor: person, Outcome: "pass", Data: data})
//	go e.Run(ctx)                                       // timers, deadlines, reminders
//
// Reading: [Engine.List] (boxes todo, started, done, cc), [Engine.Badge], [Engine.Case], [Engine.Linked], [Engine.Figures],
// [Engine.Startable], [Engine.FormOf]. Inside somebody else's transaction: [Engine.StartIn], [Engine.DoIn], [Engine.TaskAt],
// [Engine.CasesOf]. A rule book is checked without a database by [Check]. Who is who, and who is whose deputy, is the
// organisation's business: it implements [Directory]. Diagrams carry classes only: lf-flow, lf-node (lf-task, lf-event,
// lf-gateway; lf-done, lf-now, lf-next), lf-shape, lf-icon, lf-text, lf-caption, lf-line, lf-arrow, lf-end, lf-side, lf-full.
//
// # A flow file
//
// Standard BPMN 2.0 wherever BPMN has the concept. Names are Chinese in name, English in lf:en. Element ids are
// identifiers (letters, digits, _) and stable: they are the names of steps in conditions, statistics and the API.
//
//	<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lf="urn:lifang:bpmn:1" targetNamespace="lifang">
//	<process id="repair" name="维修" lf:en="Repair" isExecutable="true" lf:no="BX" lf:title="place + ' ' + fault"
//	         lf:summary="place fault" lf:withdraw="until:dispatch">
//	  <laneSet>
//	    <lane id="desk" name="客服" lf:en="Service desk" lf:role="CS_OFFICER"><flowNodeRef>dispatch</flowNodeRef></lane>
//	    <lane id="eng" name="工程" lf:en="Engineering" lf:role="TECHNICIAN"><flowNodeRef>work</flowNodeRef></lane>
//	  </laneSet>
//	  <startEvent id="report" name="报修" lf:en="Report" lf:form="repair_report"/>
//	  <userTask id="dispatch" name="派单" lf:en="Dispatch" lf:form="repair_dispatch"
//	            lf:due="= priority == 'P1' ? '5m' : '15m CAL-SERVICE'" lf:from="case"/>
//	  <userTask id="work" name="上门维修" lf:en="Repair on site" lf:form="repair_work" lf:assign="technician"
//	            lf:due="24h" lf:remind="50% 80%" lf:late="escalate" lf:back="prev" lf:allow="transfer hold"
//	            lf:need="before.photo>=1 after.photo>=1 sign">
//	    <extensionElements>
//	      <lf:outcome id="done" name="完工" lf:en="Done" tone="ok"/>
//	      <lf:outcome id="refuse" name="拒单" lf:en="Refuse" tone="warn" form="repair_refuse" need="none"/>
//	    </extensionElements>
//	  </userTask>
//	  <exclusiveGateway id="how" default="f4"/>
//	  <serviceTask id="charge" name="记账" lf:en="Charge" lf:action="fees.charge">
//	    <extensionElements><lf:param name="item" value="repair-material"/></extensionElements>
//	  </serviceTask>
//	  <endEvent id="closed" name="关闭" lf:en="Closed"/>
//	  <boundaryEvent id="nobody" attachedToRef="dispatch" cancelActivity="false">
//	    <timerEventDefinition><timeDuration>PT15M</timeDuration></timerEventDefinition></boundaryEvent>
//	  <sequenceFlow id="f1" sourceRef="report" targetRef="dispatch"/> …
//	  <sequenceFlow id="f3" sourceRef="how" targetRef="charge"><conditionExpression>fee > 0</conditionExpression></sequenceFlow>
//
// Elements: startEvent (none; in an event sub-process timer, error, escalation), endEvent (none, terminate, error, escalation),
// userTask (also of several people), serviceTask, businessRuleTask with lf:action, scriptTask (scriptFormat="expr", lines
// "variable = expression"), manualTask, task, callActivity, subProcess and event sub-process, multi-instance with loopCardinality
// on any of these, exclusiveGateway, parallelGateway, inclusiveGateway, eventBasedGateway before timers, boundaryEvent (timer;
// error and escalation on sub-processes, error on called flows), intermediateCatchEvent (timer, link), intermediateThrowEvent (none,
// escalation, link). An error that nobody catches stops the case; in a called flow it is raised at the call. Everything else,
// messages and signals among it, is refused by core.Compile by name with its line, and so is a flow that can stop half-way, reach a
// step twice at once, or name a role, form, action, variable or calendar that does not exist. Package rehearse runs any BPMN
// file in memory, messages and signals included, without our words.
//
// # The lf: attributes
//
//	process   lf:no        letters of the case number: BX-JLHY-20261123-0007
//	          lf:title     expression, the case's title; without it the flow's name
//	          lf:summary   fields shown on cards of the to-do list, in order
//	          lf:withdraw  never (default) | always | until:STEP (the starter may withdraw until STEP is completed)
//	          lf:calendar  working calendar of "work" and "wd" limits, default CAL-OFFICE
//	          <lf:pause id name lf:en> in its extensionElements: the reasons for hold; without them any text
//	lane      lf:role      position code: its holders at the case's project are the pool of the lane's tasks;
//	                       CODE@company, CODE@region: at the unit of that kind above the project
//	start     lf:form      the form that opens the case
//	task      lf:form      form of the step; its fields become case variables
//	          lf:role      in place of the lane's
//	          lf:assign    expression giving a person id: starter, leader(starter), doer("work"), or a form field of type
//	                       string with a person's id; "" leaves the task in the pool. Of a task of several people it gives a
//	                       list: leaders(starter, 3), holders("CS_OFFICER"), ["1","2"]; without it all holders of the position
//	          lf:due       limit as package calendar writes it (30m, 2h work, 15m CAL-SERVICE, 3wd, 2d), or "= expression" giving one
//	          lf:from      task (default): the limit runs from the opening of the task; case: from the start of the case
//	          lf:remind    points of the limit at which the assignee is reminded, default "50% 80%"; "none"
//	          lf:late      escalate (default): at 80% his superior too, 100% superior, 150% the next, 200% the next but one;
//	                       escalate ROLE ROLE ROLE: these positions in their place; remind: only the assignee at 100%; none
//	          lf:back      where the task may be returned to: prev, start, any, or step ids
//	          lf:allow     further verbs (default transfer; "none"): transfer 转办, hold 挂起, add 并加签, before 前加签, after 后加签, remove 减签,
//	                       delegate 委派, direct 退回后直送, retake 拿回. claim, release, comment, cc and urge are always there
//	          lf:empty     when nobody is there to act: skip; admin (the position of Options.Admin); without it the step before is refused
//	          lf:same      skip: whoever started the case or agreed at an earlier step is not asked again
//	          lf:self      allow, never: whether the starter may act himself; never where the outcomes agree and reject are offered
//	          lf:need      evidence for completing: photo>=2 (files under "photo"), before.photo>=1 (files under "before"), sign (file under
//	                       "sign"), gps, scan (fields of the form of these names)
//	          lf:not       steps whose doers may not do this one
//	          lf:priority  0…9, default 0
//	outcome   id, name, lf:en, tone (ok warn bad), form (in place of the task's), need="none" (evidence not demanded)
//	service   lf:action    name given to RegisterAction; <lf:param name value> are handed to it
//	call      calledElement key of the flow; lf:take: fields taken back from it when it ends
//	end       lf:state     done (default) | refused
//	timer     timeDuration: ISO 8601 (PT15M, P1D) or a limit as in lf:due or "= expression"; lf:clock names a working calendar
//
// Expressions are expr-lang/expr over the fields of all forms of the flow (missing ones are "", 0, false), the variables that
// actions set, and: outcome (key of the last completed task), result (result["work"]: the outcome of a step), starter,
// doer("step"), leader(person). They are compiled against these types when the flow is published.
//
// # Several people at one step
//
//	<userTask id="sign" name="会签" lf:role="MANAGER@company"><multiInstanceLoopCharacteristics isSequential="false">
//	  <completionCondition>agree >= 0.6*n</completionCondition></multiInstanceLoopCharacteristics></userTask>
//
// Each has a task of his own; isSequential="true" gives them one after another (依次, with leaders() 逐级). loopCardinality asks so many
// of the pool in place of a list. completionCondition speaks of n, done, agree and reject, where agree counts outcomes with tone ok
// and reject those with tone bad; a task without outcomes whose condition speaks of them has agree and reject. The round is over,
// and open tasks become void, when the condition holds, when a condition about agree can no longer hold, or when all have
// spoken; outcome and result["sign"] are then the agreeing or the refusing outcome. A condition about agree agrees when it holds,
// one about reject when it does not, one about both by majority; one about neither (done >= 1 is 或签) and none at all when
// nobody refused. before and delegate let a task wait until those asked have spoken: they advise and do not count. after seats a
// round that follows when this one agrees, and must agree too. retake works until somebody looks at what came after.
//
// # Forms
//
// A JSON Schema object per file, the file's name is the form's. title is Chinese, x-en English. A field that several forms of
// one flow share is one variable and must have one type. Fields with "readOnly": true are shown, never taken. Unknown fields
// are refused. Choices: "oneOf":[{"const":"water","title":"水","x-en":"Water"}], or enum with "x-options":[{"value","zh","en"}].
// x-order places a field; x-widget, x-unit, x-scale and x-group are for the screens.
//
//	{"title":"派单","x-en":"Dispatch","type":"object","required":["priority"],"properties":{
//	  "priority":{"type":"string","title":"级别","x-en":"Priority","x-order":1,"oneOf":[{"const":"P1","title":"紧急","x-en":"Urgent"}]},
//	  "technician":{"type":"string","title":"维修工","x-en":"Technician","format":"person","x-order":2}}}
//
// # Actions
//
//	func ChargeFromCase(ctx context.Context, tx *db.Tx, in flow.ActionInput) (map[string]any, error) {
//		id, err := fees.Post(ctx, tx, in.Key, in.Params["item"], in.Int("fee")) // in.Key is the same on a repeat
//		return map[string]any{"charge_id": id}, err
//	}
//
// An action may touch nothing but the transaction. A problem.Error from it refuses the whole step and reaches the person.
//
// The package must never know a business word, ask who is who except through [Directory], or change a case except by [Apply].
package flow
