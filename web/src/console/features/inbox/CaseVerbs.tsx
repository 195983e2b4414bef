import { useState } from "react";
import type { Case } from "@/api/types.ts";
import { useText } from "@/kit/i18n.ts";
import { type AskingVerb, verbWords } from "./TaskVerbs.tsx";
import { text } from "./text.ts";
import { VerbDialog } from "./VerbDialog.tsx";

/** What can be done about the case as a whole: urge, comment, copy, withdraw. */
export function CaseVerbs({ kase }: { kase: Case }) {
	const t = useText(text);
	const [asking, setAsking] = useState<AskingVerb>();
	const verbs = (kase.verbs ?? []).filter((verb): verb is Exclude<typeof verb, "complete"> => verb in verbWords);
	if (verbs.length === 0) return null;
	return (
		<div className="row-gap">
			{verbs.map((verb) => (
				<button
					key={verb}
					type="button"
					className="button"
					data-size="small"
					data-kind={verb === "withdraw" ? "danger" : undefined}
					onClick={() => setAsking(verb)}
				>
					{t(verbWords[verb])}
				</button>
			))}
			{asking && <VerbDialog kase={kase} verb={asking} onClose={() => setAsking(undefined)} />}
		</div>
	);
}
