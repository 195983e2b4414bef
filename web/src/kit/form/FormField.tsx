import { useId } from "react";
import type { Field } from "../schema.ts";
import { Control } from "./Control.tsx";
import type { Form } from "./useForm.ts";

/** A labelled control with its help and its complaint. */
export function FormField({
	field,
	form,
	label,
	wide,
}: {
	field: Field;
	form: Form;
	label?: string | undefined;
	wide?: boolean;
}) {
	const id = useId();
	const complaint = form.errors[field.name];
	const note = complaint || field.help ? `${id}-note` : undefined;
	const grouped = isGrouped(field);
	const title = (
		<>
			{field.title}
			{field.required && (
				<span className="must" aria-hidden="true">
					*
				</span>
			)}
		</>
	);
	const body = (
		<>
			<Control
				id={id}
				field={field}
				value={form.values[field.name]}
				onChange={(value) => form.set(field.name, value)}
				invalid={!!complaint}
				describedBy={note}
				label={label}
			/>
			{complaint && (
				<span className="field-error" id={note}>
					{complaint}
				</span>
			)}
			{field.help && (
				<span className="field-help" id={complaint ? undefined : note}>
					{field.help}
				</span>
			)}
		</>
	);
	const span = wide || isWide(field) ? "wide" : undefined;
	if (grouped) {
		return (
			<fieldset className="field" data-span={span} data-field={field.name}>
				<legend className="field-title">{title}</legend>
				{body}
			</fieldset>
		);
	}
	return (
		<div className="field" data-span={span} data-field={field.name}>
			<label className="field-title" htmlFor={id}>
				{title}
			</label>
			{body}
		</div>
	);
}

function isGrouped(field: Field): boolean {
	return (
		["photo", "file", "signature", "rows"].includes(field.kind) ||
		(field.kind === "choice" && field.choices.length <= 5) ||
		field.kind === "boolean"
	);
}

function isWide(field: Field): boolean {
	return ["textarea", "photo", "file", "signature", "rows", "json"].includes(field.kind);
}
