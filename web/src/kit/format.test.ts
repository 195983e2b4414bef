import { describe, expect, test } from "vitest";
import {
	civilDate,
	count,
	deadline,
	decimal,
	fileSize,
	instant,
	money,
	month,
	parseDecimal,
	shortInstant,
} from "./format.ts";

const nine = Date.UTC(2026, 10, 23, 1, 12); // 2026-11-23 09:12 in Shanghai

describe("figures", () => {
	test.each([
		[0, "¥0.00"],
		[5, "¥0.05"],
		[113875, "¥1,138.75"],
		[-20000, "−¥200.00"],
		[90630794, "¥906,307.94"],
	])("money %d", (fen, shown) => expect(money(fen)).toBe(shown));

	test("scaled integers", () => {
		expect(decimal(12115, 2)).toBe("121.15");
		expect(decimal(22259659, 2)).toBe("222,596.59");
		expect(decimal(1234567, 4, false)).toBe("123.4567");
		expect(count(1980)).toBe("1,980");
	});

	test.each([
		["121.15", 2, 12115],
		["¥1,138.7", 2, 113870],
		[".5", 2, 50],
		["-3", 0, -3],
		["−0.01", 2, -1],
		["九十八", 2, undefined],
		["1.234", 2, undefined],
		["", 2, undefined],
		["1e5", 0, undefined],
		["99999999999999999", 2, undefined],
	])("reads %s", (text, scale, value) => expect(parseDecimal(text, scale)).toBe(value));

	test("sizes", () => {
		expect([fileSize(20), fileSize(2048), fileSize(5_500_000)]).toEqual(["20 B", "2 KB", "5.2 MB"]);
	});
});

describe("time is the company's, not the browser's", () => {
	test("instants", () => {
		expect(instant(nine)).toBe("2026-11-23 09:12");
		expect(instant(0)).toBe("");
		expect(civilDate(Date.UTC(2026, 10, 22, 16, 0))).toBe("2026-11-23");
		expect(shortInstant(nine, nine + 3600_000)).toBe("09:12");
		expect(shortInstant(nine, nine + 5 * 86_400_000)).toBe("11-23 09:12");
	});

	test("deadlines", () => {
		expect(deadline(nine + 3600_000, nine, "zh")).toBe("今天 10:12 前");
		expect(deadline(nine + 24 * 3600_000, nine, "en")).toBe("Due tomorrow 09:12");
		expect(deadline(nine - 125 * 60_000, nine, "zh")).toBe("已超时 2 小时");
		expect(deadline(nine - 30_000, nine, "en")).toBe("Overdue 1 min");
		expect(deadline(nine - 5 * 86_400_000, nine, "zh")).toBe("已超时 5 天");
	});
});

test("months are written with their year, never as a figure", () => {
	expect(month(202611)).toBe("2026-11");
	expect(month(202601)).toBe("2026-01");
});
