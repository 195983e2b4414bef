import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { useMe } from "@/mobile/me.ts";
import { Screen, Section } from "@/mobile/Screen.tsx";
import { Settings } from "@/mobile/Settings.tsx";
import { text } from "./text.ts";

export function MePage() {
	const t = useText(text);
	const language = useLanguage();
	const me = useMe();
	return (
		<Screen title={me.name} sub={me.account}>
			<Section title={t("positions")}>
				<ul className="card rows">
					{me.positions.map((p) => (
						<li className="row" key={`${p.code}-${p.unit}`}>
							<span>{pick(language, p.zh, p.en)}</span>
							<span className="muted">{p.unit}</span>
						</li>
					))}
				</ul>
			</Section>
			<Settings />
		</Screen>
	);
}
