import { expectTypeOf, test } from "vitest";
import type { Api } from "./generated.ts";
import type * as T from "./types.ts";

// The server's own description of its answers (generated.ts) must give what the pages read (types.ts). These are checked
// by the type checker: an answer that loses or changes a member fails `npm run types`.
type Answer<K extends keyof Api> = Api[K]["answer"];

test("every member a page reads is in the answer", () => {
	expectTypeOf<keyof T.Me>().toExtend<keyof Answer<"GET /api/session">>();
	expectTypeOf<keyof T.Device>().toExtend<keyof Answer<"GET /api/sessions">["items"][number]>();
	expectTypeOf<keyof T.Charge>().toExtend<keyof Answer<"GET /api/cashier/rooms/{id}">["charges"][number]>();
	expectTypeOf<keyof T.RoomAccount>().toExtend<keyof Answer<"GET /api/cashier/rooms/{id}">>();
	expectTypeOf<keyof T.Receipt>().toExtend<keyof Answer<"POST /api/cashier/receipts">>();
	expectTypeOf<keyof T.TaskCard>().toExtend<keyof Answer<"GET /api/flow/tasks">["items"][number]>();
	expectTypeOf<keyof T.Case>().toExtend<keyof Answer<"GET /api/flow/cases/{id}">>();
	expectTypeOf<keyof T.CaseTask>().toExtend<keyof Answer<"GET /api/flow/cases/{id}">["tasks"][number]>();
	expectTypeOf<keyof T.TimelineEntry>().toExtend<keyof Answer<"GET /api/flow/cases/{id}">["timeline"][number]>();
	expectTypeOf<keyof T.Import>().toExtend<keyof Answer<"GET /api/imports/{id}">>();
	expectTypeOf<keyof T.ImportError>().toExtend<keyof NonNullable<Answer<"GET /api/imports/{id}">["errors"]>[number]>();
	expectTypeOf<keyof T.DeskSummary>().toExtend<keyof Answer<"GET /api/desk/summary">>();
	expectTypeOf<keyof T.Message>().toExtend<keyof Answer<"GET /api/inbox">["items"][number]>();
	expectTypeOf<keyof T.Home>().toExtend<keyof Answer<"GET /api/home">>();
	expectTypeOf<keyof T.Person>().toExtend<keyof Answer<"GET /api/people">["items"][number]>();
	expectTypeOf<keyof T.StartableFlow>().toExtend<keyof Answer<"GET /api/flow/startable">["items"][number]>();
	expectTypeOf<keyof T.HistoryEvent>().toExtend<keyof Answer<"GET /api/rooms/{id}/history">["items"][number]>();
	expectTypeOf<keyof T.RegisterMeta>().toExtend<keyof Answer<"GET /api/meta/{register}">>();
	expectTypeOf<keyof T.Household>().toExtend<
		keyof Answer<"GET /api/desk/find">["items"][number] | keyof Answer<"GET /api/cashier/find">["items"][number]
	>();
});
