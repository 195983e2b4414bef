import { type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";

/**
 * A button that opens a small panel below it: menus, the column chooser. Escape or a click elsewhere closes it.
 * Inside, `close` shuts it after a choice.
 */
export function Menu({
	label,
	button,
	className = "icon-button",
	align = "end",
	children,
}: {
	label: string;
	button: ReactNode;
	className?: string;
	align?: "start" | "end";
	children: (close: () => void) => ReactNode;
}) {
	const [open, setOpen] = useState(false);
	const id = useId();
	const anchor = useRef<HTMLButtonElement>(null);
	const panel = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => {
		const node = panel.current;
		const from = anchor.current?.getBoundingClientRect();
		if (!open || !node || !from) return;
		node.showPopover?.();
		node.style.top = `${from.bottom + 6}px`;
		const wide = node.offsetWidth;
		const left = align === "end" ? from.right - wide : from.left;
		node.style.left = `${Math.max(8, Math.min(left, window.innerWidth - wide - 8))}px`;
		node.querySelector<HTMLElement>("button, input, a")?.focus();
	}, [open, align]);
	const close = () => {
		panel.current?.hidePopover?.();
		setOpen(false);
	};
	return (
		<>
			<button
				ref={anchor}
				type="button"
				className={className}
				aria-label={label}
				title={label}
				aria-expanded={open}
				aria-controls={open ? id : undefined}
				onClick={() => setOpen(!open)}
			>
				{button}
			</button>
			{open && (
				<div
					ref={panel}
					id={id}
					className="menu"
					popover="auto"
					onToggle={(event) => {
						if ((event.nativeEvent as ToggleEvent).newState === "closed") setOpen(false);
					}}
				>
					{children(close)}
				</div>
			)}
		</>
	);
}
