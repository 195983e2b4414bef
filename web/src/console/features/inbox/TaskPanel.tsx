import { useMemo, useState } from "react";
import type { Case, CaseTask, Outcome } from "@/api/types.ts";
import { evidenceFields, payload } from "@/kit/case/evidence.ts";
import { useErrorText } from "@/kit/errors.ts";
import { SchemaForm } from "@/kit/form/SchemaForm.tsx";
import { initialValues, isEmpty, useForm } from "@/kit/form/useForm.ts";
import { deadline } from "@/kit/format.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { Menu } from "@/kit/Menu.tsx";
import { cell } from "@/kit/register/cells.tsx";
import { isShown, readSchema } from "@/kit/schema.ts";
import { Tag } from "@/kit/Tag.tsx";
import { common } from "@/kit/text.ts";
import { toast } from "@/kit/toast.tsx";
import { useNow } from "@/kit/useNow.ts";
import { useDirty } from "../../shell/work.ts";
import { useCommand } from "./command.ts";
import { TaskVerbs } from "./TaskVerbs.tsx";
import { text } from "./text.ts";

/** What this person has to do now: the step's form, its evidence, one button per outcome, the other verbs. */
export function TaskPanel({ kase, task, onDone }: { kase: Case; task: CaseTask; onDone?: (() => void) | undefined }) {
	const [outcome, setOutcome] = useState<Outcome>();
	return (
		<Step key={outcome?.key ?? ""} kase={kase} task={task} special={outcome} onSpecial={setOutcome} onDone={onDone} />
	);
}

const tones = { ok: "primary", warn: undefined, bad: "danger", danger: "danger", "": undefined } as const;

function Step({
	kase,
	task,
	special,
	onSpecial,
	onDone,
}: {
	kase: Case;
	task: CaseTask;
	/** The chosen outcome, when it asks for its own form. */
	special: Outcome | undefined;
	onSpecial: (outcome: Outcome | undefined) => void;
	onDone?: (() => void) | undefined;
}) {
	const t = useText(text);
	const c = useText(common);
	const language = useLanguage();
	const errorText = useErrorText();
	const now = useNow();
	const [comment, setComment] = useState("");
	const source = (special && task.forms?.[special.key]) || task.form;
	const fields = useMemo(() => {
		const own = readSchema(source?.schema, language);
		const evidence = special?.free ? [] : evidenceFields(task.need, language);
		return [...own, ...evidence.filter((e) => !own.some((f) => f.name === e.name))];
	}, [source, special, task.need, language]);
	const form = useForm({ ...initialValues(fields), ...source?.values });
	useDirty(form.dirty || comment !== "");
	// Said by the command itself: the panel may be gone when the answer comes.
	const command = useCommand(kase.id, () => {
		toast("ok", t("submitted"));
		onDone?.();
	});
	const complete = task.verbs.includes("complete");
	const outcomes = special
		? [special]
		: task.outcomes?.length
			? task.outcomes
			: [{ key: "", zh: text.submit[0], en: text.submit[1], tone: "ok" } satisfies Outcome];
	const send = (outcome: Outcome) => {
		if (outcome !== special && (task.forms?.[outcome.key] || (outcome.free && fields.length > 0)))
			return onSpecial(outcome);
		if (!form.check(fields)) return toast("danger", t("mend"));
		command.mutate(
			{
				verb: "complete",
				task: task.id,
				body: { ...(outcome.key ? { outcome: outcome.key } : {}), comment, ...payload(fields, form.values) },
			},
			{
				onError: (error) => {
					if (!form.refuse(error, fields)) toast("danger", errorText(error));
				},
			},
		);
	};
	const words = { yes: c("yes"), no: c("no") };
	const said = new Set((kase.data ?? []).map((fact) => fact.field));
	const told = fields.filter(
		(f) => f.readOnly && !f.hidden && !said.has(f.name) && isShown(f, form.values) && !isEmpty(form.values[f.name]),
	);
	const label = { ...source?.values, ...form.values };
	return (
		<section className="card task-panel" aria-label={t("act", { node: pick(language, task.node_zh, task.node_en) })}>
			<header>
				<h3>{t("act", { node: pick(language, task.node_zh, task.node_en) })}</h3>
				{task.due_at > 0 && (
					<Tag tone={task.due_at < now ? "danger" : "warn"}>{deadline(task.due_at, now, language)}</Tag>
				)}
				{task.for_whom && <Tag tone="info">{t("forWhom", { name: task.for_whom })}</Tag>}
			</header>
			{complete && (
				<>
					{told.length > 0 && (
						<dl className="facts task-told">
							{told.map((field) => (
								<div key={field.name} data-span={field.kind === "textarea" ? "wide" : undefined}>
									<dt>{field.title}</dt>
									<dd>{cell(field, label, words)}</dd>
								</div>
							))}
						</dl>
					)}
					{fields.some((f) => !f.readOnly) && <SchemaForm fields={fields} form={form} labels={source?.values} />}
					<div className="opinion">
						<textarea
							className="input"
							rows={1}
							aria-label={t("comment")}
							placeholder={t("comment")}
							value={comment}
							onChange={(e) => setComment(e.target.value)}
						/>
						<Menu label={t("phrases")} className="button" button={t("phrases")}>
							{(close) =>
								t("phraseList")
									.split("|")
									.map((phrase) => (
										<button
											key={phrase}
											type="button"
											className="menu-item"
											onClick={() => {
												setComment((old) => old + phrase);
												close();
											}}
										>
											{phrase}
										</button>
									))
							}
						</Menu>
					</div>
				</>
			)}
			<footer className="task-actions">
				{complete &&
					outcomes.map((outcome, i) => (
						<button
							key={outcome.key}
							type="button"
							className="button"
							data-key={i === 0 ? "act" : undefined}
							data-kind={
								i === 0 && outcome.tone !== "bad"
									? "primary"
									: tones[outcome.tone ?? ""] === "danger"
										? "danger"
										: undefined
							}
							disabled={command.isPending}
							onClick={() => send(outcome)}
						>
							{pick(language, outcome.zh, outcome.en)}
						</button>
					))}
				{special && (
					<button type="button" className="button" data-kind="plain" onClick={() => onSpecial(undefined)}>
						{c("cancel")}
					</button>
				)}
				<TaskVerbs kase={kase} task={task} comment={comment} onDone={onDone} />
			</footer>
		</section>
	);
}
