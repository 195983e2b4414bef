import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { startable, tasks } from "@/api/queries.ts";
import { useText } from "@/kit/i18n.ts";
import { Navigate, Route, Routes } from "@/kit/router.tsx";
import { TabBar } from "@/mobile/Screen.tsx";
import { TasksPage } from "./TasksPage.tsx";
import { text } from "./text.ts";

// What a first look needs comes at once; forms and cases when they are opened.
const MePage = lazy(async () => ({ default: (await import("./MePage.tsx")).MePage }));
const ReportPage = lazy(async () => ({ default: (await import("./ReportPage.tsx")).ReportPage }));
const CasePage = lazy(async () => ({ default: (await import("@/mobile/case/CasePage.tsx")).CasePage }));

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
			<Suspense>
				<Routes>
					<Route path="/" element={<TasksPage />} />
					<Route path="/report" element={<ReportPage />} />
					<Route path="/cases/:id" element={<CasePage back="/" diagram />} />
					<Route path="/me" element={<MePage />} />
					<Route path="*" element={<Navigate to="/" replace />} />
				</Routes>
			</Suspense>
			<TabBar tabs={tabs} />
		</>
	);
}
