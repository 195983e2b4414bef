import AntSelect from "antd/es/select";
import { type ReactNode, useEffect, useId, useState } from "react";
import { RefSelect } from "../controls/antd.tsx";
import { decimal, parseDecimal } from "../format.ts";
import { useText } from "../i18n.ts";
import { Icon } from "../icons.tsx";
import type { Field } from "../schema.ts";
import { isFiltered, type ListQuery, withFilter } from "./query.ts";
import { text } from "./text.ts";

/** Search and filters. Every change goes to the address at once; there is no search button. */
export function FilterBar({
	fields,
	searchTitles,
	query,
	onChange,
	children,
}: {
	fields: readonly Field[];
	searchTitles: string;
	query: ListQuery;
	onChange: (query: ListQuery) => void;
	children: ReactNode;
}) {
	const t = useText(text);
	const filters = fields.filter((f) => f.filter !== "");
	const first = filters.filter((f) => f.filter === "in").slice(0, 3);
	const rest = filters.filter((f) => !first.includes(f));
	const [more, setMore] = useState(rest.some((f) => query.filters[f.name]));
	return (
		<div className="filters">
			<SearchBox titles={searchTitles} value={query.q} onChange={(q) => onChange({ ...query, q, page: 1 })} />
			{first.map((f) => (
				<FilterControl key={f.name} field={f} query={query} onChange={onChange} />
			))}
			{rest.length > 0 && (
				<button type="button" className="icon-button" aria-expanded={more} onClick={() => setMore(!more)}>
					<Icon name="filter" /> {t("more")}
				</button>
			)}
			{query.batch && (
				<button
					type="button"
					className="button"
					data-size="small"
					onClick={() => onChange({ ...query, batch: "", page: 1 })}
				>
					{t("batch")} <Icon name="close" size={12} />
				</button>
			)}
			{isFiltered(query) && (
				<button
					type="button"
					className="link"
					onClick={() => onChange({ ...query, q: "", batch: "", archived: false, filters: {}, page: 1 })}
				>
					{t("clear")}
				</button>
			)}
			<span className="filters-end">{children}</span>
			{more && (
				<div className="filters-more">
					{rest.map((f) => (
						<FilterControl key={f.name} field={f} query={query} onChange={onChange} />
					))}
				</div>
			)}
		</div>
	);
}

/** Searches a moment after the last key, at once on Enter. */
function SearchBox({ titles, value, onChange }: { titles: string; value: string; onChange: (q: string) => void }) {
	const t = useText(text);
	const [typed, setTyped] = useState(value);
	const [from, setFrom] = useState(value);
	if (from !== value) {
		setFrom(value);
		setTyped(value);
	}
	useEffect(() => {
		if (typed === value) return;
		const timer = setTimeout(() => onChange(typed), 350);
		return () => clearTimeout(timer);
	}, [typed, value, onChange]);
	const label = titles ? t("searchIn", { titles }) : t("search");
	return (
		<label className="search-box">
			<Icon name="search" />
			<input
				className="input"
				type="search"
				aria-label={label}
				placeholder={label}
				value={typed}
				onChange={(e) => setTyped(e.target.value)}
				onKeyDown={(e) => {
					if (e.key === "Enter" && !e.nativeEvent.isComposing) onChange(typed);
				}}
			/>
		</label>
	);
}

function FilterControl({
	field,
	query,
	onChange,
}: {
	field: Field;
	query: ListQuery;
	onChange: (query: ListQuery) => void;
}) {
	const t = useText(text);
	const id = useId();
	const value = query.filters[field.name] ?? "";
	const set = (next: string) => onChange(withFilter(query, field.name, next));
	if (field.filter === "range") return <RangeFilter field={field} value={value} onChange={set} />;
	if (field.kind === "ref") {
		return (
			<span className="filter">
				<RefSelect
					id={id}
					field={field}
					value={value ? value.split(",") : []}
					onChange={(next) => set(((next as string[] | null) ?? []).join(","))}
					invalid={false}
					describedBy={undefined}
					placeholder={field.title}
					multiple
				/>
			</span>
		);
	}
	const options =
		field.kind === "boolean"
			? [
					{ value: "true", label: `${field.title}：✓` },
					{ value: "false", label: `${field.title}：✗` },
				]
			: field.choices.map((c) => ({ value: String(c.value), label: c.label }));
	if (options.length === 0) {
		return (
			<input
				className="input filter"
				aria-label={field.title}
				placeholder={field.title}
				defaultValue={value}
				onBlur={(e) => set(e.target.value.trim())}
				onKeyDown={(e) => {
					if (e.key === "Enter") set(e.currentTarget.value.trim());
				}}
			/>
		);
	}
	return (
		<span className="filter">
			<AntSelect
				id={id}
				mode="multiple"
				allowClear
				maxTagCount={1}
				placeholder={field.title}
				aria-label={field.title}
				title={t("search")}
				value={value ? value.split(",") : []}
				options={options}
				onChange={(next: string[]) => set(next.join(","))}
			/>
		</span>
	);
}

/** "from~to" of figures (in the unit people read) or dates; an open end is left empty. */
function RangeFilter({ field, value, onChange }: { field: Field; value: string; onChange: (value: string) => void }) {
	const t = useText(text);
	const [from = "", to = ""] = value.split("~");
	const figure = field.kind === "number" || field.kind === "money";
	const read = (v: string) => {
		if (!figure) return v.trim();
		const n = parseDecimal(v, field.scale);
		return n === undefined
			? ""
			: decimal(n, field.scale, false)
					.replace("−", "-")
					.replace(/\.?0+$/, field.scale ? "" : "$&");
	};
	const set = (a: string, b: string) => onChange(a || b ? `${a}~${b}` : "");
	const box = (label: string, v: string, put: (v: string) => void) => (
		<input
			key={`${label}${v}`}
			className="input"
			type={field.kind === "date" || field.kind === "instant" ? "date" : "text"}
			inputMode={figure ? "decimal" : undefined}
			aria-label={`${field.title} ${label}`}
			placeholder={label}
			defaultValue={v}
			onBlur={(e) => put(read(e.target.value))}
			onKeyDown={(e) => {
				if (e.key === "Enter") put(read(e.currentTarget.value));
			}}
		/>
	);
	return (
		<fieldset className="filter-range" aria-label={field.title}>
			<span className="soft">{field.title}</span>
			{box(t("from"), from, (v) => set(v, to))}
			<span className="soft">–</span>
			{box(t("to"), to, (v) => set(from, v))}
		</fieldset>
	);
}
