import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createContext, use } from "react";
import { call } from "@/api/call.ts";
import { session } from "@/api/queries.ts";
import type { Me } from "@/api/types.ts";

export const MeContext = createContext<Me | null>(null);

/** The person with the phone; only inside the app. */
export function useMe(): Me {
	const me = use(MeContext);
	if (!me) throw new Error("useMe outside the app");
	return me;
}

/** Takes the server's answer to a login as the session. */
export function useSignedIn(): (me: Me) => void {
	const client = useQueryClient();
	return (me) => {
		client.removeQueries({ predicate: (query) => query.queryKey[0] !== session.queryKey[0] });
		client.setQueryData(session.queryKey, me);
	};
}

export function useSignOut() {
	const client = useQueryClient();
	return useMutation({
		mutationFn: () => call("/api/session", { method: "DELETE" }),
		onSettled: () => {
			client.removeQueries({ predicate: (query) => query.queryKey[0] !== session.queryKey[0] });
			client.setQueryData(session.queryKey, null);
		},
	});
}
