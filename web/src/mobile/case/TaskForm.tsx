import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { call, commandId } from "@/api/call.ts";
import type { Case, CaseTask, Outcome, Schema } from "@/api/types.ts";
import { evidenceFields, payload } from "@/kit/case/evidence.ts";
import { useErrorText } from "@/kit/errors.ts";
import { SchemaForm } from "@/kit/form/SchemaForm.tsx";
import { initialValues, useForm } from "@/kit/form/useForm.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { readSchema } from "@/kit/schema.ts";
import { toast } from "@/kit/toast.tsx";
import { Told } from "./Told.tsx";
import { text } from "./text.ts";

type Form = { schema: Schema; values?: Record<string, unknown> };

/** The form a task shows: the task's own, or that of the chosen outcome. */
function formOf(task: CaseTask, outcome: Outcome | undefined): Form | null | undefined {
	return (outcome && (task.forms?.[outcome.key] as Form | undefined)) ?? (task.form as Form | null | undefined);
}

/** Everything a person needs to finish one step: fields, evidence, and a button per outcome. */
export function TaskForm({ task, onDone }: { task: CaseTask; onDone: (next: Case) => void }) {
	const outcomes = task.outcomes ?? [];
	const [chosen, setChosen] = useState<Outcome>();
	const special = chosen && (task.forms?.[chosen.key] || chosen.free) ? chosen : undefined;
	return (
		<StepForm
			key={special?.key ?? ""}
			task={task}
			outcomes={special ? [special] : outcomes}
			special={special}
			onChoose={setChosen}
			onDone={onDone}
		/>
	);
}

function StepForm({
	task,
	outcomes,
	special,
	onChoose,
	onDone,
}: {
	task: CaseTask;
	outcomes: readonly Outcome[];
	special: Outcome | undefined;
	onChoose: (outcome: Outcome | undefined) => void;
	onDone: (next: Case) => void;
}) {
	const t = useText(text);
	const language = useLanguage();
	const client = useQueryClient();
	const errorText = useErrorText();
	const source = formOf(task, special);
	const fields = useMemo(() => {
		const evidence = special?.free ? [] : evidenceFields(task.need, language);
		const own = readSchema(source?.schema, language);
		return [...own, ...evidence.filter((e) => !own.some((f) => f.name === e.name))];
	}, [source, special, task.need, language]);
	const form = useForm({ ...initialValues(fields), ...source?.values });
	const [command] = useState(commandId);
	const [refusal, setRefusal] = useState("");
	const complete = useMutation({
		mutationFn: (outcome: Outcome | undefined) =>
			call<Case>(`/api/flow/tasks/${task.id}/complete`, {
				body: { command, outcome: outcome?.key, ...payload(fields, form.values) },
			}),
		onSuccess: (next) => {
			void client.invalidateQueries({ queryKey: ["tasks"] });
			onDone(next);
		},
		onError: (error) => {
			if (!form.refuse(error, fields)) setRefusal(errorText(error));
		},
	});
	const send = (outcome: Outcome | undefined) => {
		setRefusal("");
		const own = outcome && outcome !== special && (task.forms?.[outcome.key] || outcome.free);
		if (own) return onChoose(outcome);
		if (form.check(fields)) complete.mutate(outcome);
		else toast("danger", t("mend"));
	};
	const [first, ...rest] = outcomes;
	return (
		<>
			<Told fields={fields} values={{ ...source?.values, ...form.values }} />
			{fields.some((f) => !f.readOnly) && <SchemaForm fields={fields} form={form} onSubmit={() => send(first)} />}
			{refusal && (
				<p className="field-error" role="alert">
					{refusal}
				</p>
			)}
			<div className="actions">
				<button
					type="button"
					className="button wide"
					data-kind={first?.tone === "bad" ? "danger" : "primary"}
					disabled={complete.isPending}
					onClick={() => send(first)}
				>
					{first ? pick(language, first.zh, first.en) : t("complete")}
				</button>
				{rest.map((outcome) => (
					<button
						key={outcome.key}
						type="button"
						className="button"
						data-kind={outcome.tone === "bad" || outcome.tone === "danger" ? "danger" : undefined}
						disabled={complete.isPending}
						onClick={() => send(outcome)}
					>
						{pick(language, outcome.zh, outcome.en)}
					</button>
				))}
				{special && (
					<button type="button" className="button" data-kind="plain" onClick={() => onChoose(undefined)}>
						{t("cancel")}
					</button>
				)}
			</div>
		</>
	);
}
