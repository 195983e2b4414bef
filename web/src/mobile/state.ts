import type { Tone } from "@/api/types.ts";
import type { text } from "./text.ts";

const tones: Readonly<Record<string, Tone>> = {
	running: "info",
	done: "ok",
	closed: "ok",
	refused: "danger",
	withdrawn: "idle",
	stopped: "idle",
	incident: "danger",
	hold: "warn",
};

/** The word and the tone of a case's or a request's state, and whether anything is still to come. */
export function stateOf(state: string): { key: keyof typeof text; tone: Tone; ended: boolean } {
	const key = state in tones ? (state as keyof typeof text) : "running";
	return { key, tone: tones[key] ?? "info", ended: !["running", "hold", "incident"].includes(key) };
}
