import "@/kit/grid.css";
import "./import.css";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";
import { importRun } from "@/api/queries.ts";
import { useErrorText } from "@/kit/errors.ts";
import { useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { useTabTitle } from "../../shell/work.ts";
import { ChooseFile } from "./ChooseFile.tsx";
import { ImportRun } from "./ImportRun.tsx";
import { Runs } from "./Runs.tsx";
import { text } from "./text.ts";

/** Upload → dry run that names every bad cell → write with progress → the list of this batch → undo. */
export default function ImportPage() {
	const { id = "" } = useParams();
	const t = useText(text);
	const errorText = useErrorText();
	const navigate = useNavigate();
	useTabTitle(t("title"));
	const run = useQuery({
		...importRun(id),
		enabled: id !== "",
		refetchInterval: (query) => (/ing$/.test(query.state.data?.state ?? "") ? 1000 : false),
	});
	const state = run.data?.state;
	const step = !id ? 1 : state === "written" || state === "undone" || state === "undoing" ? 3 : 2;
	return (
		<div className="page">
			<div className="page-head">
				<h1>{t("title")}</h1>
				<span className="soft">{t("intro")}</span>
			</div>
			<div className="card import">
				<Steps now={step} titles={[t("stepChoose"), t("stepCheck"), t("stepDone")]} />
				{!id && <ChooseFile onDone={(made) => navigate(`/import/${made.id}`)} />}
				{run.isError && (
					<p className="field-error" role="alert">
						{errorText(run.error)}
					</p>
				)}
				{id && run.data && <ImportRun run={run.data} />}
			</div>
			<Runs current={id} />
		</div>
	);
}

function Steps({ now, titles }: { now: number; titles: readonly string[] }) {
	return (
		<ol className="steps">
			{titles.map((title, i) => (
				<li
					key={title}
					data-state={i + 1 < now ? "done" : i + 1 === now ? "now" : "next"}
					aria-current={i + 1 === now ? "step" : undefined}
				>
					<span className="step-mark">{i + 1 < now ? <Icon name="check" size={14} /> : i + 1}</span>
					{title}
				</li>
			))}
		</ol>
	);
}
