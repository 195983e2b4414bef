import { expect, test } from "vitest";
import { close, limit, type Place, recall, remember, tabKey, visit, type WorkTab } from "./tabStore.ts";

const at = (pathname: string, search = ""): Place => ({ pathname, search, hash: "", state: null, key: pathname });
const open = (...paths: string[]) => paths.reduce<WorkTab[]>((tabs, p) => visit(tabs, at(p)), []);

test("a page keeps its tab and remembers its address", () => {
	let tabs = open("/", "/r/rooms", "/inbox");
	tabs = visit(tabs, at("/r/rooms", "?q=1-1"));
	expect(tabs.map((t) => t.key)).toEqual(["/", "/r/rooms", "/inbox"]);
	expect(tabs[1]?.place.search).toBe("?q=1-1");
	expect(tabKey("/import/12")).toBe("/import");
	expect(tabKey("/case/12")).toBe("/case/12");
});

test("the least recently used clean tab makes room", () => {
	let tabs = open(...Array.from({ length: limit }, (_, i) => `/r/${i}`));
	tabs = tabs.map((t) => (t.key === "/r/0" ? { ...t, dirty: true } : t));
	tabs = visit(tabs, at("/r/1"));
	tabs = visit(tabs, at("/new"));
	expect(tabs).toHaveLength(limit);
	expect(tabs.some((t) => t.key === "/r/2")).toBe(false);
	expect(tabs.some((t) => t.key === "/r/0")).toBe(true);
});

test("closing goes back to the tab used before", () => {
	let tabs = open("/", "/a", "/b");
	tabs = visit(tabs, at("/a"));
	tabs = visit(tabs, at("/b"));
	const { tabs: rest, next } = close(tabs, "/b");
	expect(rest).toHaveLength(2);
	expect(next?.pathname).toBe("/a");
	expect(close(open("/"), "/").next).toBeNull();
});

test("tabs outlive a reload, rubbish in the store does not", () => {
	remember("a", open("/", "/r/rooms"));
	expect(recall("a").map((t) => t.key)).toEqual(["/", "/r/rooms"]);
	sessionStorage.setItem("lifang.tabs.b", "{not json");
	expect(recall("b")).toEqual([]);
});
