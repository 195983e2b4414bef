import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useDeferredValue, useState } from "react";
import { deskHouseholds } from "@/api/queries.ts";
import type { Household } from "@/api/types.ts";
import { useErrorText } from "@/kit/errors.ts";
import { useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { text } from "./text.ts";

export function FindHousehold({
	onChoose,
	onTyped,
}: {
	onChoose: (found: Household) => void;
	onTyped: (text: string) => void;
}) {
	const t = useText(text);
	const errorText = useErrorText();
	const [typed, setTyped] = useState("");
	const [at, setAt] = useState(0);
	const q = useDeferredValue(typed.trim());
	const found = useQuery({ ...deskHouseholds(q), placeholderData: keepPreviousData });
	const hits = q ? (found.data ?? []) : [];
	const onKey = (event: KeyboardEvent) => {
		if (event.nativeEvent.isComposing) return;
		const hit = hits[at] ?? hits[0];
		if (event.key === "ArrowDown") setAt(Math.min(at + 1, hits.length - 1));
		else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
		else if (event.key === "Enter" && !event.ctrlKey && hit) onChoose(hit);
		else return;
		event.preventDefault();
	};
	return (
		<div className="cashier-find">
			<label className="search-large">
				<Icon name="phone" size={20} />
				<input
					autoFocus
					role="combobox"
					aria-expanded={hits.length > 0}
					aria-controls="desk-hits"
					aria-activedescendant={hits[at] ? `desk-hit-${at}` : undefined}
					aria-label={t("find")}
					placeholder={t("find")}
					value={typed}
					onChange={(event) => {
						setTyped(event.target.value);
						onTyped(event.target.value);
						setAt(0);
					}}
					onKeyDown={onKey}
				/>
			</label>
			<p className="soft desk-help">{t("findHelp")}</p>
			{q !== "" && (
				<div className="card hits" id="desk-hits" role="listbox" aria-label={t("household")}>
					{found.isError && <p className="blank field-error">{errorText(found.error)}</p>}
					{found.isSuccess && hits.length === 0 && <p className="blank">{t("none")}</p>}
					{hits.map((hit, i) => (
						<div
							key={hit.room_id}
							id={`desk-hit-${i}`}
							role="option"
							tabIndex={-1}
							className="hit"
							aria-selected={i === at}
							onClick={() => onChoose(hit)}
							onKeyDown={onKey}
							onPointerMove={() => setAt(i)}
						>
							<strong>{hit.room}</strong>
							<span>{hit.owner}</span>
							<span className="soft">{[hit.phone, ...(hit.plates ?? [])].filter(Boolean).join(" · ")}</span>
						</div>
					))}
				</div>
			)}
		</div>
	);
}
