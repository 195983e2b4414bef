import "./login.css";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ApiError, call } from "@/api/call.ts";
import { demoAccounts, session } from "@/api/queries.ts";
import type { Me } from "@/api/types.ts";
import { useErrorText } from "@/kit/errors.ts";
import { pick, useLanguage, useText } from "@/kit/i18n.ts";
import { setPrefs } from "@/kit/prefs.ts";
import { Logo } from "./shell/Logo.tsx";
import { text } from "./text.ts";

interface Credentials {
	account: string;
	password: string;
	totp?: string;
}

export function LoginPage({ failed }: { failed: boolean }) {
	const t = useText(text);
	const language = useLanguage();
	const client = useQueryClient();
	const [account, setAccount] = useState("");
	const [password, setPassword] = useState("");
	const [totp, setTotp] = useState("");
	const demo = useQuery(demoAccounts);
	const errorText = useErrorText();
	const login = useMutation({
		mutationFn: (body: Credentials) => call<Me>("/api/session", { body }),
		onSuccess: (me) => {
			client.removeQueries({ predicate: (query) => query.queryKey[0] !== session.queryKey[0] });
			client.setQueryData(session.queryKey, me);
		},
	});
	const needsCode = login.error instanceof ApiError && /totp/.test(login.error.code);
	const asked = needsCode || totp !== "";
	const submit = (event: FormEvent) => {
		event.preventDefault();
		login.mutate({ account: account.trim(), password, ...(totp ? { totp } : {}) });
	};
	const id = useId();
	const staff = demo.data?.filter((a) => a.app !== "owner") ?? [];
	return (
		<main className="login">
			<div className="login-box">
				<h1>
					<Logo size={36} /> {t("productLong")}
				</h1>
				<form className="card" onSubmit={submit}>
					<label className="field" htmlFor={`${id}a`}>
						<span className="field-title">{t("account")}</span>
						<input
							id={`${id}a`}
							className="input"
							autoComplete="username"
							required
							autoFocus
							value={account}
							onChange={(e) => setAccount(e.target.value)}
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
							value={password}
							onChange={(e) => setPassword(e.target.value)}
						/>
					</label>
					{asked && (
						<label className="field" htmlFor={`${id}t`}>
							<span className="field-title">{t("code")}</span>
							<input
								id={`${id}t`}
								className="input"
								inputMode="numeric"
								autoComplete="one-time-code"
								maxLength={8}
								autoFocus
								value={totp}
								onChange={(e) => setTotp(e.target.value)}
							/>
							<span className="field-help">{t("codeHelp")}</span>
						</label>
					)}
					{(failed || (login.isError && (!needsCode || login.variables?.totp))) && (
						<p className="field-error" role="alert">
							{login.isError ? errorText(login.error) : t("unreachable")}
						</p>
					)}
					<button type="submit" className="button" data-kind="primary" disabled={login.isPending}>
						{t("signIn")}
					</button>
				</form>
				{staff.length > 0 && (
					<section className="card login-demo" aria-labelledby={`${id}d`}>
						<h2 id={`${id}d`}>{t("demoTitle")}</h2>
						<ul>
							{staff.map((a) => (
								<li key={a.account}>
									<button type="button" onClick={() => login.mutate({ account: a.account, password: a.password })}>
										{pick(language, a.position_zh, a.position_en)}
										<small>{a.account}</small>
									</button>
								</li>
							))}
						</ul>
					</section>
				)}
				<p className="login-foot">
					<span className="row-gap">
						<a href="/m/">{t("staffApp")}</a>
						<a href="/o/">{t("ownerApp")}</a>
					</span>
					<button
						type="button"
						className="link"
						lang={language === "zh" ? "en" : "zh"}
						onClick={() => setPrefs({ language: language === "zh" ? "en" : "zh" })}
					>
						{language === "zh" ? "English" : "中文"}
					</button>
				</p>
			</div>
		</main>
	);
}
