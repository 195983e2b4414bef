import { useState } from "react";
import type { CaseData } from "@/api/types.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { shownValue } from "@/kit/shown.ts";
import { text } from "./text.ts";

/** How many facts a phone shows before more are asked for. */
const few = 6;

/** What a case is about, label beside value; the first facts of its form at once, the rest when asked for. */
export function Facts({
	data,
	links,
}: {
	data: readonly CaseData[];
	links?: readonly { id: string; label: string }[] | undefined;
}) {
	const t = useText(text);
	const language = useLanguage();
	const [all, setAll] = useState(false);
	const facts = data
		.map((item) => ({ item, value: shownValue(item, language, links) }))
		.filter((fact) => fact.value !== "");
	if (facts.length === 0) return null;
	const shown = all || facts.length <= few + 1 ? facts : facts.slice(0, few);
	return (
		<div className="card">
			<dl className="facts">
				{shown.map(({ item, value }) => (
					<div className="fact-row" key={item.field ?? item.zh}>
						<dt>{pick(language, item.zh, item.en)}</dt>
						<dd>{value}</dd>
					</div>
				))}
			</dl>
			{(all || shown.length < facts.length) && (
				<button type="button" className="more" aria-expanded={all} onClick={() => setAll(!all)}>
					{t(all ? "fewFacts" : "allFacts", { n: facts.length })}
				</button>
			)}
		</div>
	);
}
