/** How figures, dates and persons are written. Every function takes what the server sends and never computes money. */
import type { Language } from "./i18n.ts";

const zone = "Asia/Shanghai";

/** Divides a scaled integer by 10^scale without binary fractions: decimal(12345, 2) = "123.45". */
export function decimal(value: number, scale: number, grouped = true): string {
	const negative = value < 0;
	const digits = String(Math.abs(Math.round(value))).padStart(scale + 1, "0");
	const whole = scale ? digits.slice(0, -scale) : digits;
	const part = scale ? `.${digits.slice(-scale)}` : "";
	const body = grouped ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
	return `${negative ? "−" : ""}${body}${part}`;
}

/** Fen to "¥1,138.75". */
export function money(fen: number): string {
	const text = decimal(Math.abs(fen), 2);
	return `${fen < 0 ? "−" : ""}¥${text}`;
}

/** Reads "123.4" into a scaled integer (12340 for scale 2); undefined when it is no number or has too many digits. */
export function parseDecimal(text: string, scale: number): number | undefined {
	const clean = text
		.trim()
		.replace(/[,，\s¥￥]/g, "")
		.replace(/^−/, "-");
	const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(clean);
	if (!match || (!match[2] && !match[3])) return undefined;
	const part = match[3] ?? "";
	if (part.length > scale) return undefined;
	const value = Number(`${match[2] || "0"}${part.padEnd(scale, "0")}`);
	if (!Number.isSafeInteger(value)) return undefined;
	return match[1] && value !== 0 ? -value : value;
}

const parts = new Intl.DateTimeFormat("en-CA", {
	timeZone: zone,
	year: "numeric",
	month: "2-digit",
	day: "2-digit",
	hour: "2-digit",
	minute: "2-digit",
	hourCycle: "h23",
});

function pieces(ms: number) {
	const found = Object.fromEntries(parts.formatToParts(ms).map((p) => [p.type, p.value]));
	return {
		date: `${found.year}-${found.month}-${found.day}`,
		year: found.year ?? "",
		md: `${found.month}-${found.day}`,
		time: `${found.hour}:${found.minute}`,
	};
}

/** A month kept as 202611, "2026-11". */
export function month(value: number): string {
	return `${Math.floor(value / 100)}-${String(value % 100).padStart(2, "0")}`;
}

/** The civil date in the company's zone. */
export function civilDate(ms: number): string {
	return pieces(ms).date;
}

/** "2026-11-23 09:12". */
export function instant(ms: number): string {
	if (!ms) return "";
	const p = pieces(ms);
	return `${p.date} ${p.time}`;
}

/** Short form beside a timeline: time today, month and day this year, full date otherwise. */
export function shortInstant(ms: number, now: number): string {
	if (!ms) return "";
	const p = pieces(ms);
	const today = pieces(now);
	if (p.date === today.date) return p.time;
	return p.year === today.year ? `${p.md} ${p.time}` : `${p.date} ${p.time}`;
}

/** A deadline in words: "今天 18:00 前", "11-24 前", "已超时 2 小时". */
export function deadline(due: number, now: number, language: Language): string {
	const zh = language === "zh";
	if (due < now) {
		const minutes = Math.floor((now - due) / 60_000);
		const late =
			minutes < 60
				? zh
					? `${Math.max(1, minutes)} 分钟`
					: `${Math.max(1, minutes)} min`
				: minutes < 48 * 60
					? zh
						? `${Math.floor(minutes / 60)} 小时`
						: `${Math.floor(minutes / 60)} h`
					: zh
						? `${Math.floor(minutes / 1440)} 天`
						: `${Math.floor(minutes / 1440)} d`;
		return zh ? `已超时 ${late}` : `Overdue ${late}`;
	}
	const d = pieces(due);
	const today = pieces(now).date;
	const tomorrow = pieces(now + 86_400_000).date;
	if (d.date === today) return zh ? `今天 ${d.time} 前` : `Due today ${d.time}`;
	if (d.date === tomorrow) return zh ? `明天 ${d.time} 前` : `Due tomorrow ${d.time}`;
	return zh ? `${d.md} ${d.time} 前` : `Due ${d.md} ${d.time}`;
}

/** Bytes for people. */
export function fileSize(bytes: number): string {
	if (bytes < 1024) return `${bytes} B`;
	if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
	return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** Counts with thousands separators. */
export function count(n: number): string {
	return decimal(n, 0);
}
