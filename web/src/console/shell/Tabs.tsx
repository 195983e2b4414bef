import { Link } from "react-router";
import { useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import type { WorkTab } from "./tabStore.ts";
import { text } from "./text.ts";

export function Tabs({
	tabs,
	active,
	titles,
	onClose,
}: {
	tabs: readonly WorkTab[];
	active: string;
	titles: ReadonlyMap<string, string>;
	onClose: (key: string) => void;
}) {
	const t = useText(text);
	return (
		<nav className="tabs" aria-label={t("tabs")}>
			{tabs.map((tab) => {
				const title = tab.title || titles.get(tab.key) || "…";
				return (
					<span
						key={tab.key}
						className="tab"
						data-active={tab.key === active || undefined}
						data-dirty={tab.dirty || undefined}
					>
						<Link
							to={tab.place}
							aria-current={tab.key === active ? "page" : undefined}
							onAuxClick={(event) => {
								if (event.button === 1) onClose(tab.key);
							}}
						>
							{title}
						</Link>
						{tabs.length > 1 && (
							<button
								type="button"
								className="tab-close"
								aria-label={t("closeTab", { title })}
								onClick={() => onClose(tab.key)}
							>
								<Icon name="close" size={12} />
							</button>
						)}
					</span>
				);
			})}
		</nav>
	);
}
