import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { call, commandId } from "@/api/call.ts";
import { flowForm, startable } from "@/api/queries.ts";
import type { Case, Household } from "@/api/types.ts";
import { payload } from "@/kit/case/evidence.ts";
import { useErrorText } from "@/kit/errors.ts";
import { SchemaForm } from "@/kit/form/SchemaForm.tsx";
import { initialValues, useForm } from "@/kit/form/useForm.ts";
import { useLanguage, useText } from "@/kit/i18n.ts";
import { usePrefs } from "@/kit/prefs.ts";
import { type Field, readSchema } from "@/kit/schema.ts";
import { toast } from "@/kit/toast.tsx";
import { useMe } from "../../me.ts";
import { useDirty } from "../../shell/work.ts";
import { FindHousehold } from "./FindHousehold.tsx";
import { text } from "./text.ts";

const flow = "order-intake";
/** Fields that the found household fills, by what it gives. */
const fromHousehold: Readonly<Record<string, keyof Household>> = {
	room_id: "room_id",
	requester_id: "owner_id",
	requester_name: "owner",
};

export function NewRequest({ onDone }: { onDone: () => void }) {
	const t = useText(text);
	const language = useLanguage();
	const [household, setHousehold] = useState<Household | null>();
	const [typed, setTyped] = useState("");
	const flows = useQuery(startable);
	const form = flows.data?.find((f) => f.flow === flow)?.form ?? "";
	const schema = useQuery({ ...flowForm(flow, form), enabled: form !== "" });
	const fields = useMemo(() => readSchema(schema.data, language), [schema.data, language]);
	return (
		<section className="card desk-new" aria-label={t("request")}>
			<h2>{t("request")}</h2>
			{household === undefined ? (
				<>
					<FindHousehold onChoose={setHousehold} onTyped={setTyped} />
					<p>
						<button type="button" className="link" onClick={() => setHousehold(null)}>
							{t("publicArea")}
						</button>
					</p>
				</>
			) : (
				<>
					<p className="desk-household">
						{household ? (
							<>
								<strong>{household.room}</strong> {household.owner} <span className="soft">{household.phone}</span>
							</>
						) : (
							<strong>{t("publicArea")}</strong>
						)}
						<button type="button" className="link" onClick={() => setHousehold(undefined)}>
							{t("change")}
						</button>
					</p>
					{fields.length > 0 && (
						<RequestForm
							key={household?.room_id ?? ""}
							fields={fields}
							household={household}
							caller={typed}
							onDone={onDone}
						/>
					)}
				</>
			)}
		</section>
	);
}

function RequestForm({
	fields,
	household,
	caller,
	onDone,
}: {
	fields: readonly Field[];
	household: Household | null;
	/** What was typed to find the household: the caller's number, when it looks like one. */
	caller: string;
	onDone: () => void;
}) {
	const t = useText(text);
	const errorText = useErrorText();
	const client = useQueryClient();
	const navigate = useNavigate();
	const me = useMe();
	const prefs = usePrefs();
	const [project, setProject] = useState(household?.project_id || prefs.project || me.projects[0]?.id || "");
	const [more, setMore] = useState(false);
	const command = useRef(commandId());
	const known = Object.fromEntries(
		Object.entries(fromHousehold).flatMap(([name, key]) =>
			household?.[key] && household[key] !== "0" ? [[name, household[key]]] : [],
		),
	);
	const form = useForm({
		...initialValues(fields),
		...known,
		...(isPhone(caller) ? { phone: caller.trim() } : {}),
		...(fields.some((f) => f.name === "channel" && f.choices.some((c) => c.value === "phone"))
			? { channel: "phone" }
			: {}),
	});
	useDirty(form.dirty);
	// The few things a call begins with are in front; the rest is one press away.
	const front = fields.filter((f) => f.required || ["kind", "place", "phone", "danger", "photos"].includes(f.name));
	const shown = (more ? fields : front).filter(
		(f) => !(household && f.name in fromHousehold && known[f.name]) && !(household && f.name === "place" && !more),
	);
	const first = useRef(shown.find((f) => f.required && form.values[f.name] === undefined)?.name ?? shown[0]?.name);
	const box = useRef<HTMLDivElement>(null);
	const latest = useRef<() => void>(() => {});
	useEffect(() => {
		const node = box.current;
		node?.querySelector<HTMLElement>(`[data-field="${first.current}"] :is(input, textarea, select)`)?.focus();
		const onKey = (event: KeyboardEvent) => {
			if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
			event.preventDefault();
			latest.current();
		};
		node?.addEventListener("keydown", onKey);
		return () => node?.removeEventListener("keydown", onKey);
	}, []);
	const save = useMutation({
		mutationFn: () => {
			const { data, files } = payload(fields, form.values);
			return call<Case>("/api/flow/cases", {
				body: { command: command.current, flow, project_id: project, data, files },
				key: command.current,
			});
		},
		onSuccess: (kase) => {
			toast("ok", t("made", { no: kase.no }), { label: t("open"), run: () => navigate(`/case/${kase.id}`) });
			void client.invalidateQueries({ queryKey: ["tasks"] });
			void client.invalidateQueries({ queryKey: ["register"] });
			onDone();
		},
		onError: (error) => {
			if (!form.refuse(error, fields)) toast("danger", errorText(error));
			else if (!more) setMore(true);
		},
	});
	const send = () => {
		if (form.check(fields)) save.mutate();
		else toast("danger", t("mend"));
	};
	useEffect(() => {
		latest.current = send;
	});
	return (
		<div ref={box}>
			{!household && me.projects.length > 1 && (
				<label className="field desk-project">
					<span className="field-title">{t("project")}</span>
					<select className="input" value={project} onChange={(e) => setProject(e.target.value)}>
						{me.projects.map((p) => (
							<option key={p.id} value={p.id}>
								{p.name}
							</option>
						))}
					</select>
				</label>
			)}
			<SchemaForm fields={shown} form={form} onSubmit={send}>
				<div className="desk-actions">
					<button type="submit" className="button" data-kind="primary" disabled={save.isPending}>
						{t("submit")}
					</button>
					<button type="button" className="button" data-kind="plain" onClick={() => setMore(!more)}>
						{t(more ? "fewer" : "details")}
					</button>
				</div>
			</SchemaForm>
		</div>
	);
}

/** Whether what was typed to find somebody is a telephone number rather than a room or a name. */
function isPhone(typed: string): boolean {
	return /^[0-9+() -]+$/.test(typed.trim()) && typed.replace(/\D/g, "").length >= 7;
}
