import { createContext, use, useEffect } from "react";
import { tabKey } from "./tabStore.ts";

export interface Work {
	setTitle: (key: string, title: string) => void;
	setDirty: (key: string, dirty: boolean) => void;
}

export const WorkContext = createContext<Work>({ setTitle: () => {}, setDirty: () => {} });
export const TabKeyContext = createContext("/");

/** Names the work tab of the page that calls it. */
export function useTabTitle(title: string): void {
	const { setTitle } = use(WorkContext);
	const key = use(TabKeyContext);
	useEffect(() => {
		if (title) setTitle(key, title);
	}, [setTitle, key, title]);
}

/** Marks the work tab as holding something unsaved: it is not closed without asking. */
export function useDirty(dirty: boolean): void {
	const { setDirty } = use(WorkContext);
	const key = use(TabKeyContext);
	useEffect(() => {
		setDirty(key, dirty);
		if (!dirty) return;
		const warn = (event: BeforeUnloadEvent) => event.preventDefault();
		window.addEventListener("beforeunload", warn);
		return () => {
			window.removeEventListener("beforeunload", warn);
			// A hidden tab runs this too, and keeps its mark; what is gone from the tab in front takes it along.
			if (tabKey(window.location.pathname) === key) setDirty(key, false);
		};
	}, [setDirty, key, dirty]);
}
