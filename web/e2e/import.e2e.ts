/** A manager brings the workbooks of the former system in: check, error file, write, look, undo. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { inflateRawSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { text } from "@/console/features/import/text.ts";
import { press, type Say, speaker } from "./hands.ts";
import { pictures, signIn, startWorld, visit, type World } from "./world.ts";

const books = resolve(import.meta.dirname, "../../internal/migrate/hc/testdata");

let world: World;
beforeAll(async () => {
	world = await startWorld(40);
});
afterAll(async () => {
	await world?.close();
});

test("hc.xlsx: every bad cell is named, the good rows are written and undone", async () => {
	const say = speaker("zh");
	const { page, context, faults } = await visit(world, { device: "desktop" });
	await signIn(page, "project_mgr", "/import");
	const before = await totals(page);
	await choose(page, say, "锦澜花园", join(books, "hc.xlsx"));

	// The dry run: rows as in Excel, column titles, values, reasons.
	await page.getByText(say(text.bad, { n: 3 })).waitFor();
	await page.getByText(say(text.canWrite, { n: 39 })).waitFor();
	const named = (await page.locator(".import-errors tbody tr").allInnerTexts()).map((row) =>
		row.split(/[\t\n]+/).filter(Boolean),
	);
	for (const n of [6, 7, 8]) {
		expect(named).toContainEqual([`${n + 1}`, "房屋信息", "业主编号", `${n}`, `业主信息表里没有编号为 ${n} 的业主`]);
	}
	await page.screenshot({ path: join(pictures, "import-check.png") });
	expect(await totals(page)).toEqual(before);

	const [download] = await Promise.all([page.waitForEvent("download"), page.getByText(say(text.errorFile)).click()]);
	const sheets = unzip(readFileSync(await download.path()));
	const all = [...sheets.entries()].filter(([name]) => name.startsWith("xl/")).map(([, body]) => body.toString());
	expect(all.some((body) => body.includes("业主信息表里没有编号为 6 的业主"))).toBe(true);

	await press(page, say(text.writeSkip, { n: 39 }));
	await page.getByText(say(text.written), { exact: true }).first().waitFor({ timeout: 30_000 });
	await page.screenshot({ path: join(pictures, "import-written.png") });
	const after = await totals(page);
	expect(after.rooms).toBe((before.rooms ?? 0) + 5);
	expect(after["parking-spaces"]).toBe((before["parking-spaces"] ?? 0) + 1);

	// The list of this batch, with areas and phones.
	await page.getByRole("link", { name: /房屋（5）/ }).click();
	await page.waitForURL(/\/r\/rooms\?.*batch=/);
	await page.getByText("1-1-1011").first().waitFor();
	await expect.poll(() => page.locator("tbody tr", { hasText: /\d-\d-\d{4}/ }).count()).toBe(5);
	expect(await page.locator("tbody tr", { hasText: "1-1-1011" }).innerText()).toContain("94.56");
	await page.screenshot({ path: join(pictures, "import-batch.png") });
	const batch = new URL(page.url()).searchParams.get("batch") ?? "";
	expect(await ownerPhone(page, batch)).toMatch(/^189\*{4}9991$/);

	await page.goto(`/import/${batch}`);
	await press(page, say(text.undo));
	await page
		.getByRole("dialog")
		.getByRole("button", { name: say(text.undoYes), exact: true })
		.click();
	await page.getByText(say(text.undone), { exact: true }).first().waitFor({ timeout: 30_000 });
	expect(await totals(page)).toEqual(before);
	expect(faults).toEqual([]);
	await context.close();
});

test("importRoom.xlsx: refused where the room has another owner, written where it has none", async () => {
	const say = speaker("en");
	const first = await visit(world, { device: "desktop", theme: "dark", language: "en" });
	await signIn(first.page, "project_mgr", "/import");
	await choose(first.page, say, "锦澜花园", join(books, "importRoom.xlsx"));
	await first.page.getByText("the room has another owner already", { exact: false }).waitFor();
	const write = first.page.getByRole("button", { name: say(text.writeSkip, { n: 0 }) });
	expect(await write.isDisabled()).toBe(true);
	await first.page.screenshot({ path: join(pictures, "import-refused-en.png") });
	expect(first.faults).toEqual([]);
	await first.context.close();

	const second = await visit(world, { device: "desktop", theme: "dark", language: "en" });
	const { page } = second;
	await signIn(page, "project_mgr2", "/import");
	await choose(page, say, "云河公寓", join(books, "importRoom.xlsx"));
	await press(page, say(text.write, { n: 1 }));
	await page.getByText(say(text.written), { exact: true }).first().waitFor({ timeout: 30_000 });
	await page.getByRole("link", { name: /\(1\)/ }).first().waitFor();
	const found = await list(page, "rooms", "q=1-1-1001");
	expect(found.items[0]).toMatchObject({ code: "1-1-1001", build_area: 9456 });
	expect(second.faults).toEqual([]);
	await second.context.close();
});

test("a file that is no workbook is refused in words", async () => {
	const say = speaker("zh");
	const { page, context, faults } = await visit(world, { device: "desktop" });
	await signIn(page, "project_mgr", "/import");
	for (const [name, content] of [
		["notes.xlsx", Buffer.from("this is no workbook")],
		["cut.xlsx", readFileSync(join(books, "hc.xlsx")).subarray(0, 6000)],
	] as const) {
		await page.goto("/import");
		await page
			.locator("input[type=file]")
			.setInputFiles({ name, mimeType: "application/octet-stream", buffer: content });
		const alert = page.locator("[role=alert]").filter({ hasText: /\S/ }).first();
		await alert.waitFor();
		expect((await alert.innerText()).length).toBeGreaterThan(6);
		await page.screenshot({ path: join(pictures, `import-refused-${name}.png`) });
	}
	await page.goto("/import");
	await page.getByText(say(text.drop)).waitFor();
	expect(faults).toEqual([]);
	await context.close();
});

async function choose(page: Page, say: Say, project: string, file: string): Promise<void> {
	await page.getByLabel(say(text.project)).selectOption({ label: project });
	await page.locator("input[type=file]").setInputFiles(file);
	await page.waitForURL(/\/import\/\d+/);
}

interface Listed {
	items: Record<string, unknown>[];
	total: number;
}

async function list(page: Page, register: string, query: string): Promise<Listed> {
	const answer = await page.request.get(`/api/${register}?${query}`);
	expect(answer.ok()).toBe(true);
	return (await answer.json()) as Listed;
}

/** How many records there are of what the workbook brings. */
async function totals(page: Page): Promise<Record<string, number>> {
	const out: Record<string, number> = {};
	for (const register of ["buildings", "units", "rooms", "customers", "ownerships", "parking-spaces"]) {
		out[register] = (await list(page, register, "size=1")).total;
	}
	return out;
}

/** The phone of the second customer of the batch as a list shows it. */
async function ownerPhone(page: Page, batch: string): Promise<string> {
	const customers = await list(page, "customers", `batch=${batch}&size=20`);
	expect(customers.total).toBe(5);
	return String(customers.items.find((c) => c.phone && String(c.phone).endsWith("9991"))?.phone);
}

/** The files of a zip archive, by name. */
function unzip(data: Buffer): Map<string, Buffer> {
	const files = new Map<string, Buffer>();
	const end = data.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
	let at = data.readUInt32LE(end + 16);
	for (let n = data.readUInt16LE(end + 10); n > 0; n--) {
		const size = data.readUInt32LE(at + 20);
		const [name, extra, comment] = [28, 30, 32].map((o) => data.readUInt16LE(at + o)) as [number, number, number];
		const local = data.readUInt32LE(at + 42);
		const start = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28);
		const body = data.subarray(start, start + size);
		files.set(
			data.subarray(at + 46, at + 46 + name).toString(),
			data.readUInt16LE(at + 10) === 8 ? inflateRawSync(body) : body,
		);
		at += 46 + name + extra + comment;
	}
	return files;
}
