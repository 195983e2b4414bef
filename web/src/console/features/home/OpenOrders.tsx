import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { list, meta } from "@/api/queries.ts";
import type { Page } from "@/api/types.ts";
import { civilDate, count, deadline } from "@/kit/format.ts";
import { useLanguage, useText } from "@/kit/i18n.ts";
import { cell } from "@/kit/register/cells.tsx";
import { readSchema } from "@/kit/schema.ts";
import { Tag } from "@/kit/Tag.tsx";
import { common } from "@/kit/text.ts";
import { useNow } from "@/kit/useNow.ts";
import { useMe } from "../../me.ts";
import { text } from "./text.ts";

const register = "work-orders";

/** Open work orders, the one that is due first at the top. */
export function OpenOrders({ project }: { project: string }) {
	const t = useText(text);
	const c = useText(common);
	const language = useLanguage();
	const now = useNow();
	const me = useMe();
	const about = useQuery(meta(register));
	const open = about.data?.views?.find((v) => v.key === "open")?.query ?? "";
	const found = useQuery({
		...list(register, `${open}&sort=due_at&size=8${project ? `&project=${project}` : ""}`),
		enabled: open !== "",
	});
	const state = readSchema(about.data?.schema, language).find((f) => f.name === "state");
	const words = { yes: c("yes"), no: c("no") };
	if (!found.data?.items.length) return null;
	return (
		<section className="card home-card" aria-labelledby="home-orders">
			<header>
				<h2 id="home-orders">{t("orders", { n: count(found.data.total) })}</h2>
				<Link to={`/r/${register}?${open}&sort=due_at`}>{t("all")}</Link>
			</header>
			<ul className="home-list">
				{found.data.items.map((row) => {
					const due = Number(row.due_at ?? 0);
					const at = me.projects.length > 1 ? me.projects.find((p) => p.id === row.project_id)?.name : "";
					return (
						<li key={row.id}>
							<Link to={`/r/${register}/${row.id}`}>
								<span className="home-title">
									{String(row.place || row.no || "")} <span className="soft">{at}</span>
								</span>
								{state && cell(state, row, words)}
								{due > 0 && <Tag tone={due < now ? "danger" : "idle"}>{deadline(due, now, language)}</Tag>}
							</Link>
						</li>
					);
				})}
			</ul>
		</section>
	);
}

/** For those over several projects: how much is open in each, and how much of it is due by today. */
export function ByProject() {
	const t = useText(text);
	const me = useMe();
	const today = civilDate(useNow());
	const about = useQuery(meta(register));
	const open = about.data?.views?.find((v) => v.key === "open")?.query ?? "";
	const projects = me.projects.slice(0, 12);
	const words = projects.flatMap((p) => [
		`${open}&project=${p.id}&size=1`,
		`${open}&project=${p.id}&size=1&due_at=~${today}`,
	]);
	const found = useQueries({ queries: words.map((search) => ({ ...list(register, search), enabled: open !== "" })) });
	const total = (at: number) => (found[at]?.data as Page | undefined)?.total ?? 0;
	if (projects.length < 2 || !open) return null;
	return (
		<section className="card home-card" aria-labelledby="home-projects">
			<header>
				<h2 id="home-projects">{t("byProject")}</h2>
			</header>
			<table className="home-table">
				<thead>
					<tr>
						<th scope="col">{t("project")}</th>
						<th scope="col">{t("open")}</th>
						<th scope="col">{t("dueToday")}</th>
					</tr>
				</thead>
				<tbody>
					{projects.map((p, i) => (
						<tr key={p.id}>
							<th scope="row">{p.name}</th>
							<td>{count(total(2 * i))}</td>
							<td className={total(2 * i + 1) > 0 ? "owing" : undefined}>{count(total(2 * i + 1))}</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}
