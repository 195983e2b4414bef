import { useState, useSyncExternalStore } from "react";
import { Dialog } from "./Dialog.tsx";
import { useText } from "./i18n.ts";
import { common } from "./text.ts";

interface Question {
	title: string;
	body?: string;
	yes: string;
	danger?: boolean;
	/** Ask for a sentence and give it back. */
	reason?: string;
	done: (answer: string | null) => void;
}

let open: Question | null = null;
const listeners = new Set<() => void>();
const tell = (next: Question | null) => {
	open = next;
	for (const run of listeners) run();
};

/** Asks before something that cannot be undone. Resolves to null for no, to the reason ("" when none was asked) for yes. */
export function ask(question: Omit<Question, "done">): Promise<string | null> {
	return new Promise((resolve) => tell({ ...question, done: resolve }));
}

/** Mount once per app. */
export function Confirm() {
	const question = useSyncExternalStore(
		(run) => {
			listeners.add(run);
			return () => listeners.delete(run);
		},
		() => open,
		() => open,
	);
	return question ? <Ask key={question.title} question={question} /> : null;
}

function Ask({ question }: { question: Question }) {
	const t = useText(common);
	const [reason, setReason] = useState("");
	const end = (answer: string | null) => {
		question.done(answer);
		tell(null);
	};
	const blocked = question.reason !== undefined && reason.trim() === "";
	return (
		<Dialog
			title={question.title}
			width={440}
			onClose={() => end(null)}
			actions={
				<>
					<button
						type="button"
						className="button"
						data-kind={question.danger ? "danger-full" : "primary"}
						disabled={blocked}
						onClick={() => end(reason.trim())}
					>
						{question.yes}
					</button>
					<button type="button" className="button" onClick={() => end(null)}>
						{t("cancel")}
					</button>
				</>
			}
		>
			{question.body && <p>{question.body}</p>}
			{question.reason !== undefined && (
				<label className="field">
					<span className="field-title">{question.reason}</span>
					<textarea className="input" rows={3} value={reason} onChange={(e) => setReason(e.target.value)} autoFocus />
				</label>
			)}
		</Dialog>
	);
}
