/** Every page, in both themes and both languages, on the desk and on the phone: it loads, is accessible, shows no fault. */
import { join } from "node:path";
import type { Page } from "playwright-core";
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

type Place = string | ((page: Page) => Promise<string>);
type Walk = [account: string, pages: [name: string, path: Place][]];

/** The console as the people who use its pages. */
const desk: Walk[] = [
	[
		"project_mgr",
		[
			["home", "/"],
			["rooms", "/r/rooms"],
			["room", async (page) => `/r/rooms/${await first(page, "/api/rooms?size=1", "id")}`],
			["customers", "/r/customers"],
			["employees", "/r/employees"],
			["messages", "/r/messages"],
			["import", "/import"],
		],
	],
	[
		"cs_officer",
		[
			["inbox", "/inbox"],
			["case", async (page) => `/case/${await first(page, "/api/flow/tasks?box=todo", "case_id")}`],
			["desk", "/desk"],
			["work-orders", "/r/work-orders"],
		],
	],
	[
		"toll_clerk",
		[
			["cashier", "/cashier"],
			["household", async (page) => `/cashier?room=${await first(page, "/api/cashier/find?q=13800000001", "room_id")}`],
			["charges", "/r/charges"],
			["receipts", "/r/receipts"],
		],
	],
	["accountant", [["vouchers", "/r/vouchers"]]],
];
const staff: Walk[] = [
	[
		"technician",
		[
			["tasks", "/m/"],
			["done", "/m/?box=done"],
			["case", async (page) => `/m/cases/${await first(page, "/api/flow/tasks?box=todo", "case_id")}`],
			["report", "/m/report"],
			["me", "/m/me"],
		],
	],
];
const owner: Walk[] = [
	[
		"13800000001",
		[
			["home", "/o/"],
			["report", "/o/report"],
			["ask", "/o/report?kind=consult"],
			["bills", "/o/bills"],
			["bill", async (page) => `/o/bills/${await first(page, "/api/home/charges", "id")}`],
			["receipts", "/o/receipts"],
			["cases", "/o/cases"],
			["case", async (page) => `/o/cases/${await first(page, "/api/flow/tasks?box=started", "case_id")}`],
			["me", "/o/me"],
		],
	],
];

describe.each(looks)("$device, $theme, $language", (look) => {
	test("console", () => walk("console", "/", look, desk));
});
describe.each(looks.filter((look) => look.device === "phone"))("$device, $theme, $language", (look) => {
	test("staff app", () => walk("staff", "/m/", look, staff));
	test("owner app", () => walk("owner", "/o/", look, owner));
});

async function walk(app: string, start: string, look: Look, walks: Walk[]): Promise<void> {
	const { page, context, faults, settled } = await visit(world, look);
	const found: string[] = [];
	const inspect = async (name: string) => {
		await settled();
		// Both themes of the console are checked on the desk, those of the phone apps on the phone.
		if (app !== "console" || look.device === "desktop") {
			found.push(...(await accessibilityFaults(page)).map((fault) => `${app} ${name}: ${fault}`));
		}
		const sideways = await page.evaluate(
			() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
		);
		if (sideways > 0) found.push(`${app} ${name}: the page scrolls sideways by ${sideways} px`);
		const file = `${app}-${name}-${look.device}-${look.theme}-${look.language}.png`;
		await page.screenshot({ path: join(pictures, file) });
	};
	await page.goto(start);
	await page.waitForSelector("form");
	await inspect("login");
	for (const [account, pages] of walks) {
		if (app === "owner") await signInOwner(page, account);
		else await signIn(page, account);
		for (const [name, place] of pages) {
			await page.goto(typeof place === "string" ? place : await place(page));
			await inspect(name);
		}
	}
	await context.close();
	expect(found).toEqual([]);
	expect(faults).toEqual([]);
}

/** A field of the first thing that a list of the server has. */
async function first(page: Page, list: string, name: string): Promise<string> {
	const answer = (await (await page.request.get(list)).json()) as { items: Record<string, unknown>[] };
	const value = answer.items[0]?.[name];
	if (!value) throw new Error(`${list} is empty`);
	return String(value);
}

async function signInOwner(page: Page, phone: string): Promise<void> {
	const headers = { "Sec-Fetch-Site": "same-origin" };
	const sent = await (await page.request.post("/api/session/code", { data: { phone }, headers })).json();
	const answer = await page.request.post("/api/session/phone", { data: { phone, code: sent.demo_code }, headers });
	expect(answer.ok()).toBe(true);
}
