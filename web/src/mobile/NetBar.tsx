import { useSyncExternalStore } from "react";
import { useText } from "@/kit/i18n.ts";
import { text } from "./text.ts";

function subscribe(run: () => void): () => void {
	window.addEventListener("online", run);
	window.addEventListener("offline", run);
	return () => {
		window.removeEventListener("online", run);
		window.removeEventListener("offline", run);
	};
}

/** Says that there is no network, so that nobody wonders why a button does nothing. */
export function NetBar() {
	const t = useText(text);
	const online = useSyncExternalStore(
		subscribe,
		() => navigator.onLine,
		() => true,
	);
	if (online) return null;
	return (
		<p className="net-bar" role="status">
			{t("offline")}
		</p>
	);
}
