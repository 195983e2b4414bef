import { useText } from "../i18n.ts";
import { Icon } from "../icons.tsx";
import { Menu } from "../Menu.tsx";
import type { Field } from "../schema.ts";
import type { useColumns } from "./columns.ts";
import type { ListQuery } from "./query.ts";
import { text } from "./text.ts";

export function ColumnsMenu({
	fields,
	columns,
	query,
	onChange,
}: {
	fields: readonly Field[];
	columns: ReturnType<typeof useColumns>;
	query: ListQuery;
	onChange: (query: ListQuery) => void;
}) {
	const t = useText(text);
	return (
		<Menu label={t("columns")} button={<Icon name="columns" />}>
			{() => (
				<div className="columns-menu">
					<strong className="wide">{t("columns")}</strong>
					{fields.map((field) => (
						<label key={field.name}>
							<input
								type="checkbox"
								checked={columns.isShown(field)}
								disabled={field.primary}
								onChange={() => columns.toggle(field)}
							/>
							{field.title}
						</label>
					))}
					<label className="wide">
						<input
							type="checkbox"
							checked={query.archived}
							onChange={() => onChange({ ...query, archived: !query.archived, page: 1 })}
						/>
						{t("withArchived")}
					</label>
					<button type="button" className="link wide" onClick={columns.reset}>
						{t("resetColumns")}
					</button>
				</div>
			)}
		</Menu>
	);
}
