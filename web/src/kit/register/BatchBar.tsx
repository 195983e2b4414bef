import { useMutation, useQueryClient } from "@tanstack/react-query";
import { call } from "@/api/call.ts";
import type { Row } from "@/api/types.ts";
import { ask } from "../confirm.tsx";
import { useErrorText } from "../errors.ts";
import { count } from "../format.ts";
import { useText } from "../i18n.ts";
import { toast } from "../toast.tsx";
import { ExportMenu } from "./ExportMenu.tsx";
import type { ListQuery } from "./query.ts";
import { text } from "./text.ts";

interface BatchBarProps {
	name: string;
	rows: readonly Row[];
	selected: ReadonlySet<string>;
	/** All matches, not only the ticked rows: the server gets the filter, never ids. */
	everything: boolean;
	total: number;
	query: ListQuery;
	can: ReadonlySet<string>;
	columns: readonly string[];
	onEverything: () => void;
	onClear: () => void;
}

export function BatchBar({
	name,
	rows,
	selected,
	everything,
	total,
	query,
	can,
	columns,
	onEverything,
	onClear,
}: BatchBarProps) {
	const t = useText(text);
	const errorText = useErrorText();
	const client = useQueryClient();
	const archive = useMutation({
		mutationFn: async () => {
			let done = 0;
			let failed = 0;
			let why = "";
			for (const id of selected) {
				const version = rows.find((r) => r.id === id)?.version;
				try {
					await call(`/api/${name}/${id}/archive`, { body: version === undefined ? {} : { version } });
					done++;
				} catch (error) {
					failed++;
					why = errorText(error);
				}
			}
			return { done, failed, why };
		},
		onSuccess: ({ done, failed, why }) => {
			if (failed) toast("danger", t("archivedPart", { n: done, m: failed, why }));
			else toast("ok", t("archived", { n: done }));
			onClear();
			void client.invalidateQueries({ queryKey: ["register", name] });
		},
	});
	return (
		<div className="batch-bar">
			<strong>{everything ? t("allSelected", { n: count(total) }) : t("selected", { n: count(selected.size) })}</strong>
			{!everything && total > selected.size && (
				<button type="button" className="link" onClick={onEverything}>
					{t("selectAll", { n: count(total) })}
				</button>
			)}
			<span className="row-gap push">
				{can.has("export") && (
					<ExportMenu
						name={name}
						query={query}
						columns={columns}
						small
						{...(everything ? {} : { ids: [...selected] })}
					/>
				)}
				{can.has("archive") && !everything && (
					<button
						type="button"
						className="button"
						data-kind="danger"
						data-size="small"
						disabled={archive.isPending}
						onClick={async () => {
							const n = selected.size;
							const yes = await ask({
								title: t("archiveAsk", { n }),
								body: t("archiveBody"),
								yes: t("archive"),
								danger: true,
							});
							if (yes !== null) archive.mutate();
						}}
					>
						{t("archive")}
					</button>
				)}
				<button type="button" className="button" data-kind="plain" data-size="small" onClick={onClear}>
					{t("unselect")}
				</button>
			</span>
		</div>
	);
}
