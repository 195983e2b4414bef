import { lazy, Suspense, use, useState } from "react";
import { decimal, instant, parseDecimal } from "../format.ts";
import { useText } from "../i18n.ts";
import type { Choice } from "../schema.ts";
import { common } from "../text.ts";
import { type ControlProps, ControlsContext } from "./controls.ts";
import { FileInput } from "./FileInput.tsx";
import { Rows } from "./Rows.tsx";

const Signature = lazy(() => import("./Signature.tsx"));

/** The control for a field's kind. Up to five options are buttons, more are a select. */
export function Control(props: ControlProps) {
	const { field } = props;
	const controls = use(ControlsContext);
	const Select = controls.select ?? NativeSelect;
	switch (field.kind) {
		case "choice":
			return field.choices.length <= 5 ? <Choices {...props} /> : <Select {...props} choices={field.choices} />;
		case "choices":
			return <Select {...props} choices={field.choices} multiple />;
		case "boolean":
			return <YesNo {...props} />;
		case "number":
		case "money":
			return <Figure {...props} />;
		case "date":
			return controls.date ? <controls.date {...props} /> : <Plain {...props} type="date" />;
		case "time":
			return <Plain {...props} type="time" />;
		case "ref":
		case "refs":
			return controls.ref ? <controls.ref {...props} /> : <Plain {...props} type="text" />;
		case "person":
			return controls.person ? <controls.person {...props} /> : <Plain {...props} type="text" />;
		case "photo":
		case "file":
			return <FileInput {...props} />;
		case "signature":
			return (
				<Suspense>
					<Signature {...props} />
				</Suspense>
			);
		case "rows":
			return <Rows {...props} />;
		case "textarea":
		case "json":
			return <Area {...props} />;
		case "instant":
			return <Moment {...props} />;
		case "tags":
			return <Tags {...props} />;
		default:
			if (field.format === "gps" && controls.gps) return <controls.gps {...props} />;
			if (field.format === "scan" && controls.scan) return <controls.scan {...props} />;
			return <Plain {...props} type={field.phone ? "tel" : "text"} />;
	}
}

function Plain({ id, field, value, onChange, invalid, describedBy, type }: ControlProps & { type: string }) {
	return (
		<input
			id={id}
			className="input"
			type={type}
			inputMode={type === "tel" ? "tel" : undefined}
			maxLength={field.maxLength}
			value={typeof value === "string" || typeof value === "number" ? value : ""}
			aria-invalid={invalid}
			aria-describedby={describedBy}
			required={field.required}
			autoComplete="off"
			onChange={(event) => onChange(event.target.value)}
		/>
	);
}

/** A moment in the company's zone, kept as unix milliseconds. */
function Moment(props: ControlProps) {
	const { value, onChange } = props;
	return (
		<Plain
			{...props}
			type="datetime-local"
			value={typeof value === "number" && value > 0 ? instant(value).replace(" ", "T") : ""}
			onChange={(text) => onChange(text ? Date.parse(`${String(text)}:00+08:00`) : null)}
		/>
	);
}

function Area({ id, field, value, onChange, invalid, describedBy }: ControlProps) {
	const json = field.kind === "json" && typeof value !== "string";
	return (
		<textarea
			id={id}
			className="input"
			rows={3}
			maxLength={field.maxLength}
			value={json ? (value === undefined || value === null ? "" : JSON.stringify(value)) : String(value ?? "")}
			aria-invalid={invalid}
			aria-describedby={describedBy}
			onChange={(event) => onChange(event.target.value)}
		/>
	);
}

/** A figure is typed as text and kept as a scaled integer; what does not parse stays as typed and is refused by check. */
function Figure({ id, field, value, onChange, invalid, describedBy }: ControlProps) {
	const shown = typeof value === "number" ? decimal(value, field.scale, false).replace("−", "-") : String(value ?? "");
	const [typed, setTyped] = useState<string>();
	const t = useText(common);
	const unit = field.unit || (field.kind === "money" ? t("yuan") : "");
	const current = typed !== undefined && parseDecimal(typed, field.scale) === value ? typed : shown;
	return (
		<span className="input-box">
			<input
				id={id}
				className="input"
				data-figure
				inputMode="decimal"
				value={current}
				aria-invalid={invalid}
				aria-describedby={describedBy}
				required={field.required}
				autoComplete="off"
				onChange={(event) => {
					const text = event.target.value;
					setTyped(text);
					onChange(text.trim() === "" ? null : (parseDecimal(text, field.scale) ?? text));
				}}
				onBlur={() => setTyped(undefined)}
			/>
			{unit && <span className="input-unit">{unit}</span>}
		</span>
	);
}

function Choices({ id, field, value, onChange, describedBy, invalid }: ControlProps) {
	return (
		<span
			className="choices"
			role="radiogroup"
			aria-describedby={describedBy}
			aria-invalid={invalid || undefined}
			id={id}
			aria-label={field.title}
		>
			{field.choices.map((choice) => (
				<label key={choice.value} className="choice" data-tone={choice.tone}>
					<input type="radio" name={id} checked={value === choice.value} onChange={() => onChange(choice.value)} />
					<span>{choice.label}</span>
				</label>
			))}
		</span>
	);
}

function YesNo(props: ControlProps) {
	const t = useText(common);
	const { field, value, onChange } = props;
	const choices: Choice[] = [
		{ value: "yes", label: t("yes"), tone: undefined },
		{ value: "no", label: t("no"), tone: undefined },
	];
	const current = value === true ? "yes" : value === false ? "no" : undefined;
	return <Choices {...props} field={{ ...field, choices }} value={current} onChange={(v) => onChange(v === "yes")} />;
}

function NativeSelect({
	id,
	field,
	value,
	onChange,
	invalid,
	describedBy,
	choices,
	multiple,
}: ControlProps & { choices: readonly Choice[]; multiple?: boolean }) {
	const t = useText(common);
	if (multiple) {
		const chosen = Array.isArray(value) ? (value as (string | number)[]) : [];
		return (
			<fieldset className="choices" id={id} aria-describedby={describedBy} aria-label={field.title}>
				{choices.map((choice) => (
					<label key={choice.value} className="choice">
						<input
							type="checkbox"
							checked={chosen.includes(choice.value)}
							onChange={(e) =>
								onChange(e.target.checked ? [...chosen, choice.value] : chosen.filter((v) => v !== choice.value))
							}
						/>
						<span>{choice.label}</span>
					</label>
				))}
			</fieldset>
		);
	}
	return (
		<select
			id={id}
			className="input"
			value={String(value ?? "")}
			aria-invalid={invalid}
			aria-describedby={describedBy}
			onChange={(event) => onChange(choices.find((c) => String(c.value) === event.target.value)?.value)}
		>
			<option value="">{t("choose")}</option>
			{choices.map((choice) => (
				<option key={choice.value} value={choice.value}>
					{choice.label}
				</option>
			))}
		</select>
	);
}

function Tags(props: ControlProps) {
	const { value, onChange } = props;
	const [typed, setTyped] = useState<string>();
	const shown = Array.isArray(value) ? value.join("，") : "";
	return (
		<Plain
			{...props}
			type="text"
			value={typed ?? shown}
			onChange={(text) => {
				setTyped(String(text));
				onChange(
					String(text)
						.split(/[,，、;；\s]+/)
						.filter(Boolean),
				);
			}}
		/>
	);
}
