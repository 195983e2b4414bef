import type { ReactNode } from "react";
import type { Tone } from "@/api/types.ts";

/** A tile tag: a state in one word, with its tone; never colour alone. */
export function Tag({ tone = "idle", children }: { tone?: Tone | undefined; children: ReactNode }) {
	return (
		<span className="tag" data-tone={tone}>
			{children}
		</span>
	);
}

/** The name of a kind of case, outlined. */
export function KindTag({ children }: { children: ReactNode }) {
	return <span className="kind-tag">{children}</span>;
}

/** A square cinnabar stamp for a final decision. */
export function Seal({ children, tone = "danger" }: { children: string; tone?: "danger" | "idle" }) {
	return (
		<span className="seal" data-tone={tone}>
			{children}
		</span>
	);
}
