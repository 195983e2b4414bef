/** What a person does with a form: the same on the desk and on the phone, in either language. */
import { crc32, deflateSync } from "node:zlib";
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** A word in both languages, as the catalogues keep it. */
export type Word = readonly [zh: string, en: string];
export type Say = (word: Word, values?: Readonly<Record<string, string | number>>) => string;

/** The words of a language; {name} is replaced. */
export function speaker(language: "zh" | "en"): Say {
	return (word, values = {}) =>
		word[language === "zh" ? 0 : 1].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function field(at: Page | Locator, name: string): Locator {
	return at.locator(`[data-field="${name}"]`);
}

/** Types into a text, figure or date field. */
export async function type(at: Page | Locator, name: string, value: string): Promise<void> {
	await field(at, name).locator("input, textarea").first().fill(value);
}

/** Presses one of the buttons of a choice. */
export async function choose(at: Page | Locator, name: string, label: string): Promise<void> {
	await field(at, name).getByRole("radio", { name: label, exact: true }).check();
}

/** Chooses from a long list: the phone's own, or the desk's with a search. */
export async function select(page: Page, name: string, label: string): Promise<void> {
	const box = field(page, name);
	await box.waitFor();
	if ((await box.locator("select").count()) > 0) {
		await box.locator("select").selectOption({ label });
		return;
	}
	await box.locator("input").click();
	await box.locator("input").fill(label);
	await page.locator(".ant-select-item-option", { hasText: label }).first().click();
}

/** Adds photos and waits until the server has them. */
export async function addPhotos(page: Page, name: string, ...pictures: Buffer[]): Promise<void> {
	const box = field(page, name);
	await box
		.locator("input[type=file]")
		.setInputFiles(pictures.map((buffer, i) => ({ name: `${name}-${i + 1}.png`, mimeType: "image/png", buffer })));
	await expect.poll(() => box.locator(".file-chip img").count(), { timeout: 15_000 }).toBe(pictures.length);
}

/** Draws a signature with the finger and waits until it is kept. */
export async function sign(page: Page, name: string, signed: string): Promise<void> {
	const box = field(page, name);
	const canvas = box.locator("canvas");
	await canvas.scrollIntoViewIfNeeded();
	const area = await canvas.boundingBox();
	if (!area) throw new Error(`no canvas in ${name}`);
	await page.mouse.move(area.x + 30, area.y + area.height / 2);
	await page.mouse.down();
	for (let i = 1; i <= 12; i++) {
		await page.mouse.move(area.x + 30 + i * 18, area.y + area.height / 2 + (i % 2 ? -18 : 18));
	}
	await page.mouse.up();
	await box.getByText(signed, { exact: true }).waitFor();
}

export async function press(at: Page | Locator, label: string): Promise<void> {
	await at.getByRole("button", { name: label, exact: true }).first().click();
}

/** A photograph: width × height pixels of one colour with a darker stripe, as PNG. */
export function picture(width: number, height: number, [r, g, b]: readonly [number, number, number]): Buffer {
	const row = Buffer.alloc(1 + width * 3);
	for (let x = 0; x < width; x++) {
		const shade = x % 64 < 8 ? 0.6 : 1;
		row.set([r * shade, g * shade, b * shade].map(Math.round), 1 + x * 3);
	}
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 2], 8);
	return Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
		chunk("IHDR", head),
		chunk("IDAT", deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

function chunk(kind: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
	const out = Buffer.alloc(body.length + 8);
	out.writeUInt32BE(data.length, 0);
	body.copy(out, 4);
	out.writeUInt32BE(crc32(body), body.length + 4);
	return out;
}
