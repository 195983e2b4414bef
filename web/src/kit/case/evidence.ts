import type { CaseTask, FileRef } from "@/api/types.ts";
import { type Language, translate } from "../i18n.ts";
import type { Field } from "../schema.ts";
import { readField } from "../schema.ts";

const names: Readonly<Record<string, readonly [string, string]>> = {
	photo: ["现场照片", "Photos on site"],
	photos: ["现场照片", "Photos on site"],
	before: ["维修前照片", "Photos before"],
	after: ["维修后照片", "Photos after"],
	sign: ["客户签名", "Customer's signature"],
	door: ["门口照片", "Photo of the door"],
};

/** The evidence a step demands as form fields: photos by name, a signature. */
export function evidenceFields(need: CaseTask["need"], language: Language): Field[] {
	const fields = Object.entries(need?.photo ?? {}).map(([name, minimum]) =>
		readField(
			name,
			{
				type: "array",
				format: "photo",
				title: translate(names[name] ?? names.photo ?? [name, name], language),
				minItems: minimum,
			},
			minimum > 0,
			language,
		),
	);
	if (need?.sign)
		fields.push(
			readField(
				"sign",
				{ type: "array", format: "signature", title: translate(names.sign ?? ["", ""], language) },
				true,
				language,
			),
		);
	return fields;
}

/** Splits what a form holds into plain data and attachments by field, as the server wants them. */
export function payload(
	fields: readonly Field[],
	values: Readonly<Record<string, unknown>>,
): { data: Record<string, unknown>; files: Record<string, string[]> } {
	const data: Record<string, unknown> = {};
	const files: Record<string, string[]> = {};
	for (const field of fields) {
		const value = values[field.name];
		if (field.readOnly || value === undefined || value === null || value === "") continue;
		if (["photo", "file", "signature"].includes(field.kind)) {
			const refs = (Array.isArray(value) ? value : [value]) as FileRef[];
			if (refs.length > 0) files[field.name] = refs.map((ref) => ref.id);
		} else data[field.name] = value;
	}
	return { data, files };
}
