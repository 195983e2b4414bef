import { useEffect, useRef, useState } from "react";
import SignaturePad from "signature_pad";
import type { FileRef } from "@/api/types.ts";
import { useErrorText } from "../errors.ts";
import { useText } from "../i18n.ts";
import { common } from "../text.ts";
import { toast } from "../toast.tsx";
import type { ControlProps } from "./controls.ts";
import { upload } from "./upload.ts";

/** A box to sign in. The picture is uploaded when the pen has rested for a moment; the value is one FileRef in a list. */
export default function Signature({ id, field, value, onChange, describedBy }: ControlProps) {
	const t = useText(common);
	const errorText = useErrorText();
	const canvas = useRef<HTMLCanvasElement>(null);
	const pad = useRef<SignaturePad>(undefined);
	const [busy, setBusy] = useState(false);
	const latest = useRef({ onChange, errorText, title: field.title });
	const signed = Array.isArray(value) && value.length > 0;
	useEffect(() => {
		latest.current = { onChange, errorText, title: field.title };
	});
	useEffect(() => {
		const node = canvas.current;
		if (!node) return;
		const ratio = Math.max(window.devicePixelRatio || 1, 1);
		node.width = node.offsetWidth * ratio;
		node.height = node.offsetHeight * ratio;
		node.getContext("2d")?.scale(ratio, ratio);
		const tool = new SignaturePad(node, {
			penColor: "#1f2628",
			backgroundColor: "#ffffff",
			minWidth: 0.8,
			maxWidth: 2.4,
		});
		pad.current = tool;
		let timer: ReturnType<typeof setTimeout> | undefined;
		const begin = () => clearTimeout(timer);
		const end = () => {
			clearTimeout(timer);
			timer = setTimeout(() => {
				setBusy(true);
				node.toBlob((blob) => {
					if (!blob) return setBusy(false);
					upload(blob, "signature.png", Date.now())
						.then((ref: FileRef) => latest.current.onChange([ref]))
						.catch((error: unknown) => toast("danger", latest.current.errorText(error)))
						.finally(() => setBusy(false));
				}, "image/png");
			}, 600);
		};
		tool.addEventListener("beginStroke", begin);
		tool.addEventListener("endStroke", end);
		return () => {
			clearTimeout(timer);
			tool.off();
		};
	}, []);
	return (
		<span className="signature">
			<canvas
				ref={canvas}
				id={id}
				aria-label={`${field.title}，${t("sign")}`}
				aria-describedby={describedBy}
				role="img"
			/>
			<span className="signature-foot">
				<span>{busy ? t("uploading") : signed ? t("signed") : t("sign")}</span>
				<button
					type="button"
					className="link"
					onClick={() => {
						pad.current?.clear();
						onChange([]);
					}}
				>
					{t("clear")}
				</button>
			</span>
		</span>
	);
}
