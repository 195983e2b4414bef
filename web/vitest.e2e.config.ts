import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The main paths in a real browser; needs bin/lifang (make build) and Chromium.
export default defineConfig({
	resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
	test: {
		environment: "node",
		include: ["e2e/**/*.e2e.ts"],
		testTimeout: 180_000,
		hookTimeout: 120_000,
		fileParallelism: false,
	},
});
