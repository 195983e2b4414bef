import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { call, commandId } from "@/api/call.ts";
import { session } from "@/api/queries.ts";
import type { RegisterMeta, Row } from "@/api/types.ts";
import { Dialog } from "../Dialog.tsx";
import { useErrorText } from "../errors.ts";
import { FormField } from "../form/FormField.tsx";
import { initialValues, useForm } from "../form/useForm.ts";
import { useLanguage, useText } from "../i18n.ts";
import { usePrefs } from "../prefs.ts";
import { groupFields, readSchema } from "../schema.ts";
import { common } from "../text.ts";
import { toast } from "../toast.tsx";
import { loadDraft, saveDraft } from "./draft.ts";
import { text } from "./text.ts";

/** The form for a new record, all groups at once. */
export function NewRecord({
	name,
	meta,
	title,
	onClose,
	onDone,
}: {
	name: string;
	meta: RegisterMeta;
	title: string;
	onClose: () => void;
	onDone: (id: string) => void;
}) {
	const language = useLanguage();
	const t = useText(text);
	const c = useText(common);
	const errorText = useErrorText();
	const client = useQueryClient();
	const prefs = usePrefs();
	const me = useQuery(session).data;
	const projects = me?.projects ?? [];
	const [project, setProject] = useState(prefs.project || projects[0]?.id || "");
	const fields = readSchema(meta.schema, language).filter((f) => !f.readOnly);
	const [draft] = useState(() => loadDraft(name, "new"));
	const form = useForm({ ...initialValues(fields), ...draft });
	const [restored, setRestored] = useState(draft !== null);
	const key = useRef(commandId());
	const [again, setAgain] = useState(false);
	const body = useRef<HTMLFormElement>(null);
	useEffect(() => {
		if (form.dirty) saveDraft(name, "new", form.values);
	}, [name, form.dirty, form.values]);
	const save = useMutation({
		mutationFn: () =>
			call<Row>(`/api/${name}`, {
				body: { ...clean(form.values), ...(meta.scope === "company" || !project ? {} : { project_id: project }) },
				key: key.current,
			}),
		onSuccess: (row) => {
			saveDraft(name, "new", null);
			toast("ok", c("saved"));
			void client.invalidateQueries({ queryKey: ["register", name] });
			if (!again) return onDone(row.id);
			key.current = commandId();
			form.reset(initialValues(fields));
			body.current?.querySelector<HTMLElement>("input, textarea, select")?.focus();
		},
		onError: (error) => {
			form.refuse(error, fields);
			requestAnimationFrame(() => body.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
		},
	});
	const submit = (more: boolean) => {
		setAgain(more);
		if (!form.check(fields)) {
			requestAnimationFrame(() => body.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
			return;
		}
		save.mutate();
	};
	const close = () => {
		saveDraft(name, "new", form.dirty ? form.values : null);
		onClose();
	};
	return (
		<Dialog
			kind="drawer"
			title={title}
			onClose={close}
			actions={
				<>
					<button
						type="button"
						className="button"
						data-kind="primary"
						disabled={save.isPending}
						onClick={() => submit(false)}
					>
						{c("save")}
					</button>
					<button type="button" className="button" disabled={save.isPending} onClick={() => submit(true)}>
						{t("saveNext")}
					</button>
					<button type="button" className="button" data-kind="plain" onClick={close}>
						{c("cancel")}
					</button>
				</>
			}
		>
			{restored && (
				<p className="draft-note">
					{t("draft")}{" "}
					<button
						type="button"
						className="link"
						onClick={() => {
							saveDraft(name, "new", null);
							form.reset(initialValues(fields));
							setRestored(false);
						}}
					>
						{t("dropDraft")}
					</button>
				</p>
			)}
			{save.isError && (
				<p className="field-error" role="alert">
					{errorText(save.error)}
				</p>
			)}
			<form
				ref={body}
				noValidate
				onSubmit={(event) => {
					event.preventDefault();
					submit(false);
				}}
			>
				{meta.scope !== "company" && projects.length > 1 && (
					<label className="field project-field">
						<span className="field-title">{t("project")}</span>
						<select className="input" value={project} onChange={(e) => setProject(e.target.value)}>
							{projects.map((p) => (
								<option key={p.id} value={p.id}>
									{p.name}
								</option>
							))}
						</select>
					</label>
				)}
				{groupFields(fields, meta.schema, language).map((group) => (
					<section key={group.key} className="record-group">
						{group.title && (
							<header>
								<h3>{group.title}</h3>
							</header>
						)}
						<div className="form">
							{group.fields.map((field) => (
								<FormField key={field.name} field={field} form={form} />
							))}
						</div>
					</section>
				))}
				<button type="submit" hidden aria-hidden="true" tabIndex={-1} />
			</form>
		</Dialog>
	);
}

function clean(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined && v !== null && v !== ""));
}
