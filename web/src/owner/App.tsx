import { lazy, Suspense } from "react";
import { useText } from "@/kit/i18n.ts";
import { Navigate, Route, Routes } from "@/kit/router.tsx";
import { TabBar } from "@/mobile/Screen.tsx";
import { HomePage } from "./HomePage.tsx";
import { text } from "./text.ts";

// What a first look needs comes at once; forms and cases when they are opened.
const BillPage = lazy(async () => ({ default: (await import("./BillsPage.tsx")).BillPage }));
const BillsPage = lazy(async () => ({ default: (await import("./BillsPage.tsx")).BillsPage }));
const CasesPage = lazy(async () => ({ default: (await import("./CasesPage.tsx")).CasesPage }));
const ReceiptsPage = lazy(async () => ({ default: (await import("./ReceiptsPage.tsx")).ReceiptsPage }));
const ReportPage = lazy(async () => ({ default: (await import("./ReportPage.tsx")).ReportPage }));
const MePage = lazy(async () => ({ default: (await import("./MePage.tsx")).MePage }));
const CasePage = lazy(async () => ({ default: (await import("@/mobile/case/CasePage.tsx")).CasePage }));

export function App() {
	const t = useText(text);
	const tabs = [
		{ to: "/", icon: "home", label: t("home") },
		{ to: "/report", icon: "wrench", label: t("report") },
		{ to: "/bills", icon: "cash", label: t("bills") },
		{ to: "/me", icon: "user", label: t("me") },
	] as const;
	return (
		<>
			<Suspense>
				<Routes>
					<Route path="/" element={<HomePage />} />
					<Route path="/report" element={<ReportPage />} />
					<Route path="/bills" element={<BillsPage />} />
					<Route path="/bills/:id" element={<BillPage />} />
					<Route path="/receipts" element={<ReceiptsPage />} />
					<Route path="/cases" element={<CasesPage />} />
					<Route path="/cases/:id" element={<CasePage back="/" diagram={false} />} />
					<Route path="/me" element={<MePage />} />
					<Route path="*" element={<Navigate to="/" replace />} />
				</Routes>
			</Suspense>
			<TabBar tabs={tabs} />
		</>
	);
}
