import { useSyncExternalStore } from "react";

export type Theme = "auto" | "light" | "dark";
export interface Prefs {
	theme: Theme;
	density: "normal" | "tight";
	language: "zh" | "en" | "test";
	/** Larger type, for those who read with difficulty (phone apps). */
	large: boolean;
	project: string;
}

const key = "lifang.prefs";
const defaults: Prefs = { theme: "auto", density: "normal", language: "zh", large: false, project: "" };
const listeners = new Set<() => void>();

function read(): Prefs {
	try {
		return { ...defaults, ...(JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Prefs>) };
	} catch {
		return defaults;
	}
}

let current = read();

function prefersDark(): boolean {
	return typeof matchMedia === "function" && matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Whether the page is dark right now. */
export function isDark(prefs: Prefs): boolean {
	return prefs.theme === "dark" || (prefs.theme === "auto" && prefersDark());
}

/** Writes the preferences onto the page: theme, density, language, size. */
export function apply(prefs: Prefs = current): void {
	const root = document.documentElement;
	root.dataset.theme = isDark(prefs) ? "dark" : "light";
	root.dataset.density = prefs.density;
	root.dataset.size = prefs.large ? "large" : "normal";
	root.lang = prefs.language === "zh" ? "zh-CN" : "en";
	const meta = document.querySelector('meta[name="theme-color"]');
	meta?.setAttribute("content", isDark(prefs) ? "#121617" : "#f6f5f1");
}

export function setPrefs(change: Partial<Prefs>): void {
	current = { ...current, ...change };
	try {
		localStorage.setItem(key, JSON.stringify(current));
	} catch {
		// private window: the choice lasts as long as the page
	}
	apply();
	for (const run of listeners) run();
}

export const getPrefs = (): Prefs => current;

function subscribe(run: () => void): () => void {
	listeners.add(run);
	return () => listeners.delete(run);
}

export function usePrefs(): Prefs {
	return useSyncExternalStore(subscribe, getPrefs, getPrefs);
}
