import { expect, test } from "vitest";
import { cleanSvg } from "./svg.ts";

function markup(source: string): string {
	const [node] = cleanSvg(source);
	return node ? (node as Element).outerHTML : "";
}

test("what runs or loads is dropped, the drawing stays", () => {
	const out = markup(
		'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"><script>1</script><g class="done" onclick="y()"><rect width="3"/></g><image href="http://a/b"/><use href="#m"/><foreignObject><p/></foreignObject></svg>',
	);
	expect(out).toContain('class="done"');
	expect(out).toContain('width="3"');
	expect(out).toContain('href="#m"');
	for (const bad of ["script", "onload", "onclick", "http://a", "foreignObject"]) expect(out).not.toContain(bad);
});

test("something that is no drawing becomes nothing", () => {
	expect(cleanSvg("<p>hello</p>")).toEqual([]);
});
