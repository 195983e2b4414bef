import { createContext, use } from "react";
import type { Me } from "@/api/types.ts";

export const MeContext = createContext<Me | null>(null);

/** The person at the desk; only inside the shell. */
export function useMe(): Me {
	const me = use(MeContext);
	if (!me) throw new Error("useMe outside the shell");
	return me;
}
