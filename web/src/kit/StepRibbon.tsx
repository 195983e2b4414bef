import { useText } from "./i18n.ts";
import { common } from "./text.ts";

/** n short bars: "step 3 of 6", the same on desk, phone and owner card. */
export function StepRibbon({ now, total }: { now: number; total: number }) {
	const t = useText(common);
	if (total < 2) return null;
	return (
		<div className="ribbon" role="img" aria-label={t("step", { now, total })}>
			{Array.from({ length: total }, (_, i) => (
				<span key={i} data-done={i < now || undefined} />
			))}
		</div>
	);
}
