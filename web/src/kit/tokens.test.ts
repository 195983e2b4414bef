import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");

function block(selector: string): Record<string, string> {
	const from = css.indexOf(`${selector} {`);
	const body = css.slice(from, css.indexOf("}", from));
	return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1] ?? "", m[2] ?? ""]));
}

function luminance(hex: string): number {
	const channel = (at: number) => {
		const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
		return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	};
	return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
	const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
	return (light + 0.05) / (dark + 0.05);
}

const grounds = ["canvas", "surface", "raised", "nav", "head"];
const pairs: [string, string, number][] = [
	...["text", "text-2", "text-3", "primary"].flatMap((ink) =>
		grounds.map((g): [string, string, number] => [ink, g, 4.5]),
	),
	...["ok", "warn", "danger", "info", "idle"].flatMap((tone): [string, string, number][] => [
		[tone, `${tone}-tint`, 4.5],
		[tone, "surface", 4.5],
	]),
	["primary", "primary-tint", 4.5],
	["text", "primary-tint", 4.5],
	["text-2", "primary-tint", 4.5],
	["text-3", "primary-tint", 4.5],
	["primary-on", "primary", 4.5],
	["primary-on", "primary-hover", 4.5],
	["line-strong", "surface", 3],
	["line-strong", "canvas", 3],
];

describe.each([
	["light", ":root"],
	["dark", ':root[data-theme="dark"]'],
])("%s theme", (_name, selector) => {
	const tokens = block(selector);
	test.each(pairs)("%s on %s", (ink, ground, least) => {
		expect(contrast(tokens[ink] ?? "", tokens[ground] ?? "")).toBeGreaterThanOrEqual(least);
	});
});
