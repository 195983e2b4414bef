import "./desk.css";
import "../cashier/cashier.css";
import { useState } from "react";
import { desktopControls } from "@/kit/controls/antd.tsx";
import { ControlsContext } from "@/kit/form/controls.ts";
import { useText } from "@/kit/i18n.ts";
import { useTabTitle } from "../../shell/work.ts";
import { Board } from "./Board.tsx";
import { NewRequest } from "./NewRequest.tsx";
import { text } from "./text.ts";

/** A call comes in: find the household, write down the request, done; below is what is still open. */
export default function DeskPage() {
	const t = useText(text);
	useTabTitle(t("title"));
	const [round, setRound] = useState(0);
	return (
		<ControlsContext value={desktopControls}>
			<div className="page">
				<div className="page-head">
					<h1>{t("title")}</h1>
				</div>
				<div className="desk">
					<NewRequest key={round} onDone={() => setRound(round + 1)} />
					<Board />
				</div>
			</div>
		</ControlsContext>
	);
}
