import type { Tone } from "@/api/types.ts";
import type { text } from "./text.ts";

/** How the states of a case are called. */
export const states: Readonly<Record<string, { word: keyof typeof text; tone: Tone }>> = {
	running: { word: "running", tone: "info" },
	done: { word: "doneState", tone: "ok" },
	refused: { word: "refused", tone: "danger" },
	withdrawn: { word: "withdrawn", tone: "idle" },
	stopped: { word: "stopped", tone: "idle" },
	incident: { word: "incident", tone: "danger" },
};
