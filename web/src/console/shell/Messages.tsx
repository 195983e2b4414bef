import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { call } from "@/api/call.ts";
import { messages } from "@/api/queries.ts";
import type { Message } from "@/api/types.ts";
import { shortInstant } from "@/kit/format.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { Menu } from "@/kit/Menu.tsx";
import { useNow } from "@/kit/useNow.ts";
import { text } from "./text.ts";

/** The bell: what the company tells this person. Looking at the list marks it as read. */
export function Messages() {
	const t = useText(text);
	const client = useQueryClient();
	const found = useQuery({ ...messages, refetchInterval: 120_000 });
	const unread = found.data?.unread ?? 0;
	const shown = unread > 99 ? "99+" : unread;
	const read = useMutation({
		mutationFn: (upTo: number) => call("/api/inbox/read", { body: { up_to: upTo } }),
		onSuccess: () => client.invalidateQueries({ queryKey: messages.queryKey }),
	});
	const items = found.data?.items ?? [];
	return (
		<Menu
			label={t("messages", { n: shown })}
			button={
				<>
					<Icon name="bell" size={18} />
					{unread > 0 && <span className="badge">{shown}</span>}
				</>
			}
		>
			{(close) => (
				<div className="messages">
					<p className="messages-head">
						<strong>{t("messageTitle")}</strong>
						{unread > 0 && (
							<button type="button" className="link" onClick={() => read.mutate(items[0]?.created_at ?? 0)}>
								{t("allRead")}
							</button>
						)}
					</p>
					{items.length === 0 && <p className="soft messages-none">{t("noMessages")}</p>}
					{items.map((item) => (
						<Line key={item.id} item={item} onOpen={close} />
					))}
				</div>
			)}
		</Menu>
	);
}

function Line({ item, onOpen }: { item: Message; onOpen: () => void }) {
	const language = useLanguage();
	const navigate = useNavigate();
	const now = useNow();
	return (
		<button
			type="button"
			className="menu-item message"
			data-unread={item.read_at === 0 || undefined}
			onClick={() => {
				onOpen();
				const path = consolePath(item.link);
				if (path) navigate(path);
			}}
		>
			<span>
				<strong>{pick(language, item.title, item.title_en)}</strong>{" "}
				<small className="soft">{shortInstant(item.created_at, now)}</small>
				<br />
				<span className="soft">{pick(language, item.body, item.body_en)}</span>
			</span>
		</button>
	);
}

/** Messages carry one link for all apps, such as "/case/12" or "case/12"; the console opens it as its own page. */
export function consolePath(link: string): string {
	const id = /cases?[/:](\d+)/.exec(link)?.[1];
	if (id) return `/case/${id}`;
	return link.startsWith("/") && !link.startsWith("/m/") && !link.startsWith("/o/") && !link.startsWith("//")
		? link
		: "";
}
