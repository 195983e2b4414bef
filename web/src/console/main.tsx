import "@/kit/base.css";
import "./shell/shell.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { apply } from "@/kit/prefs.ts";
import { createClient, reloadOnStaleChunk } from "@/kit/query.ts";
import { App } from "./App.tsx";

apply();
reloadOnStaleChunk();

const root = document.getElementById("root");
if (root) {
	createRoot(root).render(
		<StrictMode>
			<QueryClientProvider client={createClient()}>
				<BrowserRouter>
					<App />
				</BrowserRouter>
			</QueryClientProvider>
		</StrictMode>,
	);
}
