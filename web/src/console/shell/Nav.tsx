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
					<div key={group.title} className="nav-group">
						<h2>{group.title}</h2>
						{group.entries.map((entry) => (
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
					</div>
				))}
			</nav>
		</>
	);
}
