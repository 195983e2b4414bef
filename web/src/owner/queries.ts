import { queryOptions } from "@tanstack/react-query";
import { call } from "@/api/call.ts";
import type * as T from "@/api/types.ts";

const items = <I>(answer: I[] | { items: I[] }): I[] => (Array.isArray(answer) ? answer : answer.items);

export const home = queryOptions({
	queryKey: ["home"],
	queryFn: ({ signal }) => call<T.Home>("/api/home", { signal }),
});

export const charges = queryOptions({
	queryKey: ["home", "charges"],
	queryFn: async ({ signal }) => items(await call<T.Charge[] | { items: T.Charge[] }>("/api/home/charges", { signal })),
});

export const receipts = queryOptions({
	queryKey: ["home", "receipts"],
	queryFn: async ({ signal }) =>
		items(await call<T.Receipt[] | { items: T.Receipt[] }>("/api/home/receipts", { signal })),
});
