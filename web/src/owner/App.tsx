import { Navigate, Route, Routes } from "react-router";
import { useText } from "@/kit/i18n.ts";
import { CasePage } from "@/mobile/case/CasePage.tsx";
import { TabBar } from "@/mobile/Screen.tsx";
import { BillPage, BillsPage } from "./BillsPage.tsx";
import { CasesPage } from "./CasesPage.tsx";
import { HomePage } from "./HomePage.tsx";
import { MePage } from "./MePage.tsx";
import { ReceiptsPage } from "./ReceiptsPage.tsx";
import { ReportPage } from "./ReportPage.tsx";
import { text } from "./text.ts";

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
			<TabBar tabs={tabs} />
		</>
	);
}
