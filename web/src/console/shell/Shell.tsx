import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Activity, memo, useCallback, useEffect, useMemo, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { registers, startable, tasks } from "@/api/queries.ts";
import type { Me } from "@/api/types.ts";
import { ask } from "@/kit/confirm.tsx";
import { useLanguage, useText } from "@/kit/i18n.ts";
import { useLiveQueries } from "@/kit/query.ts";
import { MeContext } from "../me.ts";
import { navigation } from "../nav.ts";
import { Pages } from "../Pages.tsx";
import { MustChange } from "./MustChange.tsx";
import { Nav } from "./Nav.tsx";
import { Tabs } from "./Tabs.tsx";
import { TopBar } from "./TopBar.tsx";
import { close, type Place, recall, remember, tabKey, visit } from "./tabStore.ts";
import { text } from "./text.ts";
import { TabKeyContext, type Work, WorkContext } from "./work.ts";

export function Shell({ me }: { me: Me }) {
	const t = useText(text);
	const language = useLanguage();
	const client = useQueryClient();
	const location = useLocation();
	const navigate = useNavigate();
	const [tabs, setTabs] = useState(() => recall(me.account));
	const [navOpen, setNavOpen] = useState(false);
	useLiveQueries(client, true);

	// The address decides which tab is in front; a new address is taken over while rendering, before anything is shown.
	const key = tabKey(location.pathname);
	const active = tabs.find((tab) => tab.key === key);
	if (!active || active.place.key !== location.key || active.place.search !== location.search) {
		const next = visit(tabs, location);
		setTabs(next);
		if (navOpen) setNavOpen(false);
	}

	const list = useQuery(registers);
	const flows = useQuery(startable);
	const todo = useQuery({ ...tasks("todo"), refetchInterval: 60_000 });
	const groups = useMemo(
		() => navigation({ me, registers: list.data ?? [], startable: flows.data ?? [] }, language),
		[me, list.data, flows.data, language],
	);
	const titles = useMemo(() => new Map(groups.flatMap((g) => g.entries.map((e) => [e.path, e.title]))), [groups]);

	const setTitle = useCallback((of: string, title: string) => {
		setTabs((old) =>
			old.some((tab) => tab.key === of && tab.title !== title)
				? old.map((tab) => (tab.key === of ? { ...tab, title } : tab))
				: old,
		);
	}, []);
	const setDirty = useCallback((of: string, dirty: boolean) => {
		setTabs((old) =>
			old.some((tab) => tab.key === of && tab.dirty !== dirty)
				? old.map((tab) => (tab.key === of ? { ...tab, dirty } : tab))
				: old,
		);
	}, []);
	useEffect(() => remember(me.account, tabs), [me.account, tabs]);
	const work: Work = useMemo(() => ({ setTitle, setDirty }), [setTitle, setDirty]);

	const shut = async (of: string) => {
		const tab = tabs.find((other) => other.key === of);
		if (
			tab?.dirty &&
			(await ask({ title: t("unsaved"), body: t("unsavedBody"), yes: t("closeAnyway"), danger: true })) === null
		)
			return;
		const { tabs: rest, next } = close(tabs, of);
		setTabs(rest);
		if (of === key) navigate(next ?? "/");
	};
	/** A page that is open keeps its address; pressing the page in front again clears it. */
	const go = (path: string) => {
		const open = tabs.find((tab) => tab.key === tabKey(path));
		navigate(open && open.key !== key ? open.place : path);
	};

	return (
		<MeContext value={me}>
			<WorkContext value={work}>
				<div className="shell">
					<a className="skip" href="#stage">
						{t("skip")}
					</a>
					<Nav
						groups={groups}
						current={key}
						todo={todo.data?.count ?? 0}
						open={navOpen}
						onGo={go}
						onClose={() => setNavOpen(false)}
					/>
					<TopBar me={me} groups={groups} onNav={() => setNavOpen(true)} />
					{me.must_change && <MustChange />}
					<Tabs tabs={tabs} active={key} titles={titles} onClose={shut} />
					<main className="stage" id="stage">
						{tabs.map((tab) => (
							<Activity key={tab.key} mode={tab.key === key ? "visible" : "hidden"}>
								<Pane tab={tab.key} place={tab.place} />
							</Activity>
						))}
					</main>
				</div>
			</WorkContext>
		</MeContext>
	);
}

const Pane = memo(function Pane({ tab, place }: { tab: string; place: Place }) {
	return (
		<TabKeyContext value={tab}>
			<div className="pane">
				<Pages place={place} />
			</div>
		</TabKeyContext>
	);
});
