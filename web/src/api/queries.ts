import { queryOptions } from "@tanstack/react-query";
import { ApiError, call, queryString } from "./call.ts";
import type * as T from "./types.ts";

/** Lists come bare or as {items}. */
type Listed<A> = A[] | { items: A[] | null };
const items = <A>(answer: Listed<A>): A[] => (Array.isArray(answer) ? answer : (answer.items ?? []));

/** Query options, not hooks: they compose with prefetch and invalidate by their first words. */

export const session = queryOptions({
	queryKey: ["session"],
	queryFn: async ({ signal }): Promise<T.Me | null> => {
		try {
			return await call<T.Me>("/api/session", { signal });
		} catch (error) {
			if (error instanceof ApiError && error.status === 401) return null;
			throw error;
		}
	},
	staleTime: 5 * 60_000,
});

export const demoAccounts = queryOptions({
	queryKey: ["demo-accounts"],
	queryFn: async ({ signal }): Promise<T.DemoAccount[]> => {
		try {
			return items(await call<Listed<T.DemoAccount>>("/api/demo/accounts", { signal }));
		} catch {
			return []; // not a demo
		}
	},
	staleTime: Number.POSITIVE_INFINITY,
});

export const registers = queryOptions({
	queryKey: ["registers"],
	queryFn: async ({ signal }) => items(await call<Listed<T.RegisterEntry>>("/api/registers", { signal })),
	staleTime: 5 * 60_000,
});

export const meta = (name: string) =>
	queryOptions({
		queryKey: ["meta", name],
		queryFn: ({ signal }) => call<T.RegisterMeta>(`/api/meta/${name}`, { signal }),
		staleTime: 5 * 60_000,
	});

export const list = (name: string, search: string) =>
	queryOptions({
		queryKey: ["register", name, "list", search],
		queryFn: ({ signal }) => call<T.Page>(`/api/${name}${search ? `?${search}` : ""}`, { signal }),
	});

export const record = (name: string, id: string) =>
	queryOptions({
		queryKey: ["register", name, "one", id],
		queryFn: ({ signal }) => call<T.Row>(`/api/${name}/${id}`, { signal }),
	});

export const history = (name: string, id: string) =>
	queryOptions({
		queryKey: ["register", name, "history", id],
		queryFn: async ({ signal }) => {
			const answer = await call<T.HistoryEvent[] | { items: T.HistoryEvent[] }>(`/api/${name}/${id}/history`, {
				signal,
			});
			return Array.isArray(answer) ? answer : answer.items;
		},
	});

export type Box = "todo" | "started" | "done" | "cc";

export const tasks = (box: Box, params: { q?: string; flow?: string; cursor?: string } = {}) =>
	queryOptions({
		queryKey: ["tasks", box, params],
		queryFn: ({ signal }) => call<T.TaskPage>(`/api/flow/tasks${queryString({ box, ...params })}`, { signal }),
	});

export const flowCase = (id: string) =>
	queryOptions({
		queryKey: ["case", id],
		queryFn: ({ signal }) => call<T.Case>(`/api/flow/cases/${id}`, { signal }),
	});

export const startable = queryOptions({
	queryKey: ["startable"],
	queryFn: async ({ signal }) => items(await call<Listed<T.StartableFlow>>("/api/flow/startable", { signal })),
	staleTime: 5 * 60_000,
});

export const flowForm = (flow: string, form: string) =>
	queryOptions({
		queryKey: ["flow-form", flow, form],
		queryFn: ({ signal }) => call<T.Schema | { schema: T.Schema }>(`/api/flow/forms/${flow}/${form}`, { signal }),
		staleTime: 5 * 60_000,
		select: (answer): T.Schema =>
			"schema" in answer && answer.schema ? (answer.schema as T.Schema) : (answer as T.Schema),
	});

export const people = (q: string, params: { position?: string; project?: string } = {}) =>
	queryOptions({
		queryKey: ["people", q, params],
		queryFn: async ({ signal }) =>
			items(await call<Listed<T.Person>>(`/api/people${queryString({ q, ...params })}`, { signal })),
		staleTime: 30_000,
	});

export const importRun = (id: string) =>
	queryOptions({
		queryKey: ["imports", id],
		queryFn: ({ signal }) => call<T.Import>(`/api/imports/${id}`, { signal }),
	});

export const imports = queryOptions({
	queryKey: ["imports"],
	queryFn: async ({ signal }) => {
		return items(await call<Listed<T.Import>>("/api/imports", { signal }));
	},
});

export const households = (q: string) =>
	queryOptions({
		queryKey: ["cashier", "find", q],
		queryFn: async ({ signal }) =>
			items(await call<Listed<T.Household>>(`/api/cashier/find${queryString({ q })}`, { signal })),
		enabled: q.trim() !== "",
	});

/** The household as the service desk sees it; needs no right to money. */
export const deskHouseholds = (q: string) =>
	queryOptions({
		queryKey: ["desk-find", q],
		queryFn: async ({ signal }) =>
			items(await call<Listed<T.Household>>(`/api/desk/find${queryString({ q })}`, { signal })),
		enabled: q.trim() !== "",
	});

export const roomAccount = (id: string) =>
	queryOptions({
		queryKey: ["cashier", "room", id],
		queryFn: ({ signal }) => call<T.RoomAccount>(`/api/cashier/rooms/${id}`, { signal }),
		enabled: id !== "",
	});

export const deskSummary = queryOptions({
	queryKey: ["desk"],
	queryFn: ({ signal }) => call<T.DeskSummary>("/api/desk/summary", { signal }),
});

export const devices = queryOptions({
	queryKey: ["devices"],
	queryFn: async ({ signal }) => {
		return items(await call<Listed<T.Device>>("/api/sessions", { signal }));
	},
});

export const messages = queryOptions({
	queryKey: ["messages"],
	queryFn: ({ signal }) => call<{ items: T.Message[] | null; unread: number }>("/api/inbox?limit=30", { signal }),
});
