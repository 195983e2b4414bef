import type { Values } from "../form/useForm.ts";

/** What was typed and not saved outlives a closed drawer and a reload, until the browser tab goes. */
const key = (name: string, id: string) => `lifang.draft.${name}.${id}`;

export function loadDraft(name: string, id: string): Values | null {
	try {
		const stored = sessionStorage.getItem(key(name, id));
		return stored ? (JSON.parse(stored) as Values) : null;
	} catch {
		return null;
	}
}

export function saveDraft(name: string, id: string, values: Values | null): void {
	try {
		if (values && Object.keys(values).length > 0) sessionStorage.setItem(key(name, id), JSON.stringify(values));
		else sessionStorage.removeItem(key(name, id));
	} catch {
		// without a store there is no draft
	}
}
