import { useSyncExternalStore } from "react";
import type { Field } from "../schema.ts";

/** Which columns a person keeps hidden or has brought out, per register; kept with the account on this browser. */
type Choice = Readonly<Record<string, boolean>>;

const listeners = new Set<() => void>();
const cache = new Map<string, Choice>();

function load(key: string): Choice {
	const known = cache.get(key);
	if (known) return known;
	let choice: Choice = {};
	try {
		choice = JSON.parse(localStorage.getItem(key) ?? "{}") as Choice;
	} catch {
		// unreadable: start with the defaults
	}
	cache.set(key, choice);
	return choice;
}

function store(key: string, choice: Choice) {
	cache.set(key, choice);
	try {
		localStorage.setItem(key, JSON.stringify(choice));
	} catch {
		// not kept beyond this page
	}
	for (const run of listeners) run();
}

/** Long texts, files and the schema's own hidden fields are out until brought in. */
export function shownByDefault(field: Field): boolean {
	return !field.hidden && !["textarea", "photo", "file", "signature", "json"].includes(field.kind);
}

export function useColumns(account: string, register: string, fields: readonly Field[]) {
	const key = `lifang.columns.${account}.${register}`;
	const choice = useSyncExternalStore(
		(run) => {
			listeners.add(run);
			return () => listeners.delete(run);
		},
		() => load(key),
		() => load(key),
	);
	const isShown = (f: Field) => f.primary || (choice[f.name] ?? shownByDefault(f));
	return {
		shown: fields.filter(isShown),
		isShown,
		toggle: (f: Field) => store(key, { ...choice, [f.name]: !isShown(f) }),
		reset: () => store(key, {}),
	};
}
