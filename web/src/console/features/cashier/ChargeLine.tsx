import { useState } from "react";
import type { Charge } from "@/api/types.ts";
import { decimal, money, parseDecimal } from "@/kit/format.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { Tag } from "@/kit/Tag.tsx";
import { text } from "./text.ts";

/** One charge: ticked when it is paid now, with the amount that is taken of it and why it is what it is. */
export function ChargeLine({
	charge,
	fen,
	bad,
	onToggle,
	onAmount,
}: {
	charge: Charge;
	fen: number | undefined;
	bad: boolean;
	onToggle: () => void;
	onAmount: (fen: number) => void;
}) {
	const t = useText(text);
	const language = useLanguage();
	const [typed, setTyped] = useState<string>();
	const item = pick(language, charge.item_zh, charge.item_en);
	const why = charge.explanation ? pick(language, charge.explanation.zh, charge.explanation.en) : "";
	return (
		<tr data-ticked={fen !== undefined || undefined}>
			<td className="tick">
				<input
					type="checkbox"
					aria-label={t("tick", { item: `${item} ${charge.period}` })}
					checked={fen !== undefined}
					onChange={onToggle}
				/>
			</td>
			<td title={why || undefined}>
				{item}
				{why && (
					<>
						<br />
						<small className="soft">{why}</small>
					</>
				)}
			</td>
			<td>{charge.period || "–"}</td>
			<td>
				{charge.due_on} {charge.overdue && <Tag tone="danger">{t("overdue")}</Tag>}
			</td>
			<td data-figure>{money(charge.owed)}</td>
			<td data-figure>
				{fen !== undefined && (
					<input
						className="input cashier-part"
						inputMode="decimal"
						aria-label={`${t("take")} ${item}`}
						aria-invalid={bad}
						value={typed ?? (Number.isNaN(fen) ? "" : decimal(fen, 2, false))}
						onChange={(e) => {
							setTyped(e.target.value);
							onAmount(parseDecimal(e.target.value, 2) ?? Number.NaN);
						}}
						onBlur={() => setTyped(undefined)}
					/>
				)}
			</td>
		</tr>
	);
}
