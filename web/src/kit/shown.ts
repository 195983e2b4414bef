import type { ShownValue } from "@/api/types.ts";
import { decimal, instant, money } from "./format.ts";
import { type Language, pick } from "./i18n.ts";

/**
 * A value of a case as people read it; "" for nothing and for what is shown otherwise (photos, signatures). An id is
 * shown by the label of the linked record, and left out when there is none: people never read ids.
 */
export function shownValue(
	fact: ShownValue,
	language: Language,
	links: readonly { id: string; label: string }[] = [],
): string {
	const { value } = fact;
	if (value === undefined || value === null || value === "") return "";
	const words = pick(language, fact.value_zh, fact.value_en);
	if (words) return words;
	const unit = fact.unit ? ` ${fact.unit}` : "";
	if (typeof value === "number") {
		if (fact.format === "money") return money(value);
		if (fact.format === "instant" || fact.format === "datetime") return instant(value);
		return `${fact.scale ? decimal(value, fact.scale) : decimal(value, 0)}${unit}`;
	}
	if (typeof value === "boolean") return language === "zh" ? (value ? "是" : "否") : value ? "Yes" : "No";
	if (Array.isArray(value)) {
		if (fact.format === "photo" || fact.format === "file" || fact.format === "signature") return "";
		return value
			.map((v) => (typeof v === "object" && v !== null ? lineText(v as Record<string, unknown>) : String(v)))
			.join("；");
	}
	if (typeof value === "object") return "";
	if (/^\d{14,16}$/.test(String(value))) return links.find((link) => link.id === value)?.label ?? "";
	return `${String(value)}${unit}`;
}

/** One line of a material list: "水龙头 × 2, ¥35.00". */
function lineText(line: Readonly<Record<string, unknown>>): string {
	const name = String(line.item ?? line.name ?? "");
	const quantity = typeof line.qty === "number" ? ` × ${decimal(line.qty, 2).replace(/\.?0+$/, "")}` : "";
	const price = typeof line.unit_price === "number" ? ` ${money(line.unit_price)}` : "";
	return `${name}${quantity}${price}`;
}
