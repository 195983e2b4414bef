import { expect, test } from "vitest";
import type { Charge } from "@/api/types.ts";
import { lines, takeAll, toggle, total, wrong } from "./amounts.ts";

const charge = (id: string, owed: number): Charge => ({
	id,
	no: id,
	item_zh: "物业费",
	item_en: "Fee",
	period: "2026-10",
	amount: owed,
	paid: 0,
	owed,
	due_on: "2026-10-31",
	status: "open",
});
const charges = [charge("1", 38770), charge("2", 38770), charge("3", 8500), charge("4", 0)];

test("all open charges are ticked, settled ones are not", () => {
	expect(total(takeAll(charges))).toBe(86040);
	expect(takeAll(charges)["4"]).toBeUndefined();
});

test("ticking twice changes nothing", () => {
	const all = takeAll(charges);
	const [first] = charges;
	if (!first) throw new Error("no charge");
	expect(total(toggle(all, first))).toBe(47270);
	expect(toggle(toggle(all, first), first)).toEqual(all);
});

test("part of a charge may be paid, more than is open may not", () => {
	expect(wrong({ "1": 100 }, charges)).toBeUndefined();
	expect(wrong({ "1": 38771 }, charges)?.id).toBe("1");
	expect(wrong({ "3": 0 }, charges)?.id).toBe("3");
	expect(wrong({ "3": Number.NaN }, charges)?.id).toBe("3");
});

test("lines go in the order of the charges", () => {
	expect(lines({ "3": 8500, "1": 100 }, charges)).toEqual([
		{ charge_id: "1", amount: 100 },
		{ charge_id: "3", amount: 8500 },
	]);
});
