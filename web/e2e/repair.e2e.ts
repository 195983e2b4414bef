/** One repair from an owner's phone to a paid receipt: owner app, service desk, staff app, cashier, owner app again. */
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { text as cashier } from "@/console/features/cashier/text.ts";
import { text as inbox } from "@/console/features/inbox/text.ts";
import { common } from "@/kit/text.ts";
import { text as mobile } from "@/mobile/case/text.ts";
import { text as owner } from "@/owner/text.ts";
import { addPhotos, choose, field, picture, press, type Say, select, sign, speaker, type } from "./hands.ts";
import { type Look, pictures, signIn, startWorld, visit, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(async () => {
	await world?.close();
});

interface Pass {
	language: "zh" | "en";
	theme: "light" | "dark";
	/** The owner's number, as the demo company gives it. */
	phone: string;
}
const passes: Pass[] = [
	{ language: "zh", theme: "light", phone: "13800000001" },
	{ language: "en", theme: "dark", phone: "13800000002" },
];

describe.each(passes)("a repair in $language, $theme", (pass) => {
	const say = speaker(pass.language);
	const leak = pass.language === "zh" ? "厨房水槽下面漏水，地上已经有积水" : "Water drips under the kitchen sink";
	const seat = async (device: Look["device"]) => visit(world, { device, theme: pass.theme, language: pass.language });
	const show = (page: Page, name: string) =>
		page.screenshot({ path: join(pictures, `repair-${name}-${pass.theme}-${pass.language}.png`) });

	test("from the report to the receipt", async () => {
		const [home, desk, van, till] = await Promise.all([seat("phone"), seat("desktop"), seat("phone"), seat("desktop")]);
		await signIn(desk.page, "cs_officer", "/inbox");
		await desk.page.locator(".task-card").first().waitFor();

		await ownerSignsIn(home.page, say, pass.phone);
		const room = await home.page.locator(".screen-title p").innerText();
		await ownerReports(home.page, say, leak);
		await show(home.page, "reported");

		// The desk sees it without reloading.
		const card = desk.page.locator(".task-card", { hasText: leak });
		await card.waitFor({ timeout: 5_000 });
		await card.click();
		await show(desk.page, "desk");
		await deskGrades(desk.page, say, leak);
		await show(desk.page, "dispatch");
		await deskDispatches(desk.page, say, leak);

		await signIn(van.page, "technician", "/m/");
		await technicianWorks(van.page, say, room, show);

		await deskFollowsUp(desk.page, say, leak);
		await show(desk.page, "closed");

		await signIn(till.page, "toll_clerk", "/cashier");
		const taken = await cashierTakes(till.page, say, room, pass.phone, pass.language === "zh", show);

		await ownerReads(home.page, say, taken, show);
		for (const one of [home, desk, van, till]) {
			expect(one.faults).toEqual([]);
			await one.context.close();
		}
	});
});

test("the books are right afterwards", async () => {
	expect((await world.verify()).length).toBeGreaterThanOrEqual(3);
});

async function ownerSignsIn(page: Page, say: Say, phone: string): Promise<void> {
	await page.goto("/o/");
	await page.getByLabel(say(owner.phone)).fill(phone);
	await press(page, say(owner.getCode));
	const code = (await page.getByRole("status").innerText()).match(/\d{6}/)?.[0];
	expect(code).toBeTruthy();
	await page.getByLabel(say(owner.code)).fill(code ?? "");
	await press(page, say(owner.signIn));
	await page.locator(".bill-card").waitFor();
}

async function ownerReports(page: Page, say: Say, leak: string): Promise<void> {
	await page
		.getByRole("link", { name: say(owner.report), exact: true })
		.first()
		.click();
	await select(page, "category", say(["户内给排水", "Water and drains"]));
	await type(page, "description", leak);
	await addPhotos(page, "photos", picture(1600, 1200, [90, 140, 170]), picture(1200, 1600, [170, 150, 110]));
	await choose(page, "danger", say(common.no));
	await choose(page, "entry_ok", say(common.yes));
	await press(page, say(owner.submit));
	await page.waitForURL(/\/o\/cases\/\d+/);
	await page.getByText(leak).first().waitFor();
}

async function deskGrades(page: Page, say: Say, leak: string): Promise<void> {
	const body = page.locator(".inbox-case");
	await body.getByText(leak).first().waitFor();
	expect(await body.locator(".case-facts .files img").count()).toBe(2);
	await press(body, say(inbox.claim));
	await select(page, "fault_code", say(["W01 给水管爆裂", "W01 Burst water pipe"]));
	await choose(page, "priority", say(["P2 一般", "P2 Normal"]));
	await choose(page, "area_kind", say(["户内", "In the home"]));
	await choose(page, "charge_kind", say(["有偿", "Paid"]));
	await press(body, say(["派工维修", "Send to repair"]));
	await waiting(page, leak, say(["派单", "Dispatch"])).waitFor();
}

/** The card of this repair in the inbox, at a step. */
function waiting(page: Page, leak: string, step: string): Locator {
	return page.locator(".task-card", { hasText: leak }).filter({ hasText: step });
}

async function deskDispatches(page: Page, say: Say, leak: string): Promise<void> {
	const technician = await demoName(page, "technician");
	const card = waiting(page, leak, say(["派单", "Dispatch"]));
	await card.click();
	const body = page.locator(".inbox-case");
	await press(body, say(inbox.claim));
	await select(page, "technician", technician);
	await press(body, say(inbox.submit));
	await card.waitFor({ state: "detached" });
}

async function demoName(page: Page, account: string): Promise<string> {
	const answer = (await (await page.request.get("/api/demo/accounts")).json()) as {
		items: { account: string; name: string }[];
	};
	return answer.items.find((a) => a.account === account)?.name ?? "";
}

async function technicianWorks(
	page: Page,
	say: Say,
	room: string,
	show: (page: Page, name: string) => Promise<unknown>,
): Promise<void> {
	const step = (word: readonly [string, string]) =>
		page.locator(".my-step h2", { hasText: new RegExp(`^${say(word)}$`) }).waitFor();
	await page.locator(".task-card", { hasText: room }).first().click();
	await step(["接单", "Take"]);
	await show(page, "take");
	await press(page.locator(".my-step"), say(["接单", "Take"]));

	await step(["到场", "Arrive"]);
	await field(page, "gps").getByRole("button").click();
	await field(page, "gps")
		.getByText(/31\.2304/)
		.waitFor();
	await choose(page, "manner", say(common.yes));
	await press(page.locator(".my-step"), say(mobile.complete));

	await step(["诊断报价", "Diagnose and quote"]);
	await press(page, say(["有偿维修，报价", "Paid, quote"]));
	await select(page, "cause", say(["老化", "Wear"]));
	await choose(page, "liability", say(["业主", "Owner"]));
	await type(page, "labour_fee", "60");
	await press(page, say(common.addRow));
	const line = page.locator(".line");
	await line.getByLabel(say(["名称", "Item"])).fill(say(["不锈钢软管", "Steel hose"]));
	await line.getByLabel(say(["数量", "Quantity"])).fill("2");
	await line.getByLabel(say(["单价", "Unit price"])).fill("18.50");
	await addPhotos(page, "before", picture(1280, 960, [120, 120, 110]));
	await show(page, "quote");
	await press(page.locator(".my-step"), say(["有偿维修，报价", "Paid, quote"]));

	await step(["业主确认报价", "Owner agrees to the quote"]);
	await page.getByText("¥97.00").first().waitFor();
	await sign(page, "sign", say(common.signed));
	await show(page, "agree");
	await press(page, say(["业主同意", "Agreed"]));

	await step(["有偿施工", "Paid work"]);
	await type(page, "work_done", say(["更换软管，试水无渗漏", "Hose replaced, no leak"]));
	await select(page, "test", say(["水压 10 分钟无渗漏", "Pressure, 10 minutes no leak"]));
	await choose(page, "cleaned", say(common.yes));
	await choose(page, "old_parts", say(["交业主", "Given to the owner"]));
	await addPhotos(page, "after", picture(1280, 960, [150, 190, 150]));
	await sign(page, "sign", say(common.signed));
	await show(page, "work");
	await press(page.locator(".my-step"), say(mobile.complete));
	await page.getByText(say(mobile.done), { exact: true }).first().waitFor();
	await show(page, "finished");
}

async function deskFollowsUp(page: Page, say: Say, leak: string): Promise<void> {
	const card = waiting(page, leak, say(["回访", "Follow up"]));
	await card.click();
	const body = page.locator(".inbox-case");
	await press(body, say(inbox.claim));
	await choose(page, "reached", say(common.yes));
	await choose(page, "score", "★★★★★");
	await press(body, say(["已解决", "Solved"]));
	await card.waitFor({ state: "detached" });
}

interface Taken {
	no: string;
	capitals: string;
	amount: string;
}

async function cashierTakes(
	page: Page,
	say: Say,
	room: string,
	phone: string,
	everyWay: boolean,
	show: (page: Page, name: string) => Promise<unknown>,
): Promise<Taken> {
	const box = page.getByRole("combobox", { name: say(cashier.find) });
	const hit = page.locator(".hit", { hasText: room });
	const found = (await (await page.request.get(`/api/cashier/find?q=${phone}`)).json()) as {
		items: { room: string; owner: string; plates: string[] }[];
	};
	const household = found.items.find((h) => h.room === room);
	const plate = household?.plates?.[0];
	const ways = everyWay ? [household?.owner, phone, plate, room] : [room];
	for (const way of ways) {
		expect(way).toBeTruthy();
		await box.fill(way ?? "");
		await hit.waitFor();
	}
	await show(page, "cashier-find");
	await page.keyboard.press("Enter");
	await page.locator(".cashier-items").waitFor();
	await page
		.locator(".cashier-items td", { hasText: say(["有偿服务费", "Paid home service"]) })
		.first()
		.waitFor();

	// Only the repair, by keyboard: untick everything, tick the line, tender a hundred, take.
	await page.getByLabel(say(cashier.tickAll)).focus();
	await page.keyboard.press("Space");
	await expect.poll(() => page.locator(".cashier-total").first().innerText()).toContain("0.00");
	await page.locator("tr", { hasText: "97.00" }).locator("input[type=checkbox]").focus();
	await page.keyboard.press("Space");
	await expect.poll(() => page.locator(".cashier-total").first().innerText()).toContain("97.00");
	await page.keyboard.press("F4");
	await page.keyboard.type("100");
	await show(page, "cashier");
	await page.keyboard.press("F9");
	const done = page.locator(".cashier-done");
	await done.waitFor();
	await show(page, "cashier-done");
	expect(await done.innerText()).toContain("玖拾柒元整");
	expect(await done.locator(".cashier-change").innerText()).toContain("3.00");

	const [paper] = await Promise.all([page.context().waitForEvent("page"), page.keyboard.press("p")]);
	await paper.waitForLoadState();
	const printed = await paper.locator("body").innerText();
	expect(printed).toContain("玖拾柒元整");
	expect(printed).toContain("97.00");
	expect(printed).toContain(room);
	await paper.screenshot({ path: join(pictures, "paper-receipt.png") });
	const no = printed.match(/SJ-[A-Z0-9-]+/)?.[0] ?? "";
	expect(no).not.toBe("");
	await paper.close();
	await page.keyboard.press("Enter");
	await page.getByText(say(cashier.start)).waitFor();
	return { no, capitals: "玖拾柒元整", amount: "¥97.00" };
}

async function ownerReads(
	page: Page,
	say: Say,
	taken: Taken,
	show: (page: Page, name: string) => Promise<unknown>,
): Promise<void> {
	await page.goto("/o/bills");
	await page.locator("a.row", { hasText: taken.amount }).first().click();
	await page.getByText(say(owner.how)).waitFor();
	await page.getByText("2 × ¥18.50 = ¥37.00").waitFor();
	await show(page, "bill");
	await page.goto("/o/receipts");
	const receipt = page.locator("article", { hasText: taken.no });
	await receipt.waitFor();
	expect(await receipt.innerText()).toContain(taken.capitals);
	expect(await receipt.innerText()).toContain(taken.amount);
	await show(page, "receipts");
	await page.goto("/o/");
	await page.locator(".bill-card").waitFor();
	await show(page, "home");
}
