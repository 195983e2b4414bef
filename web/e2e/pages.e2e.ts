/** Every page, in both themes and both languages, on the desk and on the phone: it loads, is accessible, shows no fault. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityFaults } from "./axe.ts";
import { type Look, pictures, signIn, startWorld, visit, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(async () => {
	await world?.close();
});

const looks: Look[] = [
	{ device: "desktop", theme: "light", language: "zh" },
	{ device: "desktop", theme: "dark", language: "en" },
	{ device: "phone", theme: "dark", language: "zh" },
	{ device: "phone", theme: "light", language: "en" },
];

const consolePages: [name: string, path: string][] = [
	["home", "/"],
	["inbox", "/todo"],
	["desk", "/desk"],
	["cashier", "/cashier"],
	["rooms", "/r/rooms"],
	["customers", "/r/customers"],
	["work-orders", "/r/work-orders"],
	["receipts", "/r/receipts"],
	["import", "/import"],
	["flows", "/flows"],
	["account", "/account"],
];
const staffPages: [string, string][] = [
	["tasks", "/m/"],
	["report", "/m/report"],
	["me", "/m/me"],
];
const ownerPages: [string, string][] = [
	["home", "/o/"],
	["report", "/o/report"],
	["bills", "/o/bills"],
	["receipts", "/o/receipts"],
	["cases", "/o/cases"],
	["me", "/o/me"],
];

for (const look of looks) {
	const name = `${look.device}-${look.theme}-${look.language}`;
	describe(name, () => {
		test("console", async () => {
			await walk("console", look, consolePages, "gm");
		});
		test.runIf(look.device === "phone")("staff", async () => {
			await walk("staff", look, staffPages, "technician");
		});
		test.runIf(look.device === "phone")("owner", async () => {
			await walk("owner", look, ownerPages, undefined);
		});
	});
}

async function walk(app: string, look: Look, pages: [string, string][], account: string | undefined): Promise<void> {
	const { page, context, faults } = await visit(world, look);
	const found: string[] = [];
	const first = pages[0]?.[1] ?? "/";
	await page.goto(first);
	await page.waitForSelector("form");
	found.push(...(await accessibilityFaults(page)).map((f) => `${app} login: ${f}`));
	await page.screenshot({ path: join(pictures, `${app}-login-${look.device}-${look.theme}-${look.language}.png`) });
	if (account) await signIn(page, account, first);
	else await signInOwner(page);
	for (const [name, path] of pages) {
		await page.goto(path);
		await page.waitForLoadState("networkidle").catch(() => undefined); // the event stream stays open
		await page.waitForSelector("h1");
		await page.waitForTimeout(300);
		found.push(...(await accessibilityFaults(page)).map((f) => `${app} ${name}: ${f}`));
		const sideways = await page.evaluate(
			() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
		);
		if (sideways > 0) found.push(`${app} ${name}: the page scrolls sideways by ${sideways} px`);
		await page.screenshot({ path: join(pictures, `${app}-${name}-${look.device}-${look.theme}-${look.language}.png`) });
	}
	await context.close();
	expect(found).toEqual([]);
	expect(faults).toEqual([]);
}

async function signInOwner(page: import("playwright-core").Page): Promise<void> {
	const accounts = (await (await page.request.get("/api/demo/accounts")).json()) as { account: string; app: string }[];
	const phone = accounts.find((a) => a.app === "owner")?.account;
	const headers = { "Sec-Fetch-Site": "same-origin" };
	const sent = await (await page.request.post("/api/session/code", { data: { phone }, headers })).json();
	const answer = await page.request.post("/api/session/phone", { data: { phone, code: sent.demo_code }, headers });
	expect(answer.ok()).toBe(true);
}
