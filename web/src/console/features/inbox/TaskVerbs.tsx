import { useState } from "react";
import type { Case, CaseTask } from "@/api/types.ts";
import { useErrorText } from "@/kit/errors.ts";
import { useText } from "@/kit/i18n.ts";
import { Menu } from "@/kit/Menu.tsx";
import { common } from "@/kit/text.ts";
import { toast } from "@/kit/toast.tsx";
import { useCommand } from "./command.ts";
import { text } from "./text.ts";
import { VerbDialog } from "./VerbDialog.tsx";

/** Which verbs ask something first, and what they are called. */
export const verbWords = {
	claim: "claim",
	release: "release",
	transfer: "transfer",
	return: "return",
	hold: "hold",
	resume: "resume",
	urge: "urge",
	comment: "commentVerb",
	cc: "ccVerb",
	withdraw: "withdraw",
	stop: "stop",
	retry: "retry",
} as const satisfies Record<string, keyof typeof text>;

/** Verbs with a button of their own; the rest wait behind one. */
const front: ReadonlySet<string> = new Set(["claim", "transfer", "return", "resume"]);

export type AskingVerb = keyof typeof verbWords;

/** Verbs on the task besides completing it. Claim stands first: nothing else can be done before. */
export function TaskVerbs({
	kase,
	task,
	comment,
	onDone,
}: {
	kase: Case;
	task: CaseTask;
	comment: string;
	onDone?: (() => void) | undefined;
}) {
	const t = useText(text);
	const c = useText(common);
	const errorText = useErrorText();
	const [asking, setAsking] = useState<AskingVerb>();
	const command = useCommand(kase.id);
	const onCase = new Set(kase.verbs ?? []);
	const verbs = (Object.keys(verbWords) as AskingVerb[]).filter(
		(verb) => (task.verbs as string[]).includes(verb) && !onCase.has(verb as never),
	);
	const rest = verbs.filter((verb) => !front.has(verb));
	const run = (verb: AskingVerb) => {
		if (verb !== "claim" && verb !== "release" && verb !== "resume") return setAsking(verb);
		command.mutate(
			{ verb, task: task.id, body: comment ? { comment } : {} },
			{
				onError: (error) => toast("danger", errorText(error)),
				onSuccess: () => toast("ok", t("doneVerb", { verb: t(verbWords[verb]) })),
			},
		);
	};
	return (
		<>
			{verbs
				.filter((verb) => front.has(verb))
				.map((verb) => (
					<button
						key={verb}
						type="button"
						className="button"
						data-key={
							verb === "return" ? "return" : verb === "claim" && !task.verbs.includes("complete") ? "act" : undefined
						}
						data-kind={
							verb === "claim" && !task.verbs.includes("complete")
								? "primary"
								: verb === "return"
									? "danger"
									: undefined
						}
						disabled={command.isPending}
						onClick={() => run(verb)}
					>
						{t(verbWords[verb])}
					</button>
				))}
			{rest.length > 0 && (
				<Menu label={c("more")} className="button" align="start" button={c("more")}>
					{(close) =>
						rest.map((verb) => (
							<button
								key={verb}
								type="button"
								className="menu-item"
								onClick={() => {
									close();
									run(verb);
								}}
							>
								{t(verbWords[verb])}
							</button>
						))
					}
				</Menu>
			)}
			{asking && (
				<VerbDialog
					kase={kase}
					task={task}
					verb={asking}
					onClose={() => setAsking(undefined)}
					onDone={() => {
						if (asking === "transfer" || asking === "return") onDone?.();
					}}
				/>
			)}
		</>
	);
}
