import type { FormEvent, ReactNode } from "react";
import { type Field, isShown } from "../schema.ts";
import { FormField } from "./FormField.tsx";
import type { Form } from "./useForm.ts";

/** All fields of a form in the order of its schema; what does not apply yet (x-show) is left out. */
export function SchemaForm({
	fields,
	form,
	labels,
	onSubmit,
	children,
}: {
	fields: readonly Field[];
	form: Form;
	labels?: Readonly<Record<string, unknown>> | undefined;
	onSubmit?: () => void;
	children?: ReactNode;
}) {
	const submit = (event: FormEvent) => {
		event.preventDefault();
		onSubmit?.();
	};
	return (
		<form className="form" noValidate onSubmit={submit}>
			{fields
				.filter((f) => !f.readOnly && isShown(f, form.values))
				.map((field) => (
					<FormField
						key={field.name}
						field={field}
						form={form}
						label={labels?.[`${field.name}_label`] as string | undefined}
					/>
				))}
			{children}
		</form>
	);
}
