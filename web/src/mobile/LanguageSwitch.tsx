import { useLanguage } from "@/kit/i18n.ts";
import { setPrefs } from "@/kit/prefs.ts";

/** The other language, in its own words. */
export function LanguageSwitch() {
	const zh = useLanguage() === "zh";
	return (
		<button
			type="button"
			className="button"
			data-kind="plain"
			lang={zh ? "en" : "zh"}
			onClick={() => setPrefs({ language: zh ? "en" : "zh" })}
		>
			{zh ? "English" : "中文"}
		</button>
	);
}
