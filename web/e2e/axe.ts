import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Finding {
	id: string;
	help: string;
	nodes: { html: string; failureSummary: string }[];
}

/** Runs axe (WCAG 2.2 A and AA) on the page as it is and returns what it finds, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
	await page.evaluate(source);
	const findings = await page.evaluate(async () => {
		const axe = (globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: Finding[] }> } })
			.axe;
		const result = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
		return result.violations;
	});
	return findings.flatMap((f) =>
		f.nodes.map(
			(n) => `${f.id}: ${f.help}: ${n.html.slice(0, 160)} ${n.failureSummary.replace(/\s+/g, " ").slice(0, 200)}`,
		),
	);
}
