import { useQuery } from "@tanstack/react-query";
import { instant, money } from "@/kit/format.ts";
import { useText } from "@/kit/i18n.ts";
import { Pending, Screen } from "@/mobile/Screen.tsx";
import { receipts } from "./queries.ts";
import { text } from "./text.ts";

export function ReceiptsPage() {
	const t = useText(text);
	const query = useQuery(receipts);
	return (
		<Screen title={t("receipts")} back="/">
			<Pending query={query} />
			{query.data?.length === 0 && <p className="hint">{t("noReceipts")}</p>}
			{query.data?.map((receipt) => (
				<article className="card" key={receipt.id}>
					<div className="row">
						<span>
							{receipt.no}
							<br />
							<span className="muted small">
								{instant(receipt.at)} · {t(receipt.method)}
							</span>
						</span>
						<strong className="figure">{money(receipt.amount)}</strong>
					</div>
					<div className="row">
						<span className="muted small">
							{t("capitals")} {receipt.amount_capitals}
						</span>
						<a className="button" href={`/api/receipts/${receipt.id}/print`} target="_blank" rel="noreferrer">
							{t("print")}
						</a>
					</div>
				</article>
			))}
		</Screen>
	);
}
