import "./inbox.css";
import "@/kit/register/register.css";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { flowCase } from "@/api/queries.ts";
import type { Case } from "@/api/types.ts";
import { desktopControls } from "@/kit/controls/antd.tsx";
import { useErrorText } from "@/kit/errors.ts";
import { Flow } from "@/kit/Flow.tsx";
import { ControlsContext } from "@/kit/form/controls.ts";
import { instant } from "@/kit/format.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { StepRibbon } from "@/kit/StepRibbon.tsx";
import { shownValue } from "@/kit/shown.ts";
import { KindTag, Seal, Tag } from "@/kit/Tag.tsx";
import { FileStrip, Timeline } from "@/kit/Timeline.tsx";
import { CaseVerbs } from "./CaseVerbs.tsx";
import { states } from "./states.ts";
import { TaskPanel } from "./TaskPanel.tsx";
import { text } from "./text.ts";

/** A case: what is asked, what is to be done, the flow, the progress. */
export function CaseView({
	id,
	task = "",
	page,
	onDone,
}: {
	id: string;
	task?: string;
	page?: boolean;
	onDone?: () => void;
}) {
	const errorText = useErrorText();
	const found = useQuery(flowCase(id));
	if (found.isError) {
		return (
			<p className="blank field-error" role="alert">
				{errorText(found.error)}
			</p>
		);
	}
	if (!found.data) return <div className="case" aria-busy="true" />;
	return (
		<ControlsContext value={desktopControls}>
			<CaseBody kase={found.data} task={task} page={page} onDone={onDone} />
		</ControlsContext>
	);
}

function CaseBody({
	kase,
	task,
	page,
	onDone,
}: {
	kase: Case;
	task: string;
	page?: boolean | undefined;
	onDone?: (() => void) | undefined;
}) {
	const t = useText(text);
	const language = useLanguage();
	const [all, setAll] = useState(false);
	const state = states[kase.state];
	const Heading = page ? "h1" : "h2";
	const mine =
		kase.tasks?.find((x) => x.id === task && (x.mine || x.claimable)) ??
		kase.tasks?.find((x) => x.mine) ??
		kase.tasks?.find((x) => x.claimable);
	const facts = (kase.data ?? [])
		.map((fact) => ({ fact, value: shownValue(fact, language, kase.links ?? []) }))
		.filter((f) => f.value !== "");
	const files = (kase.files ?? []).filter((file, i, all) => all.findIndex((f) => f.id === file.id) === i);
	return (
		<article className="case">
			<header className="case-head">
				<div>
					<Heading>
						<KindTag>{pick(language, kase.flow_zh, kase.flow_en)}</KindTag> {kase.title || kase.no}
					</Heading>
					<p className="soft">
						{kase.no} · {t("startedBy", { who: kase.starter, at: instant(kase.started_at) })}
					</p>
				</div>
				<span className="case-state">
					{state &&
						(kase.state === "running" ? (
							<Tag tone={state.tone}>{t(state.word)}</Tag>
						) : (
							<Seal tone={kase.state === "refused" || kase.state === "incident" ? "danger" : "idle"}>
								{t(state.word)}
							</Seal>
						))}
					{!page && (
						<Link className="icon-button" to={`/case/${kase.id}`} aria-label={t("openPage")} title={t("openPage")}>
							<Icon name="expand" />
						</Link>
					)}
				</span>
				<StepRibbon now={kase.steps?.now ?? 0} total={kase.steps?.total ?? 0} />
			</header>
			<div className="case-scroll">
				<div className="case-main">
					<section>
						<h3>{t("request")}</h3>
						<dl className="card case-facts">
							{(all ? facts : facts.slice(0, few)).map(({ fact, value }) => (
								<div key={fact.field ?? fact.zh} data-span={value.length > 28 ? "wide" : undefined}>
									<dt>{pick(language, fact.zh, fact.en)}</dt>
									<dd>{value}</dd>
								</div>
							))}
							{files.length > 0 && (
								<div data-span="wide">
									<dt>{t("files")}</dt>
									<dd>
										<FileStrip files={files} />
									</dd>
								</div>
							)}
						</dl>
						{facts.length > few && (
							<button type="button" className="link case-more" aria-expanded={all} onClick={() => setAll(!all)}>
								{t(all ? "fewFacts" : "allFacts", { n: facts.length })}
							</button>
						)}
					</section>
					{mine && <TaskPanel key={mine.id} kase={kase} task={mine} onDone={onDone} />}
					{!mine && kase.tasks?.length > 0 && (
						<p className="case-waiting">
							<Icon name="clock" />{" "}
							{kase.tasks
								.map((x) =>
									t("waiting", {
										who: pick(language, x.who, x.who_en) || x.who,
										node: pick(language, x.node_zh, x.node_en),
									}),
								)
								.join("；")}
						</p>
					)}
					{kase.links?.length > 0 && (
						<section>
							<h3>{t("related")}</h3>
							<ul className="row-gap">
								{kase.links.map((link) => (
									<li key={`${link.register}${link.id}`}>
										<Link className="button" data-size="small" to={`/r/${link.register}/${link.id}`}>
											<Icon name="link" size={14} /> {link.label || link.id}
										</Link>
									</li>
								))}
							</ul>
						</section>
					)}
					{kase.diagram && (
						<section>
							<h3>{t("flow")}</h3>
							<Flow svg={kase.diagram} label={t("flow")} />
						</section>
					)}
				</div>
				<aside className="case-side">
					<h3>{t("progress")}</h3>
					<Timeline entries={kase.timeline ?? []} />
					<CaseVerbs kase={kase} />
				</aside>
			</div>
		</article>
	);
}

/** Facts shown before asking for all: what a case began with stands first, and the step to do stays in sight. */
const few = 6;
