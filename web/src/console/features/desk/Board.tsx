import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type Box, tasks } from "@/api/queries.ts";
import { deadline } from "@/kit/format.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { StepRibbon } from "@/kit/StepRibbon.tsx";
import { KindTag, Tag } from "@/kit/Tag.tsx";
import { useNow } from "@/kit/useNow.ts";
import { text } from "./text.ts";

/** Open requests: those waiting for this person and those written down here, the most urgent first. */
export function Board() {
	const t = useText(text);
	const language = useLanguage();
	const now = useNow();
	const [box, setBox] = useState<Box>("todo");
	const found = useQuery(tasks(box));
	const cards = (found.data?.items ?? []).filter((c) => box === "todo" || c.state === "running" || c.state === "open");
	const ordered = [...cards].sort(
		(a, b) => (a.due_at || Number.MAX_SAFE_INTEGER) - (b.due_at || Number.MAX_SAFE_INTEGER),
	);
	return (
		<section className="card desk-board" aria-label={t("board")}>
			<header>
				<h2>{t("board")}</h2>
				<span className="pills">
					{(["todo", "started"] as const).map((b) => (
						<button key={b} type="button" className="pill" aria-pressed={b === box} onClick={() => setBox(b)}>
							{t(b === "todo" ? "mine" : "started")}
						</button>
					))}
				</span>
			</header>
			<ul>
				{ordered.map((card) => (
					<li key={card.task_id || card.case_id}>
						<Link to={box === "todo" ? `/inbox?task=${card.task_id}` : `/case/${card.case_id}`}>
							<span className="task-title">
								<KindTag>{pick(language, card.flow_zh, card.flow_en)}</KindTag>
								<strong>{card.title || card.no}</strong>
							</span>
							<span className="task-foot">
								<span className="soft">
									{card.no} · {pick(language, card.node_zh, card.node_en)}
								</span>
								{card.due_at > 0 && (
									<Tag tone={card.due_at < now ? "danger" : "idle"}>{deadline(card.due_at, now, language)}</Tag>
								)}
							</span>
							<StepRibbon now={card.steps?.now ?? 0} total={card.steps?.total ?? 0} />
						</Link>
					</li>
				))}
				{found.isSuccess && ordered.length === 0 && <li className="blank">{t("nothing")}</li>}
			</ul>
		</section>
	);
}
