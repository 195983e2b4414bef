import "../grid.css";
import "./register.css";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { ApiError } from "@/api/call.ts";
import { list, meta, session } from "@/api/queries.ts";
import type { Project, RegisterMeta, Row } from "@/api/types.ts";
import { useErrorText } from "../errors.ts";
import { count, decimal, money } from "../format.ts";
import { type Column, Grid } from "../Grid.tsx";
import { pick, useLanguage, useText } from "../i18n.ts";
import { Icon } from "../icons.tsx";
import { usePrefs } from "../prefs.ts";
import { type Field, isFigure, primaryField, readSchema } from "../schema.ts";
import { common } from "../text.ts";
import { BatchBar } from "./BatchBar.tsx";
import { ColumnsMenu } from "./ColumnsMenu.tsx";
import { cell } from "./cells.tsx";
import { useColumns } from "./columns.ts";
import { Empty } from "./Empty.tsx";
import { ExportMenu } from "./ExportMenu.tsx";
import { FilterBar } from "./FilterBar.tsx";
import { Pager } from "./Pager.tsx";
import { isView, type ListQuery, listSearch, nextSort, readQuery, writeQuery } from "./query.ts";
import { text } from "./text.ts";

const RecordDrawer = lazy(() => import("../record/RecordDrawer.tsx"));

interface RegisterViewProps {
	name: string;
	account: string;
	/** Where imports are made; the button is left out when there is none. */
	importPath?: string;
	/** Written by the system alone: nobody makes records by hand. */
	readOnly?: boolean;
	/** Buttons of a special page beside the usual ones. */
	extra?: ReactNode;
}

/** The list page of a register: everything on it follows from the server's description. */
export function RegisterView(props: RegisterViewProps) {
	const found = useQuery(meta(props.name));
	const t = useText(text);
	const c = useText(common);
	const errorText = useErrorText();
	if (found.isPending) return <div className="page" aria-busy="true" />;
	if (found.isError) {
		const refused = found.error instanceof ApiError && found.error.status === 403;
		return (
			<div className="page">
				<div className="blank" role="alert">
					<p>{refused ? t("noRight") : errorText(found.error)}</p>
					{!refused && (
						<button type="button" className="button" onClick={() => found.refetch()}>
							{c("retry")}
						</button>
					)}
				</div>
			</div>
		);
	}
	return <Register {...props} meta={found.data} />;
}

function Register({ name, account, importPath, readOnly, extra, meta }: RegisterViewProps & { meta: RegisterMeta }) {
	const language = useLanguage();
	const t = useText(text);
	const c = useText(common);
	const errorText = useErrorText();
	const navigate = useNavigate();
	const location = useLocation();
	const { project } = usePrefs();
	const query = useMemo(() => readQuery(location.search), [location.search]);
	const fields = useMemo(() => readSchema(meta.schema, language), [meta, language]);
	const columns = useColumns(account, name, fields);
	const primary = primaryField(fields);
	const found = useQuery({ ...list(name, listSearch(query, project)), placeholderData: keepPreviousData });
	const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
	const [everything, setEverything] = useState(false);
	const words = useMemo(() => ({ yes: c("yes"), no: c("no") }), [c]);

	const put = useCallback(
		(next: ListQuery, replace = true) => navigate({ search: writeQuery(next) }, { replace }),
		[navigate],
	);
	const title = pick(language, meta.zh, meta.en);
	const can = new Set(readOnly ? meta.can.filter((verb) => verb !== "create" && verb !== "import") : meta.can);
	const ordered = primary ? [primary, ...columns.shown.filter((f) => f !== primary)] : columns.shown;
	const projects = useQuery(session).data?.projects ?? none;
	const manyProjects = meta.scope !== "company" && project === "" && projects.length > 1;
	const byName = useMemo(() => new Map(fields.map((f) => [f.name, f])), [fields]);
	const gridColumns: Column[] = ordered.map((f) => ({
		key: f.name,
		title: f.title,
		unit: f.unit,
		figure: isFigure(f),
		sortable: f.sort,
		width: f.width,
	}));
	// Over several projects, equal room numbers are different rooms: the project stands beside the name.
	if (manyProjects) gridColumns.splice(1, 0, { key: "project_id", title: t("project") });
	const primaryName = primary?.name;
	const search = location.search;
	const show = useCallback(
		(column: Column, row: Row) => {
			if (column.key === "project_id") return projects.find((p) => p.id === row.project_id)?.name ?? "–";
			const field = byName.get(column.key);
			if (!field) return null;
			const content = cell(field, row, words);
			if (field.name !== primaryName) return content;
			return <Link to={{ search: writeQuery({ ...readQuery(search), open: row.id }) }}>{content}</Link>;
		},
		[byName, primaryName, words, search, projects],
	);
	const select = useCallback((ids: readonly string[], on: boolean) => {
		setEverything(false);
		setSelected((old) => {
			const next = new Set(old);
			for (const id of ids)
				if (on) next.add(id);
				else next.delete(id);
			return next;
		});
	}, []);
	const rows = found.data?.items ?? [];
	const total = found.data?.total ?? 0;
	const sums = found.data?.sums ?? {};
	const totals = ordered.some((f) => f.sum && f.name in sums)
		? ordered.map((f, i) => (f.sum && f.name in sums ? sumText(f, sums[f.name] ?? 0) : i === 0 ? t("total") : null))
		: undefined;
	if (manyProjects) totals?.splice(1, 0, null);
	const clear = () => {
		setSelected(new Set());
		setEverything(false);
	};
	const views = meta.views ?? [];
	return (
		<div className="page" data-fill>
			<div className="page-head">
				<h1>{title}</h1>
				<span className="soft">{found.data ? t("records", { n: count(total) }) : " "}</span>
				{views.length > 0 && (
					<fieldset className="pills" aria-label={title}>
						{[{ key: "", zh: text.all[0], en: text.all[1], query: "" }, ...views].map((view) => (
							<button
								key={view.key}
								type="button"
								className="pill"
								aria-pressed={isView(query, view.query)}
								onClick={() => {
									clear();
									put({ ...readQuery(view.query), size: query.size });
								}}
							>
								{pick(language, view.zh, view.en)}
							</button>
						))}
					</fieldset>
				)}
				<span className="row-gap push">
					{extra}
					{can.has("import") && importPath && (
						<Link className="button" to={importPath}>
							<Icon name="upload" /> {t("import")}
						</Link>
					)}
					{can.has("export") && <ExportMenu name={name} query={query} columns={ordered.map((f) => f.name)} />}
					{can.has("create") && (
						<Link className="button" data-kind="primary" to={{ search: writeQuery({ ...query, open: "new" }) }}>
							<Icon name="plus" /> {t("create")}
						</Link>
					)}
				</span>
			</div>
			<div className="card register">
				<FilterBar
					fields={fields}
					searchTitles={fields
						.filter((f) => f.search)
						.map((f) => f.title)
						.slice(0, 3)
						.join(language === "zh" ? "、" : ", ")}
					query={query}
					onChange={put}
				>
					<button
						type="button"
						className="icon-button"
						aria-label={t("refresh")}
						title={t("refresh")}
						onClick={() => found.refetch()}
					>
						<Icon name="refresh" />
					</button>
					<ColumnsMenu fields={fields} columns={columns} query={query} onChange={put} />
				</FilterBar>
				{selected.size > 0 && (
					<BatchBar
						name={name}
						rows={rows}
						selected={selected}
						everything={everything}
						total={total}
						query={query}
						can={can}
						columns={ordered.map((f) => f.name)}
						onEverything={() => setEverything(true)}
						onClear={clear}
					/>
				)}
				{found.isError ? (
					<div className="blank" role="alert">
						<strong>{t("failed")}</strong>
						<p>{errorText(found.error)}</p>
						<button type="button" className="button" onClick={() => found.refetch()}>
							{t("retry")}
						</button>
					</div>
				) : (
					<Grid
						columns={gridColumns}
						rows={rows}
						cell={show}
						label={title}
						sort={query.sort}
						onSort={(key) => put({ ...query, sort: nextSort(query.sort, key), page: 1 })}
						selected={selected}
						onSelect={select}
						totals={totals}
						dimmed={found.isPlaceholderData}
						current={query.open}
						empty={
							found.isPending ? (
								<div className="blank" aria-busy="true" />
							) : (
								<Empty query={query} can={can} importPath={importPath} onClear={() => put(readQuery(""))} />
							)
						}
					/>
				)}
				<Pager
					page={query.page}
					size={query.size}
					total={total}
					onChange={(page, size) => put({ ...query, page, size })}
				/>
			</div>
			{query.open && (
				<Suspense>
					<RecordDrawer
						key={query.open}
						name={name}
						id={query.open}
						meta={meta}
						ids={rows.map((r) => r.id)}
						onMove={(id) => put({ ...query, open: id })}
						onClose={() => put({ ...query, open: "" })}
					/>
				</Suspense>
			)}
		</div>
	);
}

/** One empty list for all renders. */
const none: readonly Project[] = [];

function sumText(field: Field, value: number): string {
	return field.kind === "money" ? money(value) : decimal(value, field.scale);
}
