import { useText } from "@/kit/i18n.ts";
import { useMe } from "@/mobile/me.ts";
import { Screen, Section } from "@/mobile/Screen.tsx";
import { Settings } from "@/mobile/Settings.tsx";
import { text } from "./text.ts";

export function MePage() {
	const t = useText(text);
	const me = useMe();
	return (
		<Screen title={me.name} sub={me.account}>
			<Section title={t("rooms")}>
				<ul className="card rows">
					{(me.rooms ?? []).map((room) => (
						<li className="row" key={room.id}>
							{room.label}
						</li>
					))}
				</ul>
			</Section>
			<Settings />
		</Screen>
	);
}
