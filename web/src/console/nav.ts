import type { Me, RegisterEntry, StartableFlow } from "@/api/types.ts";
import { type Language, pick } from "@/kit/i18n.ts";

export interface NavEntry {
	path: string;
	title: string;
	badge?: "todo";
}
export interface NavGroup {
	title: string;
	entries: NavEntry[];
}

type Need = (facts: Facts) => boolean;
interface Facts {
	me: Me;
	registers: readonly RegisterEntry[];
	startable: readonly StartableFlow[];
}

const may = (me: Me, ...prefixes: string[]) =>
	me.permissions.some((p) => prefixes.some((q) => p === "*" || p.startsWith(q)));

interface PageDef {
	path: string;
	zh: string;
	en: string;
	need?: Need;
	badge?: "todo";
}

const pages = {
	home: { path: "/", zh: "工作台", en: "My desk" },
	inbox: { path: "/inbox", zh: "待办", en: "Inbox", badge: "todo" },
	desk: {
		path: "/desk",
		zh: "服务台",
		en: "Service desk",
		need: (f) => may(f.me, "svc.order.read") && f.startable.some((s) => s.flow === "order-intake"),
	},
	cashier: { path: "/cashier", zh: "收银台", en: "Cashier", need: (f) => may(f.me, "fin.receipt.execute") },
	import: {
		path: "/import",
		zh: "数据导入",
		en: "Import",
		need: (f) => f.registers.some((r) => r.can.includes("import")),
	},
} satisfies Record<string, PageDef>;

type Item = PageDef | string;

/** Groups of the console; a string is a register, shown when this person may see it. */
const plan: { zh: string; en: string; items: Item[] }[] = [
	{ zh: "我的", en: "Mine", items: [pages.home, pages.inbox, "messages"] },
	{ zh: "客户服务", en: "Resident service", items: [pages.desk, "service-requests", "work-orders"] },
	{ zh: "收费", en: "Billing", items: [pages.cashier, "bill-runs", "charges", "receipts", "fee-bindings", "fee-discounts", "price-standards", "fee-items"] },
	{
		zh: "房产",
		en: "Estate",
		items: [
			"rooms",
			"customers",
			"households",
			"parking-spaces",
			"vehicles",
			pages.import,
			"projects",
			"buildings",
			"units",
			"ownerships",
			"occupancies",
			"leases",
			"room-areas",
			"keys",
			"credentials",
			"meters",
			"consents",
			"estate-findings",
		],
	},
	{ zh: "组织", en: "Organisation", items: ["org-units", "positions", "employees", "appointments", "deputies"] },
	{ zh: "账务", en: "Ledger", items: ["vouchers", "entries", "accounts"] },
	{ zh: "管理", en: "Management", items: ["audit-trail"] },
];

/** The navigation of one person: only what they may open and what really exists. */
export function navigation(facts: Facts, language: Language): NavGroup[] {
	const known = new Map(facts.registers.map((r) => [r.name, r]));
	const groups = plan.map((group) => ({
		title: pick(language, group.zh, group.en),
		entries: group.items.flatMap((item): NavEntry[] => {
			if (typeof item !== "string") {
				if (item.need && !item.need(facts)) return [];
				return [
					{ path: item.path, title: pick(language, item.zh, item.en), ...(item.badge ? { badge: item.badge } : {}) },
				];
			}
			const register = known.get(item);
			known.delete(item);
			return register ? [registerEntry(register, language)] : [];
		}),
	}));
	groups.push({
		title: pick(language, "其他台账", "Other registers"),
		entries: [...known.values()].map((r) => registerEntry(r, language)),
	});
	return groups.filter((g) => g.entries.length > 0);
}

function registerEntry(register: RegisterEntry, language: Language): NavEntry {
	return { path: `/r/${register.name}`, title: pick(language, register.zh, register.en) };
}
