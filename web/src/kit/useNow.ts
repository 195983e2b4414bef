import { useSyncExternalStore } from "react";

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(run: () => void): () => void {
	listeners.add(run);
	timer ??= setInterval(() => {
		now = Date.now();
		for (const each of listeners) each();
	}, 30_000);
	return () => {
		listeners.delete(run);
		if (listeners.size === 0) {
			clearInterval(timer);
			timer = undefined;
		}
	};
}

/** The present, to half a minute, shared by everything that shows deadlines. */
export function useNow(): number {
	return useSyncExternalStore(
		subscribe,
		() => now,
		() => now,
	);
}
