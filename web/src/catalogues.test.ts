import { describe, expect, test } from "vitest";

// Every catalogue of every app: nothing empty, and both languages fill the same places.
const modules = import.meta.glob<Record<string, unknown>>("./**/text.ts", { eager: true });

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

const catalogues = Object.entries(modules).flatMap(([path, exports]) =>
	Object.entries(exports).map(([name, catalogue]): [string, unknown] => [`${path} ${name}`, catalogue]),
);

describe.each(catalogues)("%s", (_name, catalogue) => {
	test("is complete in Chinese and English", () => {
		const pairs = Object.entries(catalogue as Record<string, readonly [string, string]>);
		expect(pairs.length).toBeGreaterThan(0);
		for (const [key, [zh, en]] of pairs) {
			expect(zh.trim(), `${key}, Chinese`).not.toBe("");
			expect(en.trim(), `${key}, English`).not.toBe("");
			expect(placeholders(en), key).toEqual(placeholders(zh));
		}
	});
});

test("there are catalogues", () => {
	expect(catalogues.length).toBeGreaterThan(5);
});
