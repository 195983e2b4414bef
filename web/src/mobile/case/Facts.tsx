import type { CaseData } from "@/api/types.ts";
import { pick, useLanguage } from "@/kit/i18n.ts";
import { shownValue } from "@/kit/shown.ts";

/** What a case is about, label beside value. */
export function Facts({
	data,
	links,
}: {
	data: readonly CaseData[];
	links?: readonly { id: string; label: string }[] | undefined;
}) {
	const language = useLanguage();
	const facts = data
		.map((item) => ({ item, value: shownValue(item, language, links) }))
		.filter((fact) => fact.value !== "");
	if (facts.length === 0) return null;
	return (
		<dl className="card facts">
			{facts.map(({ item, value }) => (
				<div className="fact-row" key={item.field ?? item.zh}>
					<dt>{pick(language, item.zh, item.en)}</dt>
					<dd>{value}</dd>
				</div>
			))}
		</dl>
	);
}
