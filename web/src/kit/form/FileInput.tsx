import { useState } from "react";
import type { FileRef } from "@/api/types.ts";
import { useErrorText } from "../errors.ts";
import { useText } from "../i18n.ts";
import { Icon } from "../icons.tsx";
import { common } from "../text.ts";
import { toast } from "../toast.tsx";
import type { ControlProps } from "./controls.ts";
import { shrink, upload } from "./upload.ts";

/** Photos or files: the value is a list of references (FileRef) already on the server. */
export function FileInput({ id, field, value, onChange, describedBy }: ControlProps) {
	const t = useText(common);
	const errorText = useErrorText();
	const [busy, setBusy] = useState(0);
	const photo = field.kind === "photo";
	const files = Array.isArray(value) ? (value as FileRef[]) : [];

	async function add(list: FileList | null) {
		const chosen = [...(list ?? [])];
		setBusy((n) => n + chosen.length);
		const done: FileRef[] = [];
		for (const file of chosen) {
			try {
				done.push(await upload(photo ? await shrink(file) : file, file.name, file.lastModified));
			} catch (error) {
				toast("danger", errorText(error));
			} finally {
				setBusy((n) => n - 1);
			}
		}
		if (done.length) onChange([...files, ...done]);
	}

	return (
		<span className="file-input">
			{files.map((file) => (
				<span key={file.id} className="file-chip">
					{photo ? <img src={`/api/files/${file.id}?w=320`} alt={file.name} width={72} height={72} /> : file.name}
					<button
						type="button"
						className="file-remove"
						aria-label={`${t("remove")} ${file.name}`}
						onClick={() => onChange(files.filter((f) => f.id !== file.id))}
					>
						<Icon name="close" size={12} />
					</button>
				</span>
			))}
			<label className="file-add" data-busy={busy > 0 || undefined}>
				<input
					id={id}
					type="file"
					multiple
					accept={photo ? "image/*" : undefined}
					aria-describedby={describedBy}
					aria-label={`${field.title} ${t(photo ? "addPhoto" : "addFile")}`}
					onChange={(event) => {
						void add(event.target.files);
						event.target.value = "";
					}}
				/>
				<Icon name={photo ? "photo" : "file"} size={20} />
				<span>{busy > 0 ? t("uploading") : t(photo ? "addPhoto" : "addFile")}</span>
			</label>
		</span>
	);
}
