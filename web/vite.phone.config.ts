import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compress } from "./build/compress.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The two phone apps, built with Preact in React's place: a third of the bytes on a slow phone (docs/decisions/0200).
// Their sources are the same React code that the type checker and the unit tests see.
export default defineConfig({
	plugins: [react(), compress()],
	resolve: {
		alias: {
			"@": at("./src"),
			"react-dom/client": "preact/compat/client",
			"react-dom": "preact/compat",
			"react/jsx-runtime": "preact/jsx-runtime",
			react: "preact/compat",
		},
	},
	build: {
		outDir: at("../internal/webui/ui/app"),
		emptyOutDir: false,
		target: "es2022",
		reportCompressedSize: false,
		manifest: "manifest-phone.json",
		rolldownOptions: { input: { staff: at("./m/index.html"), owner: at("./o/index.html") } },
	},
});
