/** The open work tabs: which page each holds, at which address, used when. Pure, so that it can be tested. */

export interface Place {
	pathname: string;
	search: string;
	hash: string;
	state: unknown;
	key: string;
}

export interface WorkTab {
	key: string;
	place: Place;
	title: string;
	dirty: boolean;
	/** Grows with every visit; the smallest is the least recently used. */
	used: number;
}

export const limit = 8;

/** Pages that keep one tab whatever they show: everything else has a tab per path. */
const single = ["/inbox", "/import", "/desk", "/cashier"];

export function tabKey(pathname: string): string {
	return single.find((p) => pathname === p || pathname.startsWith(`${p}/`)) ?? pathname;
}

/** Opens the tab of a place or moves it there; beyond the limit the least recently used clean tab goes. */
export function visit(tabs: readonly WorkTab[], place: Place): WorkTab[] {
	const key = tabKey(place.pathname);
	const used = Math.max(0, ...tabs.map((t) => t.used)) + 1;
	if (tabs.some((t) => t.key === key)) return tabs.map((t) => (t.key === key ? { ...t, place, used } : t));
	const kept = [...tabs];
	while (kept.length >= limit) {
		const oldest = kept.filter((t) => !t.dirty).sort((a, b) => a.used - b.used)[0];
		if (!oldest) break; // all hold unsaved work: rather one tab too many
		kept.splice(kept.indexOf(oldest), 1);
	}
	return [...kept, { key, place, title: "", dirty: false, used }];
}

/** Closes a tab and says where to go when it was the active one. */
export function close(tabs: readonly WorkTab[], key: string): { tabs: WorkTab[]; next: Place | null } {
	const rest = tabs.filter((t) => t.key !== key);
	const next = rest.reduce<WorkTab | null>((best, t) => (!best || t.used > best.used ? t : best), null);
	return { tabs: rest, next: next?.place ?? null };
}

const storeKey = (account: string) => `lifang.tabs.${account}`;

export function remember(account: string, tabs: readonly WorkTab[]): void {
	try {
		sessionStorage.setItem(
			storeKey(account),
			JSON.stringify(tabs.map(({ key, place, title, used }) => ({ key, place, title, used }))),
		);
	} catch {
		// a full or forbidden store only costs the tabs after a reload
	}
}

export function recall(account: string): WorkTab[] {
	try {
		const stored = JSON.parse(sessionStorage.getItem(storeKey(account)) ?? "[]") as Partial<WorkTab>[];
		return stored.flatMap((t) =>
			t.key && t.place?.pathname
				? [{ key: t.key, place: t.place, title: t.title ?? "", dirty: false, used: t.used ?? 0 }]
				: [],
		);
	} catch {
		return [];
	}
}
