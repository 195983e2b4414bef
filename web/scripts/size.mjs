// Weighs the built apps against their budgets (gzip, KB). Run after the build; fails beyond a limit.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const out = fileURLToPath(new URL("../../internal/webui/ui/app/", import.meta.url));
const read = (name) => JSON.parse(readFileSync(join(out, name), "utf8"));
const manifest = read("manifest.json");
const phone = read("manifest-phone.json");

/** Every file that loading an entry brings along; dynamic imports only when asked for. */
function graph(key, seen = new Set(), from = manifest) {
	const chunk = from[key];
	if (!chunk || seen.has(key)) return seen;
	seen.add(key);
	for (const next of chunk.imports ?? []) graph(next, seen, from);
	return seen;
}

const files = (keys, kind, from = manifest) =>
	new Set([...keys].flatMap((key) => (kind === "js" ? [from[key].file] : (from[key].css ?? []))));
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
	["staff entry, js", weight(files(graph("m/index.html", new Set(), phone), "js", phone)), 50],
	["owner entry, js", weight(files(graph("o/index.html", new Set(), phone), "js", phone)), 50],
	["staff, css", weight(files(graph("m/index.html", new Set(), phone), "css", phone)), 5],
	["owner, css", weight(files(graph("o/index.html", new Set(), phone), "css", phone)), 5],
];
let failed = false;
for (const [name, kb, limit] of rows) {
	const over = kb > limit;
	failed ||= over;
	console.log(`${over ? "OVER" : "ok  "} ${name.padEnd(36)} ${kb.toFixed(1).padStart(7)} of ${limit} KB`);
}
process.exit(failed ? 1 : 0);
