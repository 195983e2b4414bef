import { Link } from "react-router";
import { useText } from "../i18n.ts";
import { Icon } from "../icons.tsx";
import { isFiltered, type ListQuery } from "./query.ts";
import { text } from "./text.ts";

/** An empty list says what to do next. */
export function Empty({
	query,
	can,
	importPath,
	onClear,
}: {
	query: ListQuery;
	can: ReadonlySet<string>;
	importPath: string | undefined;
	onClear: () => void;
}) {
	const t = useText(text);
	if (isFiltered(query)) {
		return (
			<div className="blank">
				<Icon name="search" size={28} />
				<p>{t("noMatch")}</p>
				<button type="button" className="button" onClick={onClear}>
					{t("clear")}
				</button>
			</div>
		);
	}
	return (
		<div className="blank">
			<Icon name="file" size={28} />
			<p>{t("empty")}</p>
			<span className="row-gap">
				{can.has("create") && (
					<Link className="button" data-kind="primary" to={{ search: "open=new" }}>
						{t("create")}
					</Link>
				)}
				{can.has("import") && importPath && (
					<Link className="button" to={importPath}>
						{t("import")}
					</Link>
				)}
			</span>
		</div>
	);
}
