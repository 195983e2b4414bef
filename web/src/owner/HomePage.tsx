import { useQuery } from "@tanstack/react-query";
import type { HomeCase } from "@/api/types.ts";
import { civilDate, deadline, money } from "@/kit/format.ts";
import { useLanguage, useText } from "@/kit/i18n.ts";
import { Icon, type IconName } from "@/kit/icons.tsx";
import { Link } from "@/kit/router.tsx";
import { StepRibbon } from "@/kit/StepRibbon.tsx";
import { Tag } from "@/kit/Tag.tsx";
import { useNow } from "@/kit/useNow.ts";
import { useMe } from "@/mobile/me.ts";
import { Pending, Screen, Section } from "@/mobile/Screen.tsx";
import { stateOf } from "@/mobile/state.ts";
import { text as mobile } from "@/mobile/text.ts";
import { home } from "./queries.ts";
import { text } from "./text.ts";

const tiles: readonly { to: string; icon: IconName; label: keyof typeof text }[] = [
	{ to: "/report", icon: "wrench", label: "report" },
	{ to: "/report?kind=consult", icon: "phone", label: "ask" },
	{ to: "/bills", icon: "cash", label: "bills" },
	{ to: "/receipts", icon: "file", label: "receipts" },
];

/** How many requests the first page shows; the rest is one press away. */
const few = 5;

export function HomePage() {
	const t = useText({ ...mobile, ...text });
	const me = useMe();
	const query = useQuery(home);
	const data = query.data;
	const today = civilDate(useNow());
	const rooms = data?.rooms ?? me.rooms ?? [];
	const project = me.projects.find((p) => p.id === rooms[0]?.project_id)?.name ?? t("product");
	return (
		<Screen title={project} sub={rooms.map((r) => r.label).join(" · ")}>
			<Pending query={query} />
			{data && (
				<>
					<section className="bill-card" aria-label={t("bills")}>
						{data.owed > 0 ? (
							<>
								<p>{t("owed", { n: data.charges_count })}</p>
								<p className="bill-figure">{money(data.owed)}</p>
								<div className="bill-foot">
									<Link className="button" to="/bills">
										{t("seeBills")}
									</Link>
									{data.due_on && (
										<span>{t(data.due_on < today ? "wasDue" : "dueOn", { date: data.due_on.slice(5) })}</span>
									)}
								</div>
							</>
						) : (
							<p className="bill-none">{t("nothingOwed")}</p>
						)}
					</section>
					<nav className="card tiles" aria-label={t("service")}>
						{tiles.map((tile) => (
							<Link key={tile.to} to={tile.to}>
								<Icon name={tile.icon} size={30} />
								{t(tile.label)}
							</Link>
						))}
					</nav>
					<Section title={t("myCases")} more={data.cases.length > 0 && <Link to="/cases">{t("all")}</Link>}>
						<div className="card rows">
							{data.cases.length === 0 && <p className="hint">{t("noCases")}</p>}
							{data.cases.slice(0, few).map((item) => (
								<CaseRow key={item.id} item={item} />
							))}
						</div>
					</Section>
					{data.notices.length > 0 && (
						<Section title={t("notices")}>
							<div className="card rows">
								{data.notices.map((notice) => (
									<article className="row" key={notice.id}>
										<span>{notice.title}</span>
										<span className="muted small">{civilDate(notice.at)}</span>
									</article>
								))}
							</div>
						</Section>
					)}
				</>
			)}
		</Screen>
	);
}

/** One request: what it is, where it stands, what comes next and by when. */
export function CaseRow({ item }: { item: HomeCase }) {
	const t = useText(mobile);
	const language = useLanguage();
	const now = useNow();
	const state = stateOf(item.state);
	return (
		<Link className="task-card" to={`/cases/${item.id}`}>
			<span className="task-head">
				<strong>{item.title}</strong>
				{state.ended && <Tag tone={state.tone}>{t(state.key)}</Tag>}
			</span>
			<span>{item.step}</span>
			{!state.ended && (item.next || item.next_at > 0) && (
				<span className="muted small">
					{[item.next, item.next_at ? deadline(item.next_at, now, language) : ""].filter(Boolean).join(" · ")}
				</span>
			)}
			<StepRibbon now={item.steps.now} total={item.steps.total} />
		</Link>
	);
}
