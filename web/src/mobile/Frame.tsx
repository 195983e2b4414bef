import "@/kit/base.css";
import "./mobile.css";
import { QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ComponentType, type ReactNode, StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { speak } from "@/api/call.ts";
import { session } from "@/api/queries.ts";
import type { Me } from "@/api/types.ts";
import { Confirm } from "@/kit/confirm.tsx";
import { type Controls, ControlsContext } from "@/kit/form/controls.ts";
import { LanguageContext } from "@/kit/i18n.ts";
import { apply, usePrefs } from "@/kit/prefs.ts";
import { createClient, reloadOnStaleChunk, useLiveQueries } from "@/kit/query.ts";
import { BrowserRouter } from "@/kit/router.tsx";
import { Toasts } from "@/kit/toast.tsx";
import { PersonInput } from "./case/PersonInput.tsx";
import { GpsInput, ScanInput } from "./case/PlaceInputs.tsx";
import { MeContext } from "./me.ts";
import { NetBar } from "./NetBar.tsx";

const controls: Controls = { gps: GpsInput, scan: ScanInput, person: PersonInput };

interface AppProps {
	basename: string;
	kind: Me["kind"];
	login: ComponentType<{ failed: boolean; refused: boolean }>;
	children: ReactNode;
}

/** Mounts a phone app: language, theme, one cache, the login page or the pages. */
export function mount(app: AppProps): void {
	reloadOnStaleChunk();
	apply();
	const root = document.getElementById("root");
	if (!root) return;
	createRoot(root).render(
		<StrictMode>
			<Frame {...app} />
		</StrictMode>,
	);
}

function Frame(props: AppProps) {
	const prefs = usePrefs();
	const [client] = useState(createClient);
	speak(prefs.language === "zh" ? "zh" : "en");
	return (
		<LanguageContext value={prefs.language}>
			<QueryClientProvider client={client}>
				<BrowserRouter basename={props.basename}>
					<ControlsContext value={controls}>
						<NetBar />
						<Gate {...props} />
					</ControlsContext>
				</BrowserRouter>
				<Confirm />
				<Toasts />
			</QueryClientProvider>
		</LanguageContext>
	);
}

function Gate({ kind, login: Login, children }: AppProps) {
	const client = useQueryClient();
	const me = useQuery(session);
	const right = me.data?.kind === kind;
	useLiveQueries(client, right);
	useEffect(() => {
		const leave = () => client.setQueryData(session.queryKey, null);
		window.addEventListener("lifang:signed-out", leave);
		return () => window.removeEventListener("lifang:signed-out", leave);
	}, [client]);
	if (me.isPending) return null;
	if (!me.data || !right) return <Login failed={me.isError} refused={!!me.data && !right} />;
	return <MeContext value={me.data}>{children}</MeContext>;
}
