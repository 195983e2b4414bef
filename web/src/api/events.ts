/** One event stream per browser tab; listeners subscribe to a topic ("tasks") or a prefix ("import:"). */

type Listener = (topic: string) => void;
const listeners = new Set<{ topic: string; run: Listener }>();
let source: EventSource | undefined;

function open() {
	if (source || typeof EventSource === "undefined") return;
	source = new EventSource("/api/events");
	source.onmessage = (event: MessageEvent<string>) => {
		let topic = "";
		try {
			topic = (JSON.parse(event.data) as { topic?: string }).topic ?? "";
		} catch {
			return; // a keep-alive, not ours
		}
		for (const listener of listeners) if (topic.startsWith(listener.topic)) listener.run(topic);
	};
}

/** Calls run for every event whose topic begins with topic. Returns the function that stops it. */
export function listen(topic: string, run: Listener): () => void {
	const entry = { topic, run };
	listeners.add(entry);
	open();
	return () => {
		listeners.delete(entry);
		if (listeners.size === 0) {
			source?.close();
			source = undefined;
		}
	};
}
