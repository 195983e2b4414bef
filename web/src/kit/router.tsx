import {
	type AnchorHTMLAttributes,
	Children,
	createContext,
	isValidElement,
	type MouseEvent,
	type ReactElement,
	type ReactNode,
	use,
	useEffect,
	useMemo,
	useSyncExternalStore,
} from "react";

/**
 * The phone apps' router: the few words of react-router they use, in a twentieth of its weight. The console keeps
 * react-router, whose routes can stand at an address that is not the browser's.
 */

const changed = "lifang:navigated";

interface Routing {
	base: string;
	/** Below the base: "/cases/12". */
	pathname: string;
	search: string;
}

const RoutingContext = createContext<Routing>({ base: "", pathname: "/", search: "" });
const ParamsContext = createContext<Readonly<Record<string, string>>>({});

function subscribe(run: () => void): () => void {
	window.addEventListener("popstate", run);
	window.addEventListener(changed, run);
	return () => {
		window.removeEventListener("popstate", run);
		window.removeEventListener(changed, run);
	};
}

const address = () => window.location.pathname + window.location.search;

export function BrowserRouter({ basename, children }: { basename: string; children: ReactNode }) {
	const base = basename.replace(/\/$/, "");
	const now = useSyncExternalStore(subscribe, address, address);
	const routing = useMemo(() => {
		const url = new URL(now, window.location.origin);
		const below = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : url.pathname;
		return { base, pathname: below.startsWith("/") ? below : `/${below}`, search: url.search };
	}, [base, now]);
	return <RoutingContext value={routing}>{children}</RoutingContext>;
}

export interface Navigation {
	(to: number): void;
	(to: string, options?: { replace?: boolean }): void;
}

export function useNavigate(): Navigation {
	const { base, pathname } = use(RoutingContext);
	return useMemo(() => {
		const go = (to: string | number, options?: { replace?: boolean }) => {
			if (typeof to === "number") return window.history.go(to);
			const target = to.startsWith("?") ? base + pathname + to : base + to;
			// idx tells how many steps back are still inside the app.
			const idx = Number((window.history.state as { idx?: number } | null)?.idx ?? 0);
			if (options?.replace) window.history.replaceState({ idx }, "", target);
			else window.history.pushState({ idx: idx + 1 }, "", target);
			window.dispatchEvent(new Event(changed));
			if (!options?.replace) window.scrollTo?.(0, 0);
		};
		return go as Navigation;
	}, [base, pathname]);
}

export function useParams(): Readonly<Record<string, string | undefined>> {
	return use(ParamsContext);
}

type Search = URLSearchParams | Record<string, string>;

export function useSearchParams(): [URLSearchParams, (next: Search, options?: { replace?: boolean }) => void] {
	const { search } = use(RoutingContext);
	const navigate = useNavigate();
	return [
		useMemo(() => new URLSearchParams(search), [search]),
		(next, options) => navigate(`?${new URLSearchParams(next)}`, options),
	];
}

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
	to: string;
	replace?: boolean;
}

export function Link({ to, replace, onClick, ...rest }: LinkProps) {
	const { base, pathname } = use(RoutingContext);
	const navigate = useNavigate();
	return (
		<a
			{...rest}
			href={to.startsWith("?") ? base + pathname + to : base + to}
			onClick={(event: MouseEvent<HTMLAnchorElement>) => {
				onClick?.(event);
				if (
					event.defaultPrevented ||
					event.button !== 0 ||
					event.metaKey ||
					event.ctrlKey ||
					event.shiftKey ||
					event.altKey
				)
					return;
				event.preventDefault();
				navigate(to, { replace: replace ?? false });
			}}
		/>
	);
}

/** A link that says when it leads to where one is. */
export function NavLink({ to, end, ...rest }: LinkProps & { end?: boolean }) {
	const { pathname } = use(RoutingContext);
	const here = pathname === to || (!end && to !== "/" && pathname.startsWith(`${to}/`));
	return <Link {...rest} to={to} aria-current={here ? "page" : undefined} />;
}

export function Navigate({ to, replace = false }: { to: string; replace?: boolean }) {
	const navigate = useNavigate();
	useEffect(() => navigate(to, { replace }), [navigate, to, replace]);
	return null;
}

interface RouteProps {
	path: string;
	element: ReactNode;
}

/** One line of Routes; it renders nothing by itself. */
export function Route(_: RouteProps): ReactElement | null {
	return null;
}

export function Routes({ children }: { children: ReactNode }) {
	const { pathname } = use(RoutingContext);
	for (const child of Children.toArray(children)) {
		if (!isValidElement<RouteProps>(child)) continue;
		const params = match(child.props.path, pathname);
		if (params) return <ParamsContext value={params}>{child.props.element}</ParamsContext>;
	}
	return null;
}

/** The parameters of a path under a pattern such as "/cases/:id" or "*"; null when it does not fit. */
export function match(pattern: string, pathname: string): Record<string, string> | null {
	if (pattern === "*") return {};
	const want = pattern.split("/").filter(Boolean);
	const have = pathname.split("/").filter(Boolean);
	if (want.length !== have.length) return null;
	const params: Record<string, string> = {};
	for (const [i, part] of want.entries()) {
		const given = have[i] ?? "";
		if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(given);
		else if (part !== given) return null;
	}
	return params;
}
