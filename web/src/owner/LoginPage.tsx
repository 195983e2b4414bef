import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { call } from "@/api/call.ts";
import { demoAccounts } from "@/api/queries.ts";
import type { Me } from "@/api/types.ts";
import { useErrorText } from "@/kit/errors.ts";
import { useText } from "@/kit/i18n.ts";
import { LanguageSwitch } from "@/mobile/LanguageSwitch.tsx";
import { useSignedIn } from "@/mobile/me.ts";
import { text as mobile } from "@/mobile/text.ts";
import { text } from "./text.ts";

/** Phone number and one-time code; no password to forget. */
export function LoginPage({ failed, refused }: { failed: boolean; refused: boolean }) {
	const t = useText({ ...mobile, ...text });
	const errorText = useErrorText();
	const signedIn = useSignedIn();
	const id = useId();
	const [phone, setPhone] = useState("");
	const [code, setCode] = useState("");
	const demo = useQuery(demoAccounts);
	const owners = demo.data?.filter((a) => a.app === "owner") ?? [];
	const ask = useMutation({
		mutationFn: (number: string) =>
			call<{ sent: boolean; demo_code?: string }>("/api/session/code", { body: { phone: number } }),
	});
	const login = useMutation({
		mutationFn: () => call<Me>("/api/session/phone", { body: { phone: phone.trim(), code: code.trim() } }),
		onSuccess: signedIn,
	});
	const error = login.error ?? ask.error;
	const submit = (event: FormEvent) => {
		event.preventDefault();
		login.mutate();
	};
	return (
		<main className="login-page">
			<img src="/icon.svg" alt="" width={48} height={48} />
			<h1>{t("product")}</h1>
			<form onSubmit={submit}>
				<label className="field" htmlFor={`${id}p`}>
					<span className="field-title">{t("phone")}</span>
					<input
						id={`${id}p`}
						className="input"
						type="tel"
						autoComplete="tel"
						required
						value={phone}
						onChange={(e) => setPhone(e.target.value)}
					/>
				</label>
				<div className="field">
					<label className="field-title" htmlFor={`${id}c`}>
						{t("code")}
					</label>
					<span className="code-row">
						<input
							id={`${id}c`}
							className="input"
							inputMode="numeric"
							autoComplete="one-time-code"
							required
							maxLength={6}
							value={code}
							onChange={(e) => setCode(e.target.value)}
						/>
						<button
							type="button"
							className="button"
							disabled={phone.trim() === "" || ask.isPending}
							onClick={() => ask.mutate(phone.trim())}
						>
							{t("getCode")}
						</button>
					</span>
					{ask.data && (
						<span className="field-help" role="status">
							{ask.data.demo_code ? t("sentDemo", { code: ask.data.demo_code }) : t("sent")}
						</span>
					)}
				</div>
				{(error || failed || refused) && (
					<p className="field-error" role="alert">
						{error ? errorText(error) : refused ? t("staffSession") : t("unreachable")}
					</p>
				)}
				<button type="submit" className="button" data-kind="primary" disabled={login.isPending}>
					{t("signIn")}
				</button>
			</form>
			{owners.length > 0 && (
				<ul className="demo-list">
					{owners.map((owner) => (
						<li key={owner.account}>
							<button
								type="button"
								className="button wide"
								onClick={() => {
									setPhone(owner.account);
									ask.mutate(owner.account);
								}}
							>
								{owner.account}
								<span className="muted small">{owner.name}</span>
							</button>
						</li>
					))}
				</ul>
			)}
			<p className="muted small">{t("noAccount")}</p>
			<LanguageSwitch />
		</main>
	);
}
