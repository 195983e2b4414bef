import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { useText } from "./i18n.ts";
import { Icon } from "./icons.tsx";
import { common } from "./text.ts";

interface DialogProps {
	title: ReactNode;
	onClose: () => void;
	children: ReactNode;
	/** Buttons at the foot; the primary one comes first. */
	actions?: ReactNode;
	/** Beside the title: tags, previous/next. */
	aside?: ReactNode;
	kind?: "dialog" | "drawer";
	width?: number;
}

/**
 * A modal over the page, or a drawer at its right edge: the browser's own <dialog>, so focus stays inside and Escape
 * closes. Mount it to open it. A hidden work tab closes it and showing the tab opens it again with everything typed.
 */
export function Dialog({ title, onClose, children, actions, aside, kind = "dialog", width }: DialogProps) {
	const box = useRef<HTMLDialogElement>(null);
	const titleId = useId();
	const t = useText(common);
	useLayoutEffect(() => {
		const node = box.current;
		node?.showModal();
		// The browser would put the focus on the close button: begin where something is to be typed, else at the title.
		const start = node?.querySelector<HTMLElement>(
			".dialog-body :is(input:not([type=file], [type=hidden], :disabled), textarea, select)",
		);
		(start ?? node?.querySelector<HTMLElement>("h2"))?.focus();
		return () => node?.close();
	}, []);
	return (
		<dialog
			ref={box}
			className="dialog"
			data-kind={kind}
			aria-labelledby={titleId}
			style={width ? { width } : undefined}
			onCancel={(event) => {
				event.preventDefault();
				onClose();
			}}
			onPointerDown={(event) => {
				if (event.target === event.currentTarget && kind === "drawer") onClose();
			}}
		>
			<div className="dialog-frame">
				<div className="dialog-head">
					<button type="button" className="icon-button" aria-label={t("close")} onClick={onClose}>
						<Icon name="close" size={18} />
					</button>
					<h2 id={titleId} tabIndex={-1}>
						{title}
					</h2>
					{aside}
				</div>
				<div className="dialog-body">{children}</div>
				{actions && <div className="dialog-foot">{actions}</div>}
			</div>
		</dialog>
	);
}
