import { useId } from "react";
import type { Case, CaseTask, Property, Schema } from "@/api/types.ts";
import { Dialog } from "@/kit/Dialog.tsx";
import { useErrorText } from "@/kit/errors.ts";
import { SchemaForm } from "@/kit/form/SchemaForm.tsx";
import { useForm } from "@/kit/form/useForm.ts";
import { useLanguage, useText } from "@/kit/i18n.ts";
import { readSchema } from "@/kit/schema.ts";
import { common } from "@/kit/text.ts";
import { toast } from "@/kit/toast.tsx";
import { useCommand } from "./command.ts";
import { type AskingVerb, verbWords } from "./TaskVerbs.tsx";
import { text } from "./text.ts";

/** What a verb wants to know, as a schema, so that it is asked like any other form. */
function question(verb: AskingVerb, task: CaseTask | undefined): Schema {
	const person: Property = { type: "string", title: text.toWhom[0], "x-en": text.toWhom[1], "x-format": "person" };
	const reason: Property = {
		type: "string",
		title: text.reason[0],
		"x-en": text.reason[1],
		"x-format": "textarea",
		maxLength: 500,
	};
	const words: Property = { ...reason, title: text.words[0], "x-en": text.words[1] };
	switch (verb) {
		case "transfer":
			return { properties: { to: person, reason }, required: ["to"] };
		case "cc":
			return { properties: { to: person, comment: words }, required: ["to"] };
		case "return": {
			const steps = (task?.returns ?? []).map((r) => ({ const: r.node, title: r.zh, "x-en": r.en }));
			return {
				properties: {
					node: {
						type: "string",
						title: text.toStep[0],
						"x-en": text.toStep[1],
						oneOf: steps,
						default: steps[0]?.const,
					},
					reason,
				},
				required: ["node", "reason"],
			};
		}
		case "hold":
			return {
				properties: {
					reason,
					resume_at: { type: "integer", title: text.resumeAt[0], "x-en": text.resumeAt[1], "x-format": "instant" },
				},
				required: ["reason"],
			};
		case "withdraw":
		case "stop":
			return { properties: { reason }, required: ["reason"] };
		default:
			return { properties: { comment: words }, required: verb === "comment" ? ["comment"] : [] };
	}
}

export function VerbDialog({
	kase,
	task,
	verb,
	onClose,
	onDone,
}: {
	kase: Case;
	task?: CaseTask | undefined;
	verb: AskingVerb;
	onClose: () => void;
	onDone?: () => void;
}) {
	const t = useText(text);
	const c = useText(common);
	const language = useLanguage();
	const errorText = useErrorText();
	const id = useId();
	const fields = readSchema(question(verb, task), language);
	const form = useForm(
		Object.fromEntries(fields.filter((f) => f.initial !== undefined).map((f) => [f.name, f.initial])),
	);
	const command = useCommand(kase.id, onDone);
	const title = t(verbWords[verb]);
	const send = () => {
		if (!form.check(fields)) return;
		const { to, ...rest } = form.values as Record<string, unknown>;
		command.mutate(
			{ verb, ...(task ? { task: task.id } : {}), body: { ...rest, ...(to ? { to: [to] } : {}) } },
			{
				onSuccess: () => {
					toast("ok", t("doneVerb", { verb: title }));
					onClose();
				},
				onError: (error) => form.refuse(error, fields),
			},
		);
	};
	return (
		<Dialog
			title={title}
			width={460}
			onClose={onClose}
			actions={
				<>
					<button
						type="button"
						className="button"
						data-kind={verb === "withdraw" || verb === "stop" ? "danger-full" : "primary"}
						disabled={command.isPending}
						onClick={send}
					>
						{title}
					</button>
					<button type="button" className="button" onClick={onClose}>
						{c("cancel")}
					</button>
				</>
			}
		>
			<div className="one-column" id={id}>
				{command.isError && (
					<p className="field-error" role="alert">
						{errorText(command.error)}
					</p>
				)}
				<SchemaForm fields={fields} form={form} onSubmit={send} />
			</div>
		</Dialog>
	);
}
