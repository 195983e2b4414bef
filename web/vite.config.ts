import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compress } from "./build/compress.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Three apps, one package: console at / here, staff at /m/ and owner at /o/ in vite.phone.config.ts, which is built
// after this one into the same folder. The Go binary embeds the result. The development server serves all three.
export default defineConfig({
	plugins: [react(), compress()],
	resolve: { alias: { "@": at("./src") } },
	build: {
		outDir: at("../internal/webui/ui/app"),
		emptyOutDir: true,
		target: "es2022",
		reportCompressedSize: false,
		manifest: "manifest.json",
		rolldownOptions: {
			input: { console: at("./index.html") },
		},
	},
	server: {
		port: 5173,
		proxy: {
			"/api": { target: process.env.LIFANG_API ?? "http://127.0.0.1:8080" },
		},
	},
	test: {
		environment: "happy-dom",
		include: ["src/**/*.test.{ts,tsx}"],
	},
});
