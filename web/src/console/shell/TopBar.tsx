import { useEffect, useState } from "react";
import type { Me } from "@/api/types.ts";
import { useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { Menu } from "@/kit/Menu.tsx";
import { setPrefs, type Theme, usePrefs } from "@/kit/prefs.ts";
import type { NavGroup } from "../nav.ts";
import { MeMenu } from "./MeMenu.tsx";
import { Messages } from "./Messages.tsx";
import { Palette } from "./Palette.tsx";
import { text } from "./text.ts";

export function TopBar({ me, groups, onNav }: { me: Me; groups: readonly NavGroup[]; onNav: () => void }) {
	const t = useText(text);
	const prefs = usePrefs();
	const [finding, setFinding] = useState(false);
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
				event.preventDefault();
				setFinding(true);
			}
		};
		window.addEventListener("keydown", onKey);
		return () => window.removeEventListener("keydown", onKey);
	}, []);
	const other = prefs.language === "zh" ? "en" : "zh";
	return (
		<header className="topbar">
			<button type="button" className="icon-button only-narrow" aria-label={t("openNav")} onClick={onNav}>
				<Icon name="menu" size={18} />
			</button>
			<ProjectSwitch me={me} />
			<button type="button" className="find-button" onClick={() => setFinding(true)} aria-label={`${t("find")} Ctrl K`}>
				<Icon name="search" />
				<span>{t("find")}</span>
				<kbd>Ctrl K</kbd>
			</button>
			<span className="topbar-gap" />
			<Messages />
			<button
				type="button"
				className="icon-button only-wide"
				aria-label={t("density")}
				title={t(prefs.density === "tight" ? "normal" : "tight")}
				aria-pressed={prefs.density === "tight"}
				onClick={() => setPrefs({ density: prefs.density === "tight" ? "normal" : "tight" })}
			>
				<Icon name="density" size={18} />
			</button>
			<Menu label={t("theme")} button={<Icon name={prefs.theme === "dark" ? "moon" : "sun"} size={18} />}>
				{(close) =>
					(["auto", "light", "dark"] as Theme[]).map((theme) => (
						<button
							key={theme}
							type="button"
							className="menu-item"
							aria-current={prefs.theme === theme}
							onClick={() => {
								setPrefs({ theme });
								close();
							}}
						>
							{t(theme)}
						</button>
					))
				}
			</Menu>
			<button type="button" className="icon-button" lang={other} onClick={() => setPrefs({ language: other })}>
				{other === "en" ? "English" : "中文"}
			</button>
			<MeMenu me={me} />
			{finding && <Palette groups={groups} onClose={() => setFinding(false)} />}
		</header>
	);
}

function ProjectSwitch({ me }: { me: Me }) {
	const t = useText(text);
	const { project } = usePrefs();
	if (me.projects.length === 0) return null;
	const current = me.projects.find((p) => p.id === project);
	const first = me.projects[0];
	if (me.projects.length === 1 && first) return <strong className="project-button">{first.name}</strong>;
	return (
		<Menu
			label={`${current?.name ?? t("allProjects")}, ${t("project")}`}
			align="start"
			className="icon-button project-button"
			button={
				<>
					{current?.name ?? t("allProjects")} <Icon name="down" size={14} />
				</>
			}
		>
			{(close) =>
				[{ id: "", name: t("allProjects"), code: "" }, ...me.projects].map((p) => (
					<button
						key={p.id}
						type="button"
						className="menu-item"
						aria-current={p.id === (current?.id ?? "")}
						onClick={() => {
							setPrefs({ project: p.id });
							close();
						}}
					>
						{p.name} <span className="soft">{p.code}</span>
					</button>
				))
			}
		</Menu>
	);
}
