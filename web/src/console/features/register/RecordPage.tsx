import "@/kit/register/register.css";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { meta, record } from "@/api/queries.ts";
import { desktopControls } from "@/kit/controls/antd.tsx";
import { useErrorText } from "@/kit/errors.ts";
import { ControlsContext } from "@/kit/form/controls.ts";
import { pick, useLanguage } from "@/kit/i18n.ts";
import { RecordActionsContext } from "@/kit/record/actions.ts";
import { RecordBody } from "@/kit/record/RecordBody.tsx";
import { primaryField, readSchema } from "@/kit/schema.ts";
import { useDirty, useTabTitle } from "../../shell/work.ts";
import { recordActions } from "./actions.tsx";

/** One record with the page to itself. */
export default function RecordPage() {
	const { name = "", id = "" } = useParams();
	const language = useLanguage();
	const errorText = useErrorText();
	const description = useQuery(meta(name));
	const row = useQuery(record(name, id));
	const [dirty, setDirty] = useState(false);
	useDirty(dirty);
	const primary = primaryField(readSchema(description.data?.schema, language));
	const title = row.data && primary ? String(row.data[primary.name] ?? "") : "";
	useTabTitle(title);
	const error = description.error ?? row.error;
	return (
		<ControlsContext value={desktopControls}>
			<RecordActionsContext value={recordActions}>
				<div className="page">
					<div className="page-head">
						<h1>{title}</h1>
						{description.data && (
							<Link to={`/r/${name}`}>{pick(language, description.data.zh, description.data.en)}</Link>
						)}
					</div>
					{error && (
						<p className="field-error" role="alert">
							{errorText(error)}
						</p>
					)}
					{description.data && row.data && (
						<div className="card record-page">
							<RecordBody name={name} meta={description.data} row={row.data} onDirty={setDirty} />
						</div>
					)}
				</div>
			</RecordActionsContext>
		</ControlsContext>
	);
}
