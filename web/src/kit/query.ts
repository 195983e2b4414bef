import { QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ApiError } from "@/api/call.ts";
import { listen } from "@/api/events.ts";

/** One cache per app: tries again when the server or the network failed, never when it refused. */
export function createClient(): QueryClient {
	return new QueryClient({
		defaultOptions: {
			queries: {
				staleTime: 15_000,
				retry: (times, error) =>
					times < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
			},
		},
	});
}

/** The server's events make what they name stale: tasks, messages, an import, a register by name. */
export function useLiveQueries(client: QueryClient, on: boolean): void {
	useEffect(() => {
		if (!on) return;
		return listen("", (topic) => {
			const [name = "", id] = topic.split(":");
			const stale = (queryKey: string[]) => void client.invalidateQueries({ queryKey });
			if (name === "import") return stale(["imports"]);
			if (name === "tasks" || name === "case") {
				stale(["tasks"]);
				stale(["desk"]);
				stale(id ? ["case", id] : ["case"]);
				return;
			}
			if (name === "messages") stale(["messages"]);
			stale(["register", name]);
		});
	}, [client, on]);
}

/** After a deployment an old page may ask for a script that is gone: load the new page, once. */
export function reloadOnStaleChunk(): void {
	window.addEventListener("vite:preloadError", (event) => {
		const key = "lifang.reloaded";
		const last = Number(sessionStorage.getItem(key) ?? 0);
		if (Date.now() - last < 30_000) return;
		event.preventDefault();
		sessionStorage.setItem(key, String(Date.now()));
		location.reload();
	});
}
