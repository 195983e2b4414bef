import type { DeskSummary } from "@/api/types.ts";
import { useText } from "@/kit/i18n.ts";
import { text } from "./text.ts";

const width = 560;
const height = 220;
const left = 32;
const bottom = 28;

/** Bars for what came in, a line for what was finished; a table says the same for those who cannot see it. */
export function Trend({ points }: { points: DeskSummary["trend"] }) {
	const t = useText(text);
	const most = Math.max(4, ...points.flatMap((p) => [p.opened, p.closed]));
	const top = niceTop(most);
	const step = (width - left - 8) / points.length;
	const x = (i: number) => left + step * (i + 0.5);
	const y = (n: number) => 12 + (height - bottom - 12) * (1 - n / top);
	const line = points.map((p, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(p.closed).toFixed(1)}`).join("");
	const every = Math.ceil(points.length / 7);
	return (
		<figure className="trend">
			<figcaption className="trend-legend">
				<span data-key="opened">{t("opened")}</span>
				<span data-key="closed">{t("closed")}</span>
			</figcaption>
			<svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
				{[0, 0.25, 0.5, 0.75, 1].map((part) => (
					<g key={part}>
						<line className="trend-rule" x1={left} x2={width} y1={y(top * part)} y2={y(top * part)} />
						<text className="trend-text" x={left - 8} y={y(top * part) + 4} textAnchor="end">
							{top * part}
						</text>
					</g>
				))}
				{points.map((p, i) => (
					<g key={p.date}>
						<rect
							className="trend-bar"
							x={x(i) - Math.min(9, step * 0.3)}
							y={y(p.opened)}
							width={Math.min(18, step * 0.6)}
							height={Math.max(0, height - bottom - y(p.opened))}
							rx="2"
						/>
						{i % every === 0 && (
							<text className="trend-text" x={x(i)} y={height - 8} textAnchor="middle">
								{p.date.slice(5)}
							</text>
						)}
						<title>{t("shown", { date: p.date, opened: p.opened, closed: p.closed })}</title>
					</g>
				))}
				<path className="trend-line" d={line} />
				{points.map((p, i) => (
					<circle key={p.date} className="trend-dot" cx={x(i)} cy={y(p.closed)} r="3" />
				))}
			</svg>
			<ul className="hidden-text">
				{points.map((p) => (
					<li key={p.date}>{t("shown", { date: p.date, opened: p.opened, closed: p.closed })}</li>
				))}
			</ul>
		</figure>
	);
}

/** The next figure above n that divides into four even steps. */
export function niceTop(n: number): number {
	const unit = 10 ** Math.floor(Math.log10(Math.max(1, n)));
	const top = [1, 2, 4, 6, 8, 10].map((k) => k * unit).find((k) => k >= n) ?? n;
	return Math.max(4, Math.ceil(top / 4) * 4);
}
