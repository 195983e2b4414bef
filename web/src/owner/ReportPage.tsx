import { useMemo, useState } from "react";
import { useText } from "@/kit/i18n.ts";
import { useNavigate, useSearchParams } from "@/kit/router.tsx";
import { toast } from "@/kit/toast.tsx";
import { StartForm } from "@/mobile/case/StartForm.tsx";
import { useMe } from "@/mobile/me.ts";
import { Screen } from "@/mobile/Screen.tsx";
import { text } from "./text.ts";

/** The relation to the room in the words of the request form. */
function relationOf(relation: string | undefined): string {
	if (relation === "tenant") return "tenant";
	return relation === undefined || relation === "owner" || relation === "self" ? "owner" : "family";
}

/** A request in one page: which home, what is wrong, photos. */
export function ReportPage() {
	const t = useText(text);
	const me = useMe();
	const navigate = useNavigate();
	const [search] = useSearchParams();
	const consult = search.get("kind") === "consult";
	const rooms = me.rooms ?? [];
	const [roomId, setRoomId] = useState(rooms[0]?.id ?? "");
	const room = rooms.find((r) => r.id === roomId);
	const known = useMemo(
		() => ({
			kind: consult ? "consult" : "repair",
			...(consult ? { category: "service" } : {}),
			room_id: roomId,
			place: "",
			channel: "app",
			requester_id: me.person_id,
			requester_name: me.name,
			phone: me.account,
			relation: relationOf(room?.relation),
		}),
		[roomId, room?.relation, me, consult],
	);
	return (
		<Screen title={t(consult ? "ask" : "report")} back="/">
			{rooms.length > 1 && (
				<label className="field">
					<span className="field-title">{t("room")}</span>
					<select className="input" value={roomId} onChange={(e) => setRoomId(e.target.value)}>
						{rooms.map((r) => (
							<option key={r.id} value={r.id}>
								{r.label}
							</option>
						))}
					</select>
				</label>
			)}
			{rooms.length === 1 && <p className="muted">{room?.label}</p>}
			<StartForm
				flow="order-intake"
				known={known}
				project={room?.project_id ?? ""}
				subject={room ? `rooms:${room.id}` : undefined}
				submit={t("submit")}
				onDone={(started) => {
					toast("ok", t("submitted", { no: started.no }));
					navigate(`/cases/${started.id}`, { replace: true });
				}}
			/>
			{!consult && <p className="muted small">{t("urgent")}</p>}
		</Screen>
	);
}
