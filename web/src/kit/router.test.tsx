import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, test } from "vitest";
import { BrowserRouter, Link, match, Navigate, NavLink, Route, Routes, useParams, useSearchParams } from "./router.tsx";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

test("patterns", () => {
	expect(match("/cases/:id", "/cases/12")).toEqual({ id: "12" });
	expect(match("/cases/:id", "/cases/a%20b/")).toEqual({ id: "a b" });
	expect(match("/cases/:id", "/cases")).toBeNull();
	expect(match("/", "/")).toEqual({});
	expect(match("/bills", "/receipts")).toBeNull();
	expect(match("*", "/anything/at/all")).toEqual({});
});

function CasePage() {
	const { id } = useParams();
	const [search, setSearch] = useSearchParams();
	return (
		<button type="button" onClick={() => setSearch({ tab: "b" }, { replace: true })}>
			{`case ${id} ${search.get("tab") ?? "-"}`}
		</button>
	);
}

const host = document.createElement("div");
document.body.append(host);
const root = createRoot(host);
afterEach(() => act(async () => root.render(null)));

function App() {
	return (
		<BrowserRouter basename="/m/">
			<NavLink to="/" end>
				home
			</NavLink>
			<Link to="/cases/7">seven</Link>
			<Routes>
				<Route path="/" element={<p>start</p>} />
				<Route path="/cases/:id" element={<CasePage />} />
				<Route path="*" element={<Navigate to="/" replace />} />
			</Routes>
		</BrowserRouter>
	);
}

test("links move below the base, parameters and search arrive, back goes back", async () => {
	window.history.replaceState(null, "", "/m/");
	await act(async () => root.render(<App />));
	expect(host.textContent).toContain("start");
	expect(host.querySelector("a")?.getAttribute("aria-current")).toBe("page");
	expect(host.querySelectorAll("a")[1]?.getAttribute("href")).toBe("/m/cases/7");
	await act(async () => host.querySelectorAll("a")[1]?.click());
	expect(window.location.pathname).toBe("/m/cases/7");
	expect(host.textContent).toContain("case 7 -");
	await act(async () => host.querySelector("button")?.click());
	expect(host.textContent).toContain("case 7 b");
	expect(window.location.search).toBe("?tab=b");
});

test("an unknown address goes where Navigate says", async () => {
	window.history.replaceState(null, "", "/m/nowhere");
	await act(async () => root.render(<App />));
	expect(window.location.pathname).toBe("/m/");
	expect(host.textContent).toContain("start");
});
