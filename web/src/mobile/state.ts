import type { Tone } from "@/api/types.ts";
import { text } from "./text.ts";

const tones: Readonly<Record<string, Tone>> = {
	running: "info",
	done: "ok",
	refused: "danger",
	withdrawn: "idle",
	stopped: "idle",
	incident: "danger",
	hold: "warn",
};

/** The word and the tone of a case's state. */
export function stateOf(state: string): { key: keyof typeof text; tone: Tone } {
	const key = state in text && state in tones ? (state as keyof typeof text) : "running";
	return { key, tone: tones[key] ?? "info" };
}
