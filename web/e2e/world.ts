/** One running Lifang with a demo company, and a real browser to use it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { onTestFailed } from "vitest";

/** The program under test. */
export const program = process.env.LIFANG_PROGRAM ?? resolve(import.meta.dirname, "../../bin/lifang");
export const pictures = resolve(import.meta.dirname, "../test-results");

export interface World {
	base: string;
	dir: string;
	browser: Browser;
	/** Stops the server and starts it again on the same data, as an operator would. */
	restart: () => Promise<void>;
	/** Stops the server, runs `lifang verify`, starts again; returns verify's lines. It throws when verify finds a fault. */
	verify: () => Promise<string[]>;
	close: () => Promise<void>;
}

export async function startWorld(rooms = 120): Promise<World> {
	const dir = mkdtempSync(join(tmpdir(), "lifang-e2e-"));
	execFileSync(program, ["demo", "--dir", dir, "--rooms", String(rooms), "--seed", "7"], { stdio: "pipe" });
	const address = `127.0.0.1:${await freePort()}`;
	let server: ChildProcess;
	const serve = async () => {
		server = spawn(program, ["serve", "--dir", dir, "--addr", address, "--demo"], { stdio: "ignore" });
		await ready(`http://${address}/readyz`);
	};
	const stop = async () => {
		const ended = new Promise((done) => server.once("exit", done));
		server.kill("SIGTERM");
		await ended;
	};
	await serve();
	const browser = await chromium.launch({ executablePath: findChromium(), args: browserFlags });
	mkdirSync(pictures, { recursive: true });
	return {
		base: `http://${address}`,
		dir,
		browser,
		async restart() {
			await stop();
			await serve();
		},
		async verify() {
			await stop();
			const said = execFileSync(program, ["verify", "--dir", dir], { encoding: "utf8" });
			await serve();
			return said.trim().split("\n");
		},
		async close() {
			await browser.close();
			if (server.exitCode === null) await stop();
			rmSync(dir, { recursive: true, force: true });
		},
	};
}

const browserFlags = [
	"--headless",
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];

function findChromium(): string {
	const found = [process.env.LIFANG_CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
		(path) => path && existsSync(path),
	);
	if (!found) throw new Error("no Chromium found: install the package chromium or set LIFANG_CHROMIUM");
	return found;
}

async function ready(url: string): Promise<void> {
	for (let i = 0; i < 200; i++) {
		const up = await fetch(url).then(
			(answer) => answer.ok,
			() => false,
		);
		if (up) return;
		await new Promise((done) => setTimeout(done, 50));
	}
	throw new Error(`${url} did not answer`);
}

function freePort(): Promise<number> {
	return new Promise((done, fail) => {
		const probe = createServer();
		probe.on("error", fail);
		probe.listen(0, "127.0.0.1", () => {
			const address = probe.address();
			probe.close(() => (address && typeof address === "object" ? done(address.port) : fail(new Error("no port"))));
		});
	});
}

export interface Look {
	device: "desktop" | "phone";
	theme?: "light" | "dark";
	language?: "zh" | "en";
}

let seats = 0;

/** A fresh browser profile with its own cookies. Errors of the page fail the test that uses it. */
export async function visit(
	world: World,
	look: Look,
): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
	const phone = look.device === "phone";
	const context = await world.browser.newContext({
		baseURL: world.base,
		locale: "zh-CN",
		timezoneId: "Asia/Shanghai",
		viewport: phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
		deviceScaleFactor: phone ? 2 : 1,
		isMobile: phone,
		hasTouch: phone,
		geolocation: { latitude: 31.2304, longitude: 121.4737 },
		permissions: ["geolocation"],
		acceptDownloads: true,
	});
	const prefs = { theme: look.theme ?? "light", language: look.language ?? "zh" };
	await context.addInitScript((value) => {
		if (!localStorage.getItem("lifang.prefs")) localStorage.setItem("lifang.prefs", JSON.stringify(value));
	}, prefs);
	const page = await context.newPage();
	page.setDefaultTimeout(15_000);
	const seat = ++seats;
	onTestFailed(() =>
		page.screenshot({ path: join(pictures, `failed-${seat}-${look.device}.png`) }).then(() => undefined),
	);
	const faults: string[] = [];
	page.on("pageerror", (error) => faults.push(String(error)));
	page.on("console", (message) => {
		if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) faults.push(message.text());
	});
	return { page, context, faults };
}

/** Signs in with a demo account over the page's own session, as quickly as the server allows. */
export async function signIn(page: Page, account: string, path: string): Promise<void> {
	const answer = await page.request.post("/api/session", {
		data: { account, password: "lifang2026" },
		headers: { "Sec-Fetch-Site": "same-origin" },
	});
	if (!answer.ok()) throw new Error(`sign in ${account}: ${answer.status()} ${await answer.text()}`);
	await page.goto(path);
}
