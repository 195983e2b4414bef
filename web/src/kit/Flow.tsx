import { useRef } from "react";
import { useText } from "./i18n.ts";
import { Icon } from "./icons.tsx";
import { cleanSvg } from "./svg.ts";
import { common } from "./text.ts";

/** The server's drawing of a flow: done, now, next; scrolls sideways, opens full screen. */
export function Flow({ svg, label }: { svg: string; label: string }) {
	const t = useText(common);
	const box = useRef<HTMLElement>(null);
	if (!svg) return null;
	return (
		<figure className="flow" ref={box}>
			<section
				className="flow-canvas"
				aria-label={label}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
				tabIndex={0}
				ref={(node) => {
					if (!node) return;
					node.replaceChildren(...cleanSvg(svg));
					// What is being done now stands in the middle of the strip.
					const now = node.querySelector(".lf-now")?.getBoundingClientRect();
					const box = node.getBoundingClientRect();
					if (now) {
						node.scrollLeft += now.left + now.width / 2 - box.left - box.width / 2;
						node.scrollTop += now.top + now.height / 2 - box.top - box.height / 2;
					}
				}}
			/>
			<button
				type="button"
				className="icon-button flow-full"
				aria-label={t("fullScreen")}
				title={t("fullScreen")}
				onClick={() => {
					if (document.fullscreenElement) void document.exitFullscreen();
					else void box.current?.requestFullscreen();
				}}
			>
				<Icon name="expand" />
			</button>
		</figure>
	);
}
