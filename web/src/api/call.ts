/** The only place that talks HTTP. Errors arrive as ApiError with the server's stable code and its field pointers. */

export interface FieldError {
	pointer: string;
	detail: string;
	detail_zh?: string;
	detail_en?: string;
}

interface Problem {
	title?: string;
	status?: number;
	code?: string;
	detail?: string;
	detail_zh?: string;
	detail_en?: string;
	errors?: FieldError[];
	current?: unknown;
}

export class ApiError extends Error {
	readonly status: number;
	readonly code: string;
	readonly detailZh: string;
	readonly detailEn: string;
	readonly errors: readonly FieldError[];
	/** The server's version of a record, when a write was stale (409). */
	readonly current: unknown;

	constructor(status: number, problem: Problem) {
		super(problem.detail || problem.title || `HTTP ${status}`);
		this.status = status;
		this.code = problem.code ?? (status === 0 ? "offline" : `http_${status}`);
		this.detailZh = problem.detail_zh || this.message;
		this.detailEn = problem.detail_en || this.message;
		this.errors = problem.errors ?? [];
		this.current = problem.current;
	}
}

let language: "zh" | "en" = "zh";
/** Sets the language in which the server words its answers. */
export function speak(next: "zh" | "en"): void {
	language = next;
}

/** A key for one command: repeating the call with the same key returns the first answer. */
export function commandId(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing on plain-http origins
	bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
	bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
	const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export interface CallOptions {
	method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
	body?: unknown;
	signal?: AbortSignal;
	/** Sent as Idempotency-Key; give the command's own id when it has one. */
	key?: string;
}

export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
	const { method = options.body === undefined ? "GET" : "POST", body, signal, key } = options;
	const headers: Record<string, string> = {
		Accept: "application/json",
		"Accept-Language": language === "en" ? "en" : "zh-CN",
	};
	let payload: BodyInit | undefined;
	if (body instanceof FormData) payload = body;
	else if (body !== undefined) {
		headers["Content-Type"] = "application/json";
		payload = JSON.stringify(body);
	}
	if (method !== "GET" && key) headers["Idempotency-Key"] = key;

	let response: Response;
	try {
		response = await fetch(path, { method, headers, body: payload, signal, credentials: "same-origin" });
	} catch (cause) {
		if (signal?.aborted) throw cause;
		throw new ApiError(0, {
			code: "offline",
			detail:
				language === "en"
					? "No connection to the server. Check the network and try again."
					: "连不上服务器，请检查网络后重试。",
			detail_zh: "连不上服务器，请检查网络后重试。",
			detail_en: "No connection to the server. Check the network and try again.",
		});
	}
	const type = response.headers.get("Content-Type") ?? "";
	if (!response.ok) {
		const problem = type.includes("json") ? ((await response.json().catch(() => ({}))) as Problem) : {};
		if (response.status === 401 && !path.startsWith("/api/session"))
			window.dispatchEvent(new Event("lifang:signed-out"));
		throw new ApiError(response.status, problem);
	}
	if (response.status === 204 || !type.includes("json")) return undefined as T;
	return (await response.json()) as T;
}

/** Builds "?a=1&b=2", leaving out what is empty. */
export function queryString(params: Record<string, string | number | boolean | undefined | null>): string {
	const search = new URLSearchParams();
	for (const [name, value] of Object.entries(params)) {
		if (value !== undefined && value !== null && value !== "" && value !== false) search.set(name, String(value));
	}
	const text = search.toString();
	return text ? `?${text}` : "";
}
