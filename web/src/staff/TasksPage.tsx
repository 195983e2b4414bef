import { useInfiniteQuery } from "@tanstack/react-query";
import { call, queryString } from "@/api/call.ts";
import type { TaskCard, TaskPage } from "@/api/types.ts";
import { deadline, shortInstant } from "@/kit/format.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { Link, useSearchParams } from "@/kit/router.tsx";
import { StepRibbon } from "@/kit/StepRibbon.tsx";
import { shownValue } from "@/kit/shown.ts";
import { KindTag, Tag } from "@/kit/Tag.tsx";
import { common } from "@/kit/text.ts";
import { useNow } from "@/kit/useNow.ts";
import { Pending, Screen } from "@/mobile/Screen.tsx";
import { text as mobile } from "@/mobile/text.ts";
import { text } from "./text.ts";

/** What waits for me, most pressing first, and what I have done. */
export function TasksPage() {
	const t = useText({ ...common, ...text });
	const [search, setSearch] = useSearchParams();
	const box = search.get("box") === "done" ? "done" : "todo";
	const query = useInfiniteQuery({
		queryKey: ["tasks", box, "pages"],
		initialPageParam: "",
		queryFn: ({ pageParam, signal }) =>
			call<TaskPage>(`/api/flow/tasks${queryString({ box, cursor: pageParam })}`, { signal }),
		getNextPageParam: (last) => last.next || undefined,
	});
	const items = query.data?.pages.flatMap((page) => page.items) ?? [];
	return (
		<Screen title={t("tasks")}>
			<fieldset className="choices" aria-label={t("tasks")}>
				{(["todo", "done"] as const).map((key) => (
					<label key={key} className="choice">
						<input
							type="radio"
							name="box"
							checked={box === key}
							onChange={() => setSearch(key === "done" ? { box: "done" } : {}, { replace: true })}
						/>
						<span>{t(key)}</span>
					</label>
				))}
			</fieldset>
			<Pending query={query} />
			{query.data && items.length === 0 && <p className="hint">{t(box === "todo" ? "none" : "noneDone")}</p>}
			{items.map((task) => (
				<TaskRow key={task.task_id || task.case_id} task={task} ended={box === "done"} />
			))}
			{query.hasNextPage && (
				<button type="button" className="button wide" onClick={() => query.fetchNextPage()}>
					{t("more")}
				</button>
			)}
		</Screen>
	);
}

function TaskRow({ task, ended }: { task: TaskCard; ended: boolean }) {
	const t = useText({ ...mobile, ...text });
	const language = useLanguage();
	const now = useNow();
	// What the title says already is not said again.
	const facts = (task.summary ?? [])
		.map((fact) => shownValue(fact, language))
		.filter((value) => value !== "" && !task.title.includes(value.replace(/^[A-Z]\d\d /, "")));
	return (
		<Link className="card task-card" to={`/cases/${task.case_id}`}>
			<span className="task-head">
				<KindTag>{pick(language, task.flow_zh, task.flow_en)}</KindTag>
				<strong>{task.title}</strong>
			</span>
			{facts.length > 0 && <span className="muted">{facts.join(" · ")}</span>}
			<span className="task-head">
				<span className="strong">{pick(language, task.node_zh, task.node_en)}</span>
				{task.claimable && <Tag tone="info">{t("pool")}</Tag>}
				{task.urges > 0 && <Tag tone="warn">{t("urged", { n: task.urges })}</Tag>}
				{task.state === "hold" && <Tag tone="warn">{t("hold")}</Tag>}
				{!ended && task.due_at > 0 && (
					<Tag tone={task.due_at < now ? "danger" : "warn"}>{deadline(task.due_at, now, language)}</Tag>
				)}
				<span className="muted small">{shortInstant(task.opened_at, now)}</span>
			</span>
			<StepRibbon now={task.steps.now} total={task.steps.total} />
		</Link>
	);
}
