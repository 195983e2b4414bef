import { useText } from "@/kit/i18n.ts";
import { setPrefs, type Theme, usePrefs } from "@/kit/prefs.ts";
import { useSignOut } from "./me.ts";
import { text } from "./text.ts";

/** Language, appearance, type size and the way out; the same in both apps. */
export function Settings() {
	const t = useText(text);
	const prefs = usePrefs();
	const signOut = useSignOut();
	const themes: [Theme, string][] = [
		["auto", t("themeAuto")],
		["light", t("themeLight")],
		["dark", t("themeDark")],
	];
	return (
		<>
			<div className="card rows">
				<Row
					title={t("language")}
					options={[
						["zh", "中文"],
						["en", "English"],
					]}
					value={prefs.language}
					onChange={(language) => setPrefs({ language: language === "en" ? "en" : "zh" })}
				/>
				<Row
					title={t("theme")}
					options={themes}
					value={prefs.theme}
					onChange={(theme) => setPrefs({ theme: theme as Theme })}
				/>
				<Row
					title={t("large")}
					options={[
						["off", t("off")],
						["on", t("on")],
					]}
					value={prefs.large ? "on" : "off"}
					onChange={(large) => setPrefs({ large: large === "on" })}
				/>
			</div>
			<button type="button" className="button wide" data-kind="danger" onClick={() => signOut.mutate()}>
				{t("signOut")}
			</button>
		</>
	);
}

function Row({
	title,
	options,
	value,
	onChange,
}: {
	title: string;
	options: readonly (readonly [string, string])[];
	value: string;
	onChange: (value: string) => void;
}) {
	return (
		<fieldset className="row">
			<legend>{title}</legend>
			<div className="choices">
				{options.map(([key, label]) => (
					<label key={key} className="choice">
						<input type="radio" name={title} checked={value === key} onChange={() => onChange(key)} />
						<span>{label}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}
