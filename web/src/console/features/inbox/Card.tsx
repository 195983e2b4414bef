import type { TaskCard } from "@/api/types.ts";
import { deadline } from "@/kit/format.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { shownValue } from "@/kit/shown.ts";
import { KindTag, Tag } from "@/kit/Tag.tsx";
import { useNow } from "@/kit/useNow.ts";
import { states } from "./states.ts";
import { text } from "./text.ts";

/** One thing waiting: kind, title, the facts that decide, step, deadline, how often urged. */
export function Card({ card, current, onChoose }: { card: TaskCard; current: boolean; onChoose: () => void }) {
	const t = useText(text);
	const language = useLanguage();
	const now = useNow();
	const late = card.late || (card.due_at > 0 && card.due_at < now);
	const soon = !late && card.due_at > 0 && card.due_at - now < 4 * 3600_000;
	const state = states[card.state];
	return (
		<button type="button" className="task-card" aria-current={current || undefined} onClick={onChoose}>
			<span className="task-title">
				<KindTag>{pick(language, card.flow_zh, card.flow_en)}</KindTag>
				<strong>{card.title || card.no}</strong>
			</span>
			<span className="task-facts">
				{card.summary?.slice(0, 4).map((fact) => {
					const value = shownValue(fact, language);
					return value ? (
						<span key={fact.field ?? fact.zh}>
							<span className="soft">{pick(language, fact.zh, fact.en)}</span> {value}
						</span>
					) : null;
				})}
			</span>
			<span className="task-foot">
				<span className="soft">
					{[pick(language, card.node_zh, card.node_en), card.for_whom ? t("forWhom", { name: card.for_whom }) : ""]
						.filter(Boolean)
						.join(" · ")}
				</span>
				<span className="row-gap">
					{card.claimable && <Tag tone="info">{t("unclaimed")}</Tag>}
					{card.state === "hold" && <Tag>{t("held")}</Tag>}
					{state && card.state !== "running" && <Tag tone={state.tone}>{t(state.word)}</Tag>}
					{card.urges > 0 && <Tag tone="warn">{t("urged", { n: card.urges })}</Tag>}
					{card.due_at > 0 && card.state !== "done" && (
						<Tag tone={late ? "danger" : soon ? "warn" : "idle"}>{deadline(card.due_at, now, language)}</Tag>
					)}
				</span>
			</span>
		</button>
	);
}
