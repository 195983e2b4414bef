import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError, call } from "@/api/call.ts";
import type { Row } from "@/api/types.ts";
import { useErrorText } from "../errors.ts";
import { FormField } from "../form/FormField.tsx";
import { useForm } from "../form/useForm.ts";
import { useText } from "../i18n.ts";
import { plainValue } from "../register/cells.tsx";
import type { Field, Group } from "../schema.ts";
import { common } from "../text.ts";
import { toast } from "../toast.tsx";
import { loadDraft, saveDraft } from "./draft.ts";
import { text } from "./text.ts";

/** A group of a record as a form. A stale write shows both versions; nothing is overwritten unseen. */
export function EditGroup({
	name,
	group,
	row,
	onDirty,
	onDone,
}: {
	name: string;
	group: Group;
	row: Row;
	onDirty: (dirty: boolean) => void;
	onDone: () => void;
}) {
	const t = useText(text);
	const c = useText(common);
	const errorText = useErrorText();
	const client = useQueryClient();
	const fields = group.fields
		.filter((f) => !f.readOnly && !f.once)
		.map(
			(f): Field =>
				f.masked ? { ...f, required: false, help: t("maskedHelp", { value: String(row[f.name] ?? "") || "–" }) } : f,
		);
	const start = Object.fromEntries(fields.map((f) => [f.name, f.masked ? "" : row[f.name]]));
	const draftKey = `${row.id}.${group.key}`;
	const form = useForm(start);
	const [draft, setDraft] = useState(() => loadDraft(name, draftKey));
	const { dirty, values } = form;
	useEffect(() => {
		onDirty(dirty);
		if (dirty) saveDraft(name, draftKey, values);
	}, [onDirty, dirty, values, name, draftKey]);
	const save = useMutation({
		mutationFn: (version: number) =>
			call<Row>(`/api/${name}/${row.id}`, { method: "PATCH", body: { ...form.changed(), version } }),
		onSuccess: () => {
			saveDraft(name, draftKey, null);
			toast("ok", c("saved"));
			void client.invalidateQueries({ queryKey: ["register", name] });
			onDone();
		},
		onError: (error) => form.refuse(error, fields),
	});
	const stale =
		save.error instanceof ApiError && save.error.status === 409 && save.error.code === "stale"
			? (save.error.current as Row | undefined)
			: undefined;
	const close = () => {
		saveDraft(name, draftKey, null);
		onDone();
	};
	return (
		<form
			noValidate
			onSubmit={(event) => {
				event.preventDefault();
				if (form.check(fields)) save.mutate(row.version);
			}}
		>
			<header className="edit-head">
				<h3>{group.title || t("details")}</h3>
				<span className="row-gap">
					<button type="submit" className="button" data-kind="primary" data-size="small" disabled={save.isPending}>
						{c("save")}
					</button>
					<button type="button" className="button" data-size="small" onClick={close}>
						{c("cancel")}
					</button>
				</span>
			</header>
			{draft && !dirty && (
				<p className="draft-note">
					<button
						type="button"
						className="link"
						onClick={() => {
							for (const [k, v] of Object.entries(draft)) form.set(k, v);
							setDraft(null);
						}}
					>
						{t("draft")}
					</button>
				</p>
			)}
			{stale ? (
				<Conflict
					fields={fields}
					mine={form.changed()}
					theirs={stale}
					onMine={() => save.mutate(stale.version)}
					onTheirs={() => {
						void client.invalidateQueries({ queryKey: ["register", name] });
						close();
					}}
				/>
			) : (
				save.isError && (
					<p className="field-error" role="alert">
						{errorText(save.error)}
					</p>
				)
			)}
			<div className="form">
				{fields.map((field) => (
					<FormField
						key={field.name}
						field={field}
						form={form}
						label={row[`${field.name}_label`] as string | undefined}
					/>
				))}
			</div>
		</form>
	);
}

function Conflict({
	fields,
	mine,
	theirs,
	onMine,
	onTheirs,
}: {
	fields: readonly Field[];
	mine: Readonly<Record<string, unknown>>;
	theirs: Row;
	onMine: () => void;
	onTheirs: () => void;
}) {
	const t = useText(text);
	const c = useText(common);
	const words = { yes: c("yes"), no: c("no") };
	return (
		<div className="conflict" role="alert">
			<strong>{t("conflict")}</strong>
			<p>{t("conflictBody")}</p>
			<table>
				<thead>
					<tr>
						<th>{t("field")}</th>
						<th>{t("mine")}</th>
						<th>{t("theirs")}</th>
					</tr>
				</thead>
				<tbody>
					{fields
						.filter((f) => f.name in mine)
						.map((f) => (
							<tr key={f.name}>
								<th>{f.title}</th>
								<td>{plainValue(f, mine, words) || "–"}</td>
								<td>{plainValue(f, theirs, words) || "–"}</td>
							</tr>
						))}
				</tbody>
			</table>
			<span className="row-gap">
				<button type="button" className="button" data-size="small" onClick={onTheirs}>
					{t("keepTheirs")}
				</button>
				<button type="button" className="button" data-kind="danger" data-size="small" onClick={onMine}>
					{t("keepMine")}
				</button>
			</span>
		</div>
	);
}
