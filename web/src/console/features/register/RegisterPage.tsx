import { useState } from "react";
import { desktopControls } from "@/kit/controls/antd.tsx";
import { ControlsContext } from "@/kit/form/controls.ts";
import { DirtyContext } from "@/kit/record/dirty.ts";
import { RegisterView } from "@/kit/register/RegisterView.tsx";
import { useMe } from "../../me.ts";
import { useDirty } from "../../shell/work.ts";

/** A page that is only a register. */
export default function RegisterPage({ name }: { name: string }) {
	const me = useMe();
	const [dirty, setDirty] = useState(false);
	useDirty(dirty);
	return (
		<ControlsContext value={desktopControls}>
			<DirtyContext value={setDirty}>
				<RegisterView name={name} account={me.account} importPath={`/import?kind=${name}`} />
			</DirtyContext>
		</ControlsContext>
	);
}
