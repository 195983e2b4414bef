import { afterEach, expect, test, vi } from "vitest";
import { ApiError, call, commandId, queryString, speak } from "./call.ts";

afterEach(() => {
	vi.unstubAllGlobals();
	speak("zh");
});

function answer(status: number, body: unknown, type = "application/problem+json") {
	const fetcher = vi.fn(async (_path: string, _init: RequestInit) => {
		return new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
	});
	vi.stubGlobal("fetch", fetcher);
	return fetcher;
}

test("a problem document becomes an ApiError with pointers and the current record", async () => {
	answer(409, {
		code: "stale",
		detail: "已被修改",
		errors: [{ pointer: "/code", detail: "重复" }],
		current: { id: "7" },
	});
	const error = await call("/api/rooms/7", { method: "PATCH", body: {} }).catch((e: unknown) => e);
	expect(error).toBeInstanceOf(ApiError);
	expect(error).toMatchObject({ status: 409, code: "stale", message: "已被修改", current: { id: "7" } });
	expect((error as ApiError).errors[0]?.pointer).toBe("/code");
});

test("language and idempotency key travel as headers", async () => {
	const fetcher = answer(200, { ok: true }, "application/json");
	speak("en");
	await call("/api/x", { body: { a: 1 }, key: "k1" });
	const headers = fetcher.mock.calls[0]?.[1].headers as Record<string, string>;
	expect(headers["Accept-Language"]).toBe("en");
	expect(headers["Idempotency-Key"]).toBe("k1");
});

test("no network is a plain sentence, not an exception of the browser", async () => {
	vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
	await expect(call("/api/x")).rejects.toMatchObject({ code: "offline", detailEn: expect.stringContaining("network") });
});

test("query strings leave out what is empty", () => {
	expect(queryString({ a: 1, b: "", c: undefined, d: "x y", e: false })).toBe("?a=1&d=x+y");
	expect(queryString({})).toBe("");
});

test("command ids are version 4 and differ", () => {
	expect(commandId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	expect(commandId()).not.toBe(commandId());
});
