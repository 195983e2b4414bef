import { useState } from "react";
import { Link } from "react-router";
import { useText } from "@/kit/i18n.ts";
import type { NavGroup } from "../nav.ts";
import { Eave, Logo } from "./Logo.tsx";
import { text } from "./text.ts";

interface NavProps {
	groups: readonly NavGroup[];
	current: string;
	todo: number;
	open: boolean;
	onGo: (path: string) => void;
	onClose: () => void;
}

export function Nav({ groups, current, todo, open, onGo, onClose }: NavProps) {
	const t = useText(text);
	return (
		<>
			{open && (
				<button
					type="button"
					className="nav-shade"
					aria-label={t("closeTab", { title: t("navigation") })}
					onClick={onClose}
				/>
			)}
			<nav className="nav" aria-label={t("navigation")} data-open={open || undefined}>
				<div className="brand">
					<Logo /> {t("product")}
				</div>
				<Eave />
				{groups.map((group) => (
					<Group key={group.title} group={group} current={current} todo={todo} onGo={onGo} />
				))}
			</nav>
		</>
	);
}

/** Longer groups show their first entries; the rest opens on demand, and by itself when one of them is in front. */
function Group({
	group,
	current,
	todo,
	onGo,
}: {
	group: NavGroup;
	current: string;
	todo: number;
	onGo: (path: string) => void;
}) {
	const t = useText(text);
	const [open, setOpen] = useState(false);
	const long = group.entries.length > most + 1;
	const hidden = long && !open && !group.entries.slice(most).some((e) => e.path === current);
	return (
		<div className="nav-group">
			<h2>{group.title}</h2>
			{(hidden ? group.entries.slice(0, most) : group.entries).map((entry) => (
				<Link
					key={entry.path}
					to={entry.path}
					className="nav-item"
					aria-current={entry.path === current ? "page" : undefined}
					onClick={(event) => {
						if (event.metaKey || event.ctrlKey || event.shiftKey) return;
						event.preventDefault();
						onGo(entry.path);
					}}
				>
					{entry.title}
					{entry.badge && todo > 0 && (
						<span className="badge" title={t("inbox", { n: todo })}>
							{todo > 999 ? "999+" : todo}
						</span>
					)}
				</Link>
			))}
			{long && (hidden || open) && (
				<button type="button" className="link nav-more" aria-expanded={open} onClick={() => setOpen(!open)}>
					{t(open ? "fewer" : "more", { n: group.entries.length - most })}
				</button>
			)}
		</div>
	);
}

const most = 6;
