import { useQueries } from "@tanstack/react-query";
import { type KeyboardEvent, useDeferredValue, useState } from "react";
import { useNavigate } from "react-router";
import { list, tasks } from "@/api/queries.ts";
import type { Page, TaskPage } from "@/api/types.ts";
import { Dialog } from "@/kit/Dialog.tsx";
import { useLanguage, useText } from "@/kit/i18n.ts";
import { rowLabel } from "@/kit/register/label.ts";
import type { NavGroup } from "../nav.ts";
import { text } from "./text.ts";

interface Hit {
	path: string;
	title: string;
	note: string;
	section: "pages" | "records" | "cases";
}

/** The registers that Ctrl+K looks into, when this person may see them. */
const searched = ["rooms", "customers", "vehicles"];

export function Palette({ groups, onClose }: { groups: readonly NavGroup[]; onClose: () => void }) {
	const t = useText(text);
	const language = useLanguage();
	const navigate = useNavigate();
	const [typed, setTyped] = useState("");
	const [at, setAt] = useState(0);
	const q = useDeferredValue(typed.trim());
	const pages: Hit[] = groups.flatMap((g) =>
		g.entries
			.filter((e) => !q || e.title.toLowerCase().includes(q.toLowerCase()) || e.path.includes(q.toLowerCase()))
			.map((e): Hit => ({ path: e.path, title: e.title, note: g.title, section: "pages" })),
	);
	const names = searched.filter((name) => groups.some((g) => g.entries.some((e) => e.path === `/r/${name}`)));
	const found = useQueries({
		queries: names.map((name) => ({
			...list(name, new URLSearchParams({ q, size: "5" }).toString()),
			enabled: q.length > 0,
		})),
	});
	const [cases] = useQueries({ queries: [{ ...tasks("todo", { q }), enabled: q.length > 0 }] });
	const records: Hit[] = found.flatMap((result, i) =>
		((result.data as Page | undefined)?.items ?? []).slice(0, 5).map(
			(row): Hit => ({
				path: `/r/${names[i]}?open=${row.id}`,
				title: rowLabel(row),
				note: pageTitle(groups, `/r/${names[i]}`),
				section: "records",
			}),
		),
	);
	const open: Hit[] = ((cases?.data as TaskPage | undefined)?.items ?? []).slice(0, 5).map((task) => ({
		path: `/case/${task.case_id}`,
		title: task.title,
		note: language === "zh" ? task.node_zh : task.node_en,
		section: "cases",
	}));
	const hits = [...(q ? records : []), ...(q ? open : []), ...pages];
	const go = (hit: Hit | undefined) => {
		if (!hit) return;
		navigate(hit.path);
		onClose();
	};
	const onKey = (event: KeyboardEvent) => {
		if (event.nativeEvent.isComposing) return;
		if (event.key === "ArrowDown") setAt(Math.min(at + 1, hits.length - 1));
		else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
		else if (event.key === "Enter") go(hits[at]);
		else return;
		event.preventDefault();
	};
	return (
		<Dialog title={t("findTitle")} width={600} onClose={onClose}>
			<input
				className="input"
				autoFocus
				role="combobox"
				aria-expanded="true"
				aria-controls="palette"
				aria-activedescendant={hits[at] ? `palette-${at}` : undefined}
				aria-label={t("find")}
				placeholder={t("find")}
				value={typed}
				onChange={(event) => {
					setTyped(event.target.value);
					setAt(0);
				}}
				onKeyDown={onKey}
			/>
			<div className="palette-list" id="palette" role="listbox" aria-label={t("findTitle")}>
				{hits.length === 0 && <p className="blank">{t("nothing")}</p>}
				{hits.map((hit, i) => (
					<div
						key={`${hit.section}${hit.path}`}
						id={`palette-${i}`}
						role="option"
						tabIndex={-1}
						aria-selected={i === at}
						aria-current={i === at}
						className="menu-item"
						onPointerMove={() => setAt(i)}
						onClick={() => go(hit)}
						onKeyDown={onKey}
					>
						{hit.title}
						<small>{hit.section === "pages" ? hit.note : `${t(hit.section)} · ${hit.note}`}</small>
					</div>
				))}
			</div>
		</Dialog>
	);
}

function pageTitle(groups: readonly NavGroup[], path: string): string {
	return groups.flatMap((g) => g.entries).find((e) => e.path === path)?.title ?? "";
}
