import { keepPreviousData, useQuery } from "@tanstack/react-query";
import AntSelect from "antd/es/select";
import { lazy, Suspense, useDeferredValue, useState } from "react";
import { list, meta, people, record } from "@/api/queries.ts";
import type { ControlProps, Controls } from "../form/controls.ts";
import { pick, useLanguage, useText } from "../i18n.ts";
import { usePrefs } from "../prefs.ts";
import { rowLabel } from "../register/label.ts";
import type { Choice } from "../schema.ts";
import { primaryField, readSchema } from "../schema.ts";
import { common } from "../text.ts";

function Select(props: ControlProps & { choices: readonly Choice[]; multiple?: boolean }) {
	const t = useText(common);
	const { id, value, onChange, invalid, choices, multiple, describedBy, field } = props;
	return (
		<AntSelect
			id={id}
			mode={multiple ? "multiple" : undefined}
			showSearch={{ optionFilterProp: "label" }}
			allowClear={!field.required || multiple}
			status={invalid ? "error" : undefined}
			placeholder={t("choose")}
			aria-describedby={describedBy}
			aria-label={field.title}
			value={(value ?? undefined) as string | number | undefined}
			options={choices.map((c) => ({ value: c.value, label: c.label }))}
			onChange={(next) => onChange(next ?? null)}
		/>
	);
}

/** Chooses a record of another register by searching it. */
export function RefSelect(props: ControlProps & { multiple?: boolean; placeholder?: string }) {
	const { id, field, value, onChange, invalid, describedBy, label, placeholder } = props;
	const multiple = props.multiple || field.kind === "refs";
	const t = useText(common);
	const language = useLanguage();
	const { project } = usePrefs();
	const [typed, setTyped] = useState("");
	const [open, setOpen] = useState(false);
	const q = useDeferredValue(typed.trim());
	const target = useQuery({ ...meta(field.ref), enabled: open || !!value });
	const primary = primaryField(readSchema(target.data?.schema, language));
	const search = new URLSearchParams({ size: "20", ...(q ? { q } : {}), ...(project ? { project } : {}) }).toString();
	const found = useQuery({ ...list(field.ref, search), enabled: open, placeholderData: keepPreviousData });
	const single = !multiple && typeof value === "string" && value !== "0" ? value : "";
	const chosen = useQuery({ ...record(field.ref, single), enabled: single !== "" && !label });
	const name = (row: Parameters<typeof rowLabel>[0]) => {
		const own = primary && row[primary.name];
		return typeof own === "string" && own ? own : rowLabel(row);
	};
	const options = (found.data?.items ?? []).map((row) => ({ value: row.id, label: name(row) }));
	if (single && !options.some((o) => o.value === single)) {
		options.unshift({ value: single, label: label ?? (chosen.data ? name(chosen.data) : "…") });
	}
	return (
		<AntSelect
			id={id}
			mode={multiple ? "multiple" : undefined}
			showSearch={{ filterOption: false, onSearch: setTyped }}
			allowClear
			status={invalid ? "error" : undefined}
			placeholder={placeholder ?? t("choose")}
			aria-describedby={describedBy}
			aria-label={field.title}
			loading={found.isFetching}
			onOpenChange={setOpen}
			value={multiple ? ((value as string[] | undefined) ?? []) : single || undefined}
			options={options}
			onChange={(next) => onChange(next ?? null)}
		/>
	);
}

/** Chooses a colleague, with position and how much they have to do. */
export function PersonSelect({ id, field, value, onChange, invalid, describedBy, label }: ControlProps) {
	const t = useText(common);
	const language = useLanguage();
	const [typed, setTyped] = useState("");
	const q = useDeferredValue(typed.trim());
	const found = useQuery({
		...people(q, field.position ? { position: field.position } : {}),
		placeholderData: keepPreviousData,
	});
	const options = (found.data ?? []).map((p) => ({
		value: p.id,
		label: `${p.name} · ${pick(language, p.position_zh, p.position_en)} · ${p.open_tasks}`,
	}));
	if (typeof value === "string" && value && !options.some((o) => o.value === value))
		options.unshift({ value, label: label ?? value });
	return (
		<AntSelect
			id={id}
			showSearch={{ filterOption: false, onSearch: setTyped }}
			allowClear
			status={invalid ? "error" : undefined}
			placeholder={t("choose")}
			aria-describedby={describedBy}
			aria-label={field.title}
			loading={found.isFetching}
			value={(value as string | undefined) || undefined}
			options={options}
			onChange={(next) => onChange(next ?? null)}
		/>
	);
}

/** The calendar is heavy and rarely the first thing needed. */
const Calendar = lazy(() => import("./DateInput.tsx"));

function CalendarInput(props: ControlProps) {
	return (
		<Suspense fallback={<input className="input" disabled aria-label={props.field.title} />}>
			<Calendar {...props} />
		</Suspense>
	);
}

/** The desktop's controls: searching selects and a calendar. */
export const desktopControls: Controls = { select: Select, date: CalendarInput, ref: RefSelect, person: PersonSelect };
