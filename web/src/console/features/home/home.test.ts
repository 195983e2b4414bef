import { expect, test } from "vitest";
import { niceTop } from "./Trend.tsx";

test("the axis ends at a figure that divides into four", () => {
	expect([0, 3, 9, 14, 37, 60, 95, 412].map(niceTop)).toEqual([4, 4, 12, 20, 40, 60, 100, 600]);
	for (let n = 1; n < 5000; n += 7) {
		expect(niceTop(n) % 4).toBe(0);
		expect(niceTop(n)).toBeGreaterThanOrEqual(n);
	}
});
