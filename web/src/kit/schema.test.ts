import { expect, test } from "vitest";
import type { Schema } from "@/api/types.ts";
import { groupFields, isFigure, isShown, primaryField, readSchema } from "./schema.ts";

const schema: Schema = {
	type: "object",
	required: ["code", "usage"],
	"x-groups": [
		{ key: "base", title: "基本信息", "x-en": "Basics" },
		{ key: "area", title: "面积", "x-en": "Area" },
	],
	properties: {
		id: { type: "string", readOnly: true },
		version: { type: "integer" },
		zone: { type: "string", title: "片区" },
		code: {
			type: "string",
			title: "房号",
			"x-en": "Room no.",
			maxLength: 60,
			"x-ui": { primary: true, sort: true, group: "base" },
		},
		usage: {
			type: "string",
			title: "用途",
			oneOf: [
				{ const: "home", title: "住宅", "x-en": "Home", "x-tone": "ok" },
				{ const: "shop", title: "商铺" },
			],
			"x-ui": { group: "base", filter: "in" },
		},
		build_area: {
			type: "integer",
			title: "建筑面积",
			"x-scale": 2,
			"x-unit": "㎡",
			"x-ui": { group: "area", sum: true, filter: "range" },
		},
		owed: { type: "integer", title: "欠费", "x-format": "money" },
		building_id: { type: "string", title: "楼栋", "x-ref": "buildings" },
		tags: { type: "array", items: { type: "string" }, title: "标签" },
		kinds: { type: "array", items: { type: "string", oneOf: [{ const: "a", title: "甲" }] } },
		open: { type: ["boolean", "null"] },
		handover: { type: "string", format: "date" },
		photos: { type: "array", "x-format": "photo", minItems: 2 },
	},
};

test("order is meaning: fields come as the server wrote them, bookkeeping left out", () => {
	const fields = readSchema(schema, "zh");
	expect(fields.map((f) => f.name)).toEqual([
		"zone",
		"code",
		"usage",
		"build_area",
		"owed",
		"building_id",
		"tags",
		"kinds",
		"open",
		"handover",
		"photos",
	]);
	expect(fields.map((f) => f.kind)).toEqual([
		"text",
		"text",
		"choice",
		"number",
		"money",
		"ref",
		"tags",
		"choices",
		"boolean",
		"date",
		"photo",
	]);
});

test("words follow the language and fall back to Chinese", () => {
	const [, code, usage] = readSchema(schema, "en");
	expect(code?.title).toBe("Room no.");
	expect(usage?.choices).toEqual([
		{ value: "home", label: "Home", tone: "ok" },
		{ value: "shop", label: "商铺", tone: undefined },
	]);
});

test("figures, totals, requirements", () => {
	const fields = readSchema(schema, "zh");
	expect(fields.filter(isFigure).map((f) => [f.name, f.scale])).toEqual([
		["build_area", 2],
		["owed", 2],
	]);
	expect(fields.filter((f) => f.required).map((f) => f.name)).toEqual(["code", "usage"]);
	expect(fields.at(-1)?.minItems).toBe(2);
	expect(primaryField(fields)?.name).toBe("code");
});

test("groups keep the order of x-groups; loose fields come first", () => {
	const groups = groupFields(readSchema(schema, "zh"), schema, "zh");
	expect(groups.map((g) => [g.title, g.fields.length])).toEqual([
		["", 8],
		["基本信息", 2],
		["面积", 1],
	]);
});

test("conditional fields", () => {
	const [field] = readSchema({ properties: { fee: { type: "integer", "x-show": "paid=yes|part" } } }, "zh");
	if (!field) throw new Error("no field");
	expect(isShown(field, { paid: "yes" })).toBe(true);
	expect(isShown(field, { paid: "no" })).toBe(false);
	expect(isShown({ ...field, show: "paid" }, {})).toBe(false);
});

test("an empty answer is no fields, not an exception", () => {
	expect(readSchema(undefined, "zh")).toEqual([]);
	expect(readSchema({}, "zh")).toEqual([]);
});
