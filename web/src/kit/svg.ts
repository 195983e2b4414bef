const allowed = new Set(
	"svg g path rect circle ellipse line polyline polygon text tspan title desc defs marker use style clipPath"
		.toLowerCase()
		.split(" ")
		.concat("clippath"),
);

/** Parses a drawing from the server and drops everything that could run or load: the tree is built, never inner HTML. */
export function cleanSvg(source: string): Node[] {
	const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
	const root = parsed.documentElement;
	if (root.nodeName.toLowerCase() !== "svg" || parsed.querySelector("parsererror")) return [];
	const walk = (node: Element) => {
		for (const child of [...node.children]) {
			if (!allowed.has(child.nodeName.toLowerCase())) child.remove();
			else walk(child);
		}
		for (const { name, value } of [...node.attributes]) {
			const n = name.toLowerCase();
			const outside = (n === "href" || n === "xlink:href") && !value.startsWith("#");
			if (n.startsWith("on") || outside || /javascript:|url\(\s*['"]?(?!#)/i.test(value)) node.removeAttribute(name);
		}
		if (node.nodeName.toLowerCase() === "style" && /@import|url\(\s*['"]?(?!#)/i.test(node.textContent ?? ""))
			node.remove();
	};
	walk(root);
	return [document.importNode(root, true)];
}
