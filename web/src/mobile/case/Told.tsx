import { useText } from "@/kit/i18n.ts";
import { plainValue } from "@/kit/register/cells.tsx";
import { type Field, isShown } from "@/kit/schema.ts";
import { common } from "@/kit/text.ts";

/** What a step tells the person who does it: the fields of its form that he reads and does not fill. */
export function Told({ fields, values }: { fields: readonly Field[]; values: Readonly<Record<string, unknown>> }) {
	const t = useText(common);
	const words = { yes: t("yes"), no: t("no") };
	const told = fields
		.filter((field) => field.readOnly && !field.hidden && isShown(field, values))
		.map((field) => ({ field, value: plainValue(field, values, words) }))
		.filter((one) => one.value !== "" && one.value !== "0");
	if (told.length === 0) return null;
	return (
		<dl className="facts told">
			{told.map(({ field, value }) => (
				<div className="fact-row" key={field.name}>
					<dt>{field.title}</dt>
					<dd>{field.phone ? <a href={`tel:${value}`}>{value}</a> : value}</dd>
				</div>
			))}
		</dl>
	);
}
