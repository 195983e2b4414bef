import { useQuery } from "@tanstack/react-query";
import { useText } from "@/kit/i18n.ts";
import { Pending, Screen } from "@/mobile/Screen.tsx";
import { CaseRow } from "./HomePage.tsx";
import { home } from "./queries.ts";
import { text } from "./text.ts";

/** Every request of the household, open ones first, as the first page words them. */
export function CasesPage() {
	const t = useText(text);
	const query = useQuery(home);
	const items = query.data?.cases ?? [];
	return (
		<Screen title={t("myCases")} back="/">
			<Pending query={query} />
			{query.data && (
				<div className="card rows">
					{items.length === 0 && <p className="hint">{t("noCases")}</p>}
					{items.map((item) => (
						<CaseRow key={item.id} item={item} />
					))}
				</div>
			)}
		</Screen>
	);
}
