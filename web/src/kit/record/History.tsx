import { useQuery } from "@tanstack/react-query";
import { history } from "@/api/queries.ts";
import { useErrorText } from "../errors.ts";
import { instant } from "../format.ts";
import { useLanguage, useText } from "../i18n.ts";
import { text } from "./text.ts";

const words: Record<string, keyof typeof text> = {
	create: "create",
	import: "import",
	update: "update",
	archive: "archiveAction",
	restore: "restoreAction",
	reveal: "revealAction",
};

/** Who changed what and when, newest first. */
export default function History({ name, id }: { name: string; id: string }) {
	const language = useLanguage();
	const t = useText(text);
	const errorText = useErrorText();
	const found = useQuery(history(name, id));
	if (found.isError) return <p className="field-error">{errorText(found.error)}</p>;
	if (!found.data) return null;
	if (found.data.length === 0) return <p className="soft">{t("noHistory")}</p>;
	return (
		<ul className="changes">
			{found.data.map((event) => {
				const word = words[event.action];
				return (
					<li key={event.id}>
						<strong>{word ? t(word) : event.action}</strong>{" "}
						<span className="soft">
							{event.actor || t("system")} · {instant(event.at)}
							{event.note ? ` · ${event.note}` : ""}
						</span>
						<dl>
							{event.changes.map((change) => {
								const before = language === "zh" ? change.before : change.before_en;
								const after = language === "zh" ? change.after : change.after_en;
								return (
									<div key={change.field} className="row-gap">
										<dt className="soft">{language === "zh" ? change.zh : change.en}</dt>
										<dd>
											{before && (
												<>
													<del>{before}</del> →{" "}
												</>
											)}
											{after || "–"}
										</dd>
									</div>
								);
							})}
						</dl>
					</li>
				);
			})}
		</ul>
	);
}
