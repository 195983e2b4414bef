import "./inbox.css";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { call, queryString } from "@/api/call.ts";
import { type Box, tasks } from "@/api/queries.ts";
import type { TaskCard, TaskPage } from "@/api/types.ts";
import { useErrorText } from "@/kit/errors.ts";
import { useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { useTabTitle } from "../../shell/work.ts";
import { Card } from "./Card.tsx";
import { CaseView } from "./CaseView.tsx";
import { text } from "./text.ts";

const boxes: readonly Box[] = ["todo", "started", "done", "cc"];

/** Four boxes of cards at the left, the chosen case at the right; J and K move, A acts, R sends back. */
export default function InboxPage() {
	const t = useText(text);
	const errorText = useErrorText();
	const navigate = useNavigate();
	const [params, setParams] = useSearchParams();
	const box = boxes.find((b) => b === params.get("box")) ?? "todo";
	const [q, setQ] = useState("");
	useTabTitle(t("title"));
	const found = useInfiniteQuery({
		queryKey: [...tasks(box, { q }).queryKey, "pages"],
		queryFn: ({ pageParam, signal }) =>
			call<TaskPage>(`/api/flow/tasks${queryString({ box, q: q.trim(), cursor: pageParam })}`, { signal }),
		initialPageParam: "",
		getNextPageParam: (last) => last.next || undefined,
		placeholderData: keepPreviousData,
	});
	const cards = found.data?.pages.flatMap((p) => p.items ?? []) ?? [];
	const asked = params.get("task") ?? "";
	const at = cards.findIndex((c) => c.task_id === asked);
	const current = at >= 0 ? cards[at] : wide() ? cards[0] : undefined;

	const choose = (card: TaskCard | undefined) => {
		if (!card) return;
		if (wide()) setParams({ box, task: card.task_id }, { replace: true });
		else navigate(`/case/${card.case_id}`);
	};
	const latest = useRef({ cards, current, choose });
	useEffect(() => {
		latest.current = { cards, current, choose };
	});
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			const target = event.target as HTMLElement;
			if (
				event.ctrlKey ||
				event.metaKey ||
				event.altKey ||
				target.closest("input, textarea, select, dialog, [contenteditable]")
			)
				return;
			const { cards: list, current: now, choose: go } = latest.current;
			const index = now ? list.indexOf(now) : -1;
			const key = event.key.toLowerCase();
			if (key === "j") go(list[Math.min(index + 1, list.length - 1)]);
			else if (key === "k") go(list[Math.max(index - 1, 0)]);
			else if (key === "a") document.querySelector<HTMLElement>("[data-key=act]")?.click();
			else if (key === "r") document.querySelector<HTMLElement>("[data-key=return]")?.click();
			else return;
			event.preventDefault();
		};
		window.addEventListener("keydown", onKey);
		return () => window.removeEventListener("keydown", onKey);
	}, []);
	const onward = () => {
		const index = current ? cards.indexOf(current) : -1;
		choose(cards[index + 1] ?? cards[index - 1]);
	};
	return (
		<div className="inbox">
			<section className="inbox-list" aria-label={t("title")}>
				<h1 className="hidden-text">{t("title")}</h1>
				<div className="inbox-boxes" role="tablist" aria-label={t("boxes")}>
					{boxes.map((b) => (
						<button
							key={b}
							type="button"
							role="tab"
							className="pill"
							aria-selected={b === box}
							onClick={() => setParams(b === "todo" ? {} : { box: b }, { replace: true })}
						>
							{t(b)}
							{b === "todo" && box === "todo" && found.data?.pages[0]?.count ? ` ${found.data.pages[0].count}` : ""}
						</button>
					))}
				</div>
				<label className="inbox-search">
					<Icon name="search" />
					<input
						type="search"
						aria-label={t("search")}
						placeholder={t("search")}
						value={q}
						onChange={(e) => setQ(e.target.value)}
					/>
				</label>
				<div className="inbox-cards">
					{cards.map((card) => (
						<Card
							key={card.task_id || card.case_id}
							card={card}
							current={card === current}
							onChoose={() => choose(card)}
						/>
					))}
					{found.isError && <p className="blank field-error">{errorText(found.error)}</p>}
					{found.isSuccess && cards.length === 0 && (
						<div className="blank">
							<Icon name="check" size={28} />
							<p>{t(box === "todo" && !q ? "emptyTodo" : "empty")}</p>
						</div>
					)}
					{found.hasNextPage && (
						<button
							type="button"
							className="button"
							disabled={found.isFetchingNextPage}
							onClick={() => found.fetchNextPage()}
						>
							{t("more")}
						</button>
					)}
				</div>
				<p className="inbox-keys only-wide">{t("keys")}</p>
			</section>
			<section className="inbox-case only-wide" aria-label={current?.title ?? t("pick")}>
				{current ? (
					<CaseView
						key={`${current.case_id}.${current.task_id}`}
						id={current.case_id}
						task={current.task_id}
						onDone={onward}
					/>
				) : (
					<p className="blank">{found.isSuccess ? t("pick") : ""}</p>
				)}
			</section>
		</div>
	);
}

const wide = () => window.innerWidth > 820;
