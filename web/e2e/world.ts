/** One running Lifang with a demo company, and a real browser to use it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page, type Request } from "playwright-core";
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
): Promise<{ page: Page; context: BrowserContext; faults: string[]; settled: () => Promise<void> }> {
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
	const open = new Set<Request>();
	page.on("request", (request) => {
		if (request.isNavigationRequest()) open.clear(); // what the former page asked for is nobody's any more
		if (!request.url().endsWith("/api/events")) open.add(request); // the event stream stays open
	});
	page.on("requestfinished", (request) => open.delete(request));
	page.on("requestfailed", (request) => open.delete(request));
	/** The page has its title, everything it asked for, and painted it. */
	const settled = async () => {
		await page.locator("h1:visible").first().waitFor();
		const busy = page.locator("[aria-busy=true]:visible");
		const late = Date.now() + 15_000;
		for (let quiet = 0; quiet < 4; ) {
			quiet = open.size === 0 && (await busy.count()) === 0 ? quiet + 1 : 0;
			if (Date.now() > late) throw new Error(`${page.url()} waits for ${[...open].map((r) => r.url())}`);
			await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20))));
		}
	};
	const seat = ++seats;
	onTestFailed(async () => {
		if (!page.isClosed()) await page.screenshot({ path: join(pictures, `failed-${seat}-${look.device}.png`) });
	});
	const faults: string[] = [];
	page.on("pageerror", (error) => faults.push(String(error)));
	page.on("console", (message) => {
		if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) faults.push(message.text());
	});
	return { page, context, faults, settled };
}

/** Signs in with a demo account over the page's own session, as quickly as the server allows; then opens a page. */
export async function signIn(page: Page, account: string, path?: string): Promise<void> {
	const answer = await page.request.post("/api/session", {
		data: { account, password: "lifang2026" },
		headers: { "Sec-Fetch-Site": "same-origin" },
	});
	if (!answer.ok()) throw new Error(`sign in ${account}: ${answer.status()} ${await answer.text()}`);
	if (path) await page.goto(path);
}
