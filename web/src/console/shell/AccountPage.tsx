import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { call } from "@/api/call.ts";
import { devices, session } from "@/api/queries.ts";
import { Dialog } from "@/kit/Dialog.tsx";
import { useErrorText } from "@/kit/errors.ts";
import { instant } from "@/kit/format.ts";
import { useText } from "@/kit/i18n.ts";
import { Tag } from "@/kit/Tag.tsx";
import { common } from "@/kit/text.ts";
import { toast } from "@/kit/toast.tsx";
import { useMe } from "../me.ts";
import type { AccountView } from "./MeMenu.tsx";
import { text } from "./text.ts";

export default function AccountDialog({
	view,
	forced,
	onClose,
}: {
	view: AccountView;
	/** The password must be changed first; the dialog does not close before. */
	forced?: boolean;
	onClose: () => void;
}) {
	const t = useText(text);
	return (
		<Dialog title={t(forced ? "mustChange" : view)} width={480} onClose={onClose}>
			{view === "password" && <Password onDone={onClose} />}
			{view === "totp" && <Totp onDone={onClose} />}
			{view === "devices" && <Devices />}
		</Dialog>
	);
}

function Password({ onDone }: { onDone: () => void }) {
	const t = useText(text);
	const c = useText(common);
	const errorText = useErrorText();
	const client = useQueryClient();
	const [old, setOld] = useState("");
	const [fresh, setFresh] = useState("");
	const [again, setAgain] = useState("");
	const change = useMutation({
		mutationFn: () => call("/api/session", { method: "PATCH", body: { password: fresh, old_password: old } }),
		onSuccess: () => {
			toast("ok", t("changed"));
			void client.invalidateQueries({ queryKey: session.queryKey });
			onDone();
		},
	});
	const differs = again !== "" && again !== fresh;
	const submit = (event: FormEvent) => {
		event.preventDefault();
		if (!differs) change.mutate();
	};
	const inputs: [string, string, (v: string) => void, string][] = [
		[t("oldPassword"), old, setOld, "current-password"],
		[t("newPassword"), fresh, setFresh, "new-password"],
		[t("again"), again, setAgain, "new-password"],
	];
	return (
		<form className="stack" onSubmit={submit}>
			{inputs.map(([title, value, set, auto]) => (
				<label key={title} className="field">
					<span className="field-title">{title}</span>
					<input
						className="input"
						type="password"
						required
						autoComplete={auto}
						value={value}
						onChange={(e) => set(e.target.value)}
					/>
				</label>
			))}
			{(differs || change.isError) && (
				<p className="field-error" role="alert">
					{differs ? t("notSame") : errorText(change.error)}
				</p>
			)}
			<button type="submit" className="button" data-kind="primary" disabled={differs || change.isPending}>
				{c("save")}
			</button>
		</form>
	);
}

function Totp({ onDone }: { onDone: () => void }) {
	const t = useText(text);
	const me = useMe();
	const client = useQueryClient();
	const errorText = useErrorText();
	const [code, setCode] = useState("");
	const [password, setPassword] = useState("");
	const start = useMutation({
		mutationFn: () => call<{ secret: string }>("/api/session/totp", { body: { password } }),
	});
	const finish = useMutation({
		mutationFn: () => call<{ recovery: string[] }>("/api/session/totp", { method: "PUT", body: { code } }),
		onSuccess: () => client.invalidateQueries({ queryKey: session.queryKey }),
	});
	const drop = useMutation({
		mutationFn: () => call("/api/session/totp", { method: "DELETE", body: { password } }),
		onSuccess: () => {
			void client.invalidateQueries({ queryKey: session.queryKey });
			toast("ok", t("totpOff"));
			onDone();
		},
	});
	const error = start.error ?? finish.error ?? drop.error;
	if (finish.data) {
		return (
			<div className="stack">
				<p>{t("totpOn")}</p>
				<p className="soft">{t("recovery")}</p>
				<pre className="totp-key">{finish.data.recovery.join("\n")}</pre>
				<button type="button" className="button" data-kind="primary" onClick={onDone}>
					{t("recoveryKept")}
				</button>
			</div>
		);
	}
	const submit = (event: FormEvent) => {
		event.preventDefault();
		if (start.data) finish.mutate();
		else if (me.totp) drop.mutate();
		else start.mutate();
	};
	return (
		<form className="stack" onSubmit={submit}>
			<p className="soft">{t(me.totp && !start.data ? "totpIsOn" : "totpIntro")}</p>
			{start.data ? (
				<>
					<p>
						<span className="field-title">{t("totpKey")}</span>
						<br />
						<code className="totp-key">{start.data.secret.replace(/(.{4})/g, "$1 ")}</code>
					</p>
					<label className="field">
						<span className="field-title">{t("totpCode")}</span>
						<input
							className="input"
							inputMode="numeric"
							maxLength={6}
							required
							value={code}
							onChange={(e) => setCode(e.target.value)}
						/>
					</label>
				</>
			) : (
				<label className="field">
					<span className="field-title">{t("oldPassword")}</span>
					<input
						className="input"
						type="password"
						autoComplete="current-password"
						required
						value={password}
						onChange={(e) => setPassword(e.target.value)}
					/>
				</label>
			)}
			{error && (
				<p className="field-error" role="alert">
					{errorText(error)}
				</p>
			)}
			<button type="submit" className="button" data-kind={me.totp && !start.data ? "danger" : "primary"}>
				{t(start.data ? "totpEnable" : me.totp ? "totpDisable" : "totpStart")}
			</button>
		</form>
	);
}

function Devices() {
	const t = useText(text);
	const client = useQueryClient();
	const errorText = useErrorText();
	const found = useQuery(devices);
	const end = useMutation({
		mutationFn: (id: string) => call(`/api/sessions/${id}`, { method: "DELETE" }),
		onSuccess: () => client.invalidateQueries({ queryKey: devices.queryKey }),
		onError: (error) => toast("danger", errorText(error)),
	});
	return (
		<ul className="stack">
			{found.isError && <li className="field-error">{errorText(found.error)}</li>}
			{found.data?.map((d) => (
				<li key={d.id} className="device">
					<span>
						{d.device || d.ip}
						<br />
						<span className="soft">
							{d.ip} · {t("lastSeen", { at: instant(d.seen_at) })}
						</span>
					</span>
					{d.current ? (
						<Tag tone="ok">{t("thisDevice")}</Tag>
					) : (
						<button type="button" className="button" data-size="small" onClick={() => end.mutate(d.id)}>
							{t("endDevice")}
						</button>
					)}
				</li>
			))}
		</ul>
	);
}
