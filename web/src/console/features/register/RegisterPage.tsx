import { useState } from "react";
import { desktopControls } from "@/kit/controls/antd.tsx";
import { ControlsContext } from "@/kit/form/controls.ts";
import { RecordActionsContext } from "@/kit/record/actions.ts";
import { DirtyContext } from "@/kit/record/dirty.ts";
import { RegisterView } from "@/kit/register/RegisterView.tsx";
import { useMe } from "../../me.ts";
import { useDirty } from "../../shell/work.ts";
import { recordActions } from "./actions.tsx";

/** A page that is only a register. */
export default function RegisterPage({ name }: { name: string }) {
	const me = useMe();
	const [dirty, setDirty] = useState(false);
	useDirty(dirty);
	return (
		<ControlsContext value={desktopControls}>
			<RecordActionsContext value={recordActions}>
				<DirtyContext value={setDirty}>
					<RegisterView
						name={name}
						account={me.account}
						importPath={`/import?kind=${name}`}
						readOnly={name === "messages"}
					/>
				</DirtyContext>
			</RecordActionsContext>
		</ControlsContext>
	);
}
