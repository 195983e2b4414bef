import type { ReactNode } from "react";
import { ApiError } from "@/api/call.ts";
import { useErrorText } from "@/kit/errors.ts";
import { useText } from "@/kit/i18n.ts";
import { Icon, type IconName } from "@/kit/icons.tsx";
import { NavLink, useNavigate } from "@/kit/router.tsx";
import { common } from "@/kit/text.ts";
import { text } from "./text.ts";

/** One page: a title (with a way back when it is not a tab), its content, and at most one bar of buttons below. */
export function Screen({
	title,
	sub,
	back,
	aside,
	foot,
	children,
}: {
	title: ReactNode;
	sub?: ReactNode;
	/** Where the arrow leads when there is no history. */
	back?: string;
	aside?: ReactNode;
	foot?: ReactNode;
	children: ReactNode;
}) {
	const t = useText(text);
	const navigate = useNavigate();
	return (
		<div className="screen" data-foot={foot ? "" : undefined}>
			<header className="screen-head" data-sub={back ? "" : undefined}>
				{back && (
					<button
						type="button"
						className="icon-button"
						aria-label={t("back")}
						onClick={() => (window.history.state?.idx > 0 ? navigate(-1) : navigate(back))}
					>
						<Icon name="left" size={24} />
					</button>
				)}
				<div className="screen-title">
					<h1>{title}</h1>
					{sub && <p>{sub}</p>}
				</div>
				{aside}
			</header>
			<main className="screen-body">{children}</main>
			{foot && <footer className="screen-foot">{foot}</footer>}
		</div>
	);
}

export interface Tab {
	to: string;
	icon: IconName;
	label: string;
	badge?: number | undefined;
}

/** The tabs at the bottom edge, in reach of the thumb. */
export function TabBar({ tabs }: { tabs: readonly Tab[] }) {
	const t = useText(text);
	return (
		<nav className="tab-bar" aria-label={t("main")}>
			{tabs.map((tab) => (
				<NavLink key={tab.to} to={tab.to} end={tab.to === "/"}>
					<Icon name={tab.icon} size={26} />
					<span>{tab.label}</span>
					{tab.badge ? <b className="badge">{tab.badge > 99 ? "99+" : tab.badge}</b> : null}
				</NavLink>
			))}
		</nav>
	);
}

/** What stands in for content: reading, failed (with a way to try again), or nothing yet. */
export function Pending({ query }: { query: { isPending: boolean; error: unknown; refetch: () => unknown } }) {
	const t = useText({ ...common, ...text });
	const errorText = useErrorText();
	if (query.isPending)
		return (
			<p className="hint" role="status">
				{t("loading")}
			</p>
		);
	if (!query.error) return null;
	const gone = query.error instanceof ApiError && query.error.status === 404;
	return (
		<div className="hint" role="alert">
			<p>{errorText(query.error)}</p>
			{!gone && (
				<button type="button" className="button" onClick={() => query.refetch()}>
					{t("retry")}
				</button>
			)}
		</div>
	);
}

/** A titled part of a page. */
export function Section({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
	return (
		<section className="section">
			<div className="section-head">
				<h2>{title}</h2>
				{more}
			</div>
			{children}
		</section>
	);
}
