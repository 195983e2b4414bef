import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { call, commandId } from "@/api/call.ts";
import { importRun, registers } from "@/api/queries.ts";
import type { Import, ImportError } from "@/api/types.ts";
import { ask } from "@/kit/confirm.tsx";
import { useErrorText } from "@/kit/errors.ts";
import { count } from "@/kit/format.ts";
import { type Column, Grid } from "@/kit/Grid.tsx";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { Tag } from "@/kit/Tag.tsx";
import { toast } from "@/kit/toast.tsx";
import { text } from "./text.ts";

const shownErrors = 200;

export function ImportRun({ run }: { run: Import }) {
	const t = useText(text);
	const errorText = useErrorText();
	const client = useQueryClient();
	const command = useMutation({
		mutationFn: (verb: "commit" | "undo") =>
			call<Import>(`/api/imports/${run.id}/${verb}`, { body: {}, key: commandId() }),
		onSuccess: (next) => {
			client.setQueryData(importRun(run.id).queryKey, next);
			void client.invalidateQueries({ queryKey: ["register"] });
			void client.invalidateQueries({ queryKey: ["imports"] });
		},
		onError: (error) => toast("danger", errorText(error)),
	});
	const undo = async () => {
		if ((await ask({ title: t("undoAsk"), body: t("undoBody"), yes: t("undoYes"), danger: true })) !== null)
			command.mutate("undo");
	};
	switch (run.state) {
		case "checking":
			return <Progress run={run} label={t(run.progress.total ? "checkingOf" : "checking", words(run))} />;
		case "writing":
			return <Progress run={run} label={t("writing", words(run))} />;
		case "undoing":
			return <Progress run={run} label={t("undoing", words(run))} />;
		case "failed":
			return (
				<div className="blank" role="alert">
					<Icon name="warn" size={28} />
					<strong>{t("failed")}</strong>
					<p>{run.detail}</p>
					<Link className="button" to="/import">
						{t("again")}
					</Link>
				</div>
			);
		case "checked":
			return (
				<>
					<Findings run={run} />
					<div className="import-actions">
						<Link className="button" to="/import">
							{t("again")}
						</Link>
						<button
							type="button"
							className="button"
							data-kind="primary"
							disabled={run.ok === 0 || command.isPending}
							onClick={() => command.mutate("commit")}
						>
							{t(errorsOf(run) > 0 ? "writeSkip" : "write", { n: count(run.ok) })}
						</button>
					</div>
				</>
			);
		default:
			return <Outcome run={run} onUndo={undo} busy={command.isPending} />;
	}
}

function errorsOf(run: Import): number {
	return run.errors_total ?? run.errors?.length ?? 0;
}

function words(run: Import) {
	return { done: count(run.progress.done), total: count(run.progress.total) };
}

function Progress({ run, label }: { run: Import; label: string }) {
	const t = useText(text);
	const { done, total } = run.progress;
	return (
		<div className="import-progress" role="status">
			<strong>{label}</strong>
			<progress max={total || undefined} value={total ? done : undefined} aria-label={label} />
			<p className="soft">{t("leave")}</p>
		</div>
	);
}

function Findings({ run }: { run: Import }) {
	const t = useText(text);
	const language = useLanguage();
	const errors = errorsOf(run);
	const columns: Column[] = [
		{ key: "row", title: t("row"), figure: true },
		{ key: "sheet", title: t("sheet") },
		{ key: "column", title: t("column") },
		{ key: "value", title: t("value") },
		{ key: "problem", title: t("problem") },
	];
	const warnings = run.warnings ?? [];
	const rows = [
		...(run.errors ?? []).map((error) => ({ error, note: false })),
		...warnings.map((error) => ({ error, note: true })),
	]
		.slice(0, shownErrors)
		.map((line, i) => ({ id: String(i), ...line }));
	return (
		<>
			<div className="row-gap">
				<Tag tone="ok">{t("canWrite", { n: count(run.ok) })}</Tag>
				{run.updates > 0 && <Tag tone="info">{t("updates", { n: count(run.updates) })}</Tag>}
				{!!run.same && <Tag>{t("same", { n: count(run.same) })}</Tag>}
				{!!run.bad && <Tag tone="danger">{t("badRows", { n: count(run.bad) })}</Tag>}
				{warnings.length > 0 && <Tag tone="warn">{t("warnings", { n: count(warnings.length) })}</Tag>}
				{errors > 0 ? <Tag tone="danger">{t("bad", { n: count(errors) })}</Tag> : <Tag tone="ok">{t("noBad")}</Tag>}
				{errors > 0 && (
					<a href={`/api/imports/${run.id}/errors.xlsx`} download>
						<Icon name="download" /> {t("errorFile")}
					</a>
				)}
			</div>
			{run.notes?.map((note) => (
				<p key={note.zh} className="soft">
					{pick(language, note.zh, note.en)}
				</p>
			))}
			{rows.length > 0 && (
				<div className="import-errors">
					<Grid
						columns={columns}
						rows={rows}
						label={t("problem")}
						cell={(column, { error, note }) => {
							if (column.key === "problem") return <Problem error={error} note={note} language={language} />;
							return error[column.key as "row" | "sheet" | "column" | "value"];
						}}
					/>
				</div>
			)}
			{errors > shownErrors && <p className="soft">{t("firstErrors", { n: shownErrors })}</p>}
		</>
	);
}

function Problem({ error, note, language }: { error: ImportError; note: boolean; language: "zh" | "en" | "test" }) {
	const t = useText(text);
	const detail = pick(language, error.detail_zh ?? error.detail, error.detail_en ?? error.detail);
	return (
		<span className="import-problem">
			{note && <Tag tone="warn">{t("note")}</Tag>} {detail}
			{error.allowed?.length ? <span className="soft"> {t("allowed", { list: error.allowed.join("、") })}</span> : null}
		</span>
	);
}

function Outcome({ run, onUndo, busy }: { run: Import; onUndo: () => void; busy: boolean }) {
	const t = useText(text);
	const language = useLanguage();
	const list = useQuery(registers);
	const undone = run.state === "undone";
	const title = (name: string) => {
		const register = list.data?.find((r) => r.name === name);
		return register ? pick(language, register.zh, register.en) : name;
	};
	return (
		<>
			<div className="row-gap import-done">
				<Icon name={undone ? "undo" : "check"} size={22} />
				<strong>{t(undone ? "undone" : "written")}</strong>
				{!undone && <span className="soft">{t("rowsWritten", { n: count(run.ok) })}</span>}
				{errorsOf(run) > 0 && (
					<a href={`/api/imports/${run.id}/errors.xlsx`} download>
						{t("errorFile")}
					</a>
				)}
			</div>
			{!undone && (
				<ul className="import-counts">
					{Object.entries(run.counts ?? {})
						.filter(([, n]) => n > 0)
						.map(([name, n]) => (
							<li key={name}>
								<Link to={`/r/${name}?batch=${run.id}`}>{t("open", { title: title(name), n: count(n) })}</Link>
							</li>
						))}
				</ul>
			)}
			<div className="import-actions">
				<Link className="button" to="/import">
					{t("again")}
				</Link>
				{!undone && (
					<button type="button" className="button" data-kind="danger" disabled={busy} onClick={onUndo}>
						<Icon name="undo" /> {t("undo")}
					</button>
				)}
			</div>
		</>
	);
}
