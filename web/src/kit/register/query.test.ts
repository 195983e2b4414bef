import { expect, test } from "vitest";
import {
	isFiltered,
	isView,
	listSearch,
	matchSearch,
	nextSort,
	pageNumbers,
	readQuery,
	withFilter,
	writeQuery,
} from "./query.ts";

test("an address survives reading and writing", () => {
	const address = "usage=home%2Cshop&build_area=90%7E120&q=1-1&batch=7&sort=-build_area&page=3&size=50&open=12";
	expect(writeQuery(readQuery(address))).toBe(address);
	expect(readQuery("page=-4&size=7&sort=")).toMatchObject({ page: 1, size: 20, sort: "" });
});

test("the server gets page, size and project, never the open record", () => {
	const query = readQuery("usage=home&open=12&page=2");
	expect(listSearch(query, "9")).toBe("usage=home&project=9&page=2&size=20");
	expect(matchSearch(query, "").toString()).toBe("usage=home");
});

test("a changed filter goes back to page one; an empty one disappears", () => {
	const query = withFilter(readQuery("page=5&usage=home"), "floor", "3~");
	expect(query.page).toBe(1);
	expect(writeQuery(withFilter(query, "usage", ""))).toBe("floor=3%7E");
	expect(isFiltered(readQuery("sort=code&page=2"))).toBe(false);
	expect(isFiltered(query)).toBe(true);
});

test("sorting turns up, down, off", () => {
	expect([nextSort("", "code"), nextSort("code", "code"), nextSort("-code", "code"), nextSort("area", "code")]).toEqual(
		["code", "-code", "", "code"],
	);
});

test("a view is active when exactly its conditions hold", () => {
	expect(isView(readQuery("owed=1~&usage=home&page=2"), "usage=home&owed=1~")).toBe(true);
	expect(isView(readQuery("usage=home&q=x"), "usage=home")).toBe(false);
	expect(isView(readQuery(""), "")).toBe(true);
});

test("page numbers", () => {
	expect(pageNumbers(1, 1)).toEqual([1]);
	expect(pageNumbers(1, 99)).toEqual([1, 2, 3, 4, 0, 99]);
	expect(pageNumbers(50, 99)).toEqual([1, 0, 49, 50, 51, 0, 99]);
	expect(pageNumbers(99, 99)).toEqual([1, 0, 96, 97, 98, 99]);
});
