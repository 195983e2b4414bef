import { useInfiniteQuery } from "@tanstack/react-query";
import { call, queryString } from "@/api/call.ts";
import type { TaskPage } from "@/api/types.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { common } from "@/kit/text.ts";
import { Pending, Screen } from "@/mobile/Screen.tsx";
import { CaseRow } from "./HomePage.tsx";
import { text } from "./text.ts";

/** Every request of the household, newest first. */
export function CasesPage() {
	const t = useText({ ...common, ...text });
	const language = useLanguage();
	const query = useInfiniteQuery({
		queryKey: ["tasks", "started", "pages"],
		initialPageParam: "",
		queryFn: ({ pageParam, signal }) =>
			call<TaskPage>(`/api/flow/tasks${queryString({ box: "started", cursor: pageParam })}`, { signal }),
		getNextPageParam: (last) => last.next || undefined,
	});
	const items = query.data?.pages.flatMap((page) => page.items) ?? [];
	return (
		<Screen title={t("myCases")} back="/">
			<Pending query={query} />
			{query.data && (
				<div className="card rows">
					{items.length === 0 && <p className="hint">{t("noCases")}</p>}
					{items.map((item) => (
						<CaseRow
							key={item.case_id}
							item={{
								id: item.case_id,
								no: item.no,
								title: item.title,
								step: pick(language, item.node_zh, item.node_en),
								steps: item.steps,
								next: "",
								next_at: item.due_at,
								state: item.state,
							}}
						/>
					))}
				</div>
			)}
			{query.hasNextPage && (
				<button type="button" className="button wide" onClick={() => query.fetchNextPage()}>
					{t("more")}
				</button>
			)}
		</Screen>
	);
}
