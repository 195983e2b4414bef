import { useSyncExternalStore } from "react";
import { Icon } from "./icons.tsx";

interface Toast {
	id: number;
	tone: "ok" | "danger" | "info";
	text: string;
	action?: { label: string; run: () => void };
}

let toasts: readonly Toast[] = [];
let serial = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]) {
	toasts = next;
	for (const run of listeners) run();
}

/** Says one plain sentence at the top of the page; failures stay longer. */
export function toast(tone: Toast["tone"], text: string, action?: Toast["action"]): void {
	const id = ++serial;
	set([...toasts.slice(-2), { id, tone, text, action }]);
	setTimeout(() => set(toasts.filter((t) => t.id !== id)), tone === "danger" ? 7000 : 3500);
}

function subscribe(run: () => void) {
	listeners.add(run);
	return () => listeners.delete(run);
}

/** Mount once per app. It is a popover so that it lies above open dialogs. */
export function Toasts() {
	const shown = useSyncExternalStore(
		subscribe,
		() => toasts,
		() => toasts,
	);
	return (
		<div
			className="toasts"
			role="status"
			aria-live="polite"
			popover="manual"
			ref={(node) => {
				if (!node?.showPopover) return;
				if (node.matches(":popover-open")) node.hidePopover();
				if (shown.length > 0) node.showPopover();
			}}
		>
			{shown.map((t) => (
				<div key={t.id} className="toast" data-tone={t.tone}>
					<Icon name={t.tone === "ok" ? "check" : "warn"} />
					<span>{t.text}</span>
					{t.action && (
						<button type="button" className="link" onClick={t.action.run}>
							{t.action.label}
						</button>
					)}
				</div>
			))}
		</div>
	);
}
