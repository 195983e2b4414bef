import { useQuery, useQueryClient } from "@tanstack/react-query";
import ConfigProvider from "antd/es/config-provider";
import enUS from "antd/es/locale/en_US";
import zhCN from "antd/es/locale/zh_CN";
import { useEffect, useMemo } from "react";
import { speak } from "@/api/call.ts";
import { session } from "@/api/queries.ts";
import { Confirm } from "@/kit/confirm.tsx";
import { LanguageContext } from "@/kit/i18n.ts";
import { isDark, usePrefs } from "@/kit/prefs.ts";
import { Toasts } from "@/kit/toast.tsx";
import { LoginPage } from "./LoginPage.tsx";
import { Shell } from "./shell/Shell.tsx";
import { antdTheme } from "./theme.ts";

/** Popups of controls live inside the dialog they belong to, because a modal dialog lies above everything else. */
const popupHome = (node?: HTMLElement) => node?.closest<HTMLElement>("dialog, .menu") ?? document.body;

export function App() {
	const prefs = usePrefs();
	const dark = isDark(prefs);
	const tight = prefs.density === "tight";
	const theme = useMemo(() => antdTheme(dark, tight), [dark, tight]);
	speak(prefs.language === "zh" ? "zh" : "en");
	return (
		<LanguageContext value={prefs.language}>
			<ConfigProvider
				theme={theme}
				locale={prefs.language === "zh" ? zhCN : enUS}
				getPopupContainer={popupHome}
				button={{ autoInsertSpace: false }}
				wave={{ disabled: true }}
			>
				<Gate />
				<Confirm />
				<Toasts />
			</ConfigProvider>
		</LanguageContext>
	);
}

/** Nothing, the login page or the console, by who is signed in. */
function Gate() {
	const client = useQueryClient();
	const me = useQuery(session);
	useEffect(() => {
		const leave = () => client.setQueryData(session.queryKey, null);
		window.addEventListener("lifang:signed-out", leave);
		return () => window.removeEventListener("lifang:signed-out", leave);
	}, [client]);
	if (me.isPending) return null;
	if (!me.data) return <LoginPage failed={me.isError} />;
	return <Shell key={me.data.account} me={me.data} />;
}
