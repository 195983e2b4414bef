import type { Option, Property, Schema, Tone } from "@/api/types.ts";
import { type Language, pick } from "./i18n.ts";

export type Kind =
	| "text"
	| "textarea"
	| "number"
	| "month"
	| "money"
	| "boolean"
	| "date"
	| "time"
	| "instant"
	| "choice"
	| "choices"
	| "tags"
	| "ref"
	| "refs"
	| "person"
	| "photo"
	| "file"
	| "signature"
	| "rows"
	| "json";

export interface Choice {
	value: string | number;
	label: string;
	tone: Tone | undefined;
}

/** One property, read once, in the words of the kit. */
export interface Field {
	readonly name: string;
	readonly kind: Kind;
	readonly title: string;
	readonly help: string;
	readonly unit: string;
	/** Decimal digits of a scaled integer. */
	readonly scale: number;
	readonly choices: readonly Choice[];
	readonly ref: string;
	readonly required: boolean;
	readonly readOnly: boolean;
	/** Settable on create only. */
	readonly once: boolean;
	readonly masked: boolean;
	readonly hidden: boolean;
	readonly primary: boolean;
	readonly sort: boolean;
	readonly sum: boolean;
	readonly search: boolean;
	readonly filter: "" | "in" | "range" | "contains";
	readonly group: string;
	readonly width: number;
	readonly min: number | undefined;
	readonly max: number | undefined;
	readonly maxLength: number | undefined;
	readonly pattern: string;
	readonly minItems: number;
	readonly initial: unknown;
	/** "field=value" or "field": show only then. */
	readonly show: string;
	readonly phone: boolean;
	/** Position code a person must hold. */
	readonly position: string;
	/** x-format or format as given, for what only one app treats specially (scan, gps). */
	readonly format: string;
	/** The fields of one row, when the value is a list of records. */
	readonly columns: readonly Field[];
}

const system = new Set(["id", "version", "project_id", "archived_at", "created_at", "updated_at", "batch_id"]);

function typeOf(p: Property): string {
	return (Array.isArray(p.type) ? p.type.find((t) => t !== "null") : p.type) ?? "string";
}

function kindOf(p: Property): Kind {
	const format = p["x-format"] ?? p.format ?? "";
	const type = typeOf(p);
	if (format === "photo" || format === "photos") return "photo";
	if (format === "file" || format === "files") return "file";
	if (format === "signature" || format === "sign") return "signature";
	if (format === "money") return "money";
	if (format === "person") return "person";
	if (format === "textarea" || format === "text" || format === "multiline") return "textarea";
	if (format === "date") return "date";
	if (format === "month") return "month";
	if (format === "time") return "time";
	if (format === "instant" || format === "datetime" || format === "date-time") return "instant";
	if (p["x-ref"]) return type === "array" ? "refs" : "ref";
	if (type === "array" && typeOf(p.items ?? {}) === "object") return "rows";
	if (type === "array")
		return p.items?.oneOf || p.items?.enum ? "choices" : typeOf(p.items ?? {}) === "string" ? "tags" : "json";
	if (p.oneOf?.length || p.enum?.length) return "choice";
	if (type === "boolean") return "boolean";
	if (type === "integer" || type === "number") return "number";
	if (type === "object" || format === "json") return "json";
	return "text";
}

function choicesOf(p: Property, language: Language): Choice[] {
	const source = p.oneOf ?? p.items?.oneOf;
	if (source) {
		return source.map((o: Option) => ({
			value: o.const,
			label: pick(language, o.title, o["x-en"]),
			tone: o["x-tone"],
		}));
	}
	return (p.enum ?? p.items?.enum ?? []).map((value) => ({ value, label: String(value), tone: undefined }));
}

export function readField(name: string, p: Property, required: boolean, language: Language): Field {
	const ui = p["x-ui"] ?? {};
	const kind = kindOf(p);
	return {
		name,
		kind,
		title: pick(language, p.title, p["x-en"]) || name,
		help: pick(language, p.description, p["x-en-description"]),
		unit: pick(language, p["x-unit"], p["x-en-unit"]),
		scale: kind === "money" ? 2 : (p["x-scale"] ?? 0),
		choices: choicesOf(p, language),
		ref: p["x-ref"] ?? "",
		required,
		readOnly: p.readOnly === true,
		once: p["x-once"] === true,
		masked: p["x-masked"] === true,
		hidden: ui.hidden === true || p["x-show"] === "hidden",
		primary: ui.primary === true,
		sort: ui.sort === true,
		sum: ui.sum === true,
		search: ui.search === true,
		filter: ui.filter ?? "",
		group: ui.group ?? "",
		width: ui.width ?? 0,
		min: p.minimum,
		max: p.maximum,
		maxLength: p.maxLength,
		pattern: p.pattern ?? "",
		minItems: p.minItems ?? 0,
		initial: p.default,
		show: p["x-show"] ?? "",
		phone: p["x-format"] === "phone" || p.format === "phone",
		position: p["x-position"] ?? "",
		format: p["x-format"] ?? p.format ?? "",
		columns: kind === "rows" ? readSchema(p.items, language) : [],
	};
}

/** The fields of a schema in the order the server wrote them; the row's own bookkeeping is left out. */
export function readSchema(schema: Schema | undefined | null, language: Language): Field[] {
	const required = new Set(schema?.required ?? []);
	return Object.entries(schema?.properties ?? {})
		.filter(([name]) => !system.has(name))
		.sort(([, a], [, b]) => (a["x-order"] ?? 0) - (b["x-order"] ?? 0))
		.map(([name, p]) => readField(name, p, required.has(name), language));
}

export interface Group {
	key: string;
	title: string;
	fields: Field[];
}

/** Fields by their group: first those without one, then in the order of x-groups. */
export function groupFields(fields: readonly Field[], schema: Schema, language: Language): Group[] {
	const titles = new Map((schema["x-groups"] ?? []).map((g) => [g.key, pick(language, g.title, g["x-en"])]));
	const groups = new Map<string, Group>();
	groups.set("", { key: "", title: "", fields: [] });
	for (const key of titles.keys()) groups.set(key, { key, title: titles.get(key) ?? "", fields: [] });
	for (const field of fields) {
		const group = groups.get(field.group) ?? {
			key: field.group,
			title: titles.get(field.group) ?? field.group,
			fields: [],
		};
		group.fields.push(field);
		groups.set(field.group, group);
	}
	return [...groups.values()].filter((g) => g.fields.length > 0);
}

/** The field that names a record: the marked one, else the first text. */
export function primaryField(fields: readonly Field[]): Field | undefined {
	return fields.find((f) => f.primary) ?? fields.find((f) => f.kind === "text") ?? fields[0];
}

/** Whether figures of this field line up at the right. */
export function isFigure(field: Field): boolean {
	return field.kind === "money" || (field.kind === "number" && field.choices.length === 0);
}

/** Whether a form field is to be shown, given the other values (x-show "field=value|value" or "field"). */
export function isShown(field: Field, values: Readonly<Record<string, unknown>>): boolean {
	if (!field.show) return true;
	if (field.show === "hidden") return false;
	const [name = "", wanted] = field.show.split("=");
	const value = values[name];
	if (wanted === undefined) return value !== undefined && value !== "" && value !== false && value !== null;
	return wanted.split("|").includes(String(value ?? ""));
}
