import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { call } from "@/api/call.ts";
import { session } from "@/api/queries.ts";
import type { Me } from "@/api/types.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { Menu } from "@/kit/Menu.tsx";
import { text } from "./text.ts";

const AccountDialog = lazy(() => import("./AccountPage.tsx"));

export type AccountView = "password" | "totp" | "devices";

export function MeMenu({ me }: { me: Me }) {
	const t = useText(text);
	const language = useLanguage();
	const client = useQueryClient();
	const [view, setView] = useState<AccountView>();
	const leave = useMutation({
		mutationFn: () => call("/api/session", { method: "DELETE" }),
		onSettled: () => {
			client.removeQueries({ predicate: (query) => query.queryKey[0] !== session.queryKey[0] });
			client.setQueryData(session.queryKey, null);
		},
	});
	const position = me.positions[0];
	return (
		<>
			<Menu
				label={t("me", { name: me.name })}
				className="icon-button"
				button={<span className="avatar">{[...me.name][0] ?? "?"}</span>}
			>
				{(close) => (
					<>
						<p className="me-card">
							<strong>{me.name}</strong>
							<br />
							<span className="soft">{position ? pick(language, position.zh, position.en) : me.account}</span>
						</p>
						{(["password", "totp", "devices"] as const).map((v) => (
							<button
								key={v}
								type="button"
								className="menu-item"
								onClick={() => {
									close();
									setView(v);
								}}
							>
								<Icon name={v === "password" ? "edit" : v === "totp" ? "shield" : "clock"} /> {t(v)}
							</button>
						))}
						<button type="button" className="menu-item" onClick={() => leave.mutate()}>
							<Icon name="out" /> {t("signOut")}
						</button>
					</>
				)}
			</Menu>
			{view && (
				<Suspense>
					<AccountDialog view={view} onClose={() => setView(undefined)} />
				</Suspense>
			)}
		</>
	);
}
