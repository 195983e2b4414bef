import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, use, useState } from "react";
import { call } from "@/api/call.ts";
import type { RegisterMeta, Row } from "@/api/types.ts";
import { ask } from "../confirm.tsx";
import { useErrorText } from "../errors.ts";
import { useLanguage, useText } from "../i18n.ts";
import { Icon } from "../icons.tsx";
import { cell } from "../register/cells.tsx";
import { type Field, type Group, groupFields, primaryField, readSchema } from "../schema.ts";
import { common } from "../text.ts";
import { toast } from "../toast.tsx";
import { RecordActionsContext } from "./actions.ts";
import { EditGroup } from "./EditGroup.tsx";
import { text } from "./text.ts";

const History = lazy(() => import("./History.tsx"));

/** A record's facts by group, read by default, edited in place group by group; its history below. */
export function RecordBody({
	name,
	meta,
	row,
	onDirty,
}: {
	name: string;
	meta: RegisterMeta;
	row: Row;
	onDirty: (dirty: boolean) => void;
}) {
	const language = useLanguage();
	const t = useText(text);
	const errorText = useErrorText();
	const client = useQueryClient();
	const actions = use(RecordActionsContext);
	const [editing, setEditing] = useState<string>();
	const [history, setHistory] = useState(false);
	const fields = readSchema(meta.schema, language);
	const groups = groupFields(fields, meta.schema, language);
	const can = new Set(meta.can);
	const primary = primaryField(fields);
	const archived = !!row.archived_at;
	const retire = useMutation({
		mutationFn: () =>
			call<Row | undefined>(`/api/${name}/${row.id}/${archived ? "restore" : "archive"}`, {
				body: { version: row.version },
			}),
		onSuccess: () => client.invalidateQueries({ queryKey: ["register", name] }),
		onError: (error) => toast("danger", errorText(error)),
	});
	return (
		<>
			{groups.map((group) => (
				<section key={group.key} className="record-group">
					{editing === group.key ? (
						<EditGroup
							name={name}
							group={group}
							row={row}
							onDirty={onDirty}
							onDone={() => {
								onDirty(false);
								setEditing(undefined);
							}}
						/>
					) : (
						<>
							<header>
								<h3>{group.title || t("details")}</h3>
								{can.has("update") &&
									!archived &&
									editing === undefined &&
									group.fields.some((f) => !f.readOnly && !f.once) && (
										<EditButton onClick={() => setEditing(group.key)} title={group.title} />
									)}
							</header>
							<Facts name={name} group={group} row={row} reveal={can.has("reveal")} />
						</>
					)}
				</section>
			))}
			<div className="row-gap">
				<button
					type="button"
					className="button"
					data-size="small"
					aria-expanded={history}
					onClick={() => setHistory(!history)}
				>
					<Icon name="history" /> {t("history")}
				</button>
				{actions?.(name, row)}
				{can.has("archive") && (
					<button
						type="button"
						className="button"
						data-size="small"
						data-kind={archived ? undefined : "danger"}
						disabled={retire.isPending}
						onClick={async () => {
							const label = primary ? String(row[primary.name] ?? "") : row.id;
							if (
								archived ||
								(await ask({
									title: t("archiveAsk", { name: label }),
									body: t("archiveBody"),
									yes: t("archive"),
									danger: true,
								})) !== null
							) {
								retire.mutate();
							}
						}}
					>
						{t(archived ? "restore" : "archive")}
					</button>
				)}
			</div>
			{history && (
				<Suspense>
					<History name={name} id={row.id} />
				</Suspense>
			)}
		</>
	);
}

function EditButton({ onClick, title }: { onClick: () => void; title: string }) {
	const c = useText(common);
	return (
		<button type="button" className="link" onClick={onClick} aria-label={`${c("edit")} ${title}`}>
			{c("edit")}
		</button>
	);
}

function Facts({ name, group, row, reveal }: { name: string; group: Group; row: Row; reveal: boolean }) {
	const c = useText(common);
	const words = { yes: c("yes"), no: c("no") };
	return (
		<dl className="facts">
			{group.fields
				.filter((field) => !isBareId(field, row))
				.map((field) => (
					<div key={field.name} data-span={field.kind === "textarea" || field.kind === "json" ? "wide" : undefined}>
						<dt>{field.title}</dt>
						<dd>
							{field.masked && reveal ? <Masked name={name} field={field} row={row} /> : cell(field, row, words)}
							{field.unit && row[field.name] !== null && row[field.name] !== undefined && (
								<span className="soft"> {field.unit}</span>
							)}
						</dd>
					</div>
				))}
		</dl>
	);
}

/** A masked value with the button that shows it and leaves a line in the trail. */
function Masked({ name, field, row }: { name: string; field: Field; row: Row }) {
	const t = useText(text);
	const errorText = useErrorText();
	const show = useMutation({
		mutationFn: () => call<{ value: string }>(`/api/${name}/${row.id}/reveal`, { body: { field: field.name } }),
		onError: (error) => toast("danger", errorText(error)),
	});
	const value = String(row[field.name] ?? "");
	if (!value) return <span className="none">–</span>;
	if (show.data) return <span>{show.data.value}</span>;
	return (
		<>
			{value}{" "}
			<button
				type="button"
				className="link"
				aria-label={`${t("reveal")} ${field.title}`}
				title={`${t("reveal")} · ${t("revealNote")}`}
				disabled={show.isPending}
				onClick={() => show.mutate()}
			>
				<Icon name="eye" />
			</button>
		</>
	);
}

/** An id without a register behind it says nothing to people; a button of the page leads there. */
function isBareId(field: Field, row: Row): boolean {
	return field.hidden && field.kind === "text" && /^\d{14,16}$/.test(String(row[field.name] ?? ""));
}
