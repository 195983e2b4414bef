import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useMemo, useState } from "react";
import { deskHouseholds } from "@/api/queries.ts";
import type { Household } from "@/api/types.ts";
import { useText } from "@/kit/i18n.ts";
import { useNavigate } from "@/kit/router.tsx";
import { toast } from "@/kit/toast.tsx";
import { StartForm } from "@/mobile/case/StartForm.tsx";
import { useMe } from "@/mobile/me.ts";
import { Screen } from "@/mobile/Screen.tsx";
import { text } from "./text.ts";

/** What staff see on their way: a place, a description, photos; for a household when one is chosen. */
export function ReportPage() {
	const t = useText(text);
	const me = useMe();
	const navigate = useNavigate();
	const id = useId();
	const [project, setProject] = useState(me.projects[0]?.id ?? "");
	const [typed, setTyped] = useState("");
	const [chosen, setChosen] = useState<Household>();
	const mayFind = me.permissions.includes("svc.order.write");
	const found = useQuery({ ...deskHouseholds(useDeferredValue(typed)), enabled: mayFind && typed.trim().length > 1 });
	const known = useMemo(
		() => ({
			channel: "staff",
			relation: "staff",
			requester_name: me.name,
			requester_id: "",
			room_id: chosen?.room_id ?? "",
			...(chosen ? { place: "" } : {}),
		}),
		[chosen, me.name],
	);
	return (
		<Screen title={t("report")}>
			{me.projects.length > 1 && (
				<label className="field">
					<span className="field-title">{t("project")}</span>
					<select className="input" value={project} onChange={(e) => setProject(e.target.value)}>
						{me.projects.map((p) => (
							<option key={p.id} value={p.id}>
								{p.name}
							</option>
						))}
					</select>
				</label>
			)}
			{mayFind && (
				<div className="field">
					<label className="field-title" htmlFor={id}>
						{t("find")}
					</label>
					<input
						id={id}
						className="input"
						value={chosen ? `${chosen.room} ${chosen.owner}` : typed}
						onChange={(e) => {
							setChosen(undefined);
							setTyped(e.target.value);
						}}
					/>
					{!chosen && found.data && found.data.length > 0 && (
						<div className="card rows">
							{found.data.map((h) => (
								<button key={h.room_id} type="button" className="row link" onClick={() => setChosen(h)}>
									<span>{h.room}</span>
									<span className="muted">{h.owner}</span>
								</button>
							))}
						</div>
					)}
				</div>
			)}
			<StartForm
				flow="order-intake"
				known={known}
				project={chosen?.project_id ?? project}
				subject={chosen ? `rooms:${chosen.room_id}` : undefined}
				submit={t("submit")}
				onDone={(started) => {
					toast("ok", t("submitted", { no: started.no }));
					navigate(`/cases/${started.id}`, { replace: true });
				}}
			/>
		</Screen>
	);
}
