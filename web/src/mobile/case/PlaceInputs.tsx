import { useState } from "react";
import type { ControlProps } from "@/kit/form/controls.ts";
import { useText } from "@/kit/i18n.ts";
import { Icon } from "@/kit/icons.tsx";
import { text } from "./text.ts";

/** Where the phone is, "31.23041,121.47370 ±12m"; asked for only when the button is pressed. */
export function GpsInput({ id, field, value, onChange, describedBy }: ControlProps) {
	const t = useText(text);
	const [state, setState] = useState<"idle" | "busy" | "refused">("idle");
	const word = t(state === "busy" ? "locating" : value ? "located" : "locate");
	const locate = () => {
		if (!navigator.geolocation) return setState("refused");
		setState("busy");
		navigator.geolocation.getCurrentPosition(
			({ coords }) => {
				setState("idle");
				onChange(`${coords.latitude.toFixed(5)},${coords.longitude.toFixed(5)} ±${Math.round(coords.accuracy)}m`);
			},
			() => setState("refused"),
			{ enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
		);
	};
	return (
		<span className="place-input">
			<button
				type="button"
				id={id}
				className="button"
				aria-label={`${word}, ${field.title}`}
				aria-describedby={describedBy}
				disabled={state === "busy"}
				onClick={locate}
			>
				<Icon name="pin" size={20} /> {word}
			</button>
			{typeof value === "string" && value !== "" && <span className="muted small">{value}</span>}
			{state === "refused" && (
				<span className="field-help" role="status">
					{t("noLocation")}
				</span>
			)}
		</span>
	);
}

/** The code on a label: photographed and read on the phone, or typed. */
export function ScanInput({ id, field, value, onChange, invalid, describedBy }: ControlProps) {
	const t = useText(text);
	const [state, setState] = useState<"idle" | "busy" | "unread">("idle");
	const read = async (picture: File | undefined) => {
		if (!picture) return;
		setState("busy");
		try {
			const { readCode } = await import("./readCode.ts");
			const code = await readCode(picture);
			setState(code ? "idle" : "unread");
			if (code) onChange(code);
		} catch {
			setState("unread");
		}
	};
	return (
		<span className="place-input">
			<span className="code-row">
				<input
					id={id}
					className="input"
					value={typeof value === "string" ? value : ""}
					maxLength={field.maxLength}
					aria-invalid={invalid}
					aria-describedby={describedBy}
					autoComplete="off"
					onChange={(event) => onChange(event.target.value)}
				/>
				<label className="button scan-button">
					<Icon name="photo" /> {t(state === "busy" ? "reading" : "scan")}
					<input
						type="file"
						accept="image/*"
						capture="environment"
						className="hidden-text"
						aria-label={t("scan")}
						onChange={(event) => {
							void read(event.target.files?.[0]);
							event.target.value = "";
						}}
					/>
				</label>
			</span>
			{state === "unread" && (
				<span className="field-help" role="status">
					{t("unread")}
				</span>
			)}
		</span>
	);
}
