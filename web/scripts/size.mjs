// Weighs the built apps against their budgets (gzip, KB). Run after vite build; fails beyond a limit. The phone apps are
// above their goal, because React and the query cache alone weigh 76: their limit is a ratchet, to be lowered only.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const out = fileURLToPath(new URL("../../internal/webui/ui/app/", import.meta.url));
const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));

/** Every file that loading an entry brings along; dynamic imports only when asked for. */
function graph(key, seen = new Set()) {
	const chunk = manifest[key];
	if (!chunk || seen.has(key)) return seen;
	seen.add(key);
	for (const next of chunk.imports ?? []) graph(next, seen);
	return seen;
}

const files = (keys, kind) =>
	new Set([...keys].flatMap((key) => (kind === "js" ? [manifest[key].file] : (manifest[key].css ?? []))));
const weight = (names) =>
	[...names].reduce((sum, name) => sum + gzipSync(readFileSync(join(out, name)), { level: 9 }).length, 0) / 1024;
const minus = (a, b) => new Set([...a].filter((x) => !b.has(x)));

const console_ = graph("index.html");
const register = new Set([...console_, ...graph("src/console/features/register/RegisterPage.tsx")]);
const drawer = minus(graph("src/kit/record/RecordDrawer.tsx"), register);
const rows = [
	["console entry, js", weight(files(console_, "js")), 225],
	["console, any register to rows, js", weight(files(register, "js")), 320],
	["record drawer, js", weight(files(drawer, "js")), 60],
	[
		"case page, js beyond a register",
		weight(files(minus(graph("src/console/features/inbox/InboxPage.tsx"), register), "js")),
		60,
	],
	["staff entry, js (goal 85)", weight(files(graph("m/index.html"), "js")), 97],
	["owner entry, js (goal 85)", weight(files(graph("o/index.html"), "js")), 97],
	["staff, css (goal 5)", weight(files(graph("m/index.html"), "css")), 6],
	["owner, css (goal 5)", weight(files(graph("o/index.html"), "css")), 6],
];
let failed = false;
for (const [name, kb, limit] of rows) {
	const over = kb > limit;
	failed ||= over;
	console.log(`${over ? "OVER" : "ok  "} ${name.padEnd(36)} ${kb.toFixed(1).padStart(7)} of ${limit} KB`);
}
process.exit(failed ? 1 : 0);
