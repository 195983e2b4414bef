import { useLanguage, useText } from "../i18n.ts";
import { Icon } from "../icons.tsx";
import { Menu } from "../Menu.tsx";
import { usePrefs } from "../prefs.ts";
import { type ListQuery, matchSearch } from "./query.ts";
import { text } from "./text.ts";

/** Links that download what the list shows: its filters, its columns, all pages. With ids, only those rows. */
export function ExportMenu({
	name,
	query,
	columns,
	ids,
	small,
}: {
	name: string;
	query: ListQuery;
	columns: readonly string[];
	ids?: readonly string[];
	small?: boolean;
}) {
	const t = useText(text);
	const language = useLanguage();
	const { project } = usePrefs();
	const address = (format: string) => {
		const params = ids ? new URLSearchParams({ id: ids.join(",") }) : matchSearch(query, project);
		params.set("format", format);
		params.set("columns", columns.join(","));
		params.set("lang", language === "zh" ? "zh" : "en");
		return `/api/${name}/export?${params}`;
	};
	return (
		<Menu
			label={t("export")}
			className={small ? "button small-button" : "button"}
			button={
				<>
					<Icon name="download" /> {t("export")}
				</>
			}
		>
			{(close) =>
				(["xlsx", "csv"] as const).map((format) => (
					<a key={format} className="menu-item" href={address(format)} download onClick={close}>
						{t(format === "xlsx" ? "exportXlsx" : "exportCsv")}
					</a>
				))
			}
		</Menu>
	);
}
