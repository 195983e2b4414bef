import { expect, test } from "vitest";
import { readField } from "../schema.ts";
import { plainValue } from "./cells.tsx";

const words = { yes: "是", no: "否" };
const shown = (p: Parameters<typeof readField>[1], row: Record<string, unknown>) =>
	plainValue(readField("a", p, false, "zh"), row, words);

test("values in words", () => {
	expect(shown({ type: "integer", "x-format": "money" }, { a: 367113 })).toBe("¥3,671.13");
	expect(shown({ type: "integer", "x-scale": 2 }, { a: 12115 })).toBe("121.15");
	expect(shown({ type: "boolean" }, { a: false })).toBe("否");
	expect(shown({ type: "string", "x-ref": "buildings" }, { a: "9", a_label: "1 号楼" })).toBe("1 号楼");
	expect(shown({ type: "string", "x-ref": "buildings" }, { a: "0" })).toBe("");
	expect(shown({ oneOf: [{ const: "x", title: "甲" }] }, { a: "x" })).toBe("甲");
	expect(shown({ type: "array", items: { type: "string" } }, { a: ["重点", "老人"] })).toBe("重点、老人");
	expect(shown({ type: "string" }, { a: null })).toBe("");
	expect(shown({ type: "array", "x-format": "photo" }, { a: [{ id: "1", name: "漏水.jpg" }] })).toBe("漏水.jpg");
});
