import { useQuery } from "@tanstack/react-query";
import { Navigate, Route, Routes } from "react-router";
import { startable, tasks } from "@/api/queries.ts";
import { useText } from "@/kit/i18n.ts";
import { CasePage } from "@/mobile/case/CasePage.tsx";
import { TabBar } from "@/mobile/Screen.tsx";
import { MePage } from "./MePage.tsx";
import { ReportPage } from "./ReportPage.tsx";
import { TasksPage } from "./TasksPage.tsx";
import { text } from "./text.ts";

export function App() {
	const t = useText(text);
	const todo = useQuery(tasks("todo"));
	const flows = useQuery(startable);
	const reports = flows.data?.some((f) => f.flow === "order-intake") ?? false;
	const tabs = [
		{ to: "/", icon: "inbox", label: t("tasks"), badge: todo.data?.count },
		...(reports ? [{ to: "/report", icon: "plus", label: t("report") } as const] : []),
		{ to: "/me", icon: "user", label: t("mine") },
	] as const;
	return (
		<>
			<Routes>
				<Route path="/" element={<TasksPage />} />
				<Route path="/report" element={<ReportPage />} />
				<Route path="/cases/:id" element={<CasePage back="/" diagram />} />
				<Route path="/me" element={<MePage />} />
				<Route path="*" element={<Navigate to="/" replace />} />
			</Routes>
			<TabBar tabs={tabs} />
		</>
	);
}
