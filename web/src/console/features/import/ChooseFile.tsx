import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useLocation } from "react-router";
import { imports, registers } from "@/api/queries.ts";
import type { Import } from "@/api/types.ts";
import { fieldErrors, useErrorText } from "@/kit/errors.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { usePrefs } from "@/kit/prefs.ts";
import { useMe } from "../../me.ts";
import { text } from "./text.ts";
import { sendImport } from "./upload.ts";

export function ChooseFile({ onDone }: { onDone: (run: Import) => void }) {
	const t = useText(text);
	const language = useLanguage();
	const errorText = useErrorText();
	const client = useQueryClient();
	const me = useMe();
	const prefs = usePrefs();
	const location = useLocation();
	const list = useQuery(registers);
	const choices = (list.data ?? []).filter((r) => r.can.includes("import"));
	const [kind, setKind] = useState(new URLSearchParams(location.search).get("kind") ?? "hc");
	const [project, setProject] = useState(prefs.project || me.projects[0]?.id || "");
	const [percent, setPercent] = useState(0);
	const [over, setOver] = useState(false);
	const id = useId();
	const send = useMutation({
		mutationFn: (file: File) => sendImport(file, kind, project, language, setPercent),
		onMutate: () => setPercent(0),
		onSuccess: (run) => {
			void client.invalidateQueries({ queryKey: imports.queryKey });
			onDone(run);
		},
	});
	const take = (files: FileList | null) => {
		const file = files?.[0];
		if (file) send.mutate(file);
	};
	const workbook = kind === "hc";
	return (
		<div className="import-choose">
			<div className="form">
				<label className="field" htmlFor={`${id}k`}>
					<span className="field-title">{t("kind")}</span>
					<select id={`${id}k`} className="input" value={kind} onChange={(e) => setKind(e.target.value)}>
						<option value="hc">{t("hc")}</option>
						{choices.map((r) => (
							<option key={r.name} value={r.name}>
								{pick(language, r.zh, r.en)}
							</option>
						))}
					</select>
				</label>
				<label className="field" htmlFor={`${id}p`}>
					<span className="field-title">{t("project")}</span>
					<select id={`${id}p`} className="input" value={project} onChange={(e) => setProject(e.target.value)}>
						{me.projects.map((p) => (
							<option key={p.id} value={p.id}>
								{p.name}
							</option>
						))}
					</select>
				</label>
			</div>
			<label
				className="drop"
				data-over={over || undefined}
				onDragOver={(event) => {
					event.preventDefault();
					setOver(true);
				}}
				onDragLeave={() => setOver(false)}
				onDrop={(event) => {
					event.preventDefault();
					setOver(false);
					take(event.dataTransfer.files);
				}}
			>
				<input
					type="file"
					accept=".xlsx,.csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,text/csv"
					disabled={send.isPending}
					onChange={(event) => {
						take(event.target.files);
						event.target.value = "";
					}}
				/>
				<Icon name="upload" size={26} />
				<strong>{send.isPending ? t("uploading", { n: percent }) : t("drop")}</strong>
				<span className="soft">{t("dropHelp")}</span>
			</label>
			{send.isError && (
				<p className="field-error" role="alert">
					{[errorText(send.error), ...Object.values(fieldErrors(send.error, language))].join(" ")}
				</p>
			)}
			{!workbook && (
				<a className="link" href={`/api/${kind}/template?lang=${language === "zh" ? "zh" : "en"}`} download>
					<Icon name="download" /> {t("template")}
				</a>
			)}
		</div>
	);
}
