/** Bad input against the running program: a clear refusal, nothing half written, and it goes on serving. */
import { connect } from "node:net";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

let world: World;
let cookie = "";
beforeAll(async () => {
	world = await startWorld(40);
	const answer = await fetch(`${world.base}/api/session`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ account: "project_mgr", password: "lifang2026" }),
	});
	cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
	expect(cookie).not.toBe("");
});
afterAll(async () => {
	await world?.close();
});

async function send(path: string, body: NonNullable<RequestInit["body"]>, type?: string): Promise<Response> {
	return fetch(`${world.base}${path}`, {
		method: "POST",
		headers: { cookie, ...(type ? { "content-type": type } : {}) },
		body,
	});
}

async function rooms(): Promise<number> {
	const answer = await fetch(`${world.base}/api/rooms?size=1`, { headers: { cookie } });
	expect(answer.status).toBe(200);
	return ((await answer.json()) as { total: number }).total;
}

test("ten megabytes of JSON are refused before they are read", async () => {
	const before = await rooms();
	const answer = await send("/api/rooms", `{"code":"${"x".repeat(10 << 20)}"}`, "application/json").catch(
		() => undefined,
	);
	// The server may close the connection while we still send: that is a refusal too.
	if (answer) expect(answer.status).toBe(413);
	expect(await rooms()).toBe(before);
});

test.each([
	["wrong types", `{"code":17,"build_area":"many"}`, 400],
	["unknown fields", `{"code":"9-9-901","nonsense":true}`, 400],
	["no JSON", `{"code":`, 400],
])("%s are refused with a reason", async (_, body, status) => {
	const before = await rooms();
	const answer = await send("/api/rooms", body, "application/json");
	const problem = (await answer.json()) as { code: string; detail_zh: string; detail_en: string };
	expect([status, 422]).toContain(answer.status);
	expect(problem.code).not.toBe("");
	expect(problem.detail_zh).not.toBe("");
	expect(problem.detail_en).not.toBe("");
	expect(await rooms()).toBe(before);
});

test("an upload that is cut leaves nothing behind", async () => {
	const before = await imports();
	const address = new URL(world.base);
	await new Promise<void>((done, fail) => {
		const socket = connect(Number(address.port), address.hostname, () => {
			socket.write(
				`POST /api/imports HTTP/1.1\r\nHost: ${address.host}\r\nCookie: ${cookie}\r\nContent-Length: 500000\r\n` +
					"Content-Type: multipart/form-data; boundary=cut\r\n\r\n" +
					'--cut\r\nContent-Disposition: form-data; name="kind"\r\n\r\nhc\r\n' +
					'--cut\r\nContent-Disposition: form-data; name="file"; filename="hc.xlsx"\r\n\r\nPK\u0003\u0004',
				() => socket.destroy(),
			);
		});
		socket.on("close", () => done());
		socket.on("error", fail);
	});
	expect(await imports()).toBe(before);
	expect((await fetch(`${world.base}/readyz`)).status).toBe(200);
});

test("a workbook that unpacks to gigabytes is refused", async () => {
	const form = new FormData();
	form.set("kind", "hc");
	form.set("file", new Blob([new Uint8Array(bomb())]), "bomb.xlsx");
	const project = await fetch(`${world.base}/api/projects?size=1`, { headers: { cookie } });
	form.set("project_id", ((await project.json()) as { items: { id: string }[] }).items[0]?.id ?? "");
	const answer = await send("/api/imports", form);
	const run = (await answer.json()) as { id?: string; code?: string };
	if (answer.ok) {
		const state = async () => {
			const one = await fetch(`${world.base}/api/imports/${run.id}`, { headers: { cookie } });
			return ((await one.json()) as { state: string }).state;
		};
		await expect.poll(state, { timeout: 20_000 }).toBe("failed");
	} else {
		expect(answer.status).toBeLessThan(500);
		expect(run.code).toBeTruthy();
	}
	expect((await fetch(`${world.base}/readyz`)).status).toBe(200);
});

async function imports(): Promise<number> {
	const answer = await fetch(`${world.base}/api/imports`, { headers: { cookie } });
	return ((await answer.json()) as { items: unknown[] | null }).items?.length ?? 0;
}

/** A zip whose only sheet says that it unpacks to two gigabytes, and nearly does. */
function bomb(): Buffer {
	const name = Buffer.from("xl/worksheets/sheet1.xml");
	const packed = deflateRawSync(Buffer.alloc(64 << 20, 0x20), { level: 9 });
	const head = Buffer.alloc(26);
	head.writeUInt16LE(20, 0);
	head.writeUInt16LE(8, 4);
	head.writeUInt32LE(packed.length, 14);
	head.writeUInt32LE(2 ** 31, 18);
	head.writeUInt16LE(name.length, 22);
	const local = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), head, name, packed]);
	const central = Buffer.concat([Buffer.from([0x50, 0x4b, 1, 2, 20, 0]), head, Buffer.alloc(14), name]);
	const end = Buffer.alloc(22);
	end.set([0x50, 0x4b, 5, 6]);
	end.writeUInt16LE(1, 8);
	end.writeUInt16LE(1, 10);
	end.writeUInt32LE(central.length, 12);
	end.writeUInt32LE(local.length, 16);
	return Buffer.concat([local, central, end]);
}
