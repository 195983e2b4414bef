import type { CaseData } from "@/api/types.ts";
import { decimal, instant, money } from "@/kit/format.ts";
import { type Language, pick, useLanguage, useText } from "@/kit/i18n.ts";
import { common } from "@/kit/text.ts";

/** What a case is about, label beside value. */
export function Facts({ data }: { data: readonly CaseData[] }) {
	const language = useLanguage();
	const t = useText(common);
	return (
		<dl className="card facts">
			{data
				.filter((item) => item.value !== "" && item.value !== null && item.value !== undefined)
				.map((item) => (
					<div className="fact-row" key={item.field}>
						<dt>{pick(language, item.zh, item.en)}</dt>
						<dd>{factText(item, language, t("yes"), t("no"))}</dd>
					</div>
				))}
		</dl>
	);
}

function factText(item: CaseData, language: Language, yes: string, no: string): string {
	const { value } = item;
	if (item.value_zh) return pick(language, item.value_zh, item.value_en);
	if (typeof value === "boolean") return value ? yes : no;
	if (typeof value === "number") {
		if (item.format === "money") return money(value);
		if (item.format === "instant") return instant(value);
		return [item.scale ? decimal(value, item.scale) : String(value), item.unit].filter(Boolean).join(" ");
	}
	if (Array.isArray(value)) {
		return value
			.map((line) => (typeof line === "object" && line ? Object.values(line).join(" × ") : String(line)))
			.join("\n");
	}
	return String(value);
}
