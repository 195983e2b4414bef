import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { imports, registers } from "@/api/queries.ts";
import type { Import } from "@/api/types.ts";
import { count, instant } from "@/kit/format.ts";
import { Grid } from "@/kit/Grid.tsx";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { Tag } from "@/kit/Tag.tsx";
import { text } from "./text.ts";

const states = {
	checking: ["checkingState", "info"],
	checked: ["checked", "warn"],
	writing: ["writingState", "info"],
	written: ["written", "ok"],
	undoing: ["undoingState", "info"],
	undone: ["undone", "idle"],
	failed: ["failedState", "danger"],
} as const;

/** Earlier imports; a running one can be found again here. */
export function Runs({ current }: { current: string }) {
	const t = useText(text);
	const language = useLanguage();
	const found = useQuery({
		...imports,
		refetchInterval: (query) => (query.state.data?.some((run) => /ing$/.test(run.state)) ? 1500 : false),
	});
	const list = useQuery(registers);
	if (!found.data?.length) return null;
	const kindTitle = (run: Import) => {
		if (run.kind === "hc") return t("hc");
		const register = list.data?.find((r) => r.name === run.kind);
		return register ? pick(language, register.zh, register.en) : run.kind;
	};
	return (
		<div className="card import-runs">
			<h2>{t("runs")}</h2>
			<Grid
				columns={[
					{ key: "file", title: t("file") },
					{ key: "kind", title: t("kind") },
					{ key: "rows", title: t("rows"), figure: true },
					{ key: "bad", title: t("leftOut"), figure: true },
					{ key: "when", title: t("when") },
					{ key: "state", title: t("state") },
				]}
				rows={found.data}
				current={current}
				label={t("runs")}
				cell={(column, run) => {
					switch (column.key) {
						case "file":
							return <Link to={`/import/${run.id}`}>{run.name || kindTitle(run)}</Link>;
						case "kind":
							return kindTitle(run);
						case "rows":
							return count(run.total);
						case "bad":
							return count(run.bad ?? run.errors_total ?? 0);
						case "when":
							return run.created_at ? instant(run.created_at) : "–";
						default: {
							const [word, tone] = states[run.state];
							return <Tag tone={tone}>{t(word)}</Tag>;
						}
					}
				}}
			/>
		</div>
	);
}
