import { createContext, use } from "react";

/**
 * The catalogue of a page: every string in both languages side by side, so that a missing one is a type error.
 *
 *     const text = { save: ["保存", "Save"], count: ["共 {n} 条", "{n} records"] } as const;
 *     const t = useText(text);
 *     t("count", { n: 7 });
 */
export type Text = Readonly<Record<string, readonly [zh: string, en: string]>>;
export type Language = "zh" | "en" | "test";
export type Translate<T extends Text> = (key: keyof T, values?: Readonly<Record<string, string | number>>) => string;

export const LanguageContext = createContext<Language>("zh");
export const useLanguage = (): Language => use(LanguageContext);

export function translate(
	pair: readonly [string, string],
	language: Language,
	values?: Readonly<Record<string, string | number>>,
): string {
	const text = language === "zh" ? pair[0] : pair[1];
	const filled = values ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : text;
	return language === "test" ? `⟦${filled}⟧` : filled; // shows what never went through a catalogue
}

export function useText<T extends Text>(text: T): Translate<T> {
	const language = useLanguage();
	return (key, values) => {
		const pair = text[key];
		return pair ? translate(pair, language, values) : String(key);
	};
}

/** Picks from server answers that carry both languages, such as {node_zh, node_en} or {zh, en}. */
export function pick(language: Language, zh: string | undefined, en: string | undefined): string {
	return (language === "zh" ? zh || en : en || zh) ?? "";
}
