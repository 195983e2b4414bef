import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ApiError, call } from "@/api/call.ts";
import { demoAccounts } from "@/api/queries.ts";
import type { Me } from "@/api/types.ts";
import { useErrorText } from "@/kit/errors.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { LanguageSwitch } from "@/mobile/LanguageSwitch.tsx";
import { useSignedIn } from "@/mobile/me.ts";
import { text as mobile } from "@/mobile/text.ts";
import { text } from "./text.ts";

interface Credentials {
	account: string;
	password: string;
	totp?: string;
}

export function LoginPage({ failed, refused }: { failed: boolean; refused: boolean }) {
	const t = useText({ ...mobile, ...text });
	const language = useLanguage();
	const errorText = useErrorText();
	const signedIn = useSignedIn();
	const id = useId();
	const [form, setForm] = useState<Credentials>({ account: "", password: "" });
	const login = useMutation({
		mutationFn: (body: Credentials) => call<Me>("/api/session", { body }),
		onSuccess: signedIn,
	});
	const needsCode = login.error instanceof ApiError && login.error.code === "totp_required";
	const demo = useQuery(demoAccounts);
	const accounts = demo.data?.filter((a) => a.app === "staff") ?? [];
	const submit = (event: FormEvent) => {
		event.preventDefault();
		login.mutate(form);
	};
	const problem = login.error && !(needsCode && !form.totp) ? errorText(login.error) : "";
	return (
		<main className="login-page">
			<img src="/icon.svg" alt="" width={48} height={48} />
			<h1>{t("product")}</h1>
			<form onSubmit={submit}>
				<label className="field" htmlFor={`${id}a`}>
					<span className="field-title">{t("account")}</span>
					<input
						id={`${id}a`}
						className="input"
						autoComplete="username"
						autoCapitalize="none"
						required
						value={form.account}
						onChange={(e) => setForm({ ...form, account: e.target.value })}
					/>
				</label>
				<label className="field" htmlFor={`${id}p`}>
					<span className="field-title">{t("password")}</span>
					<input
						id={`${id}p`}
						className="input"
						type="password"
						autoComplete="current-password"
						required
						value={form.password}
						onChange={(e) => setForm({ ...form, password: e.target.value })}
					/>
				</label>
				{(needsCode || form.totp !== undefined) && (
					<label className="field" htmlFor={`${id}t`}>
						<span className="field-title">{t("totp")}</span>
						<input
							id={`${id}t`}
							className="input"
							inputMode="numeric"
							autoComplete="one-time-code"
							value={form.totp ?? ""}
							onChange={(e) => setForm({ ...form, totp: e.target.value })}
						/>
					</label>
				)}
				{(problem || failed || refused) && (
					<p className="field-error" role="alert">
						{problem || (refused ? t("ownerSession") : t("unreachable"))}
					</p>
				)}
				<button type="submit" className="button" data-kind="primary" disabled={login.isPending}>
					{t("signIn")}
				</button>
			</form>
			{accounts.length > 0 && (
				<section className="section" aria-labelledby={`${id}d`}>
					<h2 className="muted small" id={`${id}d`}>
						{t("demo")}
					</h2>
					<ul className="demo-list">
						{accounts.map((a) => (
							<li key={a.account}>
								<button
									type="button"
									className="button wide"
									onClick={() => login.mutate({ account: a.account, password: a.password })}
								>
									{pick(language, a.position_zh, a.position_en)}
									<span className="muted small">{a.account}</span>
								</button>
							</li>
						))}
					</ul>
				</section>
			)}
			<LanguageSwitch />
		</main>
	);
}
