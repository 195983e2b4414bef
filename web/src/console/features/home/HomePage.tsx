import "./home.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { deskSummary, registers, startable, tasks } from "@/api/queries.ts";
import { civilDate, count, deadline, money } from "@/kit/format.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { usePrefs } from "@/kit/prefs.ts";
import { KindTag, Tag } from "@/kit/Tag.tsx";
import { useNow } from "@/kit/useNow.ts";
import { useMe } from "../../me.ts";
import { useTabTitle } from "../../shell/work.ts";
import { ByProject, OpenOrders } from "./OpenOrders.tsx";
import { Trend } from "./Trend.tsx";
import { text } from "./text.ts";

/** The workbench: what waits, four figures, the trend. Every figure leads to the list it counts. */
export default function HomePage() {
	const t = useText(text);
	const language = useLanguage();
	const me = useMe();
	const prefs = usePrefs();
	const now = useNow();
	useTabTitle(t("title"));
	const summary = useQuery({ ...deskSummary, retry: false });
	const todo = useQuery(tasks("todo"));
	const flows = useQuery(startable);
	const list = useQuery(registers);
	const [, month = "", day = ""] = civilDate(now)
		.split("-")
		.map((part) => part.replace(/^0/, ""));
	const weekday = new Date(now + 8 * 3600_000).getUTCDay();
	const hour = new Date(now + 8 * 3600_000).getUTCHours();
	const greeting = hour < 11 ? "morning" : hour < 14 ? "noon" : hour < 18 ? "afternoon" : "evening";
	const cards = todo.data?.items ?? [];
	const late = summary.data?.overdue ?? cards.filter((c) => c.late).length;
	const orders = list.data?.some((r) => r.name === "work-orders") ?? false;
	const may = (permission: string) => me.permissions.includes(permission);
	return (
		<div className="page">
			<div className="page-head home-head">
				<div>
					<h1>{t(greeting, { name: me.name })}</h1>
					<p className="soft">
						{t("today", {
							m: month,
							d: day,
							w: (language === "zh" ? text.weekdays[0].split("") : text.weekdays[1].split(","))[weekday] ?? "",
						})}{" "}
						· {late > 0 ? t("late", { n: late }) : t("noLate")}
					</p>
				</div>
				<span className="row-gap push">
					{may("fin.receipt.execute") && (
						<Link className="button" to="/cashier">
							{t("take")}
						</Link>
					)}
					{may("svc.order.read") && flows.data?.some((f) => f.flow === "order-intake") && (
						<Link className="button" to="/desk">
							{t("request")}
						</Link>
					)}
					{list.data?.some((r) => r.name === "rooms" && r.can.includes("import")) && (
						<Link className="button" to="/import">
							{t("import")}
						</Link>
					)}
				</span>
			</div>
			{summary.data && (
				<dl className="card figures">
					<Figure title={t("todo")} value={count(summary.data.todo)} to="/inbox" />
					<Figure
						title={t("overdue")}
						value={count(summary.data.overdue)}
						to="/inbox"
						tone={summary.data.overdue > 0 ? "danger" : undefined}
					/>
					<Figure
						title={t("openCases")}
						value={count(summary.data.open_cases)}
						{...(list.data?.some((r) => r.name === "work-orders") ? { to: "/r/work-orders" } : {})}
					/>
					{typeof summary.data.today_received === "number" && may("fin.bill.read") && (
						<Figure title={t("received")} value={money(summary.data.today_received)} to="/r/receipts" />
					)}
					{typeof summary.data.owed_total === "number" && may("fin.bill.read") && (
						<Figure title={t("owed")} value={money(summary.data.owed_total)} to="/r/charges" />
					)}
				</dl>
			)}
			<div className="home-columns">
				<div className="home-column">
					<section className="card home-card" aria-labelledby="home-todo">
						<header>
							<h2 id="home-todo">{t("todo")}</h2>
							<Link to="/inbox">{t("all")}</Link>
						</header>
						<ul className="home-list">
							{cards.slice(0, 8).map((card) => (
								<li key={card.task_id}>
									<Link to={`/inbox?task=${card.task_id}`}>
										<KindTag>{pick(language, card.flow_zh, card.flow_en)}</KindTag>
										<span className="home-title">{card.title || card.no}</span>
										<span className="soft">{pick(language, card.node_zh, card.node_en)}</span>
										{card.due_at > 0 && (
											<Tag tone={card.due_at < now ? "danger" : "idle"}>{deadline(card.due_at, now, language)}</Tag>
										)}
									</Link>
								</li>
							))}
							{todo.isSuccess && cards.length === 0 && <li className="blank">{t("nothing")}</li>}
						</ul>
					</section>
					{orders && <OpenOrders project={prefs.project} />}
				</div>
				<div className="home-column">
					{summary.data?.trend?.length ? (
						<section className="card home-card" aria-labelledby="home-trend">
							<header>
								<h2 id="home-trend">{t("trend", { n: summary.data.trend.length })}</h2>
							</header>
							<Trend points={summary.data.trend} />
						</section>
					) : null}
					{orders && prefs.project === "" && <ByProject />}
				</div>
			</div>
		</div>
	);
}

function Figure({
	title,
	value,
	to,
	tone,
}: {
	title: string;
	value: string;
	to?: string;
	tone?: "danger" | undefined;
}) {
	return (
		<div className="figure" data-tone={tone}>
			<dt>{title}</dt>
			<dd>{to ? <Link to={to}>{value}</Link> : value}</dd>
		</div>
	);
}
