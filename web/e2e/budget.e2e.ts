/** What a page costs to open, as the browser counts it: bytes over the wire until its rows are there. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn, startWorld, visit, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
	world = await startWorld(200);
});
afterAll(async () => {
	await world?.close();
});

const kilo = 1024;

test("a register shows a hundred rows within 320 KB of script and 40 KB of data", async () => {
	const { page, context, settled, faults } = await visit(world, { device: "desktop" });
	await signIn(page, "project_mgr");
	const weigh = await weighed(page);
	await page.goto("/r/rooms?size=100");
	await page.locator("tbody tr").nth(50).waitFor();
	await settled();
	const { script, list } = weigh();
	expect(script).toBeGreaterThan(50 * kilo);
	expect(script).toBeLessThanOrEqual(320 * kilo);
	expect(list("/api/rooms")).toBeLessThanOrEqual(40 * kilo);
	expect(faults).toEqual([]);
	await context.close();
});

test.each([
	["/o/", 85],
	["/m/", 85],
])("the phone app %s opens within %i KB of script", async (path, limit) => {
	const { page, context, settled } = await visit(world, { device: "phone" });
	const weigh = await weighed(page);
	await page.goto(path);
	await settled();
	const { script } = weigh();
	expect(script).toBeGreaterThan(10 * kilo);
	expect(script).toBeLessThanOrEqual(limit * kilo);
	await context.close();
});

/** Counts what comes over the wire from now on. */
async function weighed(page: import("playwright-core").Page) {
	const network = await page.context().newCDPSession(page);
	await network.send("Network.enable");
	const asked = new Map<string, { url: string; type: string }>();
	let script = 0;
	const answers = new Map<string, number>();
	network.on("Network.responseReceived", (e) => {
		asked.set(e.requestId, { url: new URL(e.response.url).pathname, type: e.type });
	});
	network.on("Network.loadingFinished", (e) => {
		const one = asked.get(e.requestId);
		if (!one) return;
		if (one.url.endsWith(".js")) script += e.encodedDataLength;
		answers.set(one.url, e.encodedDataLength);
	});
	return () => ({ script, list: (path: string) => answers.get(path) ?? Number.NaN });
}
