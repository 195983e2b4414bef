import { useState } from "react";
import { fieldErrors } from "../errors.ts";
import { decimal } from "../format.ts";
import { type Translate, useLanguage, useText } from "../i18n.ts";
import { type Field, isShown } from "../schema.ts";
import { common } from "../text.ts";

export type Values = Readonly<Record<string, unknown>>;

export interface Form {
	values: Values;
	errors: Readonly<Record<string, string>>;
	dirty: boolean;
	set: (name: string, value: unknown) => void;
	/** Replaces everything, for instance after the server answered. */
	reset: (values: Values) => void;
	/** Checks what the browser can know. False when something is to be mended; the fields then say so. */
	check: (fields: readonly Field[]) => boolean;
	/** Puts the server's complaints on their fields; false when none named a field. */
	refuse: (error: unknown, fields: readonly Field[]) => boolean;
	changed: () => Record<string, unknown>;
}

export function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** What is wrong with a value, in words, or "". The server checks again. */
export function complain(field: Field, value: unknown, t: Translate<typeof common>): string {
	if (isEmpty(value)) {
		if (field.kind === "photo" && field.minItems > 0) return t("needPhotos", { title: field.title, n: field.minItems });
		return field.required ? t("required", { title: field.title }) : "";
	}
	if (field.kind === "number" || field.kind === "money") {
		if (typeof value !== "number") return field.scale ? t("tooMany", { n: field.scale }) : t("notNumber");
		if (field.min !== undefined && value < field.min) return t("tooSmall", { n: decimal(field.min, field.scale) });
		if (field.max !== undefined && value > field.max) return t("tooLarge", { n: decimal(field.max, field.scale) });
	}
	if (typeof value === "string" && field.maxLength !== undefined && [...value].length > field.maxLength) {
		return t("tooLong", { n: field.maxLength });
	}
	if (Array.isArray(value) && value.length < field.minItems) {
		return t("needPhotos", { title: field.title, n: field.minItems });
	}
	return "";
}

export function useForm(initial: Values): Form {
	const [base, setBase] = useState(initial);
	const [values, setValues] = useState(initial);
	const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
	const t = useText(common);
	const language = useLanguage();
	return {
		values,
		errors,
		dirty: values !== base && Object.keys({ ...values, ...base }).some((k) => !same(values[k], base[k])),
		set(name, value) {
			setValues((old) => ({ ...old, [name]: value }));
			setErrors(({ [name]: _gone, ...rest }) => rest);
		},
		reset(next) {
			setBase(next);
			setValues(next);
			setErrors({});
		},
		check(fields) {
			const found: Record<string, string> = {};
			for (const field of fields) {
				if (!isShown(field, values) || field.readOnly) continue;
				const complaint = complain(field, values[field.name], t);
				if (complaint) found[field.name] = complaint;
			}
			setErrors(found);
			return Object.keys(found).length === 0;
		},
		refuse(error, fields) {
			const found = fieldErrors(error, language);
			setErrors(found);
			return fields.some((f) => found[f.name]);
		},
		changed() {
			return Object.fromEntries(Object.entries(values).filter(([k, v]) => !same(v, base[k])));
		},
	};
}

function same(a: unknown, b: unknown): boolean {
	if (a === b || (isEmpty(a) && isEmpty(b))) return true;
	return typeof a === "object" && JSON.stringify(a) === JSON.stringify(b);
}

/** The values a new form starts with. */
export function initialValues(fields: readonly Field[]): Record<string, unknown> {
	return Object.fromEntries(fields.filter((f) => f.initial !== undefined).map((f) => [f.name, f.initial]));
}
