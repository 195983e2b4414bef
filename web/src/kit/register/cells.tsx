import type { ReactNode } from "react";
import type { Row } from "@/api/types.ts";
import { decimal, instant, money, month } from "../format.ts";
import type { Field } from "../schema.ts";
import { Tag } from "../Tag.tsx";

export interface Words {
	yes: string;
	no: string;
}

const nothing = <span className="none">–</span>;

/** Amounts that somebody owes are written in cinnabar when there are any. */
const owing = /(^|_)(owed|arrears|overdue)(_|$)/;

/** The text of a value, without markup: for tooltips, exports and comparisons. */
export function plainValue(field: Field, row: Readonly<Record<string, unknown>>, words: Words): string {
	const value = row[field.name];
	if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) return "";
	const label = row[`${field.name}_label`];
	switch (field.kind) {
		case "money":
			return typeof value === "number" ? money(value) : String(value);
		case "month":
			return typeof value === "number" ? month(value) : String(value);
		case "number":
			return typeof value === "number" ? decimal(value, field.scale) : String(value);
		case "instant":
			return typeof value === "number" ? instant(value) : String(value);
		case "boolean":
			return value ? words.yes : words.no;
		case "choice":
			return field.choices.find((c) => c.value === value)?.label ?? String(value);
		case "choices":
			return (value as unknown[]).map((v) => field.choices.find((c) => c.value === v)?.label ?? String(v)).join("、");
		case "ref":
		case "person":
			if (value === "0") return "";
			return typeof label === "string" && label ? label : String(value);
		case "json":
			return typeof value === "string" ? value : JSON.stringify(value);
		default:
			if (Array.isArray(value)) return (Array.isArray(label) ? label : value).map(nameOf).join("、");
			return typeof value === "object" ? JSON.stringify(value) : String(value);
	}
}

function nameOf(value: unknown): string {
	return typeof value === "object" && value !== null && "name" in value ? String(value.name) : String(value);
}

/** What a cell shows. A plain function: no component per cell. */
export function cell(field: Field, row: Row | Readonly<Record<string, unknown>>, words: Words): ReactNode {
	const text = plainValue(field, row, words);
	if (text === "") return nothing;
	if (field.kind === "choice") {
		const tone = field.choices.find((c) => c.value === row[field.name])?.tone;
		return tone ? <Tag tone={tone}>{text}</Tag> : text;
	}
	if (field.kind === "money") {
		const value = row[field.name] as number;
		if (value === 0) return <span className="none">0.00</span>;
		if (value > 0 && owing.test(field.name)) return <span className="owing">{text}</span>;
	}
	return text;
}
