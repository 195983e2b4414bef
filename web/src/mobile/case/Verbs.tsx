import { useMutation, useQueryClient } from "@tanstack/react-query";
import { call, commandId } from "@/api/call.ts";
import type { Case, CaseTask, Verb } from "@/api/types.ts";
import { ask } from "@/kit/confirm.tsx";
import { useErrorText } from "@/kit/errors.ts";
import { useText } from "@/kit/i18n.ts";
import { toast } from "@/kit/toast.tsx";
import { text } from "./text.ts";

interface Act {
	verb: Verb;
	task?: CaseTask | undefined;
	/** Asks for a sentence first. */
	reason?: "holdReason" | "withdrawReason" | "commentText";
}

/** The acts beside finishing a step. Each asks what it needs, then the server decides. */
export function Verbs({ data, onDone }: { data: Case; onDone: (next: Case) => void }) {
	const t = useText(text);
	const client = useQueryClient();
	const errorText = useErrorText();
	const run = useMutation({
		mutationFn: ({ act, reason }: { act: Act; reason: string }) =>
			call<Case>(act.task ? `/api/flow/tasks/${act.task.id}/${act.verb}` : `/api/flow/cases/${data.id}/${act.verb}`, {
				body: {
					command: commandId(),
					...(act.verb === "comment" ? { comment: reason } : reason ? { reason } : {}),
				},
			}),
		onSuccess: (next) => {
			void client.invalidateQueries({ queryKey: ["tasks"] });
			toast("ok", t("sent"));
			onDone(next);
		},
		onError: (error) => toast("danger", errorText(error)),
	});
	const start = async (act: Act) => {
		const reason = act.reason
			? await ask({ title: t(act.verb as "hold"), yes: t("confirm"), reason: t(act.reason) })
			: "";
		if (reason !== null) run.mutate({ act, reason });
	};
	const acts: Act[] = [];
	const waiting = data.tasks.some((task) => !task.mine); // nobody urges himself
	for (const task of data.tasks) {
		for (const verb of task.verbs) {
			if (verb === "claim" && task.claimable) acts.push({ verb, task });
			if (verb === "release" || verb === "resume") acts.push({ verb, task });
			if (verb === "hold") acts.push({ verb, task, reason: "holdReason" });
			if (verb === "urge" && waiting) acts.push({ verb, task });
		}
	}
	for (const verb of data.verbs ?? []) {
		if (verb === "urge" && waiting && !acts.some((a) => a.verb === "urge")) acts.push({ verb });
		if (verb === "withdraw") acts.push({ verb, reason: "withdrawReason" });
		if (verb === "comment") acts.push({ verb, reason: "commentText" });
	}
	if (acts.length === 0) return null;
	return (
		<div className="actions">
			{acts.map((act) => (
				<button
					key={`${act.verb}-${act.task?.id ?? ""}`}
					type="button"
					className={act.verb === "claim" ? "button wide" : "button"}
					data-kind={act.verb === "claim" ? "primary" : act.verb === "withdraw" ? "danger" : undefined}
					disabled={run.isPending}
					onClick={() => void start(act)}
				>
					{t(act.verb as "claim")}
				</button>
			))}
		</div>
	);
}
