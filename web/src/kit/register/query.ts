/** A list's state lives in the address with the same words as the server's query. */

export interface ListQuery {
	page: number;
	size: number;
	/** Field, with "-" before it for descending; "" is the server's own order. */
	sort: string;
	q: string;
	/** Field name → "a,b", "90~120" or text, as the server reads it. */
	filters: Readonly<Record<string, string>>;
	/** Import batch. */
	batch: string;
	archived: boolean;
	/** The record shown in the drawer: an id, "new" or "". */
	open: string;
}

const own = new Set(["page", "size", "sort", "q", "batch", "archived", "open", "project"]);
export const sizes = [20, 50, 100] as const;

export function readQuery(search: string | URLSearchParams): ListQuery {
	const params = new URLSearchParams(search);
	const size = Number(params.get("size"));
	return {
		page: Math.max(1, Math.floor(Number(params.get("page")) || 1)),
		size: sizes.includes(size as 20) ? size : 20,
		sort: params.get("sort") ?? "",
		q: params.get("q") ?? "",
		filters: Object.fromEntries([...params].filter(([name, value]) => !own.has(name) && value !== "")),
		batch: params.get("batch") ?? "",
		archived: params.get("archived") === "all",
		open: params.get("open") ?? "",
	};
}

/** The address of a state; what is usual is left out. */
export function writeQuery(query: ListQuery): string {
	const params = conditions(query);
	if (query.sort) params.set("sort", query.sort);
	if (query.page > 1) params.set("page", String(query.page));
	if (query.size !== 20) params.set("size", String(query.size));
	if (query.open) params.set("open", query.open);
	return params.toString();
}

function conditions(query: ListQuery): URLSearchParams {
	const params = new URLSearchParams();
	for (const [name, value] of Object.entries(query.filters)) if (value) params.set(name, value);
	if (query.q) params.set("q", query.q);
	if (query.batch) params.set("batch", query.batch);
	if (query.archived) params.set("archived", "all");
	return params;
}

/** What is asked of the server for one page of the list. */
export function listSearch(query: ListQuery, project: string): string {
	const params = matchSearch(query, project);
	params.set("page", String(query.page));
	params.set("size", String(query.size));
	return params.toString();
}

/** Everything that matches, without page: for exports and commands over all matches. */
export function matchSearch(query: ListQuery, project: string): URLSearchParams {
	const params = conditions(query);
	if (query.sort) params.set("sort", query.sort);
	if (project) params.set("project", project);
	return params;
}

/** A changed condition starts again at page one. */
export function withFilter(query: ListQuery, name: string, value: string): ListQuery {
	const { [name]: _old, ...rest } = query.filters;
	return { ...query, page: 1, filters: value ? { ...rest, [name]: value } : rest };
}

/** up → down → the server's own order. */
export function nextSort(current: string, field: string): string {
	if (current === field) return `-${field}`;
	return current === `-${field}` ? "" : field;
}

export function isFiltered(query: ListQuery): boolean {
	return query.q !== "" || query.batch !== "" || query.archived || Object.keys(query.filters).length > 0;
}

/** Whether a saved view ("usage=home&owed=1~") is what the list shows now. */
export function isView(query: ListQuery, view: string): boolean {
	const of = (filters: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(filters).sort());
	return of(query.filters) === of(readQuery(view).filters) && query.q === "" && query.batch === "";
}

/** The pages to offer: first, last, and those around the current one; 0 marks a gap. */
export function pageNumbers(current: number, last: number): number[] {
	const near = new Set([1, last, current - 1, current, current + 1]);
	if (current <= 3) for (const n of [2, 3, 4]) near.add(n);
	if (current >= last - 2) for (const n of [last - 3, last - 2, last - 1]) near.add(n);
	const shown = [...near].filter((n) => n >= 1 && n <= last).sort((a, b) => a - b);
	return shown.flatMap((n, i) => (i > 0 && n - (shown[i - 1] ?? 0) > 1 ? [0, n] : [n]));
}
