import "@/kit/grid.css";
import "./cashier.css";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useDeferredValue, useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { households, roomAccount } from "@/api/queries.ts";
import type { Household, Receipt } from "@/api/types.ts";
import { useErrorText } from "@/kit/errors.ts";
import { money } from "@/kit/format.ts";
import { useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { useTabTitle } from "../../shell/work.ts";
import { Collect } from "./Collect.tsx";
import { Done } from "./Done.tsx";
import { text } from "./text.ts";

/** Find the household, tick what is paid, take the money, print, next: without a mouse. */
export default function CashierPage() {
	const t = useText(text);
	const errorText = useErrorText();
	useTabTitle(t("title"));
	const [params, setParams] = useSearchParams();
	const room = params.get("room") ?? "";
	const [typed, setTyped] = useState("");
	const [at, setAt] = useState(0);
	const [receipt, setReceipt] = useState<Receipt>();
	const [taken, setTaken] = useState({ n: 0, sum: 0 });
	const box = useRef<HTMLInputElement>(null);
	const q = useDeferredValue(typed.trim());
	const found = useQuery({ ...households(q), placeholderData: keepPreviousData });
	const account = useQuery(roomAccount(room));
	const hits = q ? (found.data ?? []) : [];

	const next = () => {
		setReceipt(undefined);
		setTyped("");
		setParams({}, { replace: true });
		requestAnimationFrame(() => box.current?.focus());
	};
	const open = (hit: Household | undefined) => {
		if (!hit) return;
		setTyped("");
		setReceipt(undefined);
		setParams({ room: hit.room_id }, { replace: true });
	};
	useEffect(() => {
		const onKey = (event: globalThis.KeyboardEvent) => {
			if (event.key !== "F2") return;
			event.preventDefault();
			box.current?.focus();
			box.current?.select();
		};
		window.addEventListener("keydown", onKey);
		return () => window.removeEventListener("keydown", onKey);
	}, []);
	const onKey = (event: KeyboardEvent) => {
		if (event.nativeEvent.isComposing) return;
		if (event.key === "ArrowDown") setAt(Math.min(at + 1, hits.length - 1));
		else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
		else if (event.key === "Enter") open(hits[at] ?? hits[0]);
		else return;
		event.preventDefault();
	};
	return (
		<div className="page cashier">
			<div className="page-head">
				<h1>{t("title")}</h1>
				<span className="soft">{t("session", { n: taken.n, amount: money(taken.sum) })}</span>
				<span className="soft push only-wide">{t("keys")}</span>
			</div>
			<div className="cashier-find">
				<label className="search-large">
					<Icon name="search" size={20} />
					<input
						ref={box}
						autoFocus
						role="combobox"
						aria-expanded={hits.length > 0}
						aria-controls="cashier-hits"
						aria-activedescendant={hits[at] ? `hit-${at}` : undefined}
						aria-label={t("find")}
						placeholder={t("find")}
						value={typed}
						onChange={(event) => {
							setTyped(event.target.value);
							setAt(0);
						}}
						onKeyDown={onKey}
					/>
				</label>
				{q !== "" && (
					<div className="card hits" id="cashier-hits" role="listbox" aria-label={t("find")}>
						{found.isError && <p className="blank field-error">{errorText(found.error)}</p>}
						{found.isSuccess && hits.length === 0 && <p className="blank">{t("none")}</p>}
						{hits.map((hit, i) => (
							<div
								key={hit.room_id}
								id={`hit-${i}`}
								role="option"
								tabIndex={-1}
								className="hit"
								aria-selected={i === at}
								onClick={() => open(hit)}
								onKeyDown={onKey}
								onPointerMove={() => setAt(i)}
							>
								<strong>{hit.room}</strong>
								<span>{hit.owner}</span>
								<span className="soft">{[hit.phone, ...(hit.plates ?? [])].filter(Boolean).join(" · ")}</span>
								<span className={hit.owed ? "owing" : "soft"}>{hit.owed ? money(hit.owed) : t("clear")}</span>
							</div>
						))}
					</div>
				)}
			</div>
			{receipt ? (
				<Done receipt={receipt} onNext={next} />
			) : account.data && room ? (
				<Collect
					key={room}
					room={room}
					account={account.data}
					onTaken={(made) => {
						setReceipt(made);
						setTaken({ n: taken.n + 1, sum: taken.sum + made.amount });
					}}
				/>
			) : account.isError && room ? (
				<p className="blank field-error" role="alert">
					{errorText(account.error)}
				</p>
			) : (
				!room && (
					<div className="blank card">
						<Icon name="cash" size={32} />
						<p>{t("start")}</p>
						<p className="soft only-wide">{t("findKeys")}</p>
					</div>
				)
			)}
		</div>
	);
}
