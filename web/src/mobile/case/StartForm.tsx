import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { call, commandId } from "@/api/call.ts";
import { flowForm, startable } from "@/api/queries.ts";
import type { Case, Schema } from "@/api/types.ts";
import { payload } from "@/kit/case/evidence.ts";
import { useErrorText } from "@/kit/errors.ts";
import { SchemaForm } from "@/kit/form/SchemaForm.tsx";
import { initialValues, useForm } from "@/kit/form/useForm.ts";
import { useLanguage, useText } from "@/kit/i18n.ts";
import { readSchema } from "@/kit/schema.ts";
import { toast } from "@/kit/toast.tsx";
import { Pending } from "../Screen.tsx";
import { text } from "./text.ts";

interface StartProps {
	flow: string;
	/** Values that the app knows: the room, the kind of request. They are sent and not asked. */
	known: Readonly<Record<string, unknown>>;
	project: string;
	subject?: string | undefined;
	submit: string;
	onDone: (started: Case) => void;
}

/** Opens a case: the flow's own start form, without the fields the app already knows. */
export function StartForm(props: StartProps) {
	const flows = useQuery(startable);
	const form = flows.data?.find((f) => f.flow === props.flow)?.form ?? "";
	const schema = useQuery({ ...flowForm(props.flow, form), enabled: form !== "" });
	if (!schema.data) return <Pending query={flows.isPending || flows.error ? flows : schema} />;
	return <Fields key={JSON.stringify(props.known)} {...props} schema={schema.data} />;
}

function Fields({ flow, known, project, subject, submit, onDone, schema }: StartProps & { schema: Schema }) {
	const t = useText(text);
	const language = useLanguage();
	const client = useQueryClient();
	const errorText = useErrorText();
	const all = useMemo(() => readSchema(schema, language), [schema, language]);
	const fields = useMemo(() => all.filter((f) => !(f.name in known) && !f.hidden), [all, known]);
	const form = useForm({ ...initialValues(all), ...known });
	const [command] = useState(commandId);
	const [refusal, setRefusal] = useState("");
	const start = useMutation({
		mutationFn: () =>
			call<Case>("/api/flow/cases", {
				body: { command, flow, project_id: project, subject, ...payload(all, { ...form.values, ...known }) },
			}),
		onSuccess: (started) => {
			void client.invalidateQueries({ queryKey: ["tasks"] });
			void client.invalidateQueries({ queryKey: ["home"] });
			onDone(started);
		},
		onError: (error) => {
			if (!form.refuse(error, fields)) setRefusal(errorText(error));
		},
	});
	const send = () => {
		setRefusal("");
		if (form.check(fields)) start.mutate();
		else toast("danger", t("mend"));
	};
	return (
		<>
			<SchemaForm fields={fields} form={form} onSubmit={send} />
			{refusal && (
				<p className="field-error" role="alert">
					{refusal}
				</p>
			)}
			<button type="button" className="button wide" data-kind="primary" disabled={start.isPending} onClick={send}>
				{submit}
			</button>
		</>
	);
}
