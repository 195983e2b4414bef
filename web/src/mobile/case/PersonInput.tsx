import { useQuery } from "@tanstack/react-query";
import { createContext, use } from "react";
import { people } from "@/api/queries.ts";
import type { ControlProps } from "@/kit/form/controls.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { text } from "./text.ts";

/** The project whose people a form may name. */
export const ProjectContext = createContext("");

/** A colleague of the wanted position, those with the fewest open tasks first. */
export function PersonInput({ id, field, value, onChange, invalid, describedBy }: ControlProps) {
	const t = useText(text);
	const language = useLanguage();
	const project = use(ProjectContext);
	const found = useQuery(people("", { position: field.position, project }));
	const sorted = [...(found.data ?? [])].sort((a, b) => a.open_tasks - b.open_tasks);
	return (
		<select
			id={id}
			className="input"
			value={typeof value === "string" ? value : ""}
			aria-invalid={invalid}
			aria-describedby={describedBy}
			onChange={(event) => onChange(event.target.value)}
		>
			<option value="">{t("choose")}</option>
			{sorted.map((person) => (
				<option key={person.id} value={person.id}>
					{t("candidate", {
						name: person.name,
						position: pick(language, person.position_zh, person.position_en),
						n: person.open_tasks,
					})}
				</option>
			))}
		</select>
	);
}
