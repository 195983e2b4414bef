import { useId } from "react";
import { useText } from "../i18n.ts";
import { Icon } from "../icons.tsx";
import type { Field } from "../schema.ts";
import { common } from "../text.ts";
import { Control } from "./Control.tsx";
import type { ControlProps } from "./controls.ts";

type Line = Readonly<Record<string, unknown>>;

/** A list of records, such as the materials of a repair: one line each, added and removed by hand. */
export function Rows({ id, field, value, onChange, describedBy }: ControlProps) {
	const t = useText(common);
	const lines = Array.isArray(value) ? (value as Line[]) : [];
	const change = (at: number, name: string, next: unknown) =>
		onChange(lines.map((line, i) => (i === at ? { ...line, [name]: next } : line)));
	return (
		<div className="line-list" id={id} aria-describedby={describedBy}>
			{lines.map((line, at) => (
				<fieldset className="line" key={at} aria-label={`${field.title} ${t("row", { n: at + 1 })}`}>
					{field.columns.map((column) => (
						<Cell key={column.name} column={column} line={line} onChange={(next) => change(at, column.name, next)} />
					))}
					<button
						type="button"
						className="icon-button"
						aria-label={`${t("remove")} ${t("row", { n: at + 1 })}`}
						onClick={() => onChange(lines.filter((_, i) => i !== at))}
					>
						<Icon name="trash" />
					</button>
				</fieldset>
			))}
			<button type="button" className="button" onClick={() => onChange([...lines, {}])}>
				<Icon name="plus" /> {t("addRow")}
			</button>
		</div>
	);
}

function Cell({ column, line, onChange }: { column: Field; line: Line; onChange: (value: unknown) => void }) {
	const id = useId();
	return (
		<div className="field">
			<label className="field-title" htmlFor={id}>
				{column.title}
				{column.required && (
					<span className="must" aria-hidden="true">
						*
					</span>
				)}
			</label>
			<Control
				id={id}
				field={column}
				value={line[column.name]}
				onChange={onChange}
				invalid={false}
				describedBy={undefined}
			/>
		</div>
	);
}
