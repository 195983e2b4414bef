import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { call, commandId } from "@/api/call.ts";
import { flowCase } from "@/api/queries.ts";
import type { Case } from "@/api/types.ts";

export interface Command {
	verb: string;
	/** On this task; on the case itself when left out. */
	task?: string;
	body?: Record<string, unknown>;
}

/** Sends one command of a case. Until it succeeds, repeating it carries the same id, so that it is done once. */
export function useCommand(caseId: string, after?: () => void) {
	const client = useQueryClient();
	const sent = useRef({ text: "", id: "" });
	return useMutation({
		mutationFn: ({ verb, task, body }: Command) => {
			const words = JSON.stringify([verb, task, body]);
			if (sent.current.text !== words) sent.current = { text: words, id: commandId() };
			const path = task ? `/api/flow/tasks/${task}/${verb}` : `/api/flow/cases/${caseId}/${verb}`;
			return call<Case>(path, { body: { command: sent.current.id, ...body }, key: sent.current.id });
		},
		onSuccess: (kase) => {
			sent.current = { text: "", id: "" };
			if (kase?.tasks) client.setQueryData(flowCase(caseId).queryKey, kase);
			else void client.invalidateQueries({ queryKey: ["case", caseId] });
			void client.invalidateQueries({ queryKey: ["tasks"] });
			void client.invalidateQueries({ queryKey: ["desk"] });
			after?.();
		},
	});
}
