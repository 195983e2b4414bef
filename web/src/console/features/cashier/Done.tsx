import { useEffect, useRef } from "react";
import type { Receipt } from "@/api/types.ts";
import { money } from "@/kit/format.ts";
import { useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { Seal } from "@/kit/Tag.tsx";
import { text } from "./text.ts";

/** The receipt: print it with P, go on with Enter. */
export function Done({ receipt, onNext }: { receipt: Receipt; onNext: () => void }) {
	const t = useText(text);
	const print = () => window.open(`/api/receipts/${receipt.id}/print`, "_blank", "noopener");
	const latest = useRef({ print, onNext });
	useEffect(() => {
		latest.current = { print, onNext };
	});
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			if (event.key === "Enter") latest.current.onNext();
			else if (event.key.toLowerCase() === "p" && !event.ctrlKey && !event.metaKey) latest.current.print();
			else return;
			event.preventDefault();
		};
		window.addEventListener("keydown", onKey);
		return () => window.removeEventListener("keydown", onKey);
	}, []);
	return (
		<section className="card cashier-done" role="status">
			<p className="row-gap">
				<Icon name="check" size={28} />
				<strong className="cashier-total">{t("done", { amount: money(receipt.amount) })}</strong>
				<Seal>{t(receipt.method)}</Seal>
			</p>
			<p>{receipt.amount_capitals}</p>
			<dl className="row-gap cashier-facts">
				<div>
					<dt className="soft">{t("tendered")}</dt>
					<dd>{money(receipt.tendered || receipt.amount)}</dd>
				</div>
				<div>
					<dt className="soft">{t("change")}</dt>
					<dd className="cashier-change">{money(receipt.change ?? 0)}</dd>
				</div>
				<div>
					<dt className="soft">{t("receiptNo", { no: "" })}</dt>
					<dd>{receipt.no}</dd>
				</div>
			</dl>
			<p className="row-gap">
				<button type="button" className="button" data-kind="primary" onClick={onNext}>
					{t("next")}
				</button>
				<button type="button" className="button" onClick={print}>
					<Icon name="print" /> {t("print")}
				</button>
			</p>
		</section>
	);
}
