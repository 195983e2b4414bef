import { useQuery } from "@tanstack/react-query";
import { money } from "@/kit/format.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { Link, useParams } from "@/kit/router.tsx";
import { Pending, Screen, Section } from "@/mobile/Screen.tsx";
import { charges } from "./queries.ts";
import { text } from "./text.ts";

export function BillsPage() {
	const t = useText(text);
	const language = useLanguage();
	const query = useQuery(charges);
	const owed = query.data?.reduce((sum, charge) => sum + charge.owed, 0) ?? 0;
	return (
		<Screen title={t("bills")} sub={query.data && owed > 0 ? `${t("left")} ${money(owed)}` : undefined}>
			<Pending query={query} />
			{query.data?.length === 0 && <p className="hint">{t("noCharges")}</p>}
			{query.data && query.data.length > 0 && (
				<div className="card rows">
					{query.data.map((charge) => (
						<Link className="row" key={charge.id} to={`/bills/${charge.id}`}>
							<span>
								{pick(language, charge.item_zh, charge.item_en)}
								<br />
								<span className="muted small">{[charge.period, charge.no].filter(Boolean).join(" · ")}</span>
							</span>
							<span className="figure">
								{money(charge.amount)}
								<br />
								<span className={charge.owed > 0 ? "late small" : "muted small"}>
									{charge.owed > 0 ? `${t("left")} ${money(charge.owed)}` : t("paid")}
								</span>
							</span>
						</Link>
					))}
				</div>
			)}
			{owed > 0 && <p className="muted small">{t("payHint")}</p>}
		</Screen>
	);
}

/** One bill and the whole answer to "why this number". */
export function BillPage() {
	const t = useText(text);
	const language = useLanguage();
	const { id } = useParams();
	const query = useQuery(charges);
	const charge = query.data?.find((c) => c.id === id);
	const explanation = charge?.explanation;
	return (
		<Screen title={charge ? pick(language, charge.item_zh, charge.item_en) : t("bills")} back="/bills">
			<Pending query={query} />
			{charge && (
				<>
					<dl className="card facts">
						<dt>{t("amount")}</dt>
						<dd className="figure strong">{money(charge.amount)}</dd>
						<dt>{t("paid")}</dt>
						<dd className="figure">{money(charge.paid)}</dd>
						<dt>{t("left")}</dt>
						<dd className={charge.owed > 0 ? "figure late" : "figure"}>{money(charge.owed)}</dd>
						{charge.period && (
							<>
								<dt>{t("period")}</dt>
								<dd className="figure">{charge.period}</dd>
							</>
						)}
						{charge.due_on && (
							<>
								<dt>{t("due")}</dt>
								<dd className="figure">{charge.due_on}</dd>
							</>
						)}
					</dl>
					{explanation && (
						<Section title={t("how")}>
							<div className="card">
								<p className="row">{pick(language, explanation.zh, explanation.en)}</p>
								{explanation.steps && explanation.steps.length > 0 && (
									<dl className="facts">
										{explanation.steps.map((step) => (
											<div key={step.zh} className="fact-row">
												<dt>{pick(language, step.zh, step.en)}</dt>
												<dd className="figure">{step.value}</dd>
											</div>
										))}
									</dl>
								)}
							</div>
						</Section>
					)}
					{charge.source_case && (
						<Link className="card row" to={`/cases/${charge.source_case}`}>
							{t("from")} <Icon name="right" />
						</Link>
					)}
				</>
			)}
		</Screen>
	);
}
