import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { call, commandId } from "@/api/call.ts";
import type { PayMethod, Receipt, RoomAccount } from "@/api/types.ts";
import { useErrorText } from "@/kit/errors.ts";
import { decimal, money, parseDecimal } from "@/kit/format.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { Tag } from "@/kit/Tag.tsx";
import { useDirty } from "../../shell/work.ts";
import { lines, type Taking, takeAll, toggle, total, wrong } from "./amounts.ts";
import { ChargeLine } from "./ChargeLine.tsx";
import { text } from "./text.ts";

const methods: readonly PayMethod[] = ["cash", "wechat", "alipay", "card", "transfer"];

/** What the household owes, what is taken now, how it is paid. The amount stays readable while the server works. */
export function Collect({
	room,
	account,
	onTaken,
}: {
	room: string;
	account: RoomAccount;
	onTaken: (receipt: Receipt) => void;
}) {
	const t = useText(text);
	const language = useLanguage();
	const errorText = useErrorText();
	const client = useQueryClient();
	const open = (account.charges ?? []).filter((c) => c.owed > 0);
	const [taking, setTaking] = useState<Taking>(() => takeAll(open));
	const [method, setMethod] = useState<PayMethod>("cash");
	const [tendered, setTendered] = useState("");
	const [payer, setPayer] = useState("");
	const command = useRef(commandId());
	const tenderBox = useRef<HTMLInputElement>(null);
	const sum = total(taking);
	const given = tendered.trim() ? parseDecimal(tendered, 2) : sum;
	const bad = wrong(taking, open);
	useDirty(tendered !== "" || payer !== "");
	const complaint =
		sum <= 0
			? t("nothing")
			: bad
				? t("tooMuch", { item: pick(language, bad.item_zh, bad.item_en), max: money(bad.owed) })
				: method === "cash" && (given === undefined || given < sum)
					? t("short")
					: "";
	const collect = useMutation({
		mutationFn: () =>
			call<Receipt>("/api/cashier/receipts", {
				body: {
					command: command.current,
					room_id: room,
					lines: lines(taking, open),
					method,
					...(method === "cash" ? { tendered: given } : {}),
					...(payer.trim() ? { payer: payer.trim() } : {}),
				},
				key: command.current,
			}),
		onSuccess: (receipt) => {
			void client.invalidateQueries({ queryKey: ["cashier"] });
			void client.invalidateQueries({ queryKey: ["register"] });
			onTaken(receipt);
		},
	});
	/** A changed payment is another command; the same one sent twice is one receipt. */
	const changed = () => {
		if (!collect.isPending) command.current = commandId();
	};
	const go = () => {
		if (!complaint && !collect.isPending) collect.mutate();
	};
	const latest = useRef(go);
	useEffect(() => {
		latest.current = go;
	});
	useEffect(() => {
		document.querySelector<HTMLElement>(".cashier tbody input")?.focus();
		const onKey = (event: KeyboardEvent) => {
			if (event.key === "F9") latest.current();
			else if (event.key === "F4" && !event.altKey) {
				tenderBox.current?.focus();
				tenderBox.current?.select();
			} else return;
			event.preventDefault();
		};
		window.addEventListener("keydown", onKey);
		return () => window.removeEventListener("keydown", onKey);
	}, []);
	return (
		<div className="cashier-desk">
			<section className="card cashier-items" aria-label={account.room}>
				<header>
					<h2>{account.room}</h2>
					<span>{account.owner}</span>
					<span className="soft">{account.phone}</span>
					{account.prepaid > 0 && <Tag tone="ok">{`${t("prepaid")} ${money(account.prepaid)}`}</Tag>}
					<span className="push">
						{account.owed > 0 ? (
							<strong className="owing">{`${t("owed")} ${money(account.owed)}`}</strong>
						) : (
							<Tag tone="ok">{t("clear")}</Tag>
						)}
					</span>
				</header>
				<div className="grid-box" data-ticks>
					<table className="grid">
						<thead>
							<tr>
								<th className="tick" scope="col">
									<input
										type="checkbox"
										aria-label={t("tickAll")}
										checked={open.length > 0 && open.every((c) => taking[c.id] !== undefined)}
										onChange={(e) => {
											changed();
											setTaking(e.target.checked ? takeAll(open) : {});
										}}
									/>
								</th>
								<th scope="col">{t("item")}</th>
								<th scope="col">{t("period")}</th>
								<th scope="col">{t("due")}</th>
								<th scope="col" data-figure>
									{t("rest")}
								</th>
								<th scope="col" data-figure>
									{t("take")}
								</th>
							</tr>
						</thead>
						<tbody>
							{open.map((charge) => (
								<ChargeLine
									key={charge.id}
									charge={charge}
									fen={taking[charge.id]}
									bad={bad === charge}
									onToggle={() => {
										changed();
										setTaking(toggle(taking, charge));
									}}
									onAmount={(fen) => {
										changed();
										setTaking({ ...taking, [charge.id]: fen });
									}}
								/>
							))}
						</tbody>
					</table>
					{open.length === 0 && <p className="blank">{t("clear")}</p>}
				</div>
				<a className="cashier-notice" href={`/api/cashier/rooms/${room}/notice`} target="_blank" rel="noreferrer">
					{t("notice")}
				</a>
			</section>
			<form
				className="card cashier-pay"
				onSubmit={(event) => {
					event.preventDefault();
					go();
				}}
			>
				<p>
					<span className="soft">{t("total")}</span>
					<output className="cashier-total">{money(sum)}</output>
				</p>
				<fieldset className="choices" aria-label={t("method")}>
					{methods.map((m) => (
						<label key={m} className="choice">
							<input
								type="radio"
								name="method"
								checked={m === method}
								onChange={() => {
									changed();
									setMethod(m);
								}}
							/>
							<span>{t(m)}</span>
						</label>
					))}
				</fieldset>
				{method === "cash" && (
					<div className="cashier-cash">
						<label className="field">
							<span className="field-title">{t("tendered")} F4</span>
							<input
								ref={tenderBox}
								className="input cashier-figure"
								inputMode="decimal"
								placeholder={decimal(sum, 2)}
								value={tendered}
								onChange={(e) => {
									changed();
									setTendered(e.target.value);
								}}
							/>
						</label>
						<p className="field">
							<span className="field-title">{t("change")}</span>
							<output className="cashier-change">
								{given !== undefined && given >= sum ? money(given - sum) : "–"}
							</output>
						</p>
					</div>
				)}
				<label className="field">
					<span className="field-title">{t("payer")}</span>
					<input
						className="input"
						maxLength={60}
						placeholder={account.owner}
						value={payer}
						onChange={(e) => {
							changed();
							setPayer(e.target.value);
						}}
					/>
				</label>
				<p className="field-error" role="alert">
					{collect.isError ? errorText(collect.error) : tendered || bad ? complaint : ""}
				</p>
				<button
					type="submit"
					className="button cashier-go"
					data-kind="primary"
					disabled={complaint !== "" || collect.isPending}
				>
					{t(collect.isPending ? "collecting" : "collect")}
				</button>
			</form>
		</div>
	);
}
