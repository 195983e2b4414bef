import { lazy, Suspense } from "react";
import { Link, Route, Routes, useParams } from "react-router";
import { useText } from "@/kit/i18n.ts";
import { PageBoundary } from "./shell/PageBoundary.tsx";
import type { Place } from "./shell/tabStore.ts";
import { text } from "./shell/text.ts";

const Home = lazy(() => import("./features/home/HomePage.tsx"));
const Register = lazy(() => import("./features/register/RegisterPage.tsx"));
const Record = lazy(() => import("./features/register/RecordPage.tsx"));
const Inbox = lazy(() => import("./features/inbox/InboxPage.tsx"));
const CaseView = lazy(() => import("./features/inbox/CasePage.tsx"));
const Import = lazy(() => import("./features/import/ImportPage.tsx"));
const Desk = lazy(() => import("./features/desk/DeskPage.tsx"));
const Cashier = lazy(() => import("./features/cashier/CashierPage.tsx"));

/** Every page of the console, at one tab's own address. */
export function Pages({ place }: { place: Place }) {
	return (
		<PageBoundary>
			<Suspense fallback={<div className="page" aria-busy="true" />}>
				<Routes location={place}>
					<Route path="/" element={<Home />} />
					<Route path="/inbox" element={<Inbox />} />
					<Route path="/case/:id" element={<CaseView />} />
					<Route path="/r/:name" element={<RegisterByName />} />
					<Route path="/r/:name/:id" element={<Record />} />
					<Route path="/import" element={<Import />} />
					<Route path="/import/:id" element={<Import />} />
					<Route path="/desk" element={<Desk />} />
					<Route path="/cashier" element={<Cashier />} />
					<Route path="*" element={<NotFound />} />
				</Routes>
			</Suspense>
		</PageBoundary>
	);
}

function RegisterByName() {
	const { name = "" } = useParams();
	return <Register name={name} key={name} />;
}

function NotFound() {
	const t = useText(text);
	return (
		<div className="page">
			<div className="blank">
				<h1>{t("notFound")}</h1>
				<Link to="/">{t("toHome")}</Link>
			</div>
		</div>
	);
}
